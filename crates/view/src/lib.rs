//! What is recorded of an execution, as the API shows it: for the API, and for whoever has to do without it. Not here: where
//! the records come from, and who may see them.

use std::collections::BTreeMap;

use aws::history::{AttemptRecord, CheckRecord, ExecutionRecord, ExecutionRecords, ServerRecord, WaveRecord};
use contract::{
    CheckRun, CleanupRun, CleanupStatus, Execution, ExecutionReports, ExecutionSummary, ServerAttempt, ServerCounts,
    ServerRun, SettingsRun, StoredReport, WaveRun,
};
use domain::control::{Decider, ExecutionAction, Possible, WaveAction, WaveNow};
use domain::decision::Candidate;
use domain::role::{Action, allows};

/// Who looks: what he may do is shown with it.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// His name.
    pub name: &'a str,
    /// His roles.
    pub roles: &'a [String],
}

impl Viewer<'_> {
    fn may(&self, action: Action) -> bool {
        self.roles.iter().any(|role| allows(role, action))
    }

    /// The viewer as somebody who wants to decide about a wave of `run`.
    #[must_use]
    pub fn decider<'a>(&'a self, run: &'a ExecutionRecord) -> Decider<'a> {
        Decider {
            name: self.name,
            roles: self.roles,
            mode: run.mode,
            started_by: &run.started_by,
            four_eyes: run.four_eyes,
        }
    }
}

/// A wave, as far as it matters to what may be done to it.
#[must_use]
pub fn now_of<'a>(run: &'a ExecutionRecord, wave: &'a WaveRecord, servers: &'a [Candidate]) -> WaveNow<'a> {
    WaveNow {
        status: wave.status,
        approval: wave.approval.as_ref(),
        decided: wave.decisions.last(),
        is_held: wave.held_at.is_some(),
        round: wave.round,
        execution_runs: run.runs_on(),
        cancelled: run.cancelled.as_ref().filter(|_| !run.status.is_terminal()),
        servers,
    }
}

/// An execution with its cleanup as `viewer` sees it.
#[must_use]
pub fn execution(records: ExecutionRecords, cleanup: Option<CleanupRun>, viewer: &Viewer<'_>) -> Execution {
    let names: BTreeMap<u32, String> = records.waves.iter().map(|wave| (wave.number, wave.name.clone())).collect();
    let mut servers: BTreeMap<u32, Vec<ServerRun>> = BTreeMap::new();
    for record in records.servers {
        servers.entry(record.wave).or_default().push(server(record));
    }
    let waves = records
        .waves
        .into_iter()
        .map(|record| {
            let of_wave = servers.remove(&record.number).unwrap_or_default();
            wave(record, &names, of_wave, &records.execution, viewer)
        })
        .collect();
    bare(records.execution, waves, cleanup, viewer)
}

fn bare(
    mut record: ExecutionRecord,
    waves: Vec<WaveRun>,
    cleanup: Option<CleanupRun>,
    viewer: &Viewer<'_>,
) -> Execution {
    let report_failure = record.report_failure.take();
    let reports = std::mem::take(&mut record.reports).into_iter().map(stored_report).collect();
    let status = cleanup.as_ref().map(|cleanup| cleanup.status);
    Execution { summary: summary(record, status, viewer), waves, cleanup, reports, report_failure }
}

/// An execution with its stored reports, and nothing more.
#[must_use]
pub fn reports(record: ExecutionRecord) -> ExecutionReports {
    ExecutionReports {
        execution_id: record.execution_id,
        plan_id: record.plan_id,
        mode: record.mode,
        status: record.status,
        started_at: record.started_at,
        ended_at: record.ended_at,
        reports: record.reports.into_iter().map(stored_report).collect(),
        report_failure: record.report_failure,
    }
}

fn stored_report(report: aws::history::StoredReport) -> StoredReport {
    StoredReport {
        format: report.format,
        key: report.key,
        sha256: report.sha256,
        version_id: report.version_id,
        bytes: report.bytes,
        stored_at: report.stored_at,
    }
}

/// An execution without its waves, as `viewer` sees it. `cleanup` is where its newest cleanup is, as far as somebody looked.
#[must_use]
pub fn summary(record: ExecutionRecord, cleanup: Option<CleanupStatus>, viewer: &Viewer<'_>) -> ExecutionSummary {
    let now = record.now(cleanup);
    let allowed =
        |action: &&ExecutionAction| viewer.may(action.role_action()) && action.possible(&now) == Possible::Yes;
    ExecutionSummary {
        allowed_actions: ExecutionAction::ALL.iter().filter(allowed).copied().collect(),
        rto_seconds: record.rto_seconds(),
        rpo_seconds: record.rpo_seconds,
        recovery_point: record.recovery_point(),
        cleanup_due_at: record.cleanup_due_at(),
        execution_id: record.execution_id,
        plan_id: record.plan_id,
        plan_version: record.plan_version,
        mode: record.mode,
        status: record.status,
        reason: record.reason,
        started_by: record.started_by,
        started_at: record.started_at,
        ended_at: record.ended_at,
        forecast: record.forecast,
        findings: record.findings,
        left_over: None,
        servers: record.servers.map(|ended| ServerCounts { total: ended.total, recovered: ended.recovered }),
        paused: record.paused,
        cancelled: record.cancelled,
    }
}

fn wave(
    record: WaveRecord,
    names: &BTreeMap<u32, String>,
    servers: Vec<ServerRun>,
    run: &ExecutionRecord,
    viewer: &Viewer<'_>,
) -> WaveRun {
    let decider = viewer.decider(run);
    let fit = |server: &ServerRun| Candidate { status: server.status, has_instance: server.instance_id.is_some() };
    let candidates: Vec<Candidate> = servers.iter().map(fit).collect();
    let now = now_of(run, &record, &candidates);
    let allowed =
        |action: &&WaveAction| decider.may(**action, now.approval).is_ok() && action.possible(&now) == Possible::Yes;
    WaveRun {
        allowed_actions: WaveAction::ALL.iter().filter(allowed).copied().collect(),
        number: record.number,
        depends_on_waves: record.depends_on.iter().filter_map(|number| names.get(number)).cloned().collect(),
        name: record.name,
        region: record.region,
        status: record.status,
        reason: record.reason,
        round: record.round,
        held_at: record.held_at,
        decisions: record.decisions,
        approval: record.approval,
        before_actions: record.before_actions,
        after_actions: record.after_actions,
        started_at: record.started_at,
        launched_at: record.launched_at,
        ended_at: record.ended_at,
        servers,
    }
}

fn server(record: ServerRecord) -> ServerRun {
    ServerRun {
        server_id: record.server_id,
        hostname: record.hostname,
        group: record.group,
        criticality: record.criticality,
        status: record.status,
        phase: record.phase,
        reason: record.reason,
        job_id: record.job_id,
        instance_id: record.instance_id,
        recovery_snapshot_id: record.recovery_snapshot_id,
        recovery_snapshot_at: record.recovery_snapshot_at,
        recovered_from: record.recovered_from,
        started_at: record.started_at,
        launched_at: record.launched_at,
        checked_at: record.checked_at,
        launch_settings: record.settings.map(|settings| SettingsRun {
            outcome: settings.outcome,
            changes: settings.changes,
            reason: settings.reason,
        }),
        checks: record.checks.into_iter().map(check).collect(),
        attempts: record.attempts.into_iter().map(attempt).collect(),
    }
}

fn attempt(record: AttemptRecord) -> ServerAttempt {
    ServerAttempt {
        status: record.status,
        reason: record.reason,
        job_id: record.job_id,
        instance_id: record.instance_id,
        started_at: record.started_at,
        launched_at: record.launched_at,
        checked_at: record.checked_at,
        checks: record.checks.into_iter().map(check).collect(),
    }
}

fn check(record: CheckRecord) -> CheckRun {
    CheckRun {
        name: record.name,
        kind: record.kind,
        required: record.required,
        status: record.status,
        output: record.output,
        ended_at: record.ended_at,
    }
}
