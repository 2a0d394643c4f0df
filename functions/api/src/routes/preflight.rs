//! Preflight without a run: the same facts and the same rules as PrepareExecution, and nothing is touched.

use std::collections::BTreeSet;

use aws::assess::assess;
use axum::Json;
use axum::extract::State;
use contract::{Mode, Preflight};
use domain::id::PlanId;
use domain::preflight::blocks;
use domain::role::Action;
use serde::Deserialize;

use crate::App;
use crate::caller::Caller;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// What to look at.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreflightQuery {
    /// DRILL or RECOVERY.
    pub mode: Mode,
}

/// `POST /v1/recovery-plans/{name}/preflight?mode=DRILL`
pub async fn run(
    State(app): State<App>,
    caller: Caller,
    Named(plan): Named<PlanId>,
    Parameters(PreflightQuery { mode }): Parameters<PreflightQuery>,
) -> Result<Json<Preflight>, Problem> {
    caller.may(Action::Read)?;
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(Problem::not_found(&format!("recovery plan {plan}")));
    }
    let now = aws::clock::now();
    let assessment = assess(app.clients, &plan, mode, &BTreeSet::new(), now).await?;
    let (plan_version, findings) = (assessment.plan_version(), assessment.findings);
    let ready = !blocks(&findings);
    Ok(Json(Preflight { plan_id: plan, plan_version, mode, ready, findings, checked_at: now }))
}
