//! Executions: start one, see what became of them.

use aws::audit::{AuditRecord, Subject};
use aws::history::{ExecutionRecord, ExecutionRecords};
use aws::start::{Start, begin, execution_id};
use aws::{AwsError, ErrorKind};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{Execution, ExecutionSummary, Mode, Page, StartExecution};
use domain::id::{ExecutionId, PlanId};
use domain::role::Action;
use domain::status::ExecutionStatus;
use serde::Deserialize;

use super::{cleanup, page_size, points};
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Starts an execution and answers at once; the work is Step Functions'. A RECOVERY needs a role of its own and the
/// plan's name typed back.
//
// The record is written first, since it carries who started it: Step Functions' input could be anybody's.
#[utoipa::path(post, path = "/recovery-plans/{name}/executions", operation_id = "startExecution",
    params(("name" = PlanId, Path)), request_body = StartExecution, responses((status = 202, body = Execution)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Named(plan): Named<PlanId>,
    Document(request): Document<StartExecution>,
) -> Result<(StatusCode, Json<Execution>), Problem> {
    if request.mode == Mode::Recovery {
        caller.may(Action::StartRecovery)?;
    }
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(storing::no_plan(&plan));
    }
    if request.mode == Mode::Recovery && request.confirm.as_deref() != Some(plan.as_str()) {
        let detail = format!("a RECOVERY is a real failover: confirm it with confirm: {:?}", plan.as_str());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "NOT_CONFIRMED", detail));
    }
    let now = aws::clock::now();
    points::check(&request.recovery_point, now)?;
    let id = execution_id(&plan, now);
    let mut record = ExecutionRecord::new(id.clone(), plan.clone(), request.mode, caller.name.clone(), now);
    let mut what = format!("{} of {plan}", request.mode);
    if !request.recovery_point.is_latest() {
        what = format!("{what}, recovery points: {}", request.recovery_point);
        record.recovery_point = Some(request.recovery_point.clone());
    }
    let event = AuditRecord::new(&caller.actor(), "StartExecution", &Subject::Execution(id.clone())).with_detail(what);
    app.clients.history.create_execution(&record, app.clients.audit.write(&event)?).await?;
    let start = Start {
        plan: &plan,
        mode: request.mode,
        confirm: request.confirm.as_deref(),
        replace_instances: &request.replace_instances,
        recovery_point: &request.recovery_point,
    };
    let started = begin(&app.clients.sfn, &app.recovery_state_machine_arn, &id, &start).await;
    if let Err(error) = started {
        unstarted(&app, &mut record, error).await?;
    }
    tracing::info!(executionId = %id, mode = %request.mode, "execution {id} is started");
    let begun = ExecutionRecords { execution: record, waves: Vec::new(), servers: Vec::new(), batches: Vec::new() };
    Ok((StatusCode::ACCEPTED, Json(execution(begun, &caller))))
}

/// Records that Step Functions did not start it; unless it did and only its answer was lost, which PrepareExecution
/// has then written down.
async fn unstarted(app: &App, record: &mut ExecutionRecord, error: AwsError) -> Result<(), Problem> {
    record.set_status(ExecutionStatus::Failed)?;
    record.reason = format!("Step Functions did not start it: {error}");
    record.ended_at = Some(aws::clock::now());
    match app.clients.history.save_execution(record).await {
        Ok(()) => Err(error.into()),
        Err(conflict) if conflict.kind == ErrorKind::Conflict => {
            let records = app.clients.history.everything(&record.execution_id).await?;
            *record = records.ok_or(error)?.execution;
            Ok(())
        }
        Err(other) => Err(other.into()),
    }
}

/// Drills of a page that DRS is asked about.
const LEFT_OVER_PAGE: i32 = 20;

/// Which executions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExecutionsQuery {
    /// Only executions of this plan.
    pub plan_id: Option<PlanId>,
    /// Only drills of which something stands that a cleanup would terminate. DRS is asked about each, so a page can be
    /// shorter than its limit, even empty, and have a `nextToken` all the same.
    #[serde(default)]
    #[param(required = false)]
    pub left_over: bool,
    /// From the page before.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// Executions, newest first.
#[utoipa::path(get, path = "/executions", operation_id = "listExecutions", params(ExecutionsQuery),
    responses((status = 200, body = Page<ExecutionSummary>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<ExecutionsQuery>,
) -> Result<Json<Page<ExecutionSummary>>, Problem> {
    let limit = i32::from(page_size(query.limit));
    if query.left_over {
        // Each costs some reads of DRS, and API Gateway waits for 29 s.
        let page = app.clients.history.left_over(limit.min(LEFT_OVER_PAGE), query.next_token.as_deref()).await?;
        let of_plan = |drill: &ExecutionRecord| query.plan_id.as_ref().is_none_or(|plan| *plan == drill.plan_id);
        let drills = page.items.into_iter().filter(of_plan).collect();
        return Ok(Json(Page::new(cleanup::standing(&app, drills, &caller).await?, page.next_token)));
    }
    let page = app.clients.history.executions(query.plan_id.as_ref(), limit, query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(|record| summary(record, &caller)).collect(), page.next_token)))
}

/// One execution with its waves and servers.
#[utoipa::path(get, path = "/executions/{executionId}", operation_id = "getExecution",
    params(("executionId" = ExecutionId, Path)), responses((status = 200, body = Execution)))]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
) -> Result<Json<Execution>, Problem> {
    let found = app.clients.history.everything(&id).await?;
    let records = found.ok_or_else(|| Problem::not_found(&format!("execution {id}")))?;
    Ok(Json(cleanup::shown(&app, records, &caller).await?))
}

/// An execution that was never cleaned up, as `caller` sees it.
pub(crate) fn execution(records: ExecutionRecords, caller: &Caller) -> Execution {
    view::execution(records, None, &caller.viewer())
}

pub(super) fn summary(record: ExecutionRecord, caller: &Caller) -> ExecutionSummary {
    view::summary(record, None, &caller.viewer())
}
