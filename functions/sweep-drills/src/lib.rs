//! `SweepDrills`: looks at every drill of which something may stand, and says which are to be cleaned up and which people
//! are to hear of. What DRS does not have any more is taken out of the list. Not here: cleaning up.

use aws::Clients;
use aws::history::ExecutionRecord;
use aws::standing::{Standing, standing};
use domain::cleanup::{Earlier, is_to_begin};
use domain::id::{ExecutionId, PlanId};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// Drills of one sweep that are handed on. The rest comes with the next sweep: 100 of each take 20 KB of the 256 that an
/// output can have.
const AT_ONCE: usize = 100;

/// A day: a drill that people still work with is mostly done by then, and one that was forgotten has not cost much yet.
const USUAL_HOURS: u32 = 24;

/// A sweep.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The Step Functions execution: what a second delivery is known by.
    pub run: String,
    /// Hours after which people hear of a drill that stands.
    #[serde(default)]
    pub left_over_hours: Option<u32>,
}

/// What is to be done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Drills that are to be cleaned up.
    pub due: Vec<Drill>,
    /// Drills that people are to hear of.
    pub left_over: Vec<LeftOver>,
}

/// A drill.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drill {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// A drill that has stood for long.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOver {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
    /// Who started it.
    pub started_by: String,
    /// Instances that stand.
    pub instances: u32,
    /// Their hours since they were launched, added up.
    pub running_hours: f64,
    /// When the oldest of them was launched, in Unix seconds.
    pub since: i64,
}

/// Sweeps. A second delivery of the same run answers the same, as far as the world has stayed the same.
///
/// # Errors
/// When the table cannot be read or written. A Region that does not answer leaves its drills to the next sweep.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let now = aws::clock::now();
    let seconds = i64::from(request.left_over_hours.unwrap_or(USUAL_HOURS)) * 3_600;
    let mut response = Response::default();
    let mut stand: usize = 0;
    for drill in clients.history.all_left_over().await? {
        let stands = match standing(clients, &drill, now).await {
            Ok(stands) => Some(stands),
            Err(error) => {
                tracing::warn!(executionId = %drill.execution_id, %error, "DRS did not say what of it stands");
                None
            }
        };
        let gone = stands.is_some_and(|stands| stands.is_gone());
        let due = is_due(clients, &drill, now).await?;
        if gone && !due && is_forgotten(&drill, now) {
            forget(clients, drill).await?;
            continue;
        }
        stand += usize::from(!gone);
        if due && response.due.len() < AT_ONCE {
            let (execution_id, plan_id) = (drill.execution_id.clone(), drill.plan_id.clone());
            response.due.push(Drill { execution_id, plan_id });
        }
        let old = stands.and_then(|stands| Some((stands, stands.since.filter(|since| now - since >= seconds)?)));
        if let Some((stands, since)) = old.filter(|_| response.left_over.len() < AT_ONCE)
            && clients.history.tells_left_over(&drill.execution_id, &drill.plan_id, &request.run, now).await?
        {
            response.left_over.push(left_over(drill, stands, since));
        }
    }
    task::metric::left_over_drills(stand);
    task::metric::active_executions(clients.history.active().await?.len());
    tracing::info!(due = response.due.len(), told = response.left_over.len(), "{stand} drills stand");
    Ok(response)
}

async fn is_due(clients: &Clients, drill: &ExecutionRecord, now: i64) -> Result<bool, TaskError> {
    let cleanup = clients.history.cleanup(&drill.execution_id, &drill.plan_id).await?;
    let earlier = cleanup.map(|one| Earlier { status: one.status, attempt: one.attempt, ended_at: one.ended_at });
    Ok(is_to_begin(drill.cleanup_due_at(), earlier.as_ref(), now))
}

/// Whether a drill of which nothing stands is taken out of the list. One that is cleaned up by itself is not: its cleanup
/// finds that out, and is the evidence of it. Nor one that has just ended, in case DRS does not show everything yet.
fn is_forgotten(drill: &ExecutionRecord, now: i64) -> bool {
    const FRESH_SECONDS: i64 = 3_600;
    drill.cleanup_due_at().is_none() && drill.ended_at.is_some_and(|ended| now - ended > FRESH_SECONDS)
}

/// Later drills have replaced it, or somebody has terminated it in DRS: nothing is left to clean up. The index may lag, so
/// what is written is the record as it is now.
async fn forget(clients: &Clients, drill: ExecutionRecord) -> Result<(), TaskError> {
    let (id, plan) = (&drill.execution_id, &drill.plan_id);
    let Some(mut drill) = clients.history.execution(id, plan).await? else { return Ok(()) };
    drill.set_left_over(false);
    match clients.history.save_execution(&mut drill).await {
        Ok(()) => {
            tracing::info!(executionId = %drill.execution_id, "nothing of this drill stands any more");
            Ok(())
        }
        // Its own cleanup was quicker.
        Err(error) if error.kind == aws::ErrorKind::Conflict => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn left_over(drill: ExecutionRecord, stands: Standing, since: i64) -> LeftOver {
    LeftOver {
        execution_id: drill.execution_id,
        plan_id: drill.plan_id,
        started_by: drill.started_by,
        instances: stands.instances,
        running_hours: stands.running_hours,
        since,
    }
}
