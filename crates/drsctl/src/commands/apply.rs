//! `drsctl apply`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use drsctl::manifest::Manifest;
use drsctl::upload::upload;
use serde_json::json;

use super::{Output, print, session};

/// What to store.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A plan file, or a directory: every *.yaml and *.yml in it except inventory.yaml, which is the simulator's.
    #[arg(short, long, value_name = "FILE|DIR")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let manifest = Manifest::read(&arguments.file)?;
    for file in manifest.skipped() {
        let _ = writeln!(std::io::stderr(), "Skipped {}: it is the simulator's.", file.display());
    }
    let client = session::client()?;
    let mut documents = Vec::new();
    upload(&client, &manifest, |stored| match output {
        Output::Table => {
            let _ = print(&format!("{} {} is stored (version {})", stored.kind, stored.name, stored.version));
        }
        Output::Json => {
            documents.push(json!({"kind": stored.kind, "name": stored.name, "version": stored.version}));
        }
    })?;
    if output == Output::Json {
        print(&serde_json::to_string_pretty(&documents)?)?;
    }
    Ok(ExitCode::SUCCESS)
}
