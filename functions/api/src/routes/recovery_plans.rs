//! Recovery plans.

use std::collections::BTreeMap;

use aws::ErrorKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{Page, RecoveryPlan, StoredPlan};
use domain::id::PlanId;
use domain::role::Action;
use domain::validate::plan_problems;

use super::{ListQuery, PAGE, stored};
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// `GET /v1/recovery-plans`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<StoredPlan>>, Problem> {
    caller.may(Action::Read)?;
    let page = app.clients.catalog.plans(PAGE, query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(stored).collect(), page.next_token)))
}

/// `GET /v1/recovery-plans/{name}`
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<PlanId>,
) -> Result<Json<StoredPlan>, Problem> {
    caller.may(Action::Read)?;
    let found = app.clients.catalog.plan(&name).await?;
    found.map(|plan| Json(stored(plan))).ok_or_else(|| Problem::not_found(&format!("recovery plan {name}")))
}

/// `PUT /v1/recovery-plans/{name}`: creates or replaces; the same document again changes nothing.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<PlanId>,
    Document(plan): Document<RecoveryPlan>,
) -> Result<(StatusCode, Json<StoredPlan>), Problem> {
    caller.may(Action::Plan)?;
    let what = format!("recovery plan {name}");
    let mut groups = BTreeMap::new();
    for id in plan.group_ids() {
        if let Some(group) = app.clients.catalog.group(&id).await? {
            groups.insert(id, group.document);
        }
    }
    let mut problems = plan_problems(&plan, &groups);
    if plan.name != name {
        let message = format!("{} is not the name in the path, {name}", plan.name);
        problems.push(domain::validate::Problem { at: "name".to_owned(), message });
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(&what, &problems));
    }
    let before = app.clients.catalog.plan(&name).await?;
    if let Some(before) = before.as_ref().filter(|before| before.document == plan) {
        return Ok((StatusCode::OK, Json(stored(before.clone()))));
    }
    let version = before.as_ref().map(|before| before.version);
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    match app.clients.catalog.save_plan(plan, version, &caller.name, aws::clock::now()).await {
        Ok(saved) => Ok((status, Json(stored(saved)))),
        Err(error) if error.kind == ErrorKind::Conflict => {
            let detail = format!("somebody else changed {what} at the same time: read it, then write again");
            Err(Problem::new(StatusCode::CONFLICT, "CHANGED_MEANWHILE", detail))
        }
        Err(error) => Err(error.into()),
    }
}
