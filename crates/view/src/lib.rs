//! What is recorded of an execution, as the API shows it: for the API, and for whoever has to do without it. Not here: where
//! the records come from, and who may see them.

use std::collections::BTreeMap;

use aws::history::{ExecutionRecord, ExecutionRecords, ServerRecord, WaveRecord};
use contract::{CheckRun, Execution, ExecutionSummary, ServerCounts, ServerRun, SettingsRun, WaveRun};
use domain::control::{Decider, ExecutionAction, Possible, WaveAction};
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

/// An execution as `viewer` sees it.
#[must_use]
pub fn execution(records: ExecutionRecords, viewer: &Viewer<'_>) -> Execution {
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
            let mut wave = wave(record, &names, of_wave, &viewer.decider(&records.execution));
            if records.execution.cancelled.is_some() {
                wave.allowed_actions.clear();
            }
            wave
        })
        .collect();
    Execution { summary: summary(records.execution, viewer), waves, cleanup: None }
}

/// An execution without its waves, as `viewer` sees it.
#[must_use]
pub fn summary(record: ExecutionRecord, viewer: &Viewer<'_>) -> ExecutionSummary {
    let allowed = |action: &&ExecutionAction| {
        viewer.may(action.role_action())
            && action.possible(record.status, record.paused.as_ref(), record.cancelled.as_ref()) == Possible::Yes
    };
    ExecutionSummary {
        allowed_actions: ExecutionAction::ALL.iter().filter(allowed).copied().collect(),
        rto_seconds: record.rto_seconds(),
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

fn wave(record: WaveRecord, names: &BTreeMap<u32, String>, servers: Vec<ServerRun>, decider: &Decider<'_>) -> WaveRun {
    let approval = record.approval.as_ref();
    let allowed = |action: &&WaveAction| {
        approval.is_some_and(|approval| decider.may(**action, approval).is_ok())
            && action.possible(record.status, approval) == Possible::Yes
    };
    WaveRun {
        allowed_actions: WaveAction::ALL.iter().filter(allowed).copied().collect(),
        number: record.number,
        depends_on_waves: record.depends_on.iter().filter_map(|number| names.get(number)).cloned().collect(),
        name: record.name,
        region: record.region,
        status: record.status,
        reason: record.reason,
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
        recovered_from: record.recovered_from,
        started_at: record.started_at,
        launched_at: record.launched_at,
        checked_at: record.checked_at,
        launch_settings: record.settings.map(|settings| SettingsRun {
            outcome: settings.outcome,
            changes: settings.changes,
            reason: settings.reason,
        }),
        checks: record
            .checks
            .into_iter()
            .map(|check| CheckRun {
                name: check.name,
                kind: check.kind,
                required: check.required,
                status: check.status,
                output: check.output,
                ended_at: check.ended_at,
            })
            .collect(),
    }
}
