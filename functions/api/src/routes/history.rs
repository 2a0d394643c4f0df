//! The runs of a plan, for a trend.

use std::collections::{BTreeMap, BTreeSet};

use aws::history::ExecutionRecord;
use axum::Json;
use axum::extract::State;
use contract::{Page, PlanRun};
use domain::id::PlanId;

use super::{ListQuery, executions};
use crate::App;
use crate::caller::Caller;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// The runs of a plan, newest first, with what each promised, was expected to take and took. Also of a plan that was
/// deleted.
#[utoipa::path(get, path = "/recovery-plans/{name}/history", operation_id = "listPlanRuns",
    params(("name" = PlanId, Path), ListQuery), responses((status = 200, body = Page<PlanRun>)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<PlanId>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<PlanRun>>, Problem> {
    let page = app.clients.history.executions(Some(&name), query.page(), query.next_token.as_deref()).await?;
    if page.items.is_empty() && query.next_token.is_none() && app.clients.catalog.plan(&name).await?.is_none() {
        return Err(storing::no_plan(&name));
    }
    let targets = targets(&app, &name, &page.items).await?;
    let runs = page.items.into_iter().map(|record| {
        let (target_rto_minutes, target_rpo_minutes) =
            record.plan_version.and_then(|version| targets.get(&version).copied()).unwrap_or_default();
        let run = executions::summary(record, &caller);
        PlanRun {
            execution_id: run.execution_id,
            plan_version: run.plan_version,
            mode: run.mode,
            status: run.status,
            started_at: run.started_at,
            rto_seconds: run.rto_seconds,
            target_rto_minutes,
            rpo_seconds: run.rpo_seconds,
            target_rpo_minutes,
            forecast: run.forecast,
            servers: run.servers,
        }
    });
    Ok(Json(Page::new(runs.collect(), page.next_token)))
}

/// What a version of a plan promises: minutes of recovery time, and of data loss.
type Targets = (Option<u32>, Option<u32>);

/// The promises of each version that ran: most runs of a page are of one version.
async fn targets(app: &App, name: &PlanId, runs: &[ExecutionRecord]) -> Result<BTreeMap<u64, Targets>, Problem> {
    let versions: BTreeSet<u64> = runs.iter().filter_map(|run| run.plan_version).collect();
    let mut targets = BTreeMap::new();
    for version in versions {
        if let Some(plan) = app.clients.catalog.version(name, version).await? {
            targets.insert(version, (plan.document.target_rto_minutes, plan.document.target_rpo_minutes));
        }
    }
    Ok(targets)
}
