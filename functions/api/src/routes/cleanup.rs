//! Cleaning up after a drill, and which drills want it. The work is Step Functions'.

use aws::history::{CleanupInstanceRecord, CleanupRecord, ExecutionRecord, ExecutionRecords};
use aws::standing::Standing;
use aws::{AwsError, Clients, ErrorKind, cleanup};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{CleanupRun, CleanupServer, Execution, ExecutionSummary, LeftOver};
use domain::control::{ExecutionAction, Possible};
use domain::id::ExecutionId;

use super::executions;
use crate::App;
use crate::caller::Caller;
use crate::extract::Named;
use crate::problem::Problem;

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
    let before = app.clients.history.cleanup(&id, &execution.plan_id).await?;
    let now = execution.now(before.as_ref().map(|cleanup| cleanup.status));
    if let Possible::No { reason } = ExecutionAction::Cleanup.possible(&now) {
        let detail = format!("{id} cannot be cleaned up: {reason}; nothing was terminated");
        return Err(Problem::new(StatusCode::CONFLICT, "NOT_CLEANABLE", detail));
    }
    let machine = &app.cleanup_state_machine_arn;
    match before.as_ref().filter(|cleanup| !cleanup.status.is_terminal()) {
        // Whoever recorded it may have been cut off before its machine was started. One that has ended is the sweep's.
        Some(running) => match cleanup::start(app.clients, machine, execution, running).await {
            Err(error) if error.kind != ErrorKind::Conflict => return Err(error.into()),
            Ok(()) | Err(_) => {}
        },
        None => cleanup::begin(app.clients, machine, &caller.actor(), execution, before.as_ref()).await?,
    }
    let shown = shown(&app, records, &caller).await?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
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
    // Most executions have none, and then one small read is all that it costs.
    let cleanup = match history.cleanup(&id, &plan).await? {
        Some(cleanup) => Some(run(cleanup, history.cleanup_instances(&id, &plan).await?)),
        None => None,
    };
    Ok(view::execution(records, cleanup, &caller.viewer()))
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
        let Standing { instances, running_hours, .. } = aws::standing::standing(app.clients, &drill, now).await?;
        if instances > 0 {
            let mut summary = executions::summary(drill, caller);
            summary.left_over = Some(LeftOver { instances, running_hours });
            found.push(summary);
        }
    }
    Ok(found)
}
