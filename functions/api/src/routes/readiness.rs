//! What the scheduled readiness runs found.

use axum::Json;
use axum::extract::State;
use contract::{Mode, Page, Preflight, Readiness, RecoveryPointChoice};
use domain::id::PlanId;
use domain::preflight::{blocks, is_ready_once_confirmed, without_recovery_point};

use super::ListQuery;
use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// What the scheduled readiness runs found for a DRILL of a plan, newest first.
#[utoipa::path(get, path = "/recovery-plans/{name}/readiness", operation_id = "listReadiness",
    params(("name" = PlanId, Path), ListQuery), responses((status = 200, body = Page<Readiness>)))]
pub async fn list(
    State(app): State<App>,
    Named(name): Named<PlanId>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<Readiness>>, Problem> {
    if app.clients.catalog.plan(&name).await?.is_none() {
        return Err(storing::no_plan(&name));
    }
    let page = app.clients.readiness.history(&name, query.page(), query.next_token.as_deref()).await?;
    let items = page.items.into_iter().map(|record| Readiness {
        verdict: record.verdict,
        changed: record.changed,
        preflight: Preflight {
            plan_id: record.plan_id,
            plan_version: record.plan_version,
            mode: Mode::Drill,
            ready: !blocks(&record.findings),
            ready_once_confirmed: is_ready_once_confirmed(&record.findings, Mode::Drill),
            // A drill never replaces one.
            instances_to_confirm: Vec::new(),
            recovery_point: RecoveryPointChoice::default(),
            without_recovery_point: without_recovery_point(&record.findings),
            findings: record.findings,
            checked_at: record.checked_at,
        },
    });
    Ok(Json(Page::new(items.collect(), page.next_token)))
}
