//! What the API says as tables, for people: here executions, the rest in one file for each noun. For programs there are
//! `--output json` and `--output yaml` ([`crate::document`]).

use comfy_table::{CellAlignment, ContentArrangement, Table};
use contract::{
    ActionStatus, Execution, ExecutionAction, ExecutionSummary, Finding, InstanceToConfirm, ServerRun, ServerStatus,
    Severity, Verdict, WaveRun,
};
use domain::health::CheckStatus;

use crate::text::{hms, printable, shortened, utc};

pub mod audit;
pub mod changes;
pub mod cleanup;
pub(crate) mod failures;
pub mod forecast;
pub mod groups;
pub mod plans;
pub mod quotas;
pub mod schedules;
pub mod servers;

/// Stands where there is nothing to say.
const NOTHING: &str = "–";
/// The end of a command's output says what went wrong; more than this does not help in a terminal.
const OUTPUT_CHARACTERS: usize = 160;

/// How far the servers of a wave are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub servers: usize,
    /// Those with a DRS job.
    pub started: usize,
    /// Those that DRS launched.
    pub launched: usize,
    /// Those whose required checks passed; nothing where no check runs.
    pub healthy: Option<usize>,
}

impl Counts {
    /// Counts the servers of `wave`.
    #[must_use]
    pub fn of(wave: &WaveRun) -> Self {
        let count = |test: fn(&ServerRun) -> bool| wave.servers.iter().filter(|server| test(server)).count();
        let checked = count(|server| !server.checks.is_empty()) > 0;
        Self {
            servers: wave.servers.len(),
            started: count(|server| server.started_at.is_some()),
            launched: count(|server| server.launched_at.is_some()),
            healthy: checked.then(|| count(|server| server.status == ServerStatus::Healthy)),
        }
    }

    /// `1/2`, or a dash where no check runs.
    #[must_use]
    pub fn healthy_text(&self) -> String {
        self.healthy.map_or_else(|| NOTHING.to_owned(), |healthy| format!("{healthy}/{}", self.servers))
    }
}

/// The result of an execution: its waves, what went wrong, and how long it took.
#[must_use]
pub fn result(execution: &Execution) -> String {
    let summary = &execution.summary;
    let mut lines = Vec::new();
    if !execution.waves.is_empty() {
        lines.push(waves(execution));
    }
    lines.extend(execution.waves.iter().filter_map(approval));
    lines.extend(execution.waves.iter().flat_map(|wave| failures::lines(execution, wave)));
    lines.extend(troubles(execution));
    lines.extend(findings(&summary.findings));
    if !summary.recovery_point.is_latest() {
        lines.push(format!("  recovery points: {}", summary.recovery_point));
    }
    let name = format!("{} of {}", summary.mode, printable(summary.plan_id.as_str()));
    let reason = if summary.reason.is_empty() { String::new() } else { format!(": {}", printable(&summary.reason)) };
    // Only what came back has a recovery time.
    let took = match (summary.rto_seconds, summary.ended_at) {
        (Some(seconds), _) => format!(", RTO {}", hms(seconds)),
        (None, Some(ended)) => format!(" after {}", hms(ended - summary.started_at)),
        (None, None) => String::new(),
    };
    let lost = summary.rpo_seconds.map(|seconds| format!(", RPO {}", hms(seconds))).unwrap_or_default();
    lines.push(format!("{name}: {}{}{took}{lost}{reason}", summary.status, held(summary)));
    let id = printable(summary.execution_id.as_str());
    lines.push(format!("Execution {id}"));
    if summary.allowed_actions.contains(&ExecutionAction::Cleanup) {
        lines.push(format!("What it launched may stand: drsctl cleanup {id}"));
    }
    lines.join("\n")
}

/// Who holds or has cancelled an execution that runs. Once it has ended, its reason says who cancelled it.
pub(crate) fn held(summary: &ExecutionSummary) -> String {
    match (&summary.cancelled, &summary.paused) {
        (Some(cancelled), _) if !summary.status.is_terminal() => format!(", cancelled by {}", printable(&cancelled.by)),
        (None, Some(pause)) => format!(", paused by {}", printable(&pause.by)),
        (Some(_), _) | (None, None) => String::new(),
    }
}

/// Who has to approve `wave`, or who decided.
fn approval(wave: &WaveRun) -> Option<String> {
    let approval = wave.approval.as_ref()?;
    let name = printable(&wave.name);
    if let Some(decision) = &approval.decision {
        let what = match decision.verdict {
            Verdict::Approved => format!("was approved by {}", printable(&decision.by)),
            Verdict::Rejected => format!("was rejected by {}", printable(&decision.by)),
            Verdict::TimedOut => "was not approved in time".to_owned(),
        };
        let comment =
            if decision.comment.is_empty() { String::new() } else { format!(": {}", printable(&decision.comment)) };
        return Some(format!("  wave {name} {what}{comment}"));
    }
    let until = approval.expires_at.map(utc)?;
    Some(format!("  wave {name} awaits the approval of {} until {until}", printable(&approval.role)))
}

/// The status, and what a person did that it still leads to.
fn status(item: &ExecutionSummary) -> String {
    let beside = match (&item.cancelled, &item.paused) {
        (Some(_), _) if !item.status.is_terminal() => ", cancelled",
        (None, Some(_)) => ", paused",
        (Some(_), _) | (None, None) => "",
    };
    format!("{}{beside}", item.status)
}

/// One row for each execution.
#[must_use]
pub fn executions(items: &[ExecutionSummary]) -> String {
    let mut table = table(&["execution", "plan", "mode", "status", "started", "RTO", "by"]);
    for item in items {
        table.add_row([
            printable(item.execution_id.as_str()),
            printable(item.plan_id.as_str()),
            item.mode.to_string(),
            status(item),
            utc(item.started_at),
            item.rto_seconds.map_or_else(|| NOTHING.to_owned(), hms),
            printable(&item.started_by),
        ]);
    }
    table.to_string()
}

/// One row for each server of an execution, with its job and instance.
#[must_use]
pub fn servers(execution: &Execution) -> String {
    let columns = ["wave", "server", "id", "status", "job", "instance", "recovery point", "launched after", "checks"];
    let mut table = table(&columns);
    for wave in &execution.waves {
        for server in &wave.servers {
            let id = |id: Option<&str>| id.map_or_else(|| NOTHING.to_owned(), printable);
            let passed = server.checks.iter().filter(|check| check.status == CheckStatus::Passed).count();
            table.add_row([
                printable(&wave.name),
                printable(&server.hostname),
                printable(server.server_id.as_str()),
                server.status.to_string(),
                id(server.job_id.as_ref().map(AsRef::as_ref)),
                id(server.instance_id.as_ref().map(AsRef::as_ref)),
                recovery_point(server),
                duration(server.started_at, server.launched_at),
                if server.checks.is_empty() { NOTHING.into() } else { format!("{passed}/{}", server.checks.len()) },
            ]);
        }
    }
    table.to_string()
}

/// When the recovery point was taken that a server came from, or that is chosen for it.
fn recovery_point(server: &ServerRun) -> String {
    match (server.recovered_from, server.recovery_snapshot_at, &server.recovery_snapshot_id) {
        (at, chosen, Some(snapshot)) => {
            let at = at.or(chosen).map_or_else(|| NOTHING.to_owned(), utc);
            format!("{at} {}", printable(snapshot.as_str()))
        }
        (Some(at), _, None) => utc(at),
        (None, ..) => NOTHING.to_owned(),
    }
}

fn waves(execution: &Execution) -> String {
    let mut table = table(&["wave", "servers", "started", "launched", "healthy", "duration", "status"]);
    align_right(&mut table, 1..=5);
    for wave in &execution.waves {
        let counts = Counts::of(wave);
        table.add_row([
            printable(&wave.name),
            counts.servers.to_string(),
            counts.started.to_string(),
            counts.launched.to_string(),
            counts.healthy_text(),
            duration(wave.started_at, wave.ended_at),
            wave.status.to_string(),
        ]);
    }
    table.to_string()
}

/// Why waves and servers did not succeed, and which checks failed.
fn troubles(execution: &Execution) -> Vec<String> {
    let mut lines = Vec::new();
    for wave in &execution.waves {
        if (wave.status.is_terminal() || wave.held_at.is_some()) && !wave.reason.is_empty() {
            lines.push(format!("  wave {} {}: {}", printable(&wave.name), wave.status, printable(&wave.reason)));
        }
        for action in wave.before_actions.iter().chain(&wave.after_actions) {
            if matches!(action.status, ActionStatus::Failed | ActionStatus::TimedOut | ActionStatus::Unknown) {
                let output = shortened(&printable(&action.output), OUTPUT_CHARACTERS);
                let what = if action.status == ActionStatus::TimedOut { "timed out" } else { "failed" };
                lines.push(format!("    action {} {what}: {output}", printable(&action.name)));
            }
        }
        for server in &wave.servers {
            if went_wrong(server.status) {
                let reason = if server.reason.is_empty() { NOTHING.to_owned() } else { printable(&server.reason) };
                let name = format!("{} ({})", printable(&server.hostname), printable(server.server_id.as_str()));
                lines.push(format!("    {name} {}: {reason}", server.status));
            }
            for check in &server.checks {
                if matches!(check.status, CheckStatus::Failed | CheckStatus::TimedOut) {
                    let output = shortened(&printable(&check.output), OUTPUT_CHARACTERS);
                    let what = if check.status == CheckStatus::TimedOut { "timed out" } else { "failed" };
                    let weight = if check.required { "" } else { " (not required)" };
                    let name = printable(&check.name);
                    lines.push(format!(
                        "      check {name} of {} {what}{weight}: {output}",
                        printable(&server.hostname)
                    ));
                }
            }
        }
    }
    lines
}

fn went_wrong(status: ServerStatus) -> bool {
    match status {
        ServerStatus::Unhealthy | ServerStatus::Failed | ServerStatus::Unknown => true,
        ServerStatus::Pending
        | ServerStatus::Launching
        | ServerStatus::Launched
        | ServerStatus::Checking
        | ServerStatus::Healthy
        | ServerStatus::Skipped => false,
    }
}

/// What a recovery has to be started with, so that it may terminate `instances`.
#[must_use]
pub fn to_confirm(instances: &[InstanceToConfirm]) -> String {
    let option = |one: &InstanceToConfirm| format!("--replace-instance {}", printable(one.instance_id.as_ref()));
    format!("  if all of these may go: {}", instances.iter().map(option).collect::<Vec<_>>().join(" "))
}

/// What preflight said, the worst first.
#[must_use]
pub fn findings(findings: &[Finding]) -> Vec<String> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    let line = |finding: &&Finding| {
        let severity = match finding.severity {
            Severity::Blocks => "blocks",
            Severity::Warns => "warning",
        };
        let (subject, message) = (printable(&finding.subject), printable(&finding.message));
        format!("  {severity}: {subject}: {message}. {}", printable(&finding.remedy))
    };
    sorted.iter().map(line).collect()
}

fn duration(from: Option<i64>, to: Option<i64>) -> String {
    from.zip(to).map_or_else(|| NOTHING.to_owned(), |(from, to)| hms(to - from))
}

/// The number columns read better when they end at the same place.
fn align_right(table: &mut Table, columns: impl IntoIterator<Item = usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// `text` made safe, or a dash where there is none.
fn or_nothing(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map_or_else(|| NOTHING.to_owned(), printable)
}

/// `texts` made safe and in one line, or a dash where there are none.
#[must_use]
pub fn joined<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| printable(text.as_ref())).collect();
    if texts.is_empty() { NOTHING.to_owned() } else { texts.join(", ") }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table
}
