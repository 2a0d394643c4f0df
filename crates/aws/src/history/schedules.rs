//! What became of schedules: the last start of each, and those that were missed. Two items, since two write: PrepareExecution
//! and the sweep.

use domain::id::ExecutionId;
use serde::{Deserialize, Serialize};

use super::History;
use crate::catalog::ScheduleKey;
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Value};

/// The last start of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRunRecord {
    execution_id: String,
    plan_id: String,
    /// The execution that it started.
    pub run: ExecutionId,
    /// The time that was due, in Unix seconds; that of the start, where EventBridge Scheduler did not say.
    pub due_at: i64,
}

/// Starts of a schedule that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MissedRecord {
    execution_id: String,
    plan_id: String,
    /// The newest first.
    missed: Vec<MissedStart>,
    revision: u64,
}

/// A start that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissedStart {
    /// When it was due, in Unix seconds.
    pub at: i64,
    /// What is known of it.
    pub reason: String,
    /// The run of the sweep that found it, and tells people.
    pub found_by: String,
}

/// What people want to see of the past; the events tell of each.
const MISSED: usize = 10;
/// Two that start the same schedule at once is one too many already.
const ATTEMPTS: usize = 5;

const RUN: &str = "run";
const MISSED_RANGE: &str = "missed";

fn hash(key: &ScheduleKey) -> String {
    format!("schedule#{}#{}", key.plan_id, key.schedule)
}

impl History {
    /// The last start of a schedule.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn schedule_run(&self, key: &ScheduleKey) -> Result<Option<ScheduleRunRecord>, AwsError> {
        self.table.get(&hash(key), RUN).await
    }

    /// Records that `run` is the start of the schedule that was due at `due_at`. When another execution is that already,
    /// it is given back and stays: EventBridge Scheduler may deliver twice.
    ///
    /// # Errors
    /// `Conflict` when others are quicker again and again.
    pub async fn claim_schedule_run(
        &self,
        key: &ScheduleKey,
        run: &ExecutionId,
        due_at: i64,
    ) -> Result<Option<ExecutionId>, AwsError> {
        let record = ScheduleRunRecord { execution_id: hash(key), plan_id: RUN.to_owned(), run: run.clone(), due_at };
        for _ in 0..ATTEMPTS {
            let before = self.schedule_run(key).await?;
            let condition = match before {
                None => Condition::New,
                Some(before) if before.run == *run => return Ok(None),
                Some(before) if before.due_at >= due_at => return Ok(Some(before.run)),
                Some(before) => Condition::Is(RUN, Value::Text(before.run.to_string())),
            };
            match self.table.put(&record, condition).await {
                Ok(()) => return Ok(None),
                Err(error) if error.kind == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Err(AwsError::new(ErrorKind::Conflict, "PutItem", format!("the starts of {key} are recorded too quickly")))
    }

    /// The starts of a schedule that were missed, the newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn missed_starts(&self, key: &ScheduleKey) -> Result<Vec<MissedStart>, AwsError> {
        let record: Option<MissedRecord> = self.table.get(&hash(key), MISSED_RANGE).await?;
        Ok(record.map(|record| record.missed).unwrap_or_default())
    }

    /// Records a start that was missed. Whoever else found it at the same time keeps it: whose it is in the end is asked of
    /// [`History::missed_starts`].
    ///
    /// # Errors
    /// `Conflict` when the item was written at the same time.
    pub async fn save_missed(&self, key: &ScheduleKey, start: MissedStart) -> Result<(), AwsError> {
        let before: Option<MissedRecord> = self.table.get(&hash(key), MISSED_RANGE).await?;
        let (mut missed, revision) = before.map_or((Vec::new(), 0), |record| (record.missed, record.revision));
        if missed.iter().any(|known| known.at >= start.at) {
            return Ok(());
        }
        missed.insert(0, start);
        missed.truncate(MISSED);
        let condition = match revision {
            0 => Condition::New,
            revision => Condition::Is("revision", Value::Number(revision)),
        };
        let plan_id = MISSED_RANGE.to_owned();
        let record = MissedRecord { execution_id: hash(key), plan_id, missed, revision: revision + 1 };
        self.table.put(&record, condition).await
    }
}
