//! Beginning a cleanup, whoever asks for it: a person, a plan or a schedule. Not here: whether it may begin, that is
//! [`domain::cleanup`], nor the work, that is Step Functions'.

use serde_json::json;

use crate::audit::{Actor, AuditRecord, Subject};
use crate::history::{CleanupRecord, ExecutionRecord};
use crate::{AwsError, Clients, ErrorKind, clock};
use domain::cleanup::CleanupStatus;
use domain::id::ExecutionId;

/// Characters of the beginning of an execution's id in the name of its cleanups: Step Functions takes 80 in all, and an id
/// can have 71.
const NAMED: usize = 71;

/// Records a cleanup of `execution` after `before`, with its entry in the audit log, and starts the machine. Of two that
/// begin at the same time, one writes the record and starts the machine, and the other one changes nothing.
///
/// # Errors
/// When Step Functions does not start it, which is recorded.
pub async fn begin(
    clients: &Clients,
    machine_arn: &str,
    actor: &Actor,
    execution: &ExecutionRecord,
    before: Option<&CleanupRecord>,
) -> Result<(), AwsError> {
    let (id, plan) = (&execution.execution_id, &execution.plan_id);
    clients.history.look_after(execution).await?;
    let mut record = CleanupRecord::new(id, plan, before, &actor.name, clock::now());
    let event = AuditRecord::new(actor, "StartCleanup", &Subject::Execution(id.clone()))
        .with_detail(format!("cleanup {} of a {} of {plan}", record.attempt, execution.mode));
    if !clients.history.begin_cleanup(&record, before, clients.audit.write(&event)?).await? {
        return Ok(());
    }
    match start(clients, machine_arn, execution, &record).await {
        Ok(()) => tracing::info!(executionId = %id, "cleanup of {id} is started by {}", actor.name),
        // Another who asked has found the record and started it, and it is over; or an answer was lost for so long.
        Err(error) if error.kind == ErrorKind::Conflict => {}
        // It may run, its answer lost: the sweep, which hands every RUNNING cleanup to BeginCleanup, finds out.
        Err(error) if matches!(error.kind, ErrorKind::Throttled | ErrorKind::Transient) => return Err(error),
        Err(error) => {
            record.status = CleanupStatus::Failed;
            record.reason = format!("Step Functions did not start it: {error}");
            record.ended_at = Some(clock::now());
            clients.history.save_cleanup(&record).await?;
            return Err(error);
        }
    }
    Ok(())
}

/// Starts the machine for a cleanup that is recorded. The same cleanup again is the same Step Functions execution.
///
/// # Errors
/// `Conflict` when that has ended already.
pub async fn start(
    clients: &Clients,
    machine_arn: &str,
    execution: &ExecutionRecord,
    record: &CleanupRecord,
) -> Result<(), AwsError> {
    let (id, plan) = (&execution.execution_id, &execution.plan_id);
    let input = json!({ "executionId": id, "planId": plan, "attempt": record.attempt });
    clients.sfn.start_execution(machine_arn, &name(id, record.attempt), &input).await
}

/// What the Step Functions execution of a cleanup is called.
#[must_use]
pub fn name(id: &ExecutionId, attempt: u32) -> String {
    let beginning: String = id.as_str().chars().take(NAMED).collect();
    format!("{beginning}-clean{:03}", attempt % 1_000)
}
