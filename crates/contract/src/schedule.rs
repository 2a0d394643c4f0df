//! Schedules of drills.

use domain::id::{ExecutionId, PlanId, ScheduleId};
use domain::status::ExecutionStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Schedule, Stored};

/// A schedule of a plan, and what came of it: `GET /v1/recovery-plans/{name}/schedules/{schedule}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanSchedule {
    /// The plan.
    pub plan_id: PlanId,
    /// Its name.
    pub name: ScheduleId,
    /// As it was written.
    #[serde(flatten)]
    pub stored: Stored<Schedule>,
    /// When it starts the next drill; null while it is not enabled, and where there is no next time.
    pub next_run_at: Option<i64>,
    /// Its last start, one that was refused included; null before the first.
    pub last_run: Option<ScheduleRun>,
    /// The last ten starts that did not come, the newest first.
    pub missed: Vec<MissedRun>,
}

/// The last start of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRun {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Where it is. REFUSED when preflight or a claim was against it: its findings say why.
    pub status: ExecutionStatus,
    /// When it was due.
    pub at: i64,
}

/// A start that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissedRun {
    /// When it was due.
    pub at: i64,
    /// What is known of it.
    pub reason: String,
}
