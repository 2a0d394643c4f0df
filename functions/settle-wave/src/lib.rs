//! `SettleWave`: writes what a wave came to and lets the waves behind it go on. Also the way out of every failure in a
//! wave: whatever happened, the wave ends here with a recorded status.

use aws::Clients;
use aws::history::{ServerRecord, WaveKey, WaveRecord};
use domain::outcome::wave_outcome;
use domain::status::{ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};
use task::{Failure, TaskError};

/// A wave that has ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which.
    #[serde(flatten)]
    pub key: WaveKey,
    /// Why it does not run at all.
    #[serde(default)]
    pub skip: Option<String>,
    /// What stopped it.
    #[serde(default)]
    pub error: Option<Failure>,
}

/// What the wave came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The wave's status.
    pub status: WaveStatus,
}

/// Settles the wave once; a second delivery only wakes the waves behind it again.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { key, skip, error } = request;
    let mut wave = clients.history.wave(&key).await?;
    if !wave.status.is_terminal() {
        let mut servers = clients.history.servers(&key).await?;
        settle(&mut wave, &mut servers, skip, error.as_ref(), aws::clock::now())?;
        clients.history.save_servers(&servers).await?;
        clients.history.save_wave(&wave).await?;
        let failed = servers.iter().filter(|server| failed(server.status)).count();
        task::metric::servers_failed(wave.mode, failed);
        tracing::info!(status = %wave.status, "wave {:?} is settled: {}", wave.name, wave.status);
    }
    // After the wave is written: a dependant that reads now sees it.
    let waves = clients.history.waves(&key.execution_id, &key.plan_id).await?;
    for dependant in wave.dependants {
        aws::handoff::release(clients, &WaveKey { wave: dependant, ..key.clone() }, &waves).await?;
    }
    Ok(Response { status: wave.status })
}

fn failed(status: ServerStatus) -> bool {
    matches!(status, ServerStatus::Failed | ServerStatus::Unhealthy | ServerStatus::Unknown)
}

/// Ends every server that has not ended, then judges the wave.
fn settle(
    wave: &mut WaveRecord,
    servers: &mut [ServerRecord],
    skip: Option<String>,
    error: Option<&Failure>,
    now: i64,
) -> Result<(), TaskError> {
    let why = match (&skip, error) {
        (Some(reason), _) => reason.clone(),
        (None, Some(failure)) => failure.text(),
        (None, None) => String::new(),
    };
    for server in servers.iter_mut() {
        let end = match server.status {
            ServerStatus::Pending => ServerStatus::Skipped,
            ServerStatus::Launching | ServerStatus::Checking => ServerStatus::Unknown,
            ServerStatus::Launched
            | ServerStatus::Healthy
            | ServerStatus::Unhealthy
            | ServerStatus::Failed
            | ServerStatus::Skipped
            | ServerStatus::Unknown => continue,
        };
        server.set_status(end)?;
        server.reason.clone_from(&why);
    }
    let (status, reason) = if skip.is_some() {
        (WaveStatus::Skipped, why)
    } else if error.is_some() {
        (WaveStatus::Failed, why)
    } else {
        let results: Vec<_> = servers.iter().map(|server| (server.criticality, server.status)).collect();
        let outcome = wave_outcome(wave.min_healthy_percent, &results);
        (outcome.status, outcome.reason)
    };
    wave.set_status(status)?;
    wave.reason = reason;
    wave.ended_at = Some(now);
    Ok(())
}
