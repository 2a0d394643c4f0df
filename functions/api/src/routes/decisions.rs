//! What a person decides about a wave that failed: retry, recheck, skip, abort. Each is decided by
//! [`domain::control`], written into the wave together with its entry in the audit log, and then the wave is woken. Not
//! here: what the wave does then (`ReopenServers`, `SettleWave`).

use std::collections::BTreeSet;

use aws::AwsError;
use aws::audit::{AuditRecord, Subject};
use aws::drs::{JOB_HORIZON_SECONDS, RecoveryInstance};
use aws::history::{ExecutionRecord, ExecutionRecords, ServerRecord, WaveRecord};
use aws::store::Write;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{Execution, RetryWave, WaveDecision};
use domain::control::{Possible, WaveAction};
use domain::decision::{Candidate, Decided, FailureDecision, Scope};
use domain::id::{ExecutionId, InstanceId, ServerId};
use domain::plan::Mode;
use domain::preflight::{InstanceToConfirm, LiveInstance};
use domain::status::ServerStatus;

use super::control::{ATTEMPTS, comment, is_written, may, not_possible, read, woken};
use super::reopen;
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::Named;
use crate::problem::Problem;
use crate::storing::changed_meanwhile;

/// Launches again those servers of a wave that failed which did not succeed, or of them those that the body names. What
/// succeeded stays as it is. DRS terminates what an earlier attempt launched; in a RECOVERY the body names exactly those
/// instances in `replaceInstances`, and it needs the role that may start one.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/retry", operation_id = "retryWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = RetryWave,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn retry(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(body): Document<RetryWave>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Retry, body).await
}

/// Runs the health checks again of those servers of a wave that failed which are UNHEALTHY, or UNKNOWN with an instance.
/// Nothing is launched.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/recheck", operation_id = "recheckWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = WaveDecision,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn recheck(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(body): Document<WaveDecision>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Recheck, body.into()).await
}

/// Lets a wave that failed end FAILED, and the waves behind it go on. In a RECOVERY it needs the role that may start one.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/skip", operation_id = "skipWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = WaveDecision,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn skip(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(body): Document<WaveDecision>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Skip, body.into()).await
}

/// Lets a wave that failed end FAILED, and the waves behind it be SKIPPED.
#[utoipa::path(post, path = "/executions/{executionId}/waves/{number}/abort", operation_id = "abortWave",
    params(("executionId" = ExecutionId, Path), ("number" = u32, Path, minimum = 1)), request_body = WaveDecision,
    responses((status = 200, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn abort(
    State(app): State<App>,
    caller: Caller,
    Named((id, number)): Named<(ExecutionId, u32)>,
    Document(body): Document<WaveDecision>,
) -> Result<Json<Execution>, Problem> {
    decide(&app, &caller, &id, number, WaveAction::Abort, body.into()).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: &ExecutionId,
    number: u32,
    action: WaveAction,
    body: RetryWave,
) -> Result<Json<Execution>, Problem> {
    let said = comment(&body.comment, "the decision")?;
    let Some(decided) = action.decides() else { return Err(Problem::internal("no decision about a failure")) };
    for _ in 0..ATTEMPTS {
        let records = read(app, id).await?;
        let run = &records.execution;
        let missing = || Problem::not_found(&format!("wave {number} in execution {id}"));
        let wave = records.waves.iter().find(|wave| wave.number == number).ok_or_else(missing)?;
        let servers: Vec<&ServerRecord> = records.servers.iter().filter(|server| server.wave == number).collect();
        let candidates: Vec<Candidate> = servers.iter().map(|server| server.candidate()).collect();
        may(caller, run, wave, action)?;
        if let Possible::No { reason } = action.possible(&view::now_of(run, wave, &candidates)) {
            return Err(not_possible(&reason));
        }
        let scope = scope(app, run, wave, &servers, decided, &body).await?;
        let decision = FailureDecision {
            decided,
            by: caller.name.clone(),
            at: aws::clock::now(),
            comment: said.clone(),
            reason: wave.reason.clone(),
            servers: u32::try_from(scope.servers.len()).unwrap_or(u32::MAX),
        };
        let event = AuditRecord::new(&caller.actor(), name(decided), &Subject::Execution(id.clone()))
            .with_detail(format!("wave {number} ({}): {said}", wave.name));
        let event = app.clients.audit.write(&event)?;
        if is_written(write(app, &records, number, decision, scope, event).await)? {
            return woken(app, caller, records).await;
        }
    }
    Err(changed_meanwhile(&format!("execution {id}")))
}

/// Writes the decision: into a wave that is held, or by opening again one that has ended, with those that were skipped
/// because of it.
async fn write(
    app: &App,
    records: &ExecutionRecords,
    number: u32,
    decision: FailureDecision,
    scope: Scope,
    event: Write,
) -> Result<(), AwsError> {
    let Some(wave) = records.waves.iter().find(|wave| wave.number == number) else { return Ok(()) };
    let ended = wave.status.is_terminal();
    let mut wave = wave.clone();
    wave.decide(decision.clone(), scope)?;
    if !ended {
        return app.clients.history.change_wave(&mut wave, event).await;
    }
    let mut waves = reopen::behind(&records.waves, &records.servers, &wave, &decision)?;
    waves.insert(0, wave);
    let mut run = records.execution.clone();
    app.clients.history.reopen(&mut run, &mut waves, event).await?;
    reopen::start(app, &run, &waves).await
}

/// The decision, as the audit log has it.
fn name(decided: Decided) -> &'static str {
    match decided {
        Decided::Retry => "RetryWave",
        Decided::Recheck => "RecheckWave",
        Decided::Skip => "SkipWave",
        Decided::Abort => "AbortWave",
    }
}

/// The servers that the decision is about, once DRS has said that nothing speaks against it.
async fn scope(
    app: &App,
    run: &ExecutionRecord,
    wave: &WaveRecord,
    servers: &[&ServerRecord],
    decided: Decided,
    body: &RetryWave,
) -> Result<Scope, Problem> {
    let fitting = servers.iter().filter(|server| server.candidate().fits(decided));
    let all: BTreeSet<ServerId> = fitting.map(|server| server.server_id.clone()).collect();
    if let Some(other) = body.servers.iter().find(|id| !all.contains(*id)) {
        let why =
            format!("server {other} is not one of this wave that can be launched again: it succeeded, or is another's");
        return Err(not_possible(&why));
    }
    let named = !body.servers.is_empty();
    let chosen: BTreeSet<ServerId> = if named { body.servers.iter().cloned().collect() } else { all };
    if decided != Decided::Retry {
        return Ok(Scope { servers: chosen, replace_instances: BTreeSet::new() });
    }
    let unknown: BTreeSet<ServerId> = servers
        .iter()
        .filter(|server| server.status == ServerStatus::Unknown && chosen.contains(&server.server_id))
        .map(|server| server.server_id.clone())
        .collect();
    nothing_runs(app, wave, &unknown).await?;
    let replace_instances = confirmed(app, run, wave, &chosen, &body.replace_instances).await?;
    Ok(Scope { servers: chosen, replace_instances })
}

/// What became of an UNKNOWN server nobody knows, so it is launched again only when DRS does nothing with it.
async fn nothing_runs(app: &App, wave: &WaveRecord, unknown: &BTreeSet<ServerId>) -> Result<(), Problem> {
    if unknown.is_empty() {
        return Ok(());
    }
    let drs = app.clients.at(&wave.region).drs;
    let jobs = drs.jobs_since(aws::clock::now() - JOB_HORIZON_SECONDS).await?;
    let running = jobs.iter().find(|job| !job.is_completed() && !job.server_ids().is_disjoint(unknown));
    running.map_or(Ok(()), |job| {
        let why = format!(
            "DRS job {} still runs for a server that is UNKNOWN: wait for its end, or name other servers",
            job.id
        );
        Err(not_possible(&why))
    })
}

/// Safety rule 1: live recovery instances that DRS will terminate, which the caller has to name, all of them and no other.
async fn confirmed(
    app: &App,
    run: &ExecutionRecord,
    wave: &WaveRecord,
    chosen: &BTreeSet<ServerId>,
    named: &[InstanceId],
) -> Result<BTreeSet<InstanceId>, Problem> {
    let named: BTreeSet<InstanceId> = named.iter().cloned().collect();
    // A drill never replaces one, whoever agrees: StartJobs leaves such a server alone.
    let in_recovery = run.mode == Mode::Recovery;
    let ids: Vec<ServerId> = chosen.iter().filter(|_| in_recovery).cloned().collect();
    let mut live: Vec<InstanceToConfirm> = app
        .clients
        .at(&wave.region)
        .drs
        .recovery_instances(&ids)
        .await?
        .into_iter()
        .filter(RecoveryInstance::may_live)
        .map(|instance| (instance.server.clone(), LiveInstance::from(instance)))
        .filter(|(_, live)| live.is_protected(run.mode, &BTreeSet::new()))
        .map(|(server_id, live)| InstanceToConfirm { server_id, instance_id: live.id })
        .collect();
    live.sort();
    if live.iter().map(|one| &one.instance_id).collect::<BTreeSet<_>>() == named.iter().collect() {
        return Ok(named);
    }
    let list: Vec<&str> = live.iter().map(|one| one.instance_id.as_ref()).collect();
    let detail = if live.is_empty() {
        "DRS would terminate no live recovery instance: leave replaceInstances out".to_owned()
    } else {
        format!(
            "DRS will terminate live recovery instances: confirm exactly them with replaceInstances: {}",
            list.join(", ")
        )
    };
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "NOT_CONFIRMED", detail).confirming(live))
}
