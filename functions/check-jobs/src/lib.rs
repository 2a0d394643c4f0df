//! `CheckJobs`: one look at all running jobs of a wave. Writes down what DRS says of every server, and says what the
//! wave does next.
//!
//! A job's COMPLETED is not success: each server is judged by its own launch status.

use std::collections::BTreeMap;

use aws::drs::{Drs, Job, RecoveryInstance};
use aws::history::{BatchRecord, ServerRecord, WaveKey, WaveRecord, in_open_intents, jobs_without_batch};
use aws::{Clients, reservation};
use domain::id::{JobId, ServerId};
use domain::plan::Mode;
use domain::status::ServerStatus;
use serde::Serialize;
use task::TaskError;

mod observe;

/// What the wave does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Next {
    /// Servers wait, and DRS would take some now; or a job was started and not written down to its end.
    StartMore,
    /// Servers wait, none is being launched, and the execution is paused.
    Hold,
    /// Look again in 30 s.
    Wait,
    /// Every server has ended its launch, and some have health checks.
    CheckHealth,
    /// Every server has ended its launch, nothing is left to check, and actions follow.
    AfterActions,
    /// Every server has ended its launch, and nothing is left to check or to do.
    Settle,
}

/// What the poll found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the wave does next.
    pub next: Next,
    /// Servers in no job yet.
    pub pending: usize,
    /// Servers in a job.
    pub launching: usize,
    /// Servers that DRS launched.
    pub launched: usize,
    /// Servers that DRS did not launch.
    pub failed: usize,
}

/// Looks once.
///
/// # Errors
/// When AWS cannot be asked: nothing is concluded from that, the state retries.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    let now = aws::clock::now();
    let mut wave = clients.history.wave(&key).await?;
    // Batches first: StartJobs writes the servers first, so those of a batch with a job are seen as launching then.
    let mut batches = clients.history.batches(&key).await?;
    let mut servers = clients.history.servers(&key).await?;
    let before = servers.clone();
    let drs = clients.at(&wave.region).drs;
    let mut running: Vec<&mut BatchRecord> =
        batches.iter_mut().filter(|batch| batch.job_id.is_some() && !batch.settled).collect();
    for batch in &mut running {
        check(&drs, &wave, batch, &mut servers, now).await?;
    }
    clients.history.save_changed_servers(&before, &servers).await?;
    // After the servers: a batch that is settled is not looked at again.
    for batch in running.iter().filter(|batch| batch.settled) {
        clients.history.save_batch(batch).await?;
    }
    measure(wave.mode, &before, &servers);
    let execution = clients.history.execution(&key.execution_id, &key.plan_id).await?;
    let cancelled = execution.as_ref().is_some_and(|run| run.cancelled.is_some());
    let next = match next(&servers) {
        _ if !jobs_without_batch(&servers, &batches).is_empty() => Next::StartMore,
        _ if cancelled => ending(&servers, &batches, now),
        Some(Next::Settle) if wave.has_actions_after(&servers) => Next::AfterActions,
        Some(next) => next,
        None => {
            let paused = execution.is_some_and(|run| run.paused.is_some());
            start_or_wait(clients, &drs, &key, paused, &servers, &batches).await?
        }
    };
    if matches!(next, Next::CheckHealth | Next::AfterActions | Next::Settle) && wave.launched_at.is_none() {
        wave.launched_at = servers.iter().filter_map(|server| server.launched_at).max();
        clients.history.save_wave(&mut wave).await?;
    }
    let count = |status| servers.iter().filter(|server| server.status == status).count();
    Ok(Response {
        next,
        pending: count(ServerStatus::Pending),
        launching: count(ServerStatus::Launching),
        launched: count(ServerStatus::Launched),
        failed: count(ServerStatus::Failed),
    })
}

/// Writes what DRS says about the job of `batch` into its servers.
async fn check(
    drs: &Drs,
    wave: &WaveRecord,
    batch: &mut BatchRecord,
    servers: &mut [ServerRecord],
    now: i64,
) -> Result<(), TaskError> {
    let Some(job_id) = batch.job_id.clone() else { return Ok(()) };
    let job = drs.jobs(std::slice::from_ref(&job_id)).await?.into_iter().find(|job| job.id == job_id);
    let log = drs.job_log(&job_id).await?;
    let instances = instances(drs, &job_id, job.as_ref(), batch).await?;
    // One that somebody has launch again is in another job by now, whatever this one came to.
    let mut of_batch: Vec<&mut ServerRecord> = servers
        .iter_mut()
        .filter(|server| server.job_id.as_ref() == Some(&job_id) && server.status == ServerStatus::Launching)
        .collect();
    let timeout = i64::from(wave.launch_timeout_minutes) * 60;
    for server in &mut of_batch {
        observe::server(server, job.as_ref(), &log, &instances, timeout, now)?;
    }
    batch.settled = of_batch.iter().all(|server| server.status != ServerStatus::Launching);
    Ok(())
}

/// What the job launched, by server. Asked only when it can matter: DRS leaves the instance out of jobs that have
/// ended, and the recovery instance itself names its job.
async fn instances(
    drs: &Drs,
    job_id: &JobId,
    job: Option<&Job>,
    batch: &BatchRecord,
) -> Result<BTreeMap<ServerId, RecoveryInstance>, TaskError> {
    let launched = |status: &str| status == "LAUNCHED";
    if !job.is_some_and(|job| job.is_completed() || job.servers.iter().any(|server| launched(&server.launch_status))) {
        return Ok(BTreeMap::new());
    }
    let servers: Vec<ServerId> = batch.servers.iter().cloned().collect();
    let found = drs.recovery_instances(&servers).await?;
    let of_job = found.into_iter().filter(|instance| instance.job.as_ref() == Some(job_id));
    Ok(of_job.map(|instance| (instance.server.clone(), instance)).collect())
}

/// Counts what ended in this poll, once.
fn measure(mode: Mode, before: &[ServerRecord], after: &[ServerRecord]) {
    let ended =
        before.iter().zip(after).filter(|(before, after)| before.status != after.status).map(|(_, after)| after);
    let launched: Vec<_> = ended.filter(|server| server.status == ServerStatus::Launched).collect();
    for server in &launched {
        if let (Some(started), Some(launched)) = (server.started_at, server.launched_at) {
            task::metric::launch_seconds(mode, launched - started);
        }
    }
    task::metric::servers_launched(mode, launched.len());
}

/// What the wave does next; nothing while servers wait for a job, which is DRS's to say.
fn next(servers: &[ServerRecord]) -> Option<Next> {
    let any = |status| servers.iter().any(|server| server.status == status);
    if any(ServerStatus::Pending) {
        return None;
    }
    if any(ServerStatus::Launching) {
        return Some(Next::Wait);
    }
    let to_check = servers.iter().any(|server| server.status == ServerStatus::Launched && !server.checks.is_empty());
    Some(if to_check { Next::CheckHealth } else { Next::Settle })
}

/// How long an intent whose call had no known outcome is looked for in a cancelled execution. DRS shows a job within
/// moments; what is not there after ten minutes was most likely never begun, and its servers become UNKNOWN.
const ADOPTION_SECONDS: i64 = 600;

/// What a wave of a cancelled execution does: nothing but watch what DRS has begun. StartJobs adopts then and starts nothing.
fn ending(servers: &[ServerRecord], batches: &[BatchRecord], now: i64) -> Next {
    let open = |batch: &BatchRecord| batch.job_id.is_none() && now - batch.intended_at < ADOPTION_SECONDS;
    if batches.iter().any(open) {
        Next::StartMore
    } else if servers.iter().any(|server| server.status == ServerStatus::Launching) {
        Next::Wait
    } else {
        Next::Settle
    }
}

/// Whether more can be launched now. StartJobs is called only when it would start something or an intent is open, so that
/// a wave that queues costs no more transitions than one that runs. In a pause nothing is started, and a wave without
/// running jobs does not even poll.
async fn start_or_wait(
    clients: &Clients,
    drs: &Drs,
    key: &WaveKey,
    paused: bool,
    servers: &[ServerRecord],
    batches: &[BatchRecord],
) -> Result<Next, TaskError> {
    let with = |status| servers.iter().filter(move |server: &&ServerRecord| server.status == status);
    if paused {
        return Ok(if with(ServerStatus::Launching).next().is_some() { Next::Wait } else { Next::Hold });
    }
    let pending: Vec<ServerId> = with(ServerStatus::Pending).map(|server| server.server_id.clone()).collect();
    let start = !in_open_intents(batches).is_empty()
        || !reservation::pack(clients, drs, key, &pending).await?.batches.is_empty();
    Ok(if start { Next::StartMore } else { Next::Wait })
}
