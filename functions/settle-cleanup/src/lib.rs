//! `SettleCleanup`: the last task of every cleanup. Says what is left over and why, writes what the cleanup came to, and
//! releases the claims. In that order, since PrepareCleanup claims and then looks whether the cleanup still runs: of a late
//! delivery of it and this, one sees the other.

use aws::Clients;
use aws::history::{CleanupInstanceRecord, CleanupRecord};
use domain::cleanup::{CleanupStatus, InstanceCleanup, outcome};
use domain::id::{ExecutionId, PlanId, ServerId};
use serde::{Deserialize, Serialize};
use task::{Failure, TaskError};

/// A cleanup that has ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The execution whose instances were to go.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
    /// Which of its cleanups; the newest, where nobody says.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// What stopped it: a Step Functions error.
    #[serde(default)]
    pub error: Option<Failure>,
}

/// What the cleanup came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Its status.
    pub status: CleanupStatus,
    /// Why, where it is FAILED.
    pub reason: String,
    /// Instances that are gone.
    pub terminated: usize,
    /// Instances that stand, or may stand.
    pub left_over: usize,
}

/// Settles the cleanup once; a second delivery releases again and answers the same.
///
/// # Errors
/// `Invalid` when a later cleanup has taken its place, which is not this one's to end. Else when AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan, attempt, error } = request;
    let history = &clients.history;
    let Some(mut cleanup) = history.cleanup(&id, &plan).await? else {
        // Nobody recorded one, so nothing was claimed.
        let reason = error.map(|failure| failure.text()).unwrap_or_default();
        return Ok(Response { status: CleanupStatus::Failed, reason, terminated: 0, left_over: 0 });
    };
    if attempt.is_some_and(|attempt| attempt != cleanup.attempt) {
        return Err(TaskError::Invalid(format!("cleanup {} of {id} runs now: this one has ended", cleanup.attempt)));
    }
    let mut instances = history.cleanup_instances(&id, &plan).await?;
    if !cleanup.status.is_terminal() {
        let read = instances.clone();
        leave_over(&mut instances);
        history.save_changed_instances(&read, &instances).await?;
        conclude(&mut cleanup, &instances, error.as_ref());
        if cleanup.status == CleanupStatus::Completed {
            nothing_stands(clients, &id, &plan).await?;
        }
        history.save_cleanup(&cleanup).await?;
        tracing::info!(status = %cleanup.status, "cleanup is settled: {}", cleanup.status);
    }
    let servers: Vec<ServerId> = instances.iter().map(|instance| instance.server_id.clone()).collect();
    history.release(&cleanup.holder(), &servers).await?;
    let count = |status| instances.iter().filter(|instance| instance.status == status).count();
    Ok(Response {
        status: cleanup.status,
        reason: cleanup.reason,
        terminated: count(InstanceCleanup::Terminated),
        left_over: count(InstanceCleanup::LeftOver),
    })
}

/// Ends the instances whose end nobody saw.
fn leave_over(instances: &mut [CleanupInstanceRecord]) {
    for instance in instances.iter_mut().filter(|instance| !instance.status.is_settled()) {
        let reason = match (instance.status, &instance.job_id) {
            (InstanceCleanup::Terminating, Some(job)) => {
                format!("the cleanup ended before the end of {job}: look in DRS")
            }
            _ if instance.reason.is_empty() => "the cleanup ended before it was terminated".to_owned(),
            _ => format!("the cleanup ended before it was terminated; it waited: {}", instance.reason),
        };
        instance.settle(InstanceCleanup::LeftOver, reason);
    }
}

/// A refusal has its reason in the record already.
fn conclude(cleanup: &mut CleanupRecord, instances: &[CleanupInstanceRecord], error: Option<&Failure>) {
    if let Some(failure) = error {
        cleanup.reason = failure.text();
    }
    let failed = error.is_some() || !cleanup.reason.is_empty();
    cleanup.status = outcome(instances.iter().map(|instance| instance.status), failed);
    cleanup.ended_at = Some(aws::clock::now());
}

/// Takes the drill out of the list of those with instances that stand.
async fn nothing_stands(clients: &Clients, id: &ExecutionId, plan: &PlanId) -> Result<(), TaskError> {
    if let Some(mut execution) = clients.history.execution(id, plan).await? {
        execution.set_left_over(false);
        clients.history.save_execution(&mut execution).await?;
    }
    Ok(())
}
