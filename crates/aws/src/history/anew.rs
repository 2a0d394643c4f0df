//! What a decision does to the records of a wave that failed, and of its servers. Which servers it may be about is
//! [`domain::decision`]'s.

use domain::decision::{Candidate, Decided, FailureDecision, Scope};
use domain::gate::Failure;
use domain::id::{InstanceId, JobId};
use domain::launch_settings::SettingsOutcome;
use domain::plan::OnFailure;
use domain::status::{ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};

use super::record::allowed;
use super::{CheckRecord, ExecutionRecord, History, ServerRecord, WaveRecord, refused, unchanged};
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, MAX_TRANSACTION, Value, Write};

/// Characters of a check's output that an earlier attempt keeps: all attempts of a server share one item.
const KEPT_OUTPUT: usize = 200;

/// An earlier attempt at a server: how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptRecord {
    /// How it ended.
    pub status: ServerStatus,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The DRS job that launched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// What DRS launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
    /// When its job was started, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When DRS launched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<i64>,
    /// When its last health check ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<i64>,
    /// Its health checks.
    #[serde(default)]
    pub checks: Vec<CheckRecord>,
}

impl WaveRecord {
    /// Whether it has failed before, and what somebody decided about that.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        let decided = || self.decisions.last().map(|decision| Failure::Decided(decision.decided));
        self.held_at.map(Failure::Open).or_else(decided)
    }

    /// When its present round was decided upon, in Unix seconds; nothing in its first. Jobs from before are of another.
    #[must_use]
    pub fn begun_anew_at(&self) -> Option<i64> {
        let anew = self.decisions.iter().rev().find(|decision| decision.decided.begins_anew());
        anew.map(|decision| decision.at)
    }

    /// What its failure means for the waves behind it.
    #[must_use]
    pub fn policy(&self) -> OnFailure {
        domain::decision::policy(self.on_failure, self.decisions.last().map(|decision| decision.decided))
    }

    /// Holds it for a decision.
    ///
    /// # Errors
    /// `Bug` when the transition table forbids it.
    pub fn hold(&mut self, reason: String, now: i64) -> Result<(), AwsError> {
        self.set_status(WaveStatus::AwaitingDecision)?;
        self.reason = reason;
        self.held_at = Some(now);
        Ok(())
    }

    /// Records what somebody decided, about the servers of `scope`. Begun anew, it is in another round: what is delivered
    /// late of the one before changes nothing. A wave that has ended needs a state machine of its own then.
    ///
    /// # Errors
    /// `Bug` when the transition table forbids it.
    pub fn decide(&mut self, decision: FailureDecision, scope: Scope) -> Result<(), AwsError> {
        let decided = decision.decided;
        self.held_at = None;
        self.decisions.push(decision);
        if !decided.begins_anew() {
            return Ok(());
        }
        self.round += 1;
        self.scope = scope;
        self.reason.clear();
        self.launched_at = None;
        self.after_actions.iter_mut().for_each(domain::action_run::ActionRun::begin_anew);
        let next = if decided == Decided::Recheck { WaveStatus::Checking } else { WaveStatus::Waiting };
        if decided == Decided::Retry {
            self.before_actions.iter_mut().for_each(domain::action_run::ActionRun::begin_anew);
        }
        if !self.status.is_terminal() {
            return self.set_status(next);
        }
        allowed(self.status.can_be_reopened_as(next), &self.name, self.status, next)?;
        self.status = next;
        self.ended_at = None;
        self.machine_round = self.round;
        Ok(())
    }
}

impl ServerRecord {
    /// The server, as far as a decision about it goes.
    #[must_use]
    pub fn candidate(&self) -> Candidate {
        Candidate { status: self.status, has_instance: self.instance_id.is_some() }
    }

    /// The newest instance that was launched for it, and the job that did: of this attempt, or of the one before that DRS
    /// has perhaps not replaced.
    #[must_use]
    pub fn newest_instance(&self) -> Option<(&InstanceId, &JobId)> {
        let own = self.instance_id.as_ref().zip(self.job_id.as_ref());
        own.or_else(|| self.attempts.iter().rev().find_map(|one| one.instance_id.as_ref().zip(one.job_id.as_ref())))
    }

    /// Makes it ready for another attempt in `round`, and keeps how this one ended.
    pub fn begin_anew(&mut self, decided: Decided, round: u32) {
        self.attempts.push(self.attempt());
        self.round = round;
        self.phase.clear();
        self.reason.clear();
        (self.checking_at, self.checked_at) = (None, None);
        self.checks.iter_mut().for_each(CheckRecord::begin_anew);
        if decided == Decided::Recheck {
            self.status = ServerStatus::Launched;
            return;
        }
        self.status = ServerStatus::Pending;
        (self.job_id, self.instance_id, self.recovered_from) = (None, None, None);
        (self.started_at, self.launched_at) = (None, None);
        // What could not be set is tried again.
        self.settings = self.settings.take().filter(|settings| settings.outcome != Some(SettingsOutcome::Failed));
    }

    fn attempt(&self) -> AttemptRecord {
        let mut checks = self.checks.clone();
        for check in &mut checks {
            let skipped = check.output.chars().count().saturating_sub(KEPT_OUTPUT);
            check.output = check.output.chars().skip(skipped).collect();
        }
        AttemptRecord {
            status: self.status,
            reason: self.reason.clone(),
            job_id: self.job_id.clone(),
            instance_id: self.instance_id.clone(),
            started_at: self.started_at,
            launched_at: self.launched_at,
            checked_at: self.checked_at,
            checks,
        }
    }
}

impl History {
    /// Opens waves again that have ended, together with `event`, on the condition that nobody has written them or their
    /// execution since they were read: so whoever settles the execution, or skips one of them, sees it or is seen.
    ///
    /// # Errors
    /// `Conflict` when one has been written since; `Invalid` when they are too many for one transaction.
    pub async fn reopen(
        &self,
        execution: &mut ExecutionRecord,
        waves: &mut [WaveRecord],
        event: Write,
    ) -> Result<(), AwsError> {
        let condition = unchanged(execution.revision);
        execution.revision += 1;
        let mut writes = vec![event, self.table.put_write(execution, condition)?];
        for wave in waves {
            let condition = unchanged(wave.revision);
            wave.revision += 1;
            writes.push(self.table.put_write(wave, condition)?);
        }
        if writes.len() > MAX_TRANSACTION {
            let message =
                "more waves would have to be opened again than one transaction takes: run the plan again instead";
            return Err(AwsError::new(ErrorKind::Invalid, "TransactWriteItems", message));
        }
        self.table.write(writes).await.map_err(|error| refused(error, &execution.execution_id))
    }

    /// Records servers that were made ready for another attempt. `rounds` are those in which they were read.
    ///
    /// # Errors
    /// `Conflict` when one is in another round by now: whoever comes late does not launch it once more.
    pub async fn save_anew(&self, servers: &[ServerRecord], rounds: &[u32]) -> Result<(), AwsError> {
        let in_round = |round: u32| match round {
            // Of a version that knew one round only.
            0 => Condition::Lacks("round"),
            round => Condition::Is("round", Value::Number(u64::from(round))),
        };
        let writes: Vec<(&ServerRecord, Condition)> =
            servers.iter().zip(rounds).map(|(server, round)| (server, in_round(*round))).collect();
        for chunk in writes.chunks(MAX_TRANSACTION) {
            self.table.transact(chunk).await.map_err(|error| refused(error, &"the servers of the wave"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::check::HealthCheck;
    use domain::health::CheckStatus;

    use super::super::WaveKey;
    use super::*;

    fn unhealthy() -> ServerRecord {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let check: HealthCheck =
            serde_json::from_value(serde_json::json!({ "name": "up", "kind": "ssmAgentOnline" })).unwrap();
        let mut server = ServerRecord::new(&key, "s-1".into(), 0, "db-1".into());
        server.checks = vec![CheckRecord::from(&check)];
        server.checks[0].end(CheckStatus::TimedOut, "é".repeat(300), 90);
        server.status = ServerStatus::Unhealthy;
        server.reason = "health check".into();
        (server.job_id, server.instance_id) = (Some("drsjob-1".into()), Some("i-1".into()));
        (server.started_at, server.launched_at, server.checked_at) = (Some(10), Some(50), Some(90));
        server
    }

    #[test]
    fn a_retry_keeps_how_the_attempt_before_ended_and_begins_with_nothing() {
        let mut server = unhealthy();
        server.begin_anew(Decided::Retry, 2);
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut fresh = ServerRecord::new(&key, "s-1".into(), 0, "db-1".into());
        fresh.checks = server.checks.clone();
        (fresh.attempts, fresh.round) = (server.attempts.clone(), 2);
        assert_eq!(server, fresh);
        assert_eq!((server.checks[0].status, server.checks[0].output.as_str()), (CheckStatus::Pending, ""));
        let attempt = &server.attempts[0];
        assert_eq!((attempt.status, attempt.checks[0].status), (ServerStatus::Unhealthy, CheckStatus::TimedOut));
        assert_eq!(attempt.checks[0].output.chars().count(), KEPT_OUTPUT);
        // What DRS launched before stands until the next launch replaces it.
        assert_eq!(server.newest_instance(), Some((&"i-1".into(), &"drsjob-1".into())));
    }

    #[test]
    fn a_recheck_keeps_the_launch() {
        let mut server = unhealthy();
        server.begin_anew(Decided::Recheck, 3);
        assert_eq!((server.status, server.round), (ServerStatus::Launched, 3));
        assert_eq!((server.instance_id.clone(), server.launched_at), (Some("i-1".into()), Some(50)));
        assert_eq!((server.checks[0].status, server.checked_at), (CheckStatus::Pending, None));
    }
}
