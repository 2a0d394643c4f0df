//! Preflight without a run: the same facts and the same rules as PrepareExecution, and nothing is touched.

use std::collections::BTreeSet;

use aws::assess::{Intended, assess_for};
use axum::Json;
use axum::extract::State;
use contract::{AskPreflight, Mode, Preflight};
use domain::id::PlanId;
use domain::preflight::{blocks, is_ready_once_confirmed, without_recovery_point};
use serde::Deserialize;

use crate::App;
use crate::document::Optional;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

use super::points;

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
    params(("name" = PlanId, Path), ModeQuery), request_body = Option<AskPreflight>, responses((status = 200, body = Preflight)))]
pub async fn run(
    State(app): State<App>,
    Named(plan): Named<PlanId>,
    Parameters(ModeQuery { mode }): Parameters<ModeQuery>,
    Optional(AskPreflight { recovery_point }): Optional<AskPreflight>,
) -> Result<Json<Preflight>, Problem> {
    if app.clients.catalog.plan(&plan).await?.is_none() {
        return Err(storing::no_plan(&plan));
    }
    let now = aws::clock::now();
    points::check(&recovery_point, now)?;
    let intended = Intended { mode, replace: &BTreeSet::new(), recovery_point: &recovery_point, execution: None };
    let assessment = assess_for(app.clients, &plan, intended, now).await?;
    let (plan_version, findings) = (assessment.plan_version(), assessment.findings);
    Ok(Json(Preflight {
        plan_id: plan,
        plan_version,
        mode,
        ready: !blocks(&findings),
        ready_once_confirmed: is_ready_once_confirmed(&findings, mode),
        instances_to_confirm: assessment.to_confirm,
        without_recovery_point: without_recovery_point(&findings),
        recovery_point,
        findings,
        checked_at: now,
    }))
}
