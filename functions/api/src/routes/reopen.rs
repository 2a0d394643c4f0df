//! Opening a wave again that has ended FAILED while its execution runs, with the waves that were SKIPPED because of it.

use std::collections::BTreeSet;

use aws::AwsError;
use aws::history::{ExecutionRecord, ServerRecord, WaveKey, WaveRecord};
use domain::decision::{Decided, FailureDecision, Scope};
use domain::id::ServerId;
use domain::status::{ServerStatus, WaveStatus};

use crate::App;

/// The waves behind `opened` that have to be written with it: those that were skipped, opened again, and those that wait,
/// as they are. One of these may be about to be skipped, and must see that this was decided by what is no longer so.
pub(super) fn behind(
    waves: &[WaveRecord],
    servers: &[ServerRecord],
    opened: &WaveRecord,
    decision: &FailureDecision,
) -> Result<Vec<WaveRecord>, AwsError> {
    let mut found: Vec<WaveRecord> = Vec::new();
    let mut seen: BTreeSet<u32> = BTreeSet::from([opened.number]);
    let mut next: Vec<u32> = opened.dependants.iter().copied().collect();
    while let Some(number) = next.pop() {
        let Some(wave) = waves.iter().find(|wave| wave.number == number).filter(|_| seen.insert(number)) else {
            continue;
        };
        let mut wave = wave.clone();
        match wave.status {
            WaveStatus::Skipped => {
                next.extend(&wave.dependants);
                let scope = skipped_of(&wave, servers);
                let count = u32::try_from(scope.servers.len()).unwrap_or(u32::MAX);
                let reason = wave.reason.clone();
                let retried = FailureDecision { decided: Decided::Retry, reason, servers: count, ..decision.clone() };
                wave.decide(retried, scope)?;
            }
            WaveStatus::Waiting | WaveStatus::AwaitingApproval => next.extend(&wave.dependants),
            WaveStatus::Launching
            | WaveStatus::Checking
            | WaveStatus::AwaitingDecision
            | WaveStatus::Completed
            | WaveStatus::Partial
            | WaveStatus::Failed
            | WaveStatus::Cancelled => continue,
        }
        found.push(wave);
    }
    Ok(found)
}

fn skipped_of(wave: &WaveRecord, servers: &[ServerRecord]) -> Scope {
    let skipped = |server: &&ServerRecord| server.wave == wave.number && server.status == ServerStatus::Skipped;
    let servers: BTreeSet<ServerId> = servers.iter().filter(skipped).map(|server| server.server_id.clone()).collect();
    Scope { servers, replace_instances: BTreeSet::new() }
}

/// Starts the state machine of each wave that was opened again just now. Should that fail, SettleExecution does it.
pub(super) async fn start(app: &App, run: &ExecutionRecord, waves: &[WaveRecord]) -> Result<(), AwsError> {
    for wave in waves.iter().filter(|wave| wave.machine_round > 1 && wave.machine_round == wave.round) {
        let (execution_id, plan_id) = (run.execution_id.clone(), run.plan_id.clone());
        let key = WaveKey { execution_id, plan_id, wave: wave.number };
        let started = app.clients.sfn.start_reopened(&app.wave_state_machine_arn, &key, wave.machine_round).await;
        if let Err(error) = started {
            tracing::error!(%error, wave = wave.number, "a wave that was opened again is not started: {error}");
        }
    }
    Ok(())
}
