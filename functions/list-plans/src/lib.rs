//! `ListPlans`: which recovery plans there are, for a readiness run. Not here: anything about them.

use aws::Clients;
use domain::id::PlanId;
use serde::{Deserialize, Serialize};
use task::TaskError;

/// Plans of one execution of the readiness machine, which starts another one for the rest. An iteration of its Map costs
/// eleven events, and Step Functions ends an execution that has 25,000: this keeps it below 5,000. The names take at most
/// 20 KB of the 256 that an output can have.
const PLANS_PER_RUN: i32 = 400;

/// Where to begin.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Where the run before this one ended.
    #[serde(default)]
    pub next_token: Option<String>,
}

/// Plans.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Their names.
    pub plan_ids: Vec<PlanId>,
    /// Where the run after this one begins; null where these were the last.
    pub next_token: Option<String>,
}

/// A page of plans.
///
/// # Errors
/// When the table cannot be read.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let page = clients.catalog.plans(PLANS_PER_RUN, request.next_token.as_deref()).await?;
    let plan_ids: Vec<PlanId> = page.items.into_iter().map(|plan| plan.document.name).collect();
    tracing::info!("{} plans", plan_ids.len());
    Ok(Response { plan_ids, next_token: page.next_token })
}
