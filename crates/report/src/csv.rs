//! The report as CSV (RFC 4180), for spreadsheets: a row for each server, with its execution and wave.

use contract::{Criticality, Execution, ServerRun, WaveRun};
use domain::health::CheckStatus;
use domain::launch_settings::SettingsOutcome;

use crate::model::Report;
use crate::text::{clean, iso};

const COLUMNS: [&str; 27] = [
    "execution",
    "plan",
    "planVersion",
    "mode",
    "executionStatus",
    "startedBy",
    "executionStarted",
    "rtoSeconds",
    "targetRtoMinutes",
    "targetRpoMinutes",
    "wave",
    "waveStatus",
    "criticalPath",
    "server",
    "hostname",
    "group",
    "criticality",
    "status",
    "launchStarted",
    "launched",
    "recoverySnapshot",
    "recoveryPoint",
    "rpoSeconds",
    "job",
    "instance",
    "launchSettings",
    "checks",
];
const REASON: &str = "reason";

pub(crate) fn csv(report: &Report) -> String {
    let mut lines = String::new();
    row(&mut lines, COLUMNS.iter().copied().chain([REASON]).map(str::to_owned));
    for wave in &report.execution.waves {
        for server in &wave.servers {
            let cells = of_execution(report).into_iter().chain(of_wave(report, wave)).chain(of_server(report, server));
            row(&mut lines, cells);
        }
    }
    lines
}

fn row(lines: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    lines.push_str(&cells.join(","));
    lines.push_str("\r\n");
}

/// A cell. A spreadsheet takes what begins with one of these signs for a formula and computes it, so it gets an
/// apostrophe before it: host names and reasons come from machines that somebody else may have written to.
fn quoted(text: &str) -> String {
    let mut text = clean(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\n']) {
        text.insert(0, '\'');
    }
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn of_execution(report: &Report) -> [String; 10] {
    let Execution { summary, .. } = &report.execution;
    [
        summary.execution_id.to_string(),
        summary.plan_id.to_string(),
        shown(summary.plan_version),
        summary.mode.to_string(),
        summary.status.to_string(),
        summary.started_by.clone(),
        iso(summary.started_at),
        shown(report.rto.reached_seconds),
        shown(report.rto.target_minutes),
        shown(report.rpo.target_minutes),
    ]
}

fn of_wave(report: &Report, wave: &WaveRun) -> [String; 3] {
    let critical = report.critical_path.contains(&wave.name);
    [wave.name.clone(), wave.status.to_string(), if critical { "yes" } else { "no" }.to_owned()]
}

fn of_server(report: &Report, server: &ServerRun) -> [String; 15] {
    let criticality = match server.criticality {
        Criticality::Critical => "critical",
        Criticality::Optional => "optional",
    };
    let outcome = server.launch_settings.as_ref().and_then(|settings| settings.outcome);
    let settings = outcome.map_or("", settings_outcome);
    let check = |check: &contract::CheckRun| format!("{} {}", check.name, check_status(check.status));
    [
        server.server_id.to_string(),
        server.hostname.clone(),
        server.group.to_string(),
        criticality.to_owned(),
        server.status.to_string(),
        server.started_at.map(iso).unwrap_or_default(),
        server.launched_at.map(iso).unwrap_or_default(),
        shown(server.recovery_snapshot_id.as_ref()),
        server.recovered_from.map(iso).unwrap_or_default(),
        shown(crate::rpo_seconds(&report.execution.summary, server)),
        shown(server.job_id.as_ref()),
        shown(server.instance_id.as_ref()),
        settings.to_owned(),
        server.checks.iter().map(check).collect::<Vec<_>>().join("; "),
        server.reason.clone(),
    ]
}

fn shown(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The outcome of launch settings, as the API spells it.
pub(crate) fn settings_outcome(outcome: SettingsOutcome) -> &'static str {
    match outcome {
        SettingsOutcome::Applied => "APPLIED",
        SettingsOutcome::Unchanged => "UNCHANGED",
        SettingsOutcome::Failed => "FAILED",
    }
}

/// The status of a health check, as the API spells it.
pub(crate) fn check_status(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pending => "PENDING",
        CheckStatus::Running => "RUNNING",
        CheckStatus::Passed => "PASSED",
        CheckStatus::Failed => "FAILED",
        CheckStatus::TimedOut => "TIMED_OUT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        assert_eq!(quoted("\u{0}@SUM(A1)"), "'@SUM(A1)");
    }
}
