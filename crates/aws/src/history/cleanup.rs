//! The items of a cleanup. They begin with `<plan>#cleanup`: the cleanup itself, an item for each instance, and one for
//! each termination batch, which is an intent while it has no job.

use std::collections::{BTreeMap, BTreeSet};

use domain::cleanup::{CleanupStatus, InstanceCleanup};
use domain::id::{ExecutionId, InstanceId, JobId, PlanId, ServerId};
use serde::{Deserialize, Serialize};

use super::{History, ServerRecord};
use crate::error::AwsError;
use crate::store::{Condition, TransactError, Value, Write};

/// Comes before the attempt in what the holder of a cleanup's claims is called: the execution itself has ended, and what has
/// ended holds nothing.
const HOLDER_INFIX: &str = "-cleanup-";

/// A cleanup. There is one for an execution; a later one takes its place, and goes on where it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CleanupRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// 1 for the first cleanup, one more for each later one.
    pub attempt: u32,
    /// Where it is.
    pub status: CleanupStatus,
    /// Why it is FAILED.
    #[serde(default)]
    pub reason: String,
    /// Who started it.
    pub started_by: String,
    /// When, in Unix seconds.
    pub started_at: i64,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

impl CleanupRecord {
    /// A cleanup that begins now, after `before`.
    #[must_use]
    pub fn new(id: &ExecutionId, plan: &PlanId, before: Option<&Self>, started_by: &str, now: i64) -> Self {
        Self {
            execution_id: id.clone(),
            plan_id: cleanup_range(plan),
            attempt: before.map_or(0, |before| before.attempt) + 1,
            status: CleanupStatus::Running,
            reason: String::new(),
            started_by: started_by.to_owned(),
            started_at: now,
            ended_at: None,
        }
    }

    /// Who claims the servers. Each attempt is a holder of its own, so that what is late of an ended one releases nothing of
    /// the next.
    #[must_use]
    pub fn holder(&self) -> ExecutionId {
        ExecutionId::from(format!("{}{HOLDER_INFIX}{:03}", self.execution_id, self.attempt))
    }
}

/// An instance that a cleanup is to terminate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CleanupInstanceRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// The cleanup that looks after it.
    pub attempt: u32,
    /// The source server.
    pub server_id: ServerId,
    /// Its host name.
    pub hostname: String,
    /// The Region it is in.
    pub region: String,
    /// The instance, as the drill recorded it.
    pub instance_id: InstanceId,
    /// The job that launched it, as the drill recorded it.
    pub launched_by: JobId,
    /// Where it is.
    pub status: InstanceCleanup,
    /// The DRS job that terminates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// When that job was started, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// Why it is left over, or what it waits for.
    #[serde(default)]
    pub reason: String,
}

impl CleanupInstanceRecord {
    /// The instance of `server`, when the drill recorded one with its job.
    #[must_use]
    pub fn of(id: &ExecutionId, plan: &PlanId, attempt: u32, server: &ServerRecord, region: &str) -> Option<Self> {
        let (instance_id, launched_by) = server.newest_instance()?;
        Some(Self {
            execution_id: id.clone(),
            plan_id: format!("{}#instance#{:03}#{}", cleanup_range(plan), server.wave, server.server_id),
            attempt,
            server_id: server.server_id.clone(),
            hostname: server.hostname.clone(),
            region: region.to_owned(),
            instance_id: instance_id.clone(),
            launched_by: launched_by.clone(),
            status: InstanceCleanup::Pending,
            job_id: None,
            started_at: None,
            reason: String::new(),
        })
    }

    /// Ends it.
    pub fn settle(&mut self, status: InstanceCleanup, reason: impl Into<String>) {
        self.status = status;
        self.reason = reason.into();
    }
}

/// A termination batch: an intent while it has no job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TerminationRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// Where.
    pub region: String,
    /// The source servers whose instances it terminates.
    pub servers: BTreeSet<ServerId>,
    /// When it was intended, in Unix seconds.
    pub intended_at: i64,
    /// The DRS job that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// Whether every server of it is accounted for.
    #[serde(default)]
    pub settled: bool,
}

impl TerminationRecord {
    /// The intent to terminate the instances of `servers`, as batch `number`.
    #[must_use]
    pub fn new(
        id: &ExecutionId,
        plan: &PlanId,
        number: usize,
        region: &str,
        servers: BTreeSet<ServerId>,
        now: i64,
    ) -> Self {
        Self {
            execution_id: id.clone(),
            plan_id: format!("{}#batch#{number:04}", cleanup_range(plan)),
            region: region.to_owned(),
            servers,
            intended_at: now,
            job_id: None,
            settled: false,
        }
    }

    /// Its number in the execution.
    #[must_use]
    pub fn number(&self) -> usize {
        self.plan_id.rsplit('#').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

fn cleanup_range(plan: &PlanId) -> String {
    format!("{plan}#cleanup")
}

impl History {
    /// The cleanup of an execution, if one ever began.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn cleanup(&self, id: &ExecutionId, plan: &PlanId) -> Result<Option<CleanupRecord>, AwsError> {
        self.table.get(id.as_str(), &cleanup_range(plan)).await
    }

    /// Begins `record` in place of `before`, together with `event`, its entry in the audit log. False when somebody else
    /// began one at the same time.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn begin_cleanup(
        &self,
        record: &CleanupRecord,
        before: Option<&CleanupRecord>,
        event: Write,
    ) -> Result<bool, AwsError> {
        let unchanged =
            before.map_or(Condition::New, |one| Condition::Is("attempt", Value::Number(u64::from(one.attempt))));
        match self.table.write(vec![self.table.put_write(record, unchanged)?, event]).await {
            Ok(()) => Ok(true),
            Err(TransactError::Refused(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// A look at a cleanup that a transaction depends on: it has to run.
    ///
    /// # Errors
    /// `Bug` when the SDK refuses it.
    pub fn while_it_runs(&self, record: &CleanupRecord) -> Result<Write, AwsError> {
        let running = Value::Text(CleanupStatus::Running.as_str().to_owned());
        self.table.is_check(record.execution_id.as_str(), &record.plan_id, "status", running)
    }

    /// Records what became of a cleanup, unless a later one has taken its place.
    ///
    /// # Errors
    /// `Conflict` when one has.
    pub async fn save_cleanup(&self, record: &CleanupRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::Is("attempt", Value::Number(u64::from(record.attempt)))).await
    }

    /// The instances of a cleanup, by wave and server.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn cleanup_instances(
        &self,
        id: &ExecutionId,
        plan: &PlanId,
    ) -> Result<Vec<CleanupInstanceRecord>, AwsError> {
        self.table.query_all(id.as_str(), &format!("{}#instance#", cleanup_range(plan))).await
    }

    /// Records those of `after` that are no longer as they were read, `before`; those that were not there are new. Whoever comes
    /// late, from a look that took long, does not undo what another has seen since: that an instance is gone.
    ///
    /// # Errors
    /// `Conflict` when one has another status by now: read again.
    pub async fn save_changed_instances(
        &self,
        before: &[CleanupInstanceRecord],
        after: &[CleanupInstanceRecord],
    ) -> Result<(), AwsError> {
        self.save_if(changes(before, after), "an instance of the cleanup").await
    }

    /// The termination batches of an execution, in the order in which they were intended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn terminations(&self, id: &ExecutionId, plan: &PlanId) -> Result<Vec<TerminationRecord>, AwsError> {
        self.table.query_all(id.as_str(), &format!("{}#batch#", cleanup_range(plan))).await
    }

    /// Records the intent of a termination, which nobody else has written under its number.
    ///
    /// # Errors
    /// `Conflict` when somebody has: read again.
    pub async fn intend_termination(&self, record: &TerminationRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::New).await
    }

    /// Records a termination batch with its job.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save_termination(&self, record: &TerminationRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::None).await
    }

    /// Takes back an intent that came to nothing. What another delivery has made of it stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn withdraw_termination(&self, record: &TerminationRecord) -> Result<(), AwsError> {
        self.withdraw(record.execution_id.as_str(), &record.plan_id, record.intended_at).await
    }

    /// Whether a holder of claims has ended, and with that holds nothing.
    pub(super) async fn has_ended(&self, holder: &ExecutionId, plan: &PlanId) -> Result<bool, AwsError> {
        if let Some((execution, _)) = holder.as_str().rsplit_once(HOLDER_INFIX) {
            let cleanup = self.cleanup(&ExecutionId::from(execution), plan).await?;
            return Ok(cleanup.is_some_and(|cleanup| cleanup.status.is_terminal() || cleanup.holder() != *holder));
        }
        Ok(self.execution(holder, plan).await?.is_some_and(|execution| execution.status.is_terminal()))
    }
}

/// The writes that make `before` into `after`, each on the condition that nobody has been quicker.
fn changes<'a>(
    before: &[CleanupInstanceRecord],
    after: &'a [CleanupInstanceRecord],
) -> Vec<(&'a CleanupInstanceRecord, Condition)> {
    let read: BTreeMap<&str, &CleanupInstanceRecord> =
        before.iter().map(|read| (read.plan_id.as_str(), read)).collect();
    let as_read = |read: &CleanupInstanceRecord| Condition::Is("status", Value::Text(read.status.as_str().to_owned()));
    let changed = after.iter().filter_map(|one| match read.get(one.plan_id.as_str()) {
        None => Some((one, Condition::New)),
        Some(read) => (*read != one).then(|| (one, as_read(read))),
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::WaveKey;

    #[test]
    fn what_a_late_look_writes_is_refused_where_another_was_quicker() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let record = |server: &str| {
            let mut launched = ServerRecord::new(&key, server.into(), 0, server.to_owned());
            (launched.instance_id, launched.job_id) = (Some("i-1".into()), Some("drsjob-1".into()));
            CleanupInstanceRecord::of(&"e".into(), &"p".into(), 1, &launched, "eu-west-1").unwrap()
        };
        let before = [record("s-1"), record("s-2")];
        let mut after = [record("s-2"), record("s-1"), record("s-3")];
        after[1].settle(InstanceCleanup::Terminating, "");
        let pending = Condition::Is("status", Value::Text("PENDING".to_owned()));
        assert_eq!(changes(&before, &after), [(&after[1], pending), (&after[2], Condition::New)]);
    }
}
