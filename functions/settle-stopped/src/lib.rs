//! `SettleStopped`: one look at executions whose recovery machine runs no more although they have not ended: somebody
//! stopped it in Step Functions, it failed, or it never began. One that was stopped is cancelled, as if its stopper had used
//! the API; one that failed is FAILED. What DRS runs for it is watched to its end here, wave by wave, where no machine of the
//! wave does that any more. The end itself is SettleExecution's.
//!
//! Where the recovery machine runs, one thing may have stopped all the same: a wave that somebody opened again.

use aws::Clients;
use aws::audit::{Actor, AuditRecord, Subject};
use aws::cancel::{Cancel, cancel};
use aws::history::{ExecutionRecord, WaveKey, WaveRecord};
use aws::sfn::{MachineExecution, execution_arn};
use check_jobs::Next;
use domain::id::{ExecutionId, PlanId};
use domain::plan::Mode;
use serde::{Deserialize, Serialize};
use settle_execution::reopened;
use task::{Failure, TaskError};

/// Which executions: the one of an event, or all that have not ended.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The Step Functions execution that an event is about; all are looked at when it is missing.
    #[serde(default)]
    pub execution_arn: Option<String>,
    /// Who stopped it, where CloudTrail says so.
    #[serde(default)]
    pub stopped_by: Option<String>,
    /// The recovery machine.
    pub recovery_machine: String,
    /// The wave machine.
    pub wave_machine: String,
}

/// What is to be done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Executions of which nothing runs any more: SettleExecution ends them.
    pub settle: Vec<Settle>,
    /// Whether DRS or a wave is still busy for another: look again.
    pub waiting: bool,
}

/// An execution that is to be ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settle {
    /// Which.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// What stopped it, when nobody cancelled it.
    pub error: Option<Failure>,
}

/// How long an execution may be recorded that Step Functions does not know. The API records it first and starts it then,
/// within its 29 seconds.
const UNSTARTED_SECONDS: i64 = 600;
/// The longest execution id: see `CheckInput` of the recovery machine.
const LONGEST_ID: usize = 71;

/// Looks once. Delivered twice, it finds what the first delivery has done.
///
/// # Errors
/// When AWS cannot be asked about the execution of an event. One of many is looked at again the next time.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let look = Look { clients, request: &request };
    let mut response = Response { settle: Vec::new(), waiting: false };
    if let Some(arn) = &request.execution_arn {
        let name = arn.rsplit(':').next().unwrap_or_default();
        let id = ExecutionId::from(name.chars().take(LONGEST_ID).collect::<String>());
        if let Some(records) = clients.history.everything(&id).await? {
            look.at(&records.execution, arn, &mut response).await?;
        }
        return Ok(response);
    }
    for execution in clients.history.active().await? {
        let name = execution.machine_execution.as_deref().unwrap_or(execution.execution_id.as_str());
        let arn = execution_arn(&request.recovery_machine, name);
        if let Err(error) = look.at(&execution, &arn, &mut response).await {
            // The others must not wait for it.
            tracing::error!(executionId = %execution.execution_id, "looked at in vain: {error}");
            response.waiting = true;
        }
    }
    Ok(response)
}

struct Look<'a> {
    clients: &'a Clients,
    request: &'a Request,
}

/// Why a machine runs no more.
enum Stopped {
    /// Somebody stopped it, and said this.
    ByHand(String),
    /// It failed, or never began.
    Failed(Failure),
}

impl Look<'_> {
    async fn at(&self, execution: &ExecutionRecord, arn: &str, response: &mut Response) -> Result<(), TaskError> {
        if let Some(by) = &self.request.stopped_by {
            self.name(execution, by).await?;
        }
        if execution.status.is_terminal() {
            return Ok(());
        }
        let machine = self.clients.sfn.execution(arn).await?;
        let Some(stopped) = stopped(machine, execution, aws::clock::now()) else {
            return self.reopened(execution).await;
        };
        let (id, plan_id) = (execution.execution_id.clone(), execution.plan_id.clone());
        let error = match stopped {
            Stopped::ByHand(comment) => {
                let actor = self.actor();
                let way = "its Step Functions execution was stopped";
                cancel(self.clients, &id, &Cancel { actor: &actor, comment: &comment, action: "StopExecution", way })
                    .await?;
                None
            }
            Stopped::Failed(failure) => Some(failure),
        };
        let mut busy = false;
        for wave in self.clients.history.waves(&id, &plan_id).await? {
            let key = WaveKey { execution_id: id.clone(), plan_id: plan_id.clone(), wave: wave.number };
            busy |= self.is_busy(&key, &wave, error.as_ref()).await?;
        }
        response.waiting |= busy;
        if !busy {
            tracing::warn!(executionId = %id, "execution {id} is settled, since its machine runs no more");
            response.settle.push(Settle { execution_id: id, plan_id, mode: execution.mode, error });
        }
        Ok(())
    }

    /// Waves that somebody opened again have machines of their own, which no other waits for while it runs itself. One that
    /// never began, since whoever opened the wave was cut off, would hold up every wave behind it.
    async fn reopened(&self, execution: &ExecutionRecord) -> Result<(), TaskError> {
        let history = &self.clients.history;
        let waves = history.waves(&execution.execution_id, &execution.plan_id).await?;
        if waves.iter().any(reopened::is_open)
            && let Some(records) = history.everything(&execution.execution_id).await?
        {
            reopened::look(self.clients, &self.request.wave_machine, &records).await?;
        }
        Ok(())
    }

    fn actor(&self) -> Actor {
        match &self.request.stopped_by {
            Some(by) => Actor { name: by.clone(), ..Actor::default() },
            None => Actor::step_functions(),
        }
    }

    /// Says who stopped it, where nobody knew before. CloudTrail's word comes minutes later than that it was stopped.
    async fn name(&self, execution: &ExecutionRecord, by: &str) -> Result<(), TaskError> {
        let mut execution = execution.clone();
        let nobody = Actor::step_functions().name;
        let Some(cancelled) = execution.cancelled.as_mut().filter(|cancelled| cancelled.by == nobody) else {
            return Ok(());
        };
        let before = cancelled.reason();
        by.clone_into(&mut cancelled.by);
        let after = cancelled.reason();
        if execution.reason == before {
            execution.reason = after;
        }
        let event =
            AuditRecord::new(&self.actor(), "StopExecution", &Subject::Execution(execution.execution_id.clone()))
                .with_detail("CloudTrail says that it was this caller who stopped it".to_owned());
        Ok(self.clients.history.change_execution(&mut execution, self.clients.audit.write(&event)?).await?)
    }

    /// Whether a wave goes on: by itself while its machine runs, by DRS while that launches its servers. Else it is settled.
    async fn is_busy(&self, key: &WaveKey, wave: &WaveRecord, error: Option<&Failure>) -> Result<bool, TaskError> {
        if wave.status.is_terminal() {
            return Ok(false);
        }
        let arn = execution_arn(&self.request.wave_machine, &key.machine_name(wave.machine_round));
        let machine = self.clients.sfn.execution(&arn).await?;
        if machine.is_some_and(|machine| machine.runs()) {
            return Ok(true);
        }
        let seen = match check_jobs::handle(self.clients, key.clone()).await {
            Ok(seen) => seen,
            // What DRS says is wanted, but no condition of an end.
            Err(TaskError::Throttled(_) | TaskError::Transient(_) | TaskError::Conflict(_)) => return Ok(true),
            Err(other) => return Err(other),
        };
        if error.is_none() && seen.next == Next::StartMore {
            start_jobs::adopt(self.clients, key.clone()).await?;
            return Ok(true);
        }
        if seen.launching > 0 {
            return Ok(true);
        }
        let request =
            settle_wave::Request { key: key.clone(), round: None, skip: None, refusal: None, error: error.cloned() };
        settle_wave::handle(self.clients, request).await?;
        Ok(false)
    }
}

/// Why the machine of `execution` runs no more; nothing while it runs, or may yet begin.
fn stopped(machine: Option<MachineExecution>, execution: &ExecutionRecord, now: i64) -> Option<Stopped> {
    let Some(machine) = machine else {
        let late = now - execution.started_at > UNSTARTED_SECONDS;
        let cause = "Step Functions never began it, or knows it no more".to_owned();
        return late.then(|| Stopped::Failed(Failure { error: "NotStarted".to_owned(), cause }));
    };
    if machine.runs() {
        return None;
    }
    if machine.status == "ABORTED" {
        let said = [machine.error, machine.cause].into_iter().flatten().filter(|text| !text.is_empty());
        return Some(Stopped::ByHand(said.collect::<Vec<_>>().join(": ")));
    }
    let error = machine.error.filter(|error| !error.is_empty()).unwrap_or(machine.status);
    Some(Stopped::Failed(Failure { error, cause: machine.cause.unwrap_or_default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(status: &str, error: Option<&str>, cause: Option<&str>) -> Option<MachineExecution> {
        let (error, cause) = (error.map(str::to_owned), cause.map(str::to_owned));
        Some(MachineExecution { status: status.to_owned(), error, cause })
    }

    fn looked(machine: Option<MachineExecution>, after_seconds: i64) -> String {
        let execution = ExecutionRecord::new("e".into(), "p".into(), Mode::Drill, "ada".into(), 1_000);
        match stopped(machine, &execution, 1_000 + after_seconds) {
            None => "runs".to_owned(),
            Some(Stopped::ByHand(comment)) => format!("stopped: {comment}"),
            Some(Stopped::Failed(failure)) => format!("failed: {}", failure.text()),
        }
    }

    #[test]
    fn only_what_runs_no_more_is_settled() {
        for status in ["RUNNING", "PENDING_REDRIVE", "HIBERNATING"] {
            assert_eq!(looked(machine(status, None, None), 9_999), "runs", "{status}");
        }
        assert_eq!(looked(machine("ABORTED", None, Some("wrong plan")), 0), "stopped: wrong plan");
        assert_eq!(looked(machine("ABORTED", Some(""), None), 0), "stopped: ");
        assert_eq!(looked(machine("FAILED", Some("States.Runtime"), Some("why")), 0), "failed: States.Runtime: why");
        assert_eq!(looked(machine("TIMED_OUT", None, None), 0), "failed: TIMED_OUT");
    }

    #[test]
    fn what_was_accepted_a_moment_ago_may_yet_begin() {
        assert_eq!(looked(None, UNSTARTED_SECONDS), "runs");
        assert!(looked(None, UNSTARTED_SECONDS + 1).starts_with("failed: NotStarted"));
    }
}
