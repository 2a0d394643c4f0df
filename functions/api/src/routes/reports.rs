//! The stored reports of all executions. The bucket is not read here: what was stored is in the records.

use aws::history::ExecutionRecord;
use axum::Json;
use axum::extract::State;
use contract::{ExecutionReports, Mode, Page};
use domain::id::PlanId;
use serde::Deserialize;

use super::page_size;
use crate::App;
use crate::extract::Parameters;
use crate::problem::Problem;

/// Which executions.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// Only executions of this plan.
    pub plan_id: Option<PlanId>,
    /// Only drills, or only recoveries.
    #[param(inline)]
    pub mode: Option<Mode>,
    /// From the page before.
    pub next_token: Option<String>,
    /// Executions of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// Executions that have ended, newest first, with the reports that were stored of each. What is not wanted is left out of a
/// page after it was read, so a page can be shorter than its limit, even empty, and have a `nextToken` all the same.
#[utoipa::path(get, path = "/reports", operation_id = "listReports", params(ReportsQuery),
    responses((status = 200, body = Page<ExecutionReports>)))]
pub async fn list(
    State(app): State<App>,
    Parameters(query): Parameters<ReportsQuery>,
) -> Result<Json<Page<ExecutionReports>>, Problem> {
    let limit = i32::from(page_size(query.limit));
    let page = app.clients.history.executions(query.plan_id.as_ref(), limit, query.next_token.as_deref()).await?;
    let wanted = |run: &ExecutionRecord| run.status.is_terminal() && query.mode.is_none_or(|mode| mode == run.mode);
    Ok(Json(Page::new(page.items.into_iter().filter(wanted).map(view::reports).collect(), page.next_token)))
}
