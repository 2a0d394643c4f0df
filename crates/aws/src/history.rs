//! ExecutionHistory: what ran. One item per execution, wave, server, launch batch and waiting token, so that nothing
//! outgrows an item and every item has one writer: the state that works on it.
//!
//! | item | executionId (hash) | planId (range) |
//! |---|---|---|
//! | execution | id | `<plan>` |
//! | wave | id | `<plan>#wave#003` |
//! | server | id | `<plan>#server#003#s-…` |
//! | launch batch | id | `<plan>#batch#003#0002` |
//! | that people were told what is left over | id | `<plan>#leftOver` |
//! | cleanup, and its instances and batches | id | `<plan>#cleanup`, `<plan>#cleanup#instance#003#s-…`, `<plan>#cleanup#batch#0001` |
//! | token of a waiting wave | id | `<plan>#token#003` |
//! | last start of a schedule, and those it missed | `schedule#<plan>#<schedule>` | `run`, `missed` |
//! | something that happened | id | `<plan>#event#001795450000#…` |
//! | claim on a server | `claim#s-…` | `claim` |

use domain::id::{ExecutionId, PlanId};
use domain::plan::Mode;
use domain::status::ExecutionStatus;
use serde::{Deserialize, Serialize};

use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Index, Items, MAX_TRANSACTION, Query, Table, TransactError, Value, Write};

mod active;
mod anew;
mod batch;
mod claims;
mod cleanup;
mod data_loss;
mod notice;
mod record;
mod schedules;
mod server;
mod timeline;
mod token;
mod waves;

pub use anew::AttemptRecord;
pub use batch::{BatchRecord, in_open_intents, jobs_without_batch};
pub use claims::Claim;
pub use cleanup::{CleanupInstanceRecord, CleanupRecord, TerminationRecord};
pub use record::{AutomaticCleanup, ExecutionRecord, ServersEnded, StoredReport, WaveRecord};
pub use schedules::{MissedStart, ScheduleRunRecord};
pub use server::{CheckRecord, ServerRecord, SettingsRecord};
pub use timeline::TimelineRecord;
pub use token::{Awaits, TokenRecord};

/// The table of record of executions, and of the claims they hold.
#[derive(Debug, Clone)]
pub struct History {
    table: Table,
}

/// Which wave of which execution.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaveKey {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
    /// The wave, from 1.
    pub wave: u32,
}

impl WaveKey {
    /// The name of the Step Functions execution that runs the wave: the recovery machine's for the first round, one of its own
    /// when it was opened again in `round`. Names have 80 characters; of an execution's id the end tells it from others.
    #[must_use]
    pub fn machine_name(&self, round: u32) -> String {
        const KEPT: usize = 68;
        let id = self.execution_id.as_str();
        if round <= 1 {
            return format!("{id}-wave-{:03}", self.wave);
        }
        let skipped = id.chars().count().saturating_sub(KEPT);
        let end: String = id.chars().skip(skipped).collect();
        format!("{end}-wave-{:03}-{round}", self.wave)
    }
}

/// Everything recorded about one execution.
#[derive(Debug, Clone)]
pub struct ExecutionRecords {
    /// The execution.
    pub execution: ExecutionRecord,
    /// Its waves, as the plan orders them.
    pub waves: Vec<WaveRecord>,
    /// Its servers, by wave, then as written.
    pub servers: Vec<ServerRecord>,
    /// Its launch batches.
    pub batches: Vec<BatchRecord>,
}

const BY_PLAN: Index = Index { name: "byPlan", hash: "plan" };
const BY_START: Index = Index { name: "byStart", hash: "kind" };

impl History {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// The execution, when it is recorded.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn execution(&self, id: &ExecutionId, plan: &PlanId) -> Result<Option<ExecutionRecord>, AwsError> {
        self.table.get(id.as_str(), plan.as_str()).await
    }

    /// The execution, when it runs. One that has ended holds no claims any more: what outlived it touches nothing.
    ///
    /// # Errors
    /// `Invalid` when it does not run.
    pub async fn running_execution(&self, key: &WaveKey) -> Result<ExecutionRecord, AwsError> {
        match self.execution(&key.execution_id, &key.plan_id).await? {
            Some(execution) if execution.status == ExecutionStatus::Running => Ok(execution),
            other => {
                let status = other.map_or("not recorded", |execution| execution.status.as_str());
                let message = format!("{} is {status}: nothing is done for it", key.execution_id);
                Err(AwsError::new(ErrorKind::Invalid, "execution", message))
            }
        }
    }

    /// Records an execution for the first time, together with `event`, its entry in the audit log.
    ///
    /// # Errors
    /// `Conflict` when it is recorded already.
    pub async fn create_execution(&self, record: &ExecutionRecord, event: Write) -> Result<(), AwsError> {
        match self.table.write(vec![self.table.put_write(record, Condition::New)?, event]).await {
            Ok(()) => Ok(()),
            Err(TransactError::Refused(_)) => {
                let message = format!("execution {} is recorded already", record.execution_id);
                Err(AwsError::new(ErrorKind::Conflict, "TransactWriteItems", message))
            }
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// Records what became of an execution, unless somebody else wrote it since the caller read it: of two that decide at
    /// once, one sees what the other decided.
    ///
    /// # Errors
    /// `Conflict` when it has been written since.
    pub async fn save_execution(&self, record: &mut ExecutionRecord) -> Result<(), AwsError> {
        let condition = unchanged(record.revision);
        record.revision += 1;
        self.table.put(record, condition).await
    }

    /// As [`History::save_execution`], together with `event`, its entry in the audit log.
    ///
    /// # Errors
    /// `Conflict` when it has been written since.
    pub async fn change_execution(&self, record: &mut ExecutionRecord, event: Write) -> Result<(), AwsError> {
        let condition = unchanged(record.revision);
        record.revision += 1;
        let write = self.table.put_write(record, condition)?;
        self.table.write(vec![write, event]).await.map_err(|error| refused(error, &record.execution_id))
    }

    /// A page of executions, newest first, of one plan or of all.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn executions(
        &self,
        plan: Option<&PlanId>,
        limit: i32,
        token: Option<&str>,
    ) -> Result<Items<ExecutionRecord>, AwsError> {
        let (index, hash) = match plan {
            Some(plan) => (BY_PLAN, plan.as_str()),
            None => (BY_START, record::EXECUTION_KIND),
        };
        let query =
            Query { index: Some(index), hash, newest_first: true, limit: Some(limit), token, ..Query::default() };
        self.table.query(&query).await
    }

    /// Everything about an execution.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn everything(&self, id: &ExecutionId) -> Result<Option<ExecutionRecords>, AwsError> {
        let items = self.documents(id).await?;
        let mut execution = None;
        let mut waves: Vec<WaveRecord> = Vec::new();
        let mut servers: Vec<ServerRecord> = Vec::new();
        let mut batches: Vec<BatchRecord> = Vec::new();
        for item in items {
            let range = item.get("planId").and_then(serde_json::Value::as_str).unwrap_or_default();
            match range.split('#').nth(1) {
                None => execution = Some(read(item)?),
                Some("wave") => waves.push(read(item)?),
                Some("server") => servers.push(read(item)?),
                Some("batch") => batches.push(read(item)?),
                Some(_) => {}
            }
        }
        servers.sort_by_key(|server| (server.wave, server.ordinal));
        Ok(execution.map(|execution| ExecutionRecords { execution, waves, servers, batches }))
    }

    /// The servers of a wave, as written.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn servers(&self, key: &WaveKey) -> Result<Vec<ServerRecord>, AwsError> {
        let prefix = format!("{}#server#{:03}#", key.plan_id, key.wave);
        let mut servers: Vec<ServerRecord> = self.table.query_all(key.execution_id.as_str(), &prefix).await?;
        servers.sort_by_key(|server| server.ordinal);
        Ok(servers)
    }

    /// The servers of all waves of an execution.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all_servers(&self, id: &ExecutionId, plan: &PlanId) -> Result<Vec<ServerRecord>, AwsError> {
        self.table.query_all(id.as_str(), &format!("{plan}#server#")).await
    }

    /// The last drill of a plan that completed: the newest, since lists are newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn last_completed_drill(&self, plan: &PlanId) -> Result<Option<ExecutionRecord>, AwsError> {
        const PAGE: i32 = 25;
        let mut token: Option<String> = None;
        loop {
            let page = self.executions(Some(plan), PAGE, token.as_deref()).await?;
            let completed = |execution: &ExecutionRecord| {
                execution.mode == Mode::Drill && execution.status == ExecutionStatus::Completed
            };
            if let Some(drill) = page.items.into_iter().find(completed) {
                return Ok(Some(drill));
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    /// Records those of `after` that are no longer as they were read. Both are the same servers in the same order. Whoever comes
    /// late, from a look that took long, does not undo what another has seen since.
    ///
    /// # Errors
    /// `Conflict` when one has another status by now: read again.
    pub async fn save_changed_servers(&self, before: &[ServerRecord], after: &[ServerRecord]) -> Result<(), AwsError> {
        let as_read = |before: &ServerRecord| Condition::Is("status", Value::Text(before.status.as_str().to_owned()));
        let changed = before.iter().zip(after).filter(|(before, after)| before != after);
        self.save_if(changed.map(|(before, after)| (after, as_read(before))).collect(), "a server of the wave").await
    }

    /// Writes each record if its condition holds; `Conflict`, naming `what` they are, where somebody was quicker.
    async fn save_if<T: Serialize>(&self, writes: Vec<(&T, Condition)>, what: &str) -> Result<(), AwsError> {
        // One item needs no transaction, and a transaction costs twice as much.
        if let [(record, condition)] = writes.as_slice() {
            return self.table.put(record, condition.clone()).await;
        }
        for chunk in writes.chunks(MAX_TRANSACTION) {
            self.table.transact(chunk).await.map_err(|error| refused(error, &what))?;
        }
        Ok(())
    }

    async fn save_all<T: Serialize + Clone>(&self, records: &[T]) -> Result<(), AwsError> {
        // One item needs no transaction, and a transaction costs twice as much.
        if let [record] = records {
            return self.table.put(record, Condition::None).await;
        }
        for chunk in records.chunks(MAX_TRANSACTION) {
            let writes: Vec<(&T, Condition)> = chunk.iter().map(|record| (record, Condition::None)).collect();
            self.table.transact(&writes).await.map_err(unconditional)?;
        }
        Ok(())
    }

    /// The launch batches of a wave, in the order in which they were intended.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn batches(&self, key: &WaveKey) -> Result<Vec<BatchRecord>, AwsError> {
        self.table.query_all(key.execution_id.as_str(), &format!("{}#batch#{:03}#", key.plan_id, key.wave)).await
    }

    /// Records a batch: first as an intent, then with its job.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save_batch(&self, record: &BatchRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::None).await
    }

    /// Records an intent, which nobody else has written under its number.
    ///
    /// # Errors
    /// `Conflict` when somebody has: read again.
    pub async fn intend_batch(&self, record: &BatchRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::New).await
    }

    /// Takes back an intent that DRS refused: it came to nothing. What another delivery has made of it stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn withdraw_batch(&self, record: &BatchRecord) -> Result<(), AwsError> {
        let (hash, range) = record.key();
        self.withdraw(hash, range, record.intended_at).await
    }

    async fn withdraw(&self, hash: &str, range: &str, intended_at: i64) -> Result<(), AwsError> {
        let moment = Value::Number(u64::try_from(intended_at).unwrap_or_default());
        match self.table.delete(hash, range, Condition::IsAndLacks("intendedAt", moment, "jobId")).await {
            Err(error) if error.kind == ErrorKind::Conflict => Ok(()),
            done => done,
        }
    }

    /// Records the token of a waiting wave, in place of an earlier one.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save_token(&self, record: &TokenRecord) -> Result<(), AwsError> {
        self.table.put(record, Condition::None).await
    }

    /// The token of a waiting wave.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn token(&self, key: &WaveKey) -> Result<Option<TokenRecord>, AwsError> {
        self.table.get(key.execution_id.as_str(), &token::token_range(&key.plan_id, key.wave)).await
    }
}

fn read<T: serde::de::DeserializeOwned>(item: serde_json::Value) -> Result<T, AwsError> {
    serde_json::from_value(item).map_err(|error| AwsError::new(ErrorKind::Bug, "decoding an item", error.to_string()))
}

/// The item is as the caller read it. One that a version without revisions wrote is one until it is written again.
fn unchanged(revision: u64) -> Condition {
    match revision {
        0 => Condition::Lacks("revision"),
        revision => Condition::Is("revision", Value::Number(revision)),
    }
}

fn refused(error: TransactError, subject: &impl std::fmt::Display) -> AwsError {
    match error {
        TransactError::Other(error) => error,
        TransactError::Refused(_) => {
            let message = format!("somebody else changed {subject} at the same time");
            AwsError::new(ErrorKind::Conflict, "TransactWriteItems", message)
        }
    }
}

fn unconditional(error: TransactError) -> AwsError {
    match error {
        TransactError::Other(error) => error,
        TransactError::Refused(_) => {
            AwsError::new(ErrorKind::Bug, "TransactWriteItems", "a write without a condition was refused")
        }
    }
}
