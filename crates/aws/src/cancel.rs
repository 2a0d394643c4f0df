//! Cancelling an execution: one act, for everybody who may do it, whichever way he comes. Whether it is possible is
//! [`domain::control`]'s to say; what the waves do then is decided at their gate and in their tasks.

use domain::control::{ExecutionAction, Possible};
use domain::gate::Cancellation;
use domain::id::ExecutionId;

use crate::audit::{Actor, AuditRecord, Subject};
use crate::clients::Clients;
use crate::clock;
use crate::error::{AwsError, ErrorKind};
use crate::handoff::Seen;
use crate::history::ExecutionRecords;

/// How often somebody else may be quicker. Each time it is read and decided anew.
const ATTEMPTS: usize = 5;

/// Who cancels, and what is recorded about that.
#[derive(Debug, Clone)]
pub struct Cancel<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What he says about it.
    pub comment: &'a str,
    /// The action of the entry in the audit log.
    pub action: &'a str,
    /// What else that entry says: the way he came, where it is not the API.
    pub way: &'a str,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is cancelled, now or before: nothing of it is begun any more, and its waves are woken.
    Cancelled,
    /// It cannot be cancelled.
    NotPossible {
        /// Why.
        reason: String,
    },
    /// There is no such execution.
    NotFound,
}

/// Marks the execution as cancelled, together with an entry in the audit log, and wakes its waves. Asked again, it only
/// wakes them again.
///
/// # Errors
/// `Conflict` when others changed the execution again and again. When AWS cannot be asked: the mark may be written then, and
/// asking again does the rest.
pub async fn cancel(clients: &Clients, id: &ExecutionId, by: &Cancel<'_>) -> Result<Outcome, AwsError> {
    for _ in 0..ATTEMPTS {
        let Some(ExecutionRecords { mut execution, .. }) = clients.history.everything(id).await? else {
            return Ok(Outcome::NotFound);
        };
        match ExecutionAction::Cancel.possible(&execution.now(None)) {
            Possible::Yes => {
                let (name, comment) = (by.actor.name.clone(), by.comment.to_owned());
                execution.cancelled = Some(Cancellation { by: name, at: clock::now(), comment });
                let detail = [by.way, by.comment].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
                let event = AuditRecord::new(by.actor, by.action, &Subject::Execution(id.clone()))
                    .with_detail(detail.join(": "));
                match clients.history.change_execution(&mut execution, clients.audit.write(&event)?).await {
                    Ok(()) => tracing::info!(executionId = %id, "execution {id} is cancelled"),
                    Err(error) if error.kind == ErrorKind::Conflict => continue,
                    Err(error) => return Err(error),
                }
            }
            Possible::Already => {}
            Possible::No { reason } => return Ok(Outcome::NotPossible { reason }),
        }
        Seen::wake(clients, id, &execution.plan_id).await?;
        return Ok(Outcome::Cancelled);
    }
    let message = format!("execution {id} was changed by others again and again; ask once more");
    Err(AwsError::new(ErrorKind::Conflict, "cancelling an execution", message))
}
