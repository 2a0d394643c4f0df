//! `drsctl report`: what an execution came to, as a file for people who were not there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::ValueEnum;
use contract::StoredReport;
use domain::id::ExecutionId;
use drsctl::client::ReportFormat;
use drsctl::text::is_unprintable;
use sha2::{Digest, Sha256};

use super::output::{Output, note, print, show};
use super::{export, session};

/// What it is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One file to read and to print, without scripts.
    Html,
    /// The API's document.
    Json,
    /// A row for each server, for spreadsheets.
    Csv,
}

impl From<Format> for ReportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Html => Self::Html,
            Format::Json => Self::Json,
            Format::Csv => Self::Csv,
        }
    }
}

/// Which execution, and where to.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The execution.
    id: String,
    /// What the report is written as [default: html; json with --output json or yaml]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Overwrite the file if there is one.
    #[arg(long, requires = "file")]
    force: bool,
    /// Write nothing: say whether this file is a report that was stored when the execution ended or was cleaned up.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "format"])]
    verify: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    if let Some(file) = &arguments.verify {
        return verify(&ExecutionId::from(arguments.id.as_str()), file, output);
    }
    if let Some(file) = &arguments.file
        && !arguments.force
        && file.exists()
    {
        bail!("{} is there already: give --force to overwrite it. Nothing was written.", file.display());
    }
    let format = arguments.format.unwrap_or(match output {
        Output::Table => Format::Html,
        Output::Json | Output::Yaml => Format::Json,
    });
    let text = session::client()?.report(&ExecutionId::from(arguments.id.as_str()), format.into())?;
    if let Some(file) = &arguments.file {
        export::write(file, &text).with_context(|| format!("Cannot write {}", file.display()))?;
        note(&format!("The report of {} is in {}.", arguments.id, file.display()));
    } else if format == Format::Json {
        let document: serde_json::Value = serde_json::from_str(&text).context("The API's report is no JSON")?;
        // JSON either way, but for who asks for YAML.
        let output = if output == Output::Table { Output::Json } else { output };
        show(output, &document, ToString::to_string)?;
    } else {
        let shown = |c: &char| matches!(c, '\n' | '\t') || !is_unprintable(*c);
        print(text.chars().filter(shown).collect::<String>().trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares the SHA-256 of `file` with those that were recorded when reports of the execution were stored.
fn verify(id: &ExecutionId, file: &Path, output: Output) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("Cannot read {}", file.display()))?;
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = session::client()?.execution(id)?.reports;
    let Some(report) = stored.iter().find(|report| report.sha256 == sha256) else {
        let known = stored.iter().map(|report| format!("\n  {} {}", report.sha256, report.key)).collect::<String>();
        let none = if stored.is_empty() { " None was stored." } else { "" };
        bail!("{} is no report of {id} that was stored: its SHA-256 is {sha256}.{none}{known}", file.display());
    };
    show(output, report, |report: &StoredReport| {
        let version = report.version_id.as_deref().unwrap_or("none");
        format!("{} is {}, version {version}, as it was stored.", file.display(), report.key)
    })?;
    Ok(ExitCode::SUCCESS)
}
