//! `SettleWave`: writes what a wave came to and lets the waves behind it go on. Also the way out of every failure in a
//! wave: whatever happened, the wave ends here with a recorded status, or is held for a person's decision where its plan
//! says so.

use std::collections::BTreeSet;

use aws::Clients;
use aws::handoff::Seen;
use aws::history::{ServerRecord, WaveKey, WaveRecord, in_open_intents};
use domain::gate::{Cancellation, WaveApproval};
use domain::id::ServerId;
use domain::outcome::{Decision, Dependency, decide, wave_outcome};
use domain::plan::OnFailure;
use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};
use task::{Failure, TaskError};

/// A wave that has ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which.
    #[serde(flatten)]
    pub key: WaveKey,
    /// The round that has ended; missing when the wave's state machine is lost, since nothing could wait for a decision then.
    #[serde(default)]
    pub round: Option<u32>,
    /// Why it does not run at all.
    #[serde(default)]
    pub skip: Option<String>,
    /// Why it is FAILED whatever its servers came to: somebody refused it, or an action failed.
    #[serde(default)]
    pub refusal: Option<String>,
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
    /// Whether it goes on once somebody has decided about its failure.
    pub held: bool,
    /// After how many seconds it looks for itself whether somebody has.
    pub seconds: i64,
}

/// As long as a wave waits at least before it looks for itself.
const FIRST_LOOK_SECONDS: i64 = 300;

/// Settles the wave once; a second delivery only wakes the waves behind it again.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { key, round, skip, refusal, error } = request;
    let mut wave = clients.history.wave(&key).await?;
    let run = clients.history.execution(&key.execution_id, &key.plan_id).await?;
    let cancelled = run.as_ref().and_then(|run| run.cancelled.clone());
    // Held, or begun anew by somebody since: what is delivered late of an earlier round changes nothing. And a wave that was
    // opened again has a state machine of its own: that the one before is lost does not matter.
    let goes_on = match round {
        Some(round) => round < wave.round || (cancelled.is_none() && wave.held_at.is_some()),
        None => wave.machine_round > 1,
    };
    // The machine of a wave that was opened again since ends here: the wave goes on in another.
    let may_wait = round.is_some_and(|round| round >= wave.machine_round);
    if !wave.status.is_terminal() && !goes_on {
        let why = Why { cancelled, skip, refusal, error };
        if why.cancelled.is_none() && why.skip.is_some() && !is_forbidden(clients, &key).await? {
            // Somebody has opened a wave again that it depends on: it passes its gate once more.
            return Ok(Response { status: wave.status, held: true, seconds: FIRST_LOOK_SECONDS });
        }
        let may_hold = round.is_some() && run.is_some_and(|run| run.status == ExecutionStatus::Running);
        let mut servers = clients.history.servers(&key).await?;
        let before = servers.clone();
        let intended = in_open_intents(&clients.history.batches(&key).await?);
        end_servers(&mut servers, &intended, &why.text())?;
        settle(&mut wave, &servers, why, may_hold, aws::clock::now())?;
        clients.history.save_changed_servers(&before, &servers).await?;
        clients.history.save_wave(&mut wave).await?;
        if wave.status.is_terminal() {
            let failed = servers.iter().filter(|server| failed(server.status)).count();
            task::metric::servers_failed(wave.mode, failed);
        }
        tracing::info!(status = %wave.status, "wave {:?} is settled: {}", wave.name, wave.status);
    }
    if !wave.status.is_terminal() {
        return Ok(Response { status: wave.status, held: may_wait, seconds: FIRST_LOOK_SECONDS });
    }
    // After the wave is written: a dependant that reads now sees it.
    let seen = Seen::now(clients, &key.execution_id, &key.plan_id).await?;
    for dependant in wave.dependants {
        seen.release(clients, &WaveKey { wave: dependant, ..key.clone() }).await?;
    }
    seen.wake_held(clients, &key).await?;
    Ok(Response { status: wave.status, held: false, seconds: 0 })
}

/// Whether a dependency forbids the wave, as of now.
async fn is_forbidden(clients: &Clients, key: &WaveKey) -> Result<bool, TaskError> {
    let waves = clients.history.waves(&key.execution_id, &key.plan_id).await?;
    let dependencies: Vec<Dependency> = waves
        .into_iter()
        .filter(|other| other.dependants.contains(&key.wave))
        .map(|other| Dependency { on_failure: other.policy(), status: other.status, name: other.name })
        .collect();
    Ok(matches!(decide(&dependencies), Decision::Skip { .. }))
}

fn failed(status: ServerStatus) -> bool {
    matches!(status, ServerStatus::Failed | ServerStatus::Unhealthy | ServerStatus::Unknown)
}

/// Why the wave ends otherwise than by its servers.
struct Why {
    cancelled: Option<Cancellation>,
    skip: Option<String>,
    refusal: Option<String>,
    error: Option<Failure>,
}

impl Why {
    fn text(&self) -> String {
        let error = || self.error.as_ref().map(Failure::text);
        if let Some(cancelled) = &self.cancelled {
            // What came in between is the reason why something of it may not be known.
            let reasons = std::iter::once(cancelled.reason()).chain(error());
            return reasons.collect::<Vec<_>>().join("; ");
        }
        self.skip.clone().or_else(|| self.refusal.clone()).or_else(error).unwrap_or_default()
    }
}

/// Ends every server that has not ended. A server whose launch was intended with no known outcome may be launching.
fn end_servers(servers: &mut [ServerRecord], intended: &BTreeSet<ServerId>, why: &str) -> Result<(), TaskError> {
    for server in servers.iter_mut() {
        let end = match server.status {
            ServerStatus::Pending if intended.contains(&server.server_id) => ServerStatus::Unknown,
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
        why.clone_into(&mut server.reason);
    }
    Ok(())
}

/// The longest of what `of` gives for each server: a beginning and an end.
fn slowest(servers: &[ServerRecord], of: impl Fn(&ServerRecord) -> Option<(i64, i64)>) -> Option<u32> {
    servers.iter().filter_map(of).filter_map(|(from, to)| u32::try_from(to - from).ok()).max()
}

/// Judges the wave by its servers, unless it was skipped, refused or broke off. A wave that a person rejects is FAILED and
/// not SKIPPED: nothing before it went wrong, so what it means for the waves behind it is for its own policy to say. One
/// that had not ended when its execution was cancelled is CANCELLED, however far it came: its servers say that.
///
/// One that failed by itself, and whose plan says PAUSE, is held instead, unless somebody has decided already that it ends.
fn settle(
    wave: &mut WaveRecord,
    servers: &[ServerRecord],
    why: Why,
    may_hold: bool,
    now: i64,
) -> Result<(), TaskError> {
    let ended_by = wave
        .decisions
        .last()
        .filter(|decision| wave.status == WaveStatus::AwaitingDecision && !decision.decided.begins_anew());
    if why.cancelled.is_none() && ended_by.is_some() {
        wave.set_status(WaveStatus::Failed)?;
        wave.ended_at = Some(now);
        return Ok(());
    }
    let text = why.text();
    let (status, reason) = match (why.cancelled, why.skip, why.refusal, why.error) {
        (Some(_), _, _, _) => (WaveStatus::Cancelled, text),
        (None, Some(_), _, _) => (WaveStatus::Skipped, text),
        (None, None, Some(_), _) | (None, None, None, Some(_)) => (WaveStatus::Failed, text),
        (None, None, None, None) => {
            let results: Vec<_> = servers.iter().map(|server| (server.criticality, server.status)).collect();
            let outcome = wave_outcome(wave.min_healthy_percent, &results);
            (outcome.status, outcome.reason)
        }
    };
    wave.slowest_launch_seconds = slowest(servers, |server| Some((server.started_at?, server.launched_at?)));
    wave.slowest_check_seconds = slowest(servers, |server| Some((server.checking_at?, server.checked_at?)));
    for action in wave.before_actions.iter_mut().chain(&mut wave.after_actions) {
        action.abandon(now);
    }
    let rejected = wave.approval.as_ref().is_some_and(WaveApproval::refuses);
    if status == WaveStatus::Failed && wave.on_failure == OnFailure::Pause && may_hold && !rejected {
        return Ok(wave.hold(reason, now)?);
    }
    wave.set_status(status)?;
    wave.reason = reason;
    wave.ended_at = Some(now);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(id: &str, status: ServerStatus) -> ServerRecord {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut record = ServerRecord::new(&key, id.into(), 0, id.to_owned());
        record.status = status;
        record
    }

    #[test]
    fn a_server_that_may_be_launching_is_never_called_skipped() {
        let mut servers = [
            server("intended", ServerStatus::Pending),
            server("untouched", ServerStatus::Pending),
            server("in-job", ServerStatus::Launching),
            server("up", ServerStatus::Launched),
        ];
        end_servers(&mut servers, &BTreeSet::from(["intended".into()]), "StartJobs gave up").unwrap();
        let ended: Vec<_> = servers.iter().map(|server| (server.status, server.reason.as_str())).collect();
        assert_eq!(
            ended,
            [
                (ServerStatus::Unknown, "StartJobs gave up"),
                (ServerStatus::Skipped, "StartJobs gave up"),
                (ServerStatus::Unknown, "StartJobs gave up"),
                (ServerStatus::Launched, ""),
            ]
        );
    }
}
