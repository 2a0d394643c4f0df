//! `StoreReport`: stores the report of an execution that has ended, and once more after each cleanup, and records under
//! which key and with which SHA-256. A report that cannot be stored changes nothing of what the execution came to.

use api::caller::Caller;
use api::routes::report::made;
use aws::history::{ExecutionRecord, StoredReport};
use aws::{AwsError, Clients, ErrorKind};
use domain::id::{ExecutionId, PlanId};
use report::{Format, Report, render};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// An execution that has ended, or whose cleanup has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// What is stored.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Reports of this execution that are stored, of all times.
    pub stored: usize,
    /// Why one is not; empty where all are.
    pub failure: String,
}

/// The written forms, and what a browser is told that they are.
const FORMS: [(Format, &str, &str); 3] = [
    (Format::Html, "html", "text/html; charset=utf-8"),
    (Format::Json, "json", "application/json"),
    (Format::Csv, "csv", "text/csv; charset=utf-8"),
];

/// Bytes of a report. Not what an answer of the API can have, since it is not one; what a machine opens without trouble.
const MAX_BYTES: usize = 60_000_000;

/// Stores the report of what is recorded now, once: a second delivery finds it stored.
///
/// # Errors
/// When something can be read or stored later. What never can is recorded, and no error.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan } = request;
    let missing = || TaskError::NotFound(format!("execution {id}"));
    let execution = clients.history.execution(&id, &plan).await?.ok_or_else(missing)?;
    if is_stored(&execution, ended_at(clients, &execution).await?) {
        return Ok(Response { stored: execution.reports.len(), failure: String::new() });
    }
    // Who may do what is no matter of record: this caller may do nothing.
    let nobody = Caller { name: String::new(), roles: Vec::new(), source_address: String::new() };
    let report = made(clients, &nobody, &id).await?.ok_or_else(missing)?;
    let result = store(clients, &plan, &id, &report).await;
    // Read again: a cleanup may have written meanwhile. What this function writes is nobody else's.
    let mut execution = clients.history.execution(&id, &plan).await?.ok_or_else(missing)?;
    match result {
        Ok(stored) => {
            execution.reports.extend(stored);
            execution.report_failure = None;
        }
        Err(error) if may_pass(error.kind) => return Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "the report of {id} is not stored: {error}");
            execution.report_failure = Some(error.to_string());
        }
    }
    clients.history.save_execution(&mut execution).await?;
    Ok(Response { stored: execution.reports.len(), failure: execution.report_failure.unwrap_or_default() })
}

/// When the last thing ended that a report tells of.
async fn ended_at(clients: &Clients, execution: &ExecutionRecord) -> Result<i64, AwsError> {
    let cleanup = clients.history.cleanup(&execution.execution_id, &execution.plan_id).await?;
    let of_cleanup = cleanup.and_then(|cleanup| cleanup.ended_at);
    Ok(of_cleanup.max(execution.ended_at).unwrap_or(i64::MAX))
}

/// Whether every form was stored after that.
fn is_stored(execution: &ExecutionRecord, ended_at: i64) -> bool {
    let after =
        |form: &str| execution.reports.iter().any(|report| report.format == form && report.stored_at >= ended_at);
    FORMS.iter().all(|(_, form, _)| after(form))
}

async fn store(
    clients: &Clients,
    plan: &PlanId,
    id: &ExecutionId,
    report: &Report,
) -> Result<Vec<StoredReport>, AwsError> {
    let bucket = aws::clients::required("REPORTS_BUCKET")?;
    let mut stored = Vec::new();
    for (format, form, content_type) in FORMS {
        let text = render(report, format, MAX_BYTES)
            .map_err(|error| AwsError::new(ErrorKind::Invalid, "report", error.to_string()))?;
        let bytes = Some(text.len() as u64);
        let key = format!("reports/{plan}/{id}/report.{form}");
        let object = clients.s3.put(&bucket, &key, content_type, text).await?;
        tracing::info!(executionId = %id, sha256 = object.sha256, "{key} is stored");
        stored.push(StoredReport {
            format: form.to_owned(),
            key,
            sha256: object.sha256,
            version_id: object.version_id,
            bytes,
            stored_at: report.generated_at,
        });
    }
    Ok(stored)
}

/// Whether to try again helps.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::Conflict => true,
        ErrorKind::QuotaExceeded
        | ErrorKind::NotFound
        | ErrorKind::AccessDenied
        | ErrorKind::Invalid
        | ErrorKind::Bug => false,
    }
}

#[cfg(test)]
mod tests {
    use domain::plan::Mode;

    use super::*;

    #[test]
    fn a_report_is_stored_when_every_form_is_and_a_cleanup_wants_it_anew() {
        let mut execution = ExecutionRecord::new("shop-1".into(), "shop".into(), Mode::Drill, "ada".into(), 100);
        let stored = |form: &str, stored_at| StoredReport {
            format: form.to_owned(),
            key: String::new(),
            sha256: String::new(),
            version_id: None,
            bytes: None,
            stored_at,
        };
        assert!(!is_stored(&execution, 200));
        execution.reports = vec![stored("html", 200), stored("json", 200)];
        assert!(!is_stored(&execution, 200));
        execution.reports.push(stored("csv", 201));
        assert!(is_stored(&execution, 200));
        assert!(!is_stored(&execution, 201));
        // Nothing has ended: nothing is stored for good.
        assert!(!is_stored(&execution, i64::MAX));
    }
}
