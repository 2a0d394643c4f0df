//! `SettleExecution`: the last task of every execution. Ends waves that were lost, releases the claims, and writes what
//! the execution came to, in that order: an execution that shows a final status holds nothing any more.

use std::collections::BTreeSet;

use aws::Clients;
use aws::history::{ExecutionRecord, ExecutionRecords, ServerRecord, ServersEnded, WaveRecord, in_open_intents};
use domain::gate::Cancellation;
use domain::id::{ExecutionId, PlanId, ServerId};
use domain::outcome::execution_outcome;
use domain::plan::Mode;
use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};
use task::{Failure, TaskError};

pub mod reopened;

/// An execution that has ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
    /// What stopped it: a Step Functions error.
    #[serde(default)]
    pub error: Option<Failure>,
    /// The machine that runs waves.
    #[serde(default)]
    pub wave_state_machine: Option<String>,
}

/// What the execution came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// False while waves run that somebody opened again after their end.
    pub settled: bool,
    /// After how many seconds to look again then.
    pub seconds: i64,
    /// Its status.
    pub status: ExecutionStatus,
    /// Why.
    pub reason: String,
    /// The recovery time reached, in seconds.
    pub rto_seconds: Option<i64>,
}

/// Settles the execution once; a second delivery releases again and answers the same.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let history = &clients.history;
    let Some(records) = history.everything(&request.execution_id).await? else {
        // Not even PrepareExecution could record it.
        let reason = request.error.map(|failure| failure.text()).unwrap_or_default();
        return Ok(Response::settled(ExecutionStatus::Failed, reason, None));
    };
    if let Some(machine) = request.wave_state_machine.as_deref().filter(|_| request.error.is_none())
        && let Some(seconds) = reopened::look(clients, machine, &records).await?
    {
        let status = records.execution.status;
        return Ok(Response { settled: false, seconds, status, reason: String::new(), rto_seconds: None });
    }
    let ExecutionRecords { mut execution, mut waves, mut servers, batches } = records;
    if !execution.status.is_terminal() && !execution.settling {
        // From here on no wave is opened again. Whoever did so since the records were read is seen by the retry.
        execution.settling = true;
        history.save_execution(&mut execution).await?;
    }
    let ids: Vec<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
    let now = aws::clock::now();
    let mut lost_waves = end_lost_waves(&mut waves, execution.cancelled.as_ref(), now)?;
    let before = servers.clone();
    end_lost_servers(&mut servers, &lost_waves, &in_open_intents(&batches))?;
    history.save_changed_servers(&before, &servers).await?;
    for wave in &mut lost_waves {
        history.save_wave(wave).await?;
    }
    execution.servers = (!servers.is_empty()).then(|| ended(&servers));
    history.release(&request.execution_id, &ids).await?;
    if !execution.status.is_terminal() {
        conclude(&mut execution, &waves, request.error.as_ref(), now)?;
        let launched = servers.iter().any(|server| server.newest_instance().is_some());
        execution.rpo_seconds = execution.worst_rpo_seconds(&servers);
        execution.set_left_over(execution.mode == Mode::Drill && launched);
        history.save_execution(&mut execution).await?;
        if let Some(rto) = execution.rto_seconds() {
            task::metric::execution_rto_seconds(execution.mode, rto);
        }
        tracing::info!(status = %execution.status, "execution is settled: {}", execution.status);
    }
    let rto_seconds = execution.rto_seconds();
    Ok(Response::settled(execution.status, execution.reason, rto_seconds))
}

impl Response {
    fn settled(status: ExecutionStatus, reason: String, rto_seconds: Option<i64>) -> Self {
        Self { settled: true, seconds: 0, status, reason, rto_seconds }
    }
}

/// Writes what `execution` came to. It ended when its last wave did: what follows is bookkeeping.
fn conclude(
    execution: &mut ExecutionRecord,
    waves: &[WaveRecord],
    error: Option<&Failure>,
    now: i64,
) -> Result<(), TaskError> {
    let outcomes: Vec<_> = waves.iter().map(|wave| (wave.status, wave.policy())).collect();
    let (status, reason) = match (&execution.cancelled, error) {
        (Some(cancelled), _) => (ExecutionStatus::Cancelled, cancelled.reason()),
        (None, Some(failure)) => (ExecutionStatus::Failed, failure.text()),
        (None, None) => (execution_outcome(&outcomes), waves_reason(waves)),
    };
    execution.set_status(status)?;
    execution.reason = reason;
    execution.ended_at = Some(waves.iter().filter_map(|wave| wave.ended_at).max().unwrap_or(now));
    Ok(())
}

fn ended(servers: &[ServerRecord]) -> ServersEnded {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let recovered = servers.iter().filter(|server| server.status.is_success()).count();
    ServersEnded { total: count(servers.len()), recovered: count(recovered) }
}

/// The first wave that did not complete, since the others mostly follow from it.
fn waves_reason(waves: &[WaveRecord]) -> String {
    let bad = |status| move |wave: &&WaveRecord| wave.status == status;
    [WaveStatus::Failed, WaveStatus::Partial, WaveStatus::Skipped]
        .into_iter()
        .find_map(|status| waves.iter().find(bad(status)))
        .map(|wave| format!("wave {:?} is {}: {}", wave.name, wave.status, wave.reason))
        .unwrap_or_default()
}

const LOST: &str = "the execution ended without settling this wave";

/// Ends the waves that did not end by themselves; gives back those. Of an execution that was cancelled before its waves
/// began, that is all of them.
fn end_lost_waves(
    waves: &mut [WaveRecord],
    cancelled: Option<&Cancellation>,
    now: i64,
) -> Result<Vec<WaveRecord>, TaskError> {
    let (status, reason) = match cancelled {
        Some(cancelled) => (WaveStatus::Cancelled, cancelled.reason()),
        None => (WaveStatus::Failed, LOST.to_owned()),
    };
    let mut lost = Vec::new();
    for wave in waves.iter_mut().filter(|wave| !wave.status.is_terminal()) {
        wave.set_status(status)?;
        wave.reason.clone_from(&reason);
        for action in wave.before_actions.iter_mut().chain(&mut wave.after_actions) {
            action.abandon(now);
        }
        wave.ended_at = Some(now);
        lost.push(wave.clone());
    }
    Ok(lost)
}

/// Ends the servers of `lost` waves that did not end by themselves. A server whose launch was begun or intended may be up.
fn end_lost_servers(
    servers: &mut [ServerRecord],
    lost: &[WaveRecord],
    intended: &BTreeSet<ServerId>,
) -> Result<(), TaskError> {
    for server in servers.iter_mut().filter(|server| !server.status.is_terminal()) {
        let Some(wave) = lost.iter().find(|wave| wave.number == server.wave) else { continue };
        let untouched = server.status == ServerStatus::Pending && !intended.contains(&server.server_id);
        server.set_status(if untouched { ServerStatus::Skipped } else { ServerStatus::Unknown })?;
        server.reason.clone_from(&wave.reason);
    }
    Ok(())
}
