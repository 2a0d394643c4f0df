//! The report of an execution. What it says is the crate `report`'s; here is only what it is made from.

use aws::audit::{AuditFilter, AuditRecord};
use aws::{AwsError, Clients};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::AuditEvent;
use domain::id::ExecutionId;
use report::{Format, MAX_BYTES, Report, render};
use serde::Deserialize;

use super::{audit, cleanup, stored};
use crate::App;
use crate::caller::Caller;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// Events of one page of the audit log, as far as they are about the execution.
const EVENTS: usize = 200;
/// Pages that are read at most: 5,000 events each, of whatever happened since. More would not be answered in time.
const PAGES: usize = 10;
/// The clocks of those who write events may be apart.
const SKEW_SECONDS: i64 = 60;

/// How to write it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// `json` when left out.
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
}

/// What was recorded about an execution, against what the version of the plan that ran promised: for auditors. As
/// `html` it is one file without scripts, to read and to print; as `csv` a row for each server. An answer has 6 MB at
/// most: what is shortened for that is said in the report.
#[utoipa::path(get, path = "/executions/{executionId}/report", operation_id = "getExecutionReport",
    params(("executionId" = ExecutionId, Path), ReportQuery),
    responses((status = 200, content((Report = "application/json"), (String = "text/html"), (String = "text/csv"))),
        (status = 422, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<ExecutionId>,
    Parameters(ReportQuery { format }): Parameters<ReportQuery>,
) -> Result<Response, Problem> {
    let report = made(app.clients, &caller, &id).await?;
    let report = report.ok_or_else(|| Problem::not_found(&format!("execution {id}")))?;
    let text = render(&report, format, MAX_BYTES)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "REPORT_TOO_LARGE", error.to_string()))?;
    Ok(answer(&report, format, text))
}

/// The report of an execution as it is now, as `caller` sees it; nothing when there is no such execution.
///
/// # Errors
/// When something of it cannot be read.
pub async fn made(clients: &Clients, caller: &Caller, id: &ExecutionId) -> Result<Option<Report>, AwsError> {
    let Some(records) = clients.history.everything(id).await? else { return Ok(None) };
    let execution = cleanup::with_cleanup(clients, records, caller).await?;
    let plan = match execution.summary.plan_version {
        Some(version) => clients.catalog.version(&execution.summary.plan_id, version).await?.map(stored),
        None => None,
    };
    let (events, all) = events(clients, id, execution.summary.started_at).await?;
    let mut report = Report::new(execution, plan.as_ref(), events, aws::clock::now());
    if !all {
        report
            .shortened
            .push("The audit log is too long to be read to its end: early events may be missing.".to_owned());
    }
    Ok(Some(report))
}

/// What the audit log says about an execution that began at `from`, and whether the log was read to there.
async fn events(clients: &Clients, id: &ExecutionId, from: i64) -> Result<(Vec<AuditEvent>, bool), AwsError> {
    let filter = AuditFilter {
        kind: Some("EXECUTION".to_owned()),
        subject: Some(id.to_string()),
        from: Some(from - SKEW_SECONDS),
        ..AuditFilter::default()
    };
    let mut found: Vec<AuditRecord> = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let page = clients.audit.events(&filter, EVENTS, token.as_deref()).await?;
        found.extend(page.items);
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok((found.into_iter().map(audit::event).collect(), token.is_none()))
}

/// A browser that opens it is told once more that nothing in it may run or be loaded.
fn answer(report: &Report, format: Format, text: String) -> Response {
    let (kind, ending) = match format {
        Format::Json => ("application/json", "json"),
        Format::Html => ("text/html; charset=utf-8", "html"),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let name = format!("inline; filename=\"{}.{ending}\"", report.execution.summary.execution_id);
    let name = HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("inline"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ),
    ];
    (headers, text).into_response()
}
