//! How an execution is named and begun, whoever begins it: the API, and somebody who has to do without it.

use domain::id::{ExecutionId, InstanceId, PlanId};
use domain::plan::Mode;
use domain::recovery_point::RecoveryPointChoice;
use jiff::Timestamp;

use crate::error::AwsError;
use crate::sfn::StepFunctions;

/// What the recovery machine is given.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// The plan.
    pub plan: &'a PlanId,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// For a RECOVERY: the plan's name.
    pub confirm: Option<&'a str>,
    /// For a RECOVERY: the live recovery instances that may go.
    pub replace_instances: &'a [InstanceId],
    /// From which recovery points the servers are launched.
    pub recovery_point: &'a RecoveryPointChoice,
}

/// Starts the recovery machine under the execution's id.
///
/// # Errors
/// When Step Functions refuses or cannot be asked.
pub async fn begin(
    sfn: &StepFunctions,
    machine_arn: &str,
    id: &ExecutionId,
    start: &Start<'_>,
) -> Result<(), AwsError> {
    let input = serde_json::json!({
        "planId": start.plan,
        "mode": start.mode,
        "confirm": start.confirm,
        "replaceInstances": start.replace_instances,
        "recoveryPoint": start.recovery_point,
    });
    sfn.start_execution(machine_arn, id.as_str(), &input).await
}

/// `<plan>-<yyyymmddThhmmss>-<4 hex>`: sorts by time, says what it is, and leaves room for the waves' suffix in the 80
/// characters of a Step Functions name. The random part separates starts within a second; a clash is refused on write.
#[must_use]
pub fn execution_id(plan: &PlanId, now: i64) -> ExecutionId {
    let at = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dt%H%M%S").to_string();
    ExecutionId::from(format!("{plan}-{at}-{:04x}", fastrand::u16(..)))
}
