//! `BeginCleanup`: begins the cleanup of one drill whose time has come, on the same path as a person who asks for it. Not
//! here: the cleanup.

use aws::audit::Actor;
use aws::history::ExecutionRecord;
use aws::sfn::execution_arn;
use aws::{Clients, ErrorKind, cleanup};
use domain::cleanup::{Earlier, is_to_begin};
use domain::id::{ExecutionId, PlanId};
use serde::{Deserialize, Serialize};
use task::{Failure, TaskError};

/// Which drill.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// Whether its cleanup was begun, or was running.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// False when it is not due, or there is nothing to do any more.
    pub begun: bool,
}

/// Begins the cleanup, or makes sure that one that is recorded as running does: whoever recorded it may have been cut off
/// before it was started, and its machine may have been stopped. A second delivery starts the same Step Functions
/// execution, which is no second one.
///
/// # Errors
/// When AWS cannot be asked, or Step Functions does not start it.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan } = request;
    let machine_arn = aws::clients::required("CLEANUP_STATE_MACHINE_ARN")?;
    let Some(drill) = clients.history.execution(&id, &plan).await? else {
        return Err(TaskError::NotFound(format!("execution {id} is not recorded")));
    };
    let before = clients.history.cleanup(&id, &plan).await?;
    let earlier =
        before.as_ref().map(|one| Earlier { status: one.status, attempt: one.attempt, ended_at: one.ended_at });
    if !is_to_begin(drill.cleanup_due_at(), earlier.as_ref(), aws::clock::now()) {
        return Ok(Response { begun: false });
    }
    match before.as_ref().filter(|cleanup| !cleanup.status.is_terminal()) {
        Some(running) => match cleanup::start(clients, &machine_arn, &drill, running).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Conflict => {
                settle(clients, &machine_arn, &id, &plan, running.attempt).await?
            }
            Err(error) => return Err(error.into()),
        },
        None => cleanup::begin(clients, &machine_arn, &actor(&drill), &drill, before.as_ref()).await?,
    }
    Ok(Response { begun: true })
}

/// Ends a cleanup whose state machine has ended. It settles itself last of all: one that has not was stopped or failed, and
/// one that has meanwhile stays as it is.
async fn settle(
    clients: &Clients,
    machine_arn: &str,
    id: &ExecutionId,
    plan: &PlanId,
    attempt: u32,
) -> Result<(), TaskError> {
    // A name that is taken may be that of one that runs, begun with another input by an earlier version.
    let machine = clients.sfn.execution(&execution_arn(machine_arn, &cleanup::name(id, attempt))).await?;
    if machine.is_some_and(|machine| machine.runs()) {
        return Ok(());
    }
    let cause = "its state machine was stopped or failed before it was settled".to_owned();
    let request = settle_cleanup::Request {
        execution_id: id.clone(),
        plan_id: plan.clone(),
        attempt: Some(attempt),
        error: Some(Failure { error: "Stopped".to_owned(), cause }),
    };
    match settle_cleanup::handle(clients, request).await {
        // A later one has taken its place.
        Ok(_) | Err(TaskError::Invalid(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Who wants it: the plan or the schedule that says so.
fn actor(drill: &ExecutionRecord) -> Actor {
    let name = drill.automatic_cleanup.as_ref().map(|cleanup| cleanup.by.clone()).unwrap_or_default();
    Actor { name, ..Actor::default() }
}
