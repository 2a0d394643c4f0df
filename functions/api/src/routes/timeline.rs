//! The timeline of an execution: what happened in it, one thing after another.

use aws::history::TimelineRecord;
use axum::Json;
use axum::extract::State;
use contract::{Page, TimelineEvent};
use domain::id::ExecutionId;
use serde::Deserialize;

use super::page_size;
use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// Which events, and in which order.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// The newest first; the oldest first when left out.
    #[serde(default)]
    #[param(required = false)]
    pub newest_first: bool,
    /// From the page before, in the same order.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// What happened in an execution: changes of its status and of its waves', how its servers ended, what people did, what DRS
/// said of it. An event appears here a moment after what it tells of, and in the order of when that happened.
#[utoipa::path(get, path = "/executions/{executionId}/events", operation_id = "listExecutionEvents",
    params(("executionId" = ExecutionId, Path), TimelineQuery),
    responses((status = 200, body = Page<TimelineEvent>)))]
pub async fn list(
    State(app): State<App>,
    Named(id): Named<ExecutionId>,
    Parameters(query): Parameters<TimelineQuery>,
) -> Result<Json<Page<TimelineEvent>>, Problem> {
    let history = &app.clients.history;
    let execution = history.execution_named(&id).await?;
    let execution = execution.ok_or_else(|| Problem::not_found(&format!("execution {id}")))?;
    let (limit, token) = (i32::from(page_size(query.limit)), query.next_token.as_deref());
    let page = history.timeline(&id, &execution.plan_id, query.newest_first, limit, token).await?;
    Ok(Json(Page::new(page.items.into_iter().map(event).collect(), page.next_token)))
}

fn event(record: TimelineRecord) -> TimelineEvent {
    TimelineEvent {
        id: record.id,
        at: record.at,
        kind: record.kind,
        wave: record.wave,
        server_id: record.server_id,
        new_status: record.new_status,
        text: record.text,
        by: record.by,
    }
}
