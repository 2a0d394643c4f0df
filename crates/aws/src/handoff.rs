//! The hand-off to a wave that waits: from the waves before it, and from people. Used by both sides of it.
//!
//! Each side writes first and reads then: the waiting one its token, the other one what it decided. Whoever comes second
//! sees what the first has written, so no wake-up is lost. What is decided is [`domain::gate`]'s.

use domain::gate::{ApprovalDecision, Facts, Gate, Verdict, gate};
use domain::id::{ExecutionId, PlanId};
use domain::outcome::Dependency;
use domain::status::{ExecutionStatus, WaveStatus};
use serde::{Deserialize, Serialize};

use crate::clients::Clients;
use crate::clock;
use crate::error::{AwsError, ErrorKind};
use crate::history::{Awaits, ExecutionRecord, WaveKey, WaveRecord};

/// What a waiting wave is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// `RUN`, `RETRY`, `RECHECK`, `SETTLE`, `SKIP`, `REJECT`, `CANCEL` or `HOLD`.
    pub decision: String,
    /// Why it is skipped, rejected or cancelled; empty otherwise.
    pub reason: String,
    /// For `HOLD`: after how many seconds it looks again.
    pub seconds: i64,
    /// For `RUN` and `RETRY`: whether actions come before the launch.
    pub actions: bool,
    /// The round of the wave: what was decided after a failure is about this one.
    pub round: u32,
}

impl Release {
    /// What `gate` means for the wave; nothing when it waits on for its dependencies, or is still in the making.
    fn of(gate: Gate, wave: &WaveRecord) -> Option<Self> {
        let (actions, round) = (!wave.before_actions.is_empty(), wave.round);
        let told = |decision: &str, reason, seconds| {
            Some(Self { decision: decision.to_owned(), reason, seconds, actions, round })
        };
        match gate {
            Gate::Wait | Gate::Ask | Gate::Expire => None,
            Gate::Run => told("RUN", String::new(), 0),
            Gate::Retry => told("RETRY", String::new(), 0),
            Gate::Recheck => told("RECHECK", String::new(), 0),
            Gate::Settle => told("SETTLE", String::new(), 0),
            Gate::Skip { reason } => told("SKIP", reason, 0),
            Gate::Reject { reason } => told("REJECT", reason, 0),
            Gate::Cancel { reason } => told("CANCEL", reason, 0),
            Gate::Hold { seconds } => told("HOLD", String::new(), seconds),
        }
    }
}

/// An execution and its waves, as they were read for a hand-off: after the caller's own write.
#[derive(Debug, Clone)]
pub struct Seen {
    execution: Option<ExecutionRecord>,
    waves: Vec<WaveRecord>,
}

impl Seen {
    /// Reads them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn now(clients: &Clients, id: &ExecutionId, plan: &PlanId) -> Result<Self, AwsError> {
        let execution = clients.history.execution(id, plan).await?;
        let waves = clients.history.waves(id, plan).await?;
        Ok(Self { execution, waves })
    }

    /// Wakes every wave that waits and has not to wait on, after something was decided about the execution. One that cannot
    /// be woken now looks for itself later.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn wake(clients: &Clients, id: &ExecutionId, plan: &PlanId) -> Result<(), AwsError> {
        let seen = Self::now(clients, id, plan).await?;
        for wave in seen.waves.iter().filter(|wave| !wave.status.is_terminal()) {
            let key = WaveKey { execution_id: id.clone(), plan_id: plan.clone(), wave: wave.number };
            seen.release(clients, &key).await?;
        }
        Ok(())
    }

    /// Tells the wave `key` what to do, when it waits and has not to wait on. False when it has, or nothing waits any more.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn release(&self, clients: &Clients, key: &WaveKey) -> Result<bool, AwsError> {
        let Some(execution) = &self.execution else { return Ok(false) };
        let Some(wave) = self.waves.iter().find(|wave| wave.number == key.wave) else { return Ok(false) };
        // What is delivered late asks nobody for an approval.
        if execution.status != ExecutionStatus::Running || wave.status.is_terminal() {
            return Ok(false);
        }
        let gate = self.pass(clients, execution, key, wave.clone()).await?;
        let Some(release) = Release::of(gate, wave) else { return Ok(false) };
        let Some(token) = clients.history.token(key).await? else { return Ok(false) };
        match (token.awaits, release.decision.as_str()) {
            (Awaits::Decision, "HOLD") => Ok(false),
            (Awaits::Dependencies | Awaits::Decision, _) => clients.sfn.send_task_success(&token.token, &release).await,
        }
    }

    /// Tells the machine of the wave `key`, which waits with `token`, what to do if it has not to wait on. It also ends where the
    /// wave was settled without it, by what was delivered late. Only its own token is told that: a wave that is opened again
    /// has another machine, which has another.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn answer(&self, clients: &Clients, key: &WaveKey, token: &str) -> Result<bool, AwsError> {
        let settled = self.waves.iter().find(|wave| wave.number == key.wave && wave.status.is_terminal());
        match settled.and_then(|wave| Release::of(Gate::Settle, wave)) {
            Some(release) => clients.sfn.send_task_success(token, &release).await,
            None => self.release(clients, key).await,
        }
    }

    /// Wakes the machine of the wave `key` that is still held although the wave is settled: it was settled by what was delivered
    /// late, between a decision and the waking of the machine.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn wake_held(&self, clients: &Clients, key: &WaveKey) -> Result<(), AwsError> {
        if let Some(held) = clients.history.token(key).await?.filter(|token| token.awaits == Awaits::Decision) {
            self.answer(clients, key, &held.token).await?;
        }
        Ok(())
    }

    /// What the gate says in the end: that an approval is asked for, or that its time is over, is recorded on the way.
    async fn pass(
        &self,
        clients: &Clients,
        execution: &ExecutionRecord,
        key: &WaveKey,
        mut wave: WaveRecord,
    ) -> Result<Gate, AwsError> {
        let dependencies = self.dependencies(key.wave);
        let now = clock::now();
        loop {
            let facts = Facts {
                dependencies: &dependencies,
                approval: wave.approval.as_ref(),
                pause: execution.paused.as_ref(),
                cancelled: execution.cancelled.as_ref(),
                failure: wave.failure(),
                now,
            };
            let gate = gate(&facts);
            match (&gate, wave.approval.as_mut()) {
                (Gate::Ask, Some(approval)) => {
                    approval.ask(now);
                    wave.set_status(WaveStatus::AwaitingApproval)?;
                }
                (Gate::Expire, Some(approval)) => {
                    let (verdict, by, comment) = (Verdict::TimedOut, String::new(), String::new());
                    approval.decision = Some(ApprovalDecision { verdict, by, at: now, comment });
                    wave.set_status(WaveStatus::Waiting)?;
                }
                _ => return Ok(gate),
            }
            match clients.history.save_wave(&mut wave).await {
                Ok(()) => {}
                // Somebody else has asked, or decided: it is his word that counts.
                Err(error) if error.kind == ErrorKind::Conflict => wave = clients.history.wave(key).await?,
                Err(error) => return Err(error),
            }
        }
    }

    fn dependencies(&self, wave: u32) -> Vec<Dependency> {
        self.waves
            .iter()
            .filter(|other| other.dependants.contains(&wave))
            .map(|other| Dependency { name: other.name.clone(), status: other.status, on_failure: other.policy() })
            .collect()
    }
}
