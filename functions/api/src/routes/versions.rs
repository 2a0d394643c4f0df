//! The versions of a recovery plan.

use axum::Json;
use axum::extract::State;
use contract::{Page, RecoveryPlan, Stored, StoredPlan};
use domain::id::PlanId;

use super::{ListQuery, stored};
use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// Every version of a plan, newest first; also of one that was deleted.
#[utoipa::path(get, path = "/recovery-plans/{name}/versions", operation_id = "listPlanVersions",
    params(("name" = PlanId, Path), ListQuery), responses((status = 200, body = Page<Stored<RecoveryPlan>>)))]
pub async fn list(
    State(app): State<App>,
    Named(name): Named<PlanId>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<StoredPlan>>, Problem> {
    let page = app.clients.catalog.versions(&name, query.page(), query.next_token.as_deref()).await?;
    if page.items.is_empty() && query.next_token.is_none() {
        return Err(Problem::not_found(&format!("recovery plan {name}")));
    }
    Ok(Json(Page::new(page.items.into_iter().map(stored).collect(), page.next_token)))
}

/// One version of a plan.
#[utoipa::path(get, path = "/recovery-plans/{name}/versions/{version}", operation_id = "getPlanVersion",
    params(("name" = PlanId, Path), ("version" = u64, Path, minimum = 1)),
    responses((status = 200, body = Stored<RecoveryPlan>)))]
pub async fn get(
    State(app): State<App>,
    Named((name, version)): Named<(PlanId, u64)>,
) -> Result<Json<StoredPlan>, Problem> {
    let found = app.clients.catalog.version(&name, version).await?;
    let missing = || Problem::not_found(&format!("version {version} of recovery plan {name}"));
    found.map(|plan| Json(stored(plan))).ok_or_else(missing)
}
