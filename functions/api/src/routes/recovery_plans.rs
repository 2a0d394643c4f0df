//! Recovery plans.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::{Page, RecoveryPlan, Stored, StoredPlan};
use domain::id::PlanId;

use super::{ListQuery, stored};
use crate::App;
use crate::caller::Caller;
use crate::conditional::{Precondition, document_tag, tag_header};
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Recovery plans, by name.
#[utoipa::path(get, path = "/recovery-plans", operation_id = "listRecoveryPlans", params(ListQuery),
    responses((status = 200, body = Page<Stored<RecoveryPlan>>)))]
pub async fn list(
    State(app): State<App>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<StoredPlan>>, Problem> {
    let page = app.clients.catalog.plans(query.page(), query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(stored).collect(), page.next_token)))
}

/// One recovery plan.
#[utoipa::path(get, path = "/recovery-plans/{name}", operation_id = "getRecoveryPlan", params(("name" = PlanId, Path)),
    responses((status = 200, body = Stored<RecoveryPlan>, headers(("ETag" = String)))))]
pub async fn get(State(app): State<App>, Named(name): Named<PlanId>) -> Result<Response, Problem> {
    let found = app.clients.catalog.plan(&name).await?.ok_or_else(|| storing::no_plan(&name))?;
    Ok((tag_header(&document_tag(&found)), Json(stored(found))).into_response())
}

/// Creates or replaces a recovery plan. The same document again changes nothing.
#[utoipa::path(put, path = "/recovery-plans/{name}", operation_id = "putRecoveryPlan",
    params(("name" = PlanId, Path), ("If-Match" = Option<String>, Header), ("If-None-Match" = Option<String>, Header)),
    request_body = RecoveryPlan,
    responses((status = 200, body = Stored<RecoveryPlan>, headers(("ETag" = String))),
        (status = 201, body = Stored<RecoveryPlan>, headers(("ETag" = String))),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<PlanId>,
    precondition: Precondition,
    Document(plan): Document<RecoveryPlan>,
) -> Result<Response, Problem> {
    let what = format!("recovery plan {name}");
    let groups = storing::groups_of(&app, &plan).await?;
    let mut problems = storing::plan_problems(&app, &plan, &groups);
    problems.extend(storing::other_name("name", plan.name.as_str(), name.as_str()));
    if !problems.is_empty() {
        return Err(Problem::invalid_document(&what, problems));
    }
    let before = app.clients.catalog.plan(&name).await?;
    precondition.check(&what, before.as_ref())?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let saved = storing::store_plan(&app, &caller, plan, before).await?;
    Ok((status, tag_header(&document_tag(&saved)), Json(stored(saved))).into_response())
}

/// Deletes a recovery plan that has no schedules. Its versions and its executions stay.
#[utoipa::path(delete, path = "/recovery-plans/{name}", operation_id = "deleteRecoveryPlan",
    params(("name" = PlanId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<PlanId>,
    precondition: Precondition,
) -> Result<StatusCode, Problem> {
    let what = format!("recovery plan {name}");
    let found = app.clients.catalog.plan(&name).await?.ok_or_else(|| storing::no_plan(&name))?;
    precondition.check(&what, Some(&found))?;
    let schedules = app.clients.catalog.schedules(&name).await?;
    if !schedules.is_empty() {
        let names: Vec<String> = schedules.iter().map(|schedule| schedule.key().schedule.to_string()).collect();
        let detail = format!("{what} has schedules: {}. Delete them first; nothing was deleted", names.join(", "));
        return Err(Problem::new(StatusCode::CONFLICT, "PLAN_HAS_SCHEDULES", detail));
    }
    if app.clients.catalog.delete_plan(&found, &caller.actor()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(storing::changed_meanwhile(&what))
    }
}
