//! `drsctl diff`: what `drsctl apply` would change.

use std::path::PathBuf;
use std::process::ExitCode;

use contract::{ChangeKind, ImportReport};
use drsctl::client::Client;
use drsctl::manifest::Manifest;
use drsctl::{document, table};

use super::output::{Output, note, show};
use super::session;

/// What to compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A plan file or directory, as for apply. What is stored and in no file is not shown: apply leaves it alone.
    #[arg(short, long, value_name = "FILE|DIR")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let manifest = read(&arguments.file)?;
    let report = compare(&session::client()?, &manifest, output)?;
    let differs = report.changes.iter().any(|change| change.change != ChangeKind::Unchanged);
    Ok(ExitCode::from(u8::from(differs)))
}

/// Reads and checks the files, and says which were left out.
pub(super) fn read(path: &std::path::Path) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(path)?;
    for file in manifest.skipped() {
        note(&format!("Skipped {}: it is the simulator's.", file.display()));
    }
    Ok(manifest)
}

/// Shows what storing `manifest` would change. What is wrong with it is an error.
pub(super) fn compare(client: &Client, manifest: &Manifest, output: Output) -> anyhow::Result<ImportReport> {
    let report = client.import_dry_run(&document::yaml(&manifest.documents())?)?;
    if report.problems.is_empty() {
        show(output, &report, |report| table::changes::documents(&report.changes))?;
        return Ok(report);
    }
    if output != Output::Table {
        show(output, &report, |_| String::new())?;
    }
    Err(manifest.places_of(&report.problems).into())
}
