//! Schedules of plans, as they are stored: (`SCHEDULE`, `<plan>#<schedule>`) in RecoveryPlans. That is the truth; EventBridge
//! Scheduler follows it ([`crate::scheduler`]).

use domain::id::{PlanId, ScheduleId};
use domain::schedule::Schedule;
use serde::{Deserialize, Serialize};

use super::{Catalog, Document, PLAN, document, page, unchanged};
use crate::audit::{Actor, AuditRecord, Subject};
use crate::error::AwsError;
use crate::store::{Items, TransactError};

/// Which schedule of which plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleKey {
    /// The plan.
    pub plan_id: PlanId,
    /// The schedule.
    pub schedule: ScheduleId,
}

/// Why a schedule was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleRefusal {
    /// The plan was deleted at the same time.
    PlanGone,
    /// Somebody else changed it at the same time.
    ChangedMeanwhile,
}

const SCHEDULE: &str = "SCHEDULE";

impl ScheduleKey {
    /// The schedule `schedule` of `plan`.
    #[must_use]
    pub fn new(plan: &PlanId, schedule: &ScheduleId) -> Self {
        Self { plan_id: plan.clone(), schedule: schedule.clone() }
    }

    /// No name has a `#`.
    fn id(&self) -> String {
        format!("{}#{}", self.plan_id, self.schedule)
    }

    fn subject(&self) -> Subject {
        Subject::Schedule(self.plan_id.clone(), self.schedule.clone())
    }
}

impl std::fmt::Display for ScheduleKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "schedule {} of plan {}", self.schedule, self.plan_id)
    }
}

impl Document<Schedule> {
    /// Which it is.
    #[must_use]
    pub fn key(&self) -> ScheduleKey {
        let (plan, schedule) = self.id.split_once('#').unwrap_or_default();
        ScheduleKey { plan_id: plan.into(), schedule: schedule.into() }
    }
}

impl Catalog {
    /// A schedule of a plan.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn schedule(&self, key: &ScheduleKey) -> Result<Option<Document<Schedule>>, AwsError> {
        self.plans.get(SCHEDULE, &key.id()).await
    }

    /// The schedules of a plan, by name.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn schedules(&self, plan: &PlanId) -> Result<Vec<Document<Schedule>>, AwsError> {
        self.plans.query_all(SCHEDULE, &format!("{plan}#")).await
    }

    /// The schedules of all plans.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all_schedules(&self) -> Result<Vec<Document<Schedule>>, AwsError> {
        self.plans.query_all(SCHEDULE, "").await
    }

    /// A page of the schedules of all plans, by plan and name.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn schedule_page(&self, limit: i32, token: Option<&str>) -> Result<Items<Document<Schedule>>, AwsError> {
        page(&self.plans, SCHEDULE, false, limit, token).await
    }

    /// Stores a schedule over `before`, the one that the caller read, together with its entry in the audit log.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn save_schedule(
        &self,
        key: &ScheduleKey,
        schedule: Schedule,
        before: Option<&Document<Schedule>>,
        actor: &Actor,
        now: i64,
    ) -> Result<Result<Document<Schedule>, ScheduleRefusal>, AwsError> {
        let event = AuditRecord::new(actor, "PutSchedule", &key.subject())
            .with_documents(before.map(|document| &document.document), Some(&schedule))?;
        let version = before.map_or(0, |document| document.version) + 1;
        let record = document(SCHEDULE, key.id(), schedule, version, &actor.name, now);
        let writes = vec![
            self.plans.put_write(&record, unchanged(before.map(|document| document.version)))?,
            self.audit.write(&event)?,
            self.plans.exists_check(PLAN, key.plan_id.as_str())?,
        ];
        match self.plans.write(writes).await {
            Ok(()) => Ok(Ok(record)),
            Err(TransactError::Refused(positions)) if positions.contains(&2) => Ok(Err(ScheduleRefusal::PlanGone)),
            Err(TransactError::Refused(_)) => Ok(Err(ScheduleRefusal::ChangedMeanwhile)),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// Deletes `schedule`, the one that the caller read. False when somebody else changed it at the same time.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn delete_schedule(&self, schedule: &Document<Schedule>, actor: &Actor) -> Result<bool, AwsError> {
        let key = schedule.key();
        let event =
            AuditRecord::new(actor, "DeleteSchedule", &key.subject()).with_documents(Some(&schedule.document), None)?;
        let delete = self.plans.delete_write(SCHEDULE, &key.id(), unchanged(Some(schedule.version)))?;
        match self.plans.write(vec![delete, self.audit.write(&event)?]).await {
            Ok(()) => Ok(true),
            Err(TransactError::Refused(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }
}
