//! `drsctl apply`.

use std::path::PathBuf;
use std::process::ExitCode;

use drsctl::upload::upload;
use serde_json::json;

use super::output::{Output, print, show};
use super::{diff, session};

/// What to store.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A plan file, or a directory: every *.yaml and *.yml in it except inventory.yaml, which is the simulator's.
    #[arg(short, long, value_name = "FILE|DIR")]
    file: PathBuf,
    /// Store nothing: check the files here and at the API, and show what would change, as diff does.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let manifest = diff::read(&arguments.file)?;
    let client = session::client()?;
    if arguments.dry_run {
        diff::compare(&client, &manifest, output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut documents = Vec::new();
    upload(&client, &manifest, |stored| match output {
        Output::Table => {
            let _ = print(&format!("{} {} is stored (version {})", stored.kind, stored.name, stored.version));
        }
        Output::Json | Output::Yaml => {
            documents.push(json!({"kind": stored.kind, "name": stored.name, "version": stored.version}));
        }
    })?;
    if output != Output::Table {
        show(output, &documents, |_| String::new())?;
    }
    Ok(ExitCode::SUCCESS)
}
