//! Cleaning up after a drill, and which drills want it. The work is Step Functions'.

use std::collections::BTreeMap;

use aws::audit::{AuditRecord, Subject};
use aws::history::{CleanupInstanceRecord, CleanupRecord, ExecutionRecord, ExecutionRecords, ServerRecord};
use aws::{AwsError, Clients};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{CleanupRun, CleanupServer, Execution, ExecutionSummary, LeftOver};
use domain::cleanup::{CleanupStatus, Judgement, judge, refusal};
use domain::id::{ExecutionId, ServerId};

use super::executions;
use crate::App;
use crate::caller::Caller;
use crate::extract::Named;
use crate::problem::Problem;

/// Bytes of the beginning of an execution's id in the name of its cleanups: Step Functions takes 80 in all, and an id can
/// have 71.
const NAMED: usize = 71;

/// Terminates the recovery instances that this drill launched, and no others. Answers at once; progress is in `cleanup` of
/// the execution. While one runs, a second request changes nothing and answers the same.
#[utoipa::path(post, path = "/executions/{executionId}/cleanup", operation_id = "startCleanup",
    params(("executionId" = ExecutionId, Path)),
    responses((status = 202, body = Execution),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    let missing = || Problem::not_found(&format!("execution {id}"));
    let records = app.clients.history.everything(&id).await?.ok_or_else(missing)?;
    let execution = &records.execution;
    if let Some(reason) = refusal(execution.mode, execution.status) {
        let detail = format!("{id} cannot be cleaned up: {reason}; nothing was terminated");
        return Err(Problem::new(StatusCode::CONFLICT, "NOT_CLEANABLE", detail));
    }
    let before = app.clients.history.cleanup(&id, &execution.plan_id).await?;
    if before.as_ref().is_none_or(|cleanup| cleanup.status.is_terminal()) {
        begin(&app, &caller, execution, before.as_ref()).await?;
    }
    let shown = shown(&app, records, &caller).await?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

/// Of two that begin at the same time, one writes the record and starts the machine.
async fn begin(
    app: &App,
    caller: &Caller,
    execution: &ExecutionRecord,
    before: Option<&CleanupRecord>,
) -> Result<(), Problem> {
    let (id, plan) = (&execution.execution_id, &execution.plan_id);
    let mut record = CleanupRecord::new(id, plan, before, &caller.name, aws::clock::now());
    let event = AuditRecord::new(&caller.actor(), "StartCleanup", &Subject::Execution(id.clone()))
        .with_detail(format!("cleanup {} of a {} of {plan}", record.attempt, execution.mode));
    if !app.clients.history.begin_cleanup(&record, before, app.clients.audit.write(&event)?).await? {
        return Ok(());
    }
    let input = serde_json::json!({ "executionId": id, "planId": plan });
    let beginning: String = id.as_str().chars().take(NAMED).collect();
    let name = format!("{beginning}-clean{:03}", record.attempt % 1_000);
    if let Err(error) = app.clients.sfn.start_execution(&app.cleanup_state_machine_arn, &name, &input).await {
        record.status = CleanupStatus::Failed;
        record.reason = format!("Step Functions did not start it: {error}");
        record.ended_at = Some(aws::clock::now());
        app.clients.history.save_cleanup(&record).await?;
        return Err(error.into());
    }
    tracing::info!(executionId = %id, "cleanup of {id} is started");
    Ok(())
}

/// An execution with its cleanup.
pub(super) async fn shown(app: &App, records: ExecutionRecords, caller: &Caller) -> Result<Execution, Problem> {
    Ok(with_cleanup(app.clients, records, caller).await?)
}

/// The same, for whoever has only the clients.
pub(super) async fn with_cleanup(
    clients: &Clients,
    records: ExecutionRecords,
    caller: &Caller,
) -> Result<Execution, AwsError> {
    let history = &clients.history;
    let (id, plan) = (records.execution.execution_id.clone(), records.execution.plan_id.clone());
    let mut execution = executions::execution(records, caller);
    // Most executions have none, and then one small read is all that it costs.
    if let Some(cleanup) = history.cleanup(&id, &plan).await? {
        let instances = history.cleanup_instances(&id, &plan).await?;
        execution.cleanup = Some(run(cleanup, instances));
    }
    Ok(execution)
}

fn run(cleanup: CleanupRecord, instances: Vec<CleanupInstanceRecord>) -> CleanupRun {
    let server = |one: CleanupInstanceRecord| CleanupServer {
        server_id: one.server_id,
        hostname: one.hostname,
        instance_id: one.instance_id,
        status: one.status,
        job_id: one.job_id,
        reason: one.reason,
    };
    CleanupRun {
        status: cleanup.status,
        reason: cleanup.reason,
        started_by: cleanup.started_by,
        started_at: cleanup.started_at,
        ended_at: cleanup.ended_at,
        servers: instances.into_iter().map(server).collect(),
    }
}

/// Those of `drills` of which something stands that a cleanup would terminate, as DRS says now.
pub(super) async fn standing(
    app: &App,
    drills: Vec<ExecutionRecord>,
    caller: &Caller,
) -> Result<Vec<ExecutionSummary>, Problem> {
    let now = aws::clock::now();
    let mut found = Vec::new();
    for drill in drills {
        let (id, plan) = (&drill.execution_id, &drill.plan_id);
        let waves = app.clients.history.waves(id, plan).await?;
        let servers = app.clients.history.all_servers(id, plan).await?;
        let mut of_region: BTreeMap<&str, Vec<&ServerRecord>> = BTreeMap::new();
        for server in servers.iter().filter(|server| server.instance_id.is_some()) {
            let wave = waves.iter().find(|wave| wave.number == server.wave);
            of_region.entry(wave.map_or("", |wave| &wave.region)).or_default().push(server);
        }
        let mut left = LeftOver { instances: 0, running_hours: 0.0 };
        for (region, servers) in of_region {
            count(app, region, &servers, now, &mut left).await?;
        }
        if left.instances > 0 {
            // To a tenth: nobody pays for less.
            left.running_hours = (left.running_hours * 10.0).round() / 10.0;
            let mut summary = executions::summary(drill, caller);
            summary.left_over = Some(left);
            found.push(summary);
        }
    }
    Ok(found)
}

async fn count(
    app: &App,
    region: &str,
    servers: &[&ServerRecord],
    now: i64,
    left: &mut LeftOver,
) -> Result<(), Problem> {
    let ids: Vec<ServerId> = servers.iter().map(|server| server.server_id.clone()).collect();
    let mut described: BTreeMap<ServerId, Vec<_>> = BTreeMap::new();
    for one in app.clients.at(region).drs.recovery_instances(&ids).await? {
        described.entry(one.server.clone()).or_default().push(one.into());
    }
    for server in servers {
        let Some((instance, job)) = server.instance_id.as_ref().zip(server.job_id.as_ref()) else { continue };
        let of_server = described.get(&server.server_id).map(Vec::as_slice).unwrap_or_default();
        if judge(instance, job, of_server) == Judgement::Terminate {
            left.instances += 1;
            left.running_hours += server.launched_at.map_or(0, |launched| now - launched) as f64 / 3_600.0;
        }
    }
    Ok(())
}
