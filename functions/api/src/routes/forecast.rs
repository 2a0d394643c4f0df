//! How long a run of a plan is expected to take.

use std::collections::BTreeMap;

use aws::facts::load_cached;
use aws::forecast::expect;
use axum::Json;
use axum::extract::State;
use contract::{FieldProblem, Os, PlanForecast};
use domain::id::{PlanId, ServerId};

use super::preflight::ModeQuery;
use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// The expected timeline of a run, its critical path, and whether `targetRtoMinutes` is met. Durations are those of the
/// plan's earlier executions where there are any, else profiles; tags are resolved from the cached inventory; the
/// account's jobs count as idle, and approvals as given at once.
#[utoipa::path(get, path = "/recovery-plans/{name}/forecast", operation_id = "getForecast",
    params(("name" = PlanId, Path), ModeQuery),
    responses((status = 200, body = PlanForecast),
        (status = 422, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<App>,
    Named(name): Named<PlanId>,
    Parameters(ModeQuery { mode }): Parameters<ModeQuery>,
) -> Result<Json<PlanForecast>, Problem> {
    if app.clients.catalog.plan(&name).await?.is_none() {
        return Err(storing::no_plan(&name));
    }
    let inventory = app.clients.inventory.all(&app.clients.place).await?;
    let loaded = load_cached(app.clients, &name, &inventory).await?.map_err(|findings| {
        let field =
            |finding: domain::preflight::Finding| FieldProblem { at: finding.subject, message: finding.message };
        Problem::invalid_document(&format!("recovery plan {name}"), findings.into_iter().map(field).collect())
    })?;
    let os: BTreeMap<ServerId, Os> = inventory
        .iter()
        .flat_map(|region| region.servers.iter())
        .map(|server| (server.id.clone(), Os::from_full_string(&server.os)))
        .collect();
    let expected = expect(app.clients, &loaded, &os, mode).await?;
    Ok(Json(PlanForecast {
        plan_id: name,
        plan_version: loaded.version,
        mode,
        forecast: expected.forecast,
        target: expected.target,
        past: expected.past,
        computed_at: aws::clock::now(),
    }))
}
