//! The items of waves. Each is written by tasks and by people, so it counts its writes: every write is on the condition of
//! the count that was read, and whoever comes second reads again.

use domain::id::{ExecutionId, PlanId};
use domain::status::ExecutionStatus;

use super::{History, ServerRecord, WaveKey, WaveRecord, record, refused, unchanged};
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, MAX_TRANSACTION, Value, Write};

impl History {
    /// All waves of an execution, as the plan orders them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn waves(&self, id: &ExecutionId, plan: &PlanId) -> Result<Vec<WaveRecord>, AwsError> {
        self.table.query_all(id.as_str(), &format!("{plan}#wave#")).await
    }

    /// One wave.
    ///
    /// # Errors
    /// `NotFound` when there is no such wave.
    pub async fn wave(&self, key: &WaveKey) -> Result<WaveRecord, AwsError> {
        self.table.get(key.execution_id.as_str(), &record::wave_range(&key.plan_id, key.wave)).await?.ok_or_else(|| {
            let message = format!("execution {} has no wave {}", key.execution_id, key.wave);
            AwsError::new(ErrorKind::NotFound, "GetItem", message)
        })
    }

    /// Records what became of a wave, unless somebody else wrote it since the caller read it.
    ///
    /// # Errors
    /// `Conflict` when it has been written since.
    pub async fn save_wave(&self, record: &mut WaveRecord) -> Result<(), AwsError> {
        let condition = unchanged(record.revision);
        record.revision += 1;
        self.table.put(record, condition).await
    }

    /// As [`History::save_wave`], together with `event`, its entry in the audit log.
    ///
    /// # Errors
    /// `Conflict` when it has been written since.
    pub async fn change_wave(&self, record: &mut WaveRecord, event: Write) -> Result<(), AwsError> {
        let condition = unchanged(record.revision);
        record.revision += 1;
        let write = self.table.put_write(record, condition)?;
        self.table.write(vec![write, event]).await.map_err(|error| refused(error, &record.name))
    }

    /// The frozen plan: all waves and servers. May be frozen again as long as no wave has changed, and `still`, a look at
    /// what they are frozen for, holds.
    ///
    /// # Errors
    /// `Conflict` when that is over: whoever comes late does not undo what runs.
    pub async fn freeze(
        &self,
        waves: &[WaveRecord],
        servers: &[ServerRecord],
        still: Option<&Write>,
    ) -> Result<(), AwsError> {
        let fresh = || Condition::NewOrOneOf("revision", vec![Value::Number(record::FRESH)]);
        for chunk in waves.chunks(MAX_TRANSACTION - 1) {
            let writes: Result<Vec<Write>, _> = chunk.iter().map(|wave| self.table.put_write(wave, fresh())).collect();
            self.write_while(still, writes?, "the waves").await?;
        }
        for chunk in servers.chunks(MAX_TRANSACTION - 1) {
            let writes: Result<Vec<Write>, _> =
                chunk.iter().map(|server| self.table.put_write(server, Condition::None)).collect();
            self.write_while(still, writes?, "the servers").await?;
        }
        Ok(())
    }

    /// A look at an execution that a transaction depends on: it has to be PENDING, neither begun nor ended.
    ///
    /// # Errors
    /// `Bug` when the SDK refuses it.
    pub fn while_pending(&self, id: &ExecutionId, plan: &PlanId) -> Result<Write, AwsError> {
        let pending = Value::Text(ExecutionStatus::Pending.as_str().to_owned());
        self.table.is_check(id.as_str(), plan.as_str(), "status", pending)
    }

    async fn write_while(&self, still: Option<&Write>, mut writes: Vec<Write>, what: &str) -> Result<(), AwsError> {
        writes.extend(still.cloned());
        self.table.write(writes).await.map_err(|error| refused(error, &what))
    }
}
