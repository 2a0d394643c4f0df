//! How results are written to standard output. What is only worth knowing goes to standard error.

use std::io::{ErrorKind, Write};

use clap::ValueEnum;
use drsctl::document;
use serde::Serialize;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Table,
    /// For programs: the API's documents.
    Json,
    /// The same as YAML.
    Yaml,
}

/// Writes `value` as a document, or what `text` makes of it for people.
pub(crate) fn show<T: Serialize>(output: Output, value: &T, text: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
    print(&match output {
        Output::Table => text(value),
        Output::Json => document::json(value)?,
        Output::Yaml => document::yaml(value)?,
    })
}

/// Writes a line to standard output. A reader that has seen enough (`| head`) is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says something on standard error. If that is closed, nobody wants to know.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says that a list was cut off, since a list that looks whole would be taken for it.
pub(crate) fn note_more(shown: usize, more: bool) {
    if more {
        note(&format!("The newest {shown}; there are more (--limit)."));
    }
}
