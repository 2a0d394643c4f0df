//! A report as text that fits into an answer. Lambda answers with 6 MB at most, and a report of thousands of servers
//! with the outputs of their checks has more: then the outputs are cut, then left out, and at last only the servers that
//! did not succeed are listed. What was shortened is said in the report itself.

use serde::Deserialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::model::Report;
use crate::text::end_of;
use crate::{csv, html};

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For programs.
    #[default]
    Json,
    /// One file, for people: to read and to print.
    Html,
    /// A row for each server, for spreadsheets.
    Csv,
}

/// Bytes of an answer. Lambda takes 6 MB (6,291,456 bytes) of JSON, in which this text is a string with its quotes and
/// line breaks escaped; the rest is for headers, and for what API Gateway adds.
pub const MAX_BYTES: usize = 6_000_000;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TooLarge {
    /// Even the shortest is too long.
    #[error(
        "the report is larger than an answer can be, even with nothing but the servers that did not succeed: ask for format=csv, or read the execution itself"
    )]
    Report,
    /// It has no JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Unwritable(String),
}

/// How much of a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Whole,
    /// At most that many bytes of the output of each check.
    Outputs(usize),
    /// Only the servers that did not succeed, without outputs.
    Troubles,
}

const DETAILS: [Detail; 4] = [Detail::Whole, Detail::Outputs(160), Detail::Outputs(0), Detail::Troubles];

/// `report` as `format`, in as much detail as `max_bytes` hold.
///
/// # Errors
/// `Report` when it does not fit however short it is.
pub fn render(report: &Report, format: Format, max_bytes: usize) -> Result<String, TooLarge> {
    for detail in DETAILS {
        let shortened = shorten(report.clone(), detail);
        let text = match format {
            Format::Json => {
                serde_json::to_string(&shortened).map_err(|error| TooLarge::Unwritable(error.to_string()))?
            }
            Format::Html => html::page(&shortened),
            Format::Csv => csv::csv(&shortened),
        };
        if escaped_bytes(&text) <= max_bytes {
            return Ok(text);
        }
    }
    Err(TooLarge::Report)
}

fn shorten(mut report: Report, detail: Detail) -> Report {
    let servers = |report: &mut Report, change: &dyn Fn(&mut contract::ServerRun)| {
        report.execution.waves.iter_mut().flat_map(|wave| &mut wave.servers).for_each(change);
    };
    match detail {
        Detail::Whole => {}
        Detail::Outputs(bytes) => {
            servers(&mut report, &|server| {
                for check in &mut server.checks {
                    check.output = if bytes == 0 { String::new() } else { end_of(&check.output, bytes) };
                }
                server.reason = end_of(&server.reason, bytes.max(160));
            });
            for wave in &mut report.execution.waves {
                for action in wave.before_actions.iter_mut().chain(&mut wave.after_actions) {
                    action.output = end_of(&action.output, bytes.max(160));
                }
            }
            let left =
                if bytes == 0 { "are left out".to_owned() } else { format!("are cut to their last {bytes} bytes") };
            report.shortened.push(format!("The outputs of health checks {left}; the execution itself has them."));
        }
        Detail::Troubles => {
            report = shorten(report, Detail::Outputs(0));
            let before: usize = report.execution.waves.iter().map(|wave| wave.servers.len()).sum();
            for wave in &mut report.execution.waves {
                wave.servers.retain(|server| !server.status.is_success());
            }
            let after: usize = report.execution.waves.iter().map(|wave| wave.servers.len()).sum();
            report.rpo.servers.clear();
            let gone = before - after;
            report.shortened.push(format!(
                "{gone} servers that were recovered are not listed, and no recovery points; the execution itself has them."
            ));
        }
    }
    report
}

/// Bytes of `text` as a JSON string.
fn escaped_bytes(text: &str) -> usize {
    let bytes = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..=31 => 6,
        _ => 1,
    };
    text.bytes().map(bytes).sum()
}
