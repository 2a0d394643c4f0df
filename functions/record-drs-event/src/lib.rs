//! `RecordDrsEvent`: takes down what DRS says of a server by an event, in the timeline of the execution that holds the
//! server. DRS sends its events as best it can: one may be lost, late, or come twice, so nothing is decided by them.
//!
//! Not here: anything that the polls do. They ask DRS itself, and the items of a wave have one writer, the state that works
//! on it. An event that looked at the wave on its own would be a second one, and could write what it read before the first
//! one did.

use aws::Clients;
use aws::ErrorKind;
use aws::history::TimelineRecord;
use domain::id::{ExecutionId, ServerId};
use domain::timeline::EventKind;
use serde::{Deserialize, Serialize};
use task::TaskError;

/// An event of EventBridge from `aws.drs`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Request {
    /// Its id: the same when it is delivered twice.
    pub id: String,
    /// What kind of event.
    pub detail_type: String,
    /// When.
    pub time: String,
    /// The ARN of the source server.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What it says.
    #[serde(default)]
    pub detail: Detail,
}

/// What an event says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Detail {
    /// How it went, or how the server is now. DRS may have other words than those that are documented.
    pub state: String,
    /// The job that launched the server.
    pub job_id: String,
}

/// Where it was taken down.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The execution; nothing where none holds the server.
    pub execution_id: Option<ExecutionId>,
    /// Whether all source servers are read anew.
    pub refreshing: bool,
}

const LAUNCH_RESULT: &str = "DRS Source Server Launch Result";
const STALLED_CHANGE: &str = "DRS Source Server Data Replication Stalled Change";

/// Takes the event down once, however often it comes.
///
/// # Errors
/// When a table cannot be read or written, or the inventory's machine cannot be started.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let kind = match request.detail_type.as_str() {
        LAUNCH_RESULT => EventKind::DrsLaunchResult,
        STALLED_CHANGE => EventKind::DrsReplication,
        other => return Err(TaskError::Invalid(format!("{other:?} is no event that anything is done for"))),
    };
    let Some(server) = request.resources.iter().find_map(|arn| server_of(arn)) else {
        return Err(TaskError::Invalid(format!("the event {} names no source server", request.id)));
    };
    let execution_id = take_down(clients, &request, kind, &server).await?;
    let refreshing = kind == EventKind::DrsReplication && refresh(clients, &request).await?;
    Ok(Response { execution_id, refreshing })
}

/// `arn:aws:drs:eu-west-1:111122223333:source-server/s-…`
fn server_of(arn: &str) -> Option<ServerId> {
    let server = ServerId::from(arn.rsplit_once(":source-server/")?.1);
    server.is_well_formed().then_some(server)
}

async fn take_down(
    clients: &Clients,
    request: &Request,
    kind: EventKind,
    server: &ServerId,
) -> Result<Option<ExecutionId>, TaskError> {
    let Some(claim) = clients.history.claim_on(server).await? else { return Ok(None) };
    // A cleanup holds servers under a name that no execution has.
    let Some(execution) = clients.history.execution(&claim.holder, &claim.holder_plan).await? else { return Ok(None) };
    let at = happened_at(request)?;
    // One that is late belongs to whoever held the server then.
    if at < execution.started_at {
        return Ok(None);
    }
    let (id, plan) = (&execution.execution_id, &execution.plan_id);
    let mut entry = TimelineRecord::new(id, plan, &format!("drs-{}", request.id), at, kind, said(request, server));
    entry.server_id = Some(server.clone());
    clients.history.save_timeline(&[entry]).await?;
    tracing::info!(executionId = %id, "{} says {}", request.detail_type, request.detail.state);
    Ok(Some(execution.execution_id))
}

fn happened_at(request: &Request) -> Result<i64, TaskError> {
    let time: Result<jiff::Timestamp, _> = request.time.parse();
    let odd = |error| TaskError::Invalid(format!("the event {} has no time: {error}", request.id));
    time.map(jiff::Timestamp::as_second).map_err(odd)
}

fn said(request: &Request, server: &ServerId) -> String {
    let Detail { state, job_id } = &request.detail;
    let of_job = if job_id.is_empty() { String::new() } else { format!(" in {job_id}") };
    match state.as_str() {
        "RECOVERY_LAUNCH_SUCCEEDED" => format!("DRS says that it launched {server}{of_job}"),
        "RECOVERY_LAUNCH_FAILED" => format!("DRS says that it could not launch {server}{of_job}"),
        "STALLED" => format!("DRS says that the replication of {server} stalled"),
        "NOT_STALLED" => format!("DRS says that the replication of {server} goes on"),
        other => format!("DRS says of {server}: {other}{of_job}"),
    }
}

/// Seconds for which one reading of all servers is enough: an outage stalls them by the hundred.
const REFRESH_SECONDS: i64 = 300;

/// Lets the copy of the inventory know before its schedule would. Of the events of five minutes the first one does.
async fn refresh(clients: &Clients, request: &Request) -> Result<bool, TaskError> {
    let machine = aws::clients::required("INVENTORY_STATE_MACHINE_ARN")?;
    let name = format!("stalled-{}", happened_at(request)?.div_euclid(REFRESH_SECONDS));
    match clients.sfn.start_execution(&machine, &name, &serde_json::json!({})).await {
        Ok(()) => Ok(true),
        // It has run, and ended.
        Err(error) if error.kind == ErrorKind::Conflict => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_read_as_drs_documents_it_and_another_state_is_told_as_it_is() {
        let event = |state: &str| -> Request {
            serde_json::from_value(json!({
                "version": "0", "id": "9da9af57-9253-4406-87cb-7cc400e43465", "detail-type": LAUNCH_RESULT,
                "source": "aws.drs", "account": "111122223333", "time": "2016-08-22T20:12:19Z", "region": "us-west-2",
                "resources": ["arn:aws:drs:us-west-2:111122223333:source-server/s-12345678901234567"],
                "detail": { "state": state, "job-id": "drsjob-1", "is-drill": "FALSE" },
            }))
            .unwrap()
        };
        let server = server_of(&event("").resources[0]).unwrap();
        assert_eq!((server.as_str(), happened_at(&event("")).unwrap()), ("s-12345678901234567", 1_471_896_739));
        let text = |state: &str| said(&event(state), &server);
        assert_eq!(text("RECOVERY_LAUNCH_FAILED"), "DRS says that it could not launch s-12345678901234567 in drsjob-1");
        assert_eq!(text("EXPLODED"), "DRS says of s-12345678901234567: EXPLODED in drsjob-1");
        assert_eq!(server_of("arn:aws:drs:us-west-2:111122223333:recovery-instance/i-1"), None);
    }
}
