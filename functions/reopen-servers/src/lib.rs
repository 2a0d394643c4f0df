//! `ReopenServers`: makes the servers of a wave ready that somebody has decided to launch, or to check, again. What the
//! attempt before came to is kept with each server.
//!
//! An intent of an attempt before, whose call had no known outcome, must not be mistaken for one of the next: it gets the
//! job that DRS has for it, which then nobody adopts, or is withdrawn.

use std::collections::BTreeSet;

use aws::drs::JOB_HORIZON_SECONDS;
use aws::history::{BatchRecord, ServerRecord, WaveKey, WaveRecord};
use aws::{Clients, adopt};
use domain::decision::Decided;
use domain::gate::Failure;
use domain::id::{JobId, ServerId};
use serde::Serialize;
use task::TaskError;

/// What was made ready.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Servers that were made ready now.
    pub servers: usize,
}

/// Makes ready what is not yet; a second delivery finds every server in the round of its wave.
///
/// # Errors
/// `Conflict` while a job of an earlier attempt, whose start had no known outcome, still runs, or when another delivery was
/// quicker.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    clients.history.running_execution(&key).await?;
    let wave = clients.history.wave(&key).await?;
    let Some(Failure::Decided(decided)) = wave.failure().filter(|_| !wave.status.is_terminal()) else {
        return Ok(Response { servers: 0 });
    };
    if !decided.begins_anew() {
        return Ok(Response { servers: 0 });
    }
    // Before the servers: an intent of this round is not among those that are read before a server is in it.
    let batches = clients.history.batches(&key).await?;
    let servers = clients.history.servers(&key).await?;
    let chosen = |server: &ServerRecord| wave.scope.servers.contains(&server.server_id) && server.round < wave.round;
    let mut reopened: Vec<ServerRecord> = servers.into_iter().filter(chosen).collect();
    if decided == Decided::Retry {
        close_intents(clients, &wave, &batches, &reopened).await?;
    }
    let rounds: Vec<u32> = reopened.iter().map(|server| server.round).collect();
    for server in &mut reopened {
        server.begin_anew(decided, wave.round);
    }
    clients.history.save_anew(&reopened, &rounds).await?;
    tracing::info!(servers = reopened.len(), round = wave.round, "servers are made ready for another attempt");
    Ok(Response { servers: reopened.len() })
}

/// Ends the intents of earlier attempts at `servers`.
async fn close_intents(
    clients: &Clients,
    wave: &WaveRecord,
    batches: &[BatchRecord],
    servers: &[ServerRecord],
) -> Result<(), TaskError> {
    let ids: BTreeSet<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
    let own: BTreeSet<JobId> = batches.iter().filter_map(|batch| batch.job_id.clone()).collect();
    let drs = clients.at(&wave.region).drs;
    for intent in batches.iter().filter(|batch| batch.job_id.is_none() && !batch.servers.is_disjoint(&ids)) {
        let jobs = drs.jobs_since(intent.intended_at - JOB_HORIZON_SECONDS).await?;
        match adopt::find(intent, wave.mode, &own, &jobs) {
            adopt::Found::Ours(job) => {
                if jobs.iter().any(|one| one.id == job && !one.is_completed()) {
                    let message = format!("job {job}, which an earlier attempt started, still runs: it is waited for");
                    return Err(TaskError::Conflict(message));
                }
                let mut ended = intent.clone();
                (ended.job_id, ended.settled) = (Some(job), true);
                clients.history.save_batch(&ended).await?;
            }
            // A foreign job is waited for by whoever launches.
            adopt::Found::Foreign(_) | adopt::Found::Nothing => clients.history.withdraw_batch(intent).await?,
        }
    }
    Ok(())
}
