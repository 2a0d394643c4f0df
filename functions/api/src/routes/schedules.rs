//! Schedules of drills. Each change is stored first, and then EventBridge Scheduler is made to follow it; see
//! [`aws::scheduler`]. Not here: what a schedule starts.

use aws::AwsError;
use aws::catalog::{Document as Stored, ScheduleKey, ScheduleRefusal};
use aws::schedule_times::{Times, is_time_zone};
use aws::scheduler::follow;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::{FieldProblem, MissedRun, Page, PlanSchedule, Schedule, ScheduleRun};
use domain::id::{NAME_RULE, PlanId, ScheduleId, is_name};
use domain::schedule::MAX_SCHEDULES;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{ListQuery, stored};
use crate::App;
use crate::caller::Caller;
use crate::conditional::{Precondition, document_tag, tag_header};
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing::{changed_meanwhile, no_plan};

/// Schedules whose last and missed starts are read at a time.
const PARALLEL_READS: usize = 10;

/// The schedules of a plan, by name.
#[utoipa::path(get, path = "/recovery-plans/{name}/schedules", operation_id = "listSchedules",
    params(("name" = PlanId, Path)), responses((status = 200, body = Page<PlanSchedule>)))]
pub async fn list(State(app): State<App>, Named(plan): Named<PlanId>) -> Result<Json<Page<PlanSchedule>>, Problem> {
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(no_plan(&plan));
    }
    let mut items = Vec::new();
    for schedule in app.clients.catalog.schedules(&plan).await? {
        items.push(shown(&app, schedule).await?);
    }
    Ok(Json(Page::new(items, None)))
}

/// The schedules of all plans, by plan and name.
#[utoipa::path(get, path = "/schedules", operation_id = "listAllSchedules", params(ListQuery),
    responses((status = 200, body = Page<PlanSchedule>)))]
pub async fn all(
    State(app): State<App>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<PlanSchedule>>, Problem> {
    let page = app.clients.catalog.schedule_page(query.page(), query.next_token.as_deref()).await?;
    let reads = page.items.into_iter().map(|schedule| shown(&app, schedule));
    let items = stream::iter(reads).buffered(PARALLEL_READS).try_collect().await?;
    Ok(Json(Page::new(items, page.next_token)))
}

/// One schedule of a plan, its last start, and those that were missed.
#[utoipa::path(get, path = "/recovery-plans/{name}/schedules/{schedule}", operation_id = "getSchedule",
    params(("name" = PlanId, Path), ("schedule" = ScheduleId, Path)),
    responses((status = 200, body = PlanSchedule, headers(("ETag" = String)))))]
pub async fn get(
    State(app): State<App>,
    Named((plan, schedule)): Named<(PlanId, ScheduleId)>,
) -> Result<Response, Problem> {
    let key = ScheduleKey::new(&plan, &schedule);
    let found = app.clients.catalog.schedule(&key).await?.ok_or_else(|| Problem::not_found(&key.to_string()))?;
    // Of the document alone: what came of it changes by itself, and is nothing to write over.
    let tag = document_tag(&found);
    Ok((tag_header(&tag), Json(shown(&app, found).await?)).into_response())
}

/// Creates or replaces a schedule: the plan is run as a DRILL at its times. The same document again changes nothing in the
/// record, and makes EventBridge Scheduler follow it once more.
#[utoipa::path(put, path = "/recovery-plans/{name}/schedules/{schedule}", operation_id = "putSchedule",
    params(("name" = PlanId, Path), ("schedule" = ScheduleId, Path), ("If-Match" = Option<String>, Header),
        ("If-None-Match" = Option<String>, Header)),
    request_body = Schedule,
    responses((status = 200, body = PlanSchedule, headers(("ETag" = String))),
        (status = 201, body = PlanSchedule, headers(("ETag" = String))),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 502, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Named((plan, name)): Named<(PlanId, ScheduleId)>,
    precondition: Precondition,
    Document(schedule): Document<Schedule>,
) -> Result<Response, Problem> {
    let key = ScheduleKey::new(&plan, &name);
    let what = key.to_string();
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(no_plan(&plan));
    }
    let problems = problems(&name, &schedule);
    if !problems.is_empty() {
        return Err(Problem::invalid_document(&what, problems));
    }
    let before = app.clients.catalog.schedule(&key).await?;
    precondition.check(&what, before.as_ref())?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let saved = store(&app, &caller, &key, schedule, before).await?;
    follow(app.clients, &app.drills, &key).await.map_err(|error| {
        let meanwhile = "It is tried again every few minutes; to try now, send the same request again";
        not_applied(&format!("{what} is stored as you wrote it"), &error, meanwhile)
    })?;
    let tag = document_tag(&saved);
    Ok((status, tag_header(&tag), Json(shown(&app, saved).await?)).into_response())
}

/// Deletes a schedule. What it has started stays.
#[utoipa::path(delete, path = "/recovery-plans/{name}/schedules/{schedule}", operation_id = "deleteSchedule",
    params(("name" = PlanId, Path), ("schedule" = ScheduleId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 502, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Named((plan, name)): Named<(PlanId, ScheduleId)>,
    precondition: Precondition,
) -> Result<StatusCode, Problem> {
    let key = ScheduleKey::new(&plan, &name);
    let what = key.to_string();
    let found = app.clients.catalog.schedule(&key).await?.ok_or_else(|| Problem::not_found(&what))?;
    precondition.check(&what, Some(&found))?;
    if !app.clients.catalog.delete_schedule(&found, &caller.actor()).await? {
        return Err(changed_meanwhile(&what));
    }
    follow(app.clients, &app.drills, &key).await.map_err(|error| {
        let meanwhile = "It is tried again every few minutes, and what it starts until then is refused";
        not_applied(&format!("{what} is deleted"), &error, meanwhile)
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn problems(name: &ScheduleId, schedule: &Schedule) -> Vec<FieldProblem> {
    let field = |at: &str, message: String| FieldProblem { at: at.to_owned(), message };
    let mut problems: Vec<FieldProblem> =
        schedule.problems().into_iter().map(|problem| field(&problem.at, problem.message)).collect();
    if !is_name(name.as_str()) {
        problems.push(field("schedule (in the path)", format!("{:?} is no name: {NAME_RULE}", name.as_str())));
    }
    if !is_time_zone(&schedule.time_zone) {
        let zone = schedule.time_zone.escape_debug();
        problems.push(field("timeZone", format!("there is no time zone {zone}: such as Europe/Berlin, or UTC")));
    }
    problems
}

/// Stores it, unless it is stored already.
async fn store(
    app: &App,
    caller: &Caller,
    key: &ScheduleKey,
    schedule: Schedule,
    before: Option<Stored<Schedule>>,
) -> Result<Stored<Schedule>, Problem> {
    if let Some(before) = before.as_ref().filter(|before| before.document == schedule) {
        return Ok(before.clone());
    }
    let catalog = &app.clients.catalog;
    if before.is_none() && catalog.schedules(&key.plan_id).await?.len() >= MAX_SCHEDULES {
        let detail =
            format!("plan {} has {MAX_SCHEDULES} schedules, and more would be in each other's way", key.plan_id);
        return Err(Problem::new(StatusCode::CONFLICT, "TOO_MANY_SCHEDULES", detail));
    }
    let saved = catalog.save_schedule(key, schedule, before.as_ref(), &caller.actor(), aws::clock::now()).await?;
    saved.map_err(|refusal| match refusal {
        ScheduleRefusal::PlanGone => no_plan(&key.plan_id),
        ScheduleRefusal::ChangedMeanwhile => changed_meanwhile(&key.to_string()),
    })
}

/// The record is the truth, and the sweep makes Scheduler follow it; but whoever asked must know that it has not yet.
fn not_applied(done: &str, error: &AwsError, meanwhile: &str) -> Problem {
    tracing::error!(kind = ?error.kind, %error, "{done}, and EventBridge Scheduler does not follow: {error}");
    // AWS ends some of its messages with a full stop.
    let said = error.to_string();
    let said = said.trim_end_matches('.');
    let detail = format!("{done}, but EventBridge Scheduler did not take that over: {said}. {meanwhile}");
    Problem::new(StatusCode::BAD_GATEWAY, "SCHEDULE_NOT_APPLIED", detail)
}

async fn shown(app: &App, found: Stored<Schedule>) -> Result<PlanSchedule, Problem> {
    let (key, history) = (found.key(), &app.clients.history);
    let run = history.schedule_run(&key).await?;
    let now = aws::clock::now();
    let anchor = run.as_ref().map_or(found.updated_at, |run| run.due_at.max(found.updated_at));
    let times = Times::of(&found.document).filter(|_| found.document.enabled);
    let last_run = match run {
        Some(run) => history.execution(&run.run, &key.plan_id).await?.map(|execution| ScheduleRun {
            execution_id: execution.execution_id,
            status: execution.status,
            at: run.due_at,
        }),
        None => None,
    };
    let missed = history.missed_starts(&key).await?;
    Ok(PlanSchedule {
        plan_id: key.plan_id,
        name: key.schedule,
        stored: stored(found),
        next_run_at: times.and_then(|times| times.next(anchor, now)),
        last_run,
        missed: missed.into_iter().map(|start| MissedRun { at: start.at, reason: start.reason }).collect(),
    })
}
