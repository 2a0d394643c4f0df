//! Preflight without a run: the same facts and the same rules as PrepareExecution, and nothing is touched.

use std::collections::BTreeSet;

use aws::assess::assess;
use axum::Json;
use axum::extract::State;
use contract::{Mode, Preflight};
use domain::id::PlanId;
use domain::preflight::blocks;
use serde::Deserialize;

use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Which kind of run.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ModeQuery {
    /// DRILL or RECOVERY.
    #[param(inline)]
    pub mode: Mode,
}

/// What a run of a plan would meet now, read live from DRS. Starts, claims and stores nothing.
#[utoipa::path(post, path = "/recovery-plans/{name}/preflight", operation_id = "preflight",
    params(("name" = PlanId, Path), ModeQuery), responses((status = 200, body = Preflight)))]
pub async fn run(
    State(app): State<App>,
    Named(plan): Named<PlanId>,
    Parameters(ModeQuery { mode }): Parameters<ModeQuery>,
) -> Result<Json<Preflight>, Problem> {
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(storing::no_plan(&plan));
    }
    let now = aws::clock::now();
    let assessment = assess(app.clients, &plan, mode, &BTreeSet::new(), now).await?;
    let (plan_version, findings) = (assessment.plan_version(), assessment.findings);
    let ready = !blocks(&findings);
    Ok(Json(Preflight { plan_id: plan, plan_version, mode, ready, findings, checked_at: now }))
}
