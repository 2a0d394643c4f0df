//! What a run of a plan would meet, and how long it would take.

use domain::forecast::{Forecast, PastForecast, TargetVerdict};
use domain::id::PlanId;
use domain::plan::Mode;
use domain::preflight::{Finding, InstanceToConfirm};
use domain::recovery_point::RecoveryPointChoice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/recovery-plans/{name}/preflight`. Nothing is needed: an empty body asks for the newest recovery points.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskPreflight {
    /// From which recovery points the servers would be launched; the newest when left out.
    #[serde(default, skip_serializing_if = "RecoveryPointChoice::is_latest")]
    #[schema(required = false)]
    pub recovery_point: RecoveryPointChoice,
}

/// What a run of a plan would meet now: `POST /v1/recovery-plans/{name}/preflight?mode=DRILL`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preflight {
    /// The plan.
    pub plan_id: PlanId,
    /// The version that was looked at; null where there is no valid one.
    pub plan_version: Option<u64>,
    /// The mode that was asked about.
    pub mode: Mode,
    /// Whether nothing blocks it.
    pub ready: bool,
    /// Whether nothing blocks it once `instancesToConfirm` are named.
    #[serde(default)]
    pub ready_once_confirmed: bool,
    /// The live recovery instances that a RECOVERY would make DRS terminate: exactly those that it has to be started with in
    /// `replaceInstances`.
    #[serde(default)]
    pub instances_to_confirm: Vec<InstanceToConfirm>,
    /// From which recovery points the run was to be.
    #[serde(default)]
    pub recovery_point: RecoveryPointChoice,
    /// The servers that have no recovery point that they could be launched from, as the findings name them.
    #[serde(default)]
    pub without_recovery_point: Vec<String>,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// When, in Unix seconds.
    pub checked_at: i64,
}

pub use domain::readiness::ReadinessVerdict;

/// The result of a scheduled preflight of a plan: an item of `GET /v1/recovery-plans/{name}/readiness`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// What it comes to.
    pub verdict: ReadinessVerdict,
    /// Whether the verdict or the findings are others than the time before.
    pub changed: bool,
    /// What was found for a DRILL.
    #[serde(flatten)]
    pub preflight: Preflight,
}

/// `GET /v1/recovery-plans/{name}/forecast?mode=DRILL`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanForecast {
    /// The plan.
    pub plan_id: PlanId,
    /// Its version.
    pub plan_version: u64,
    /// The mode that was asked about: health checks and actions differ.
    pub mode: Mode,
    /// The expected timeline.
    #[serde(flatten)]
    pub forecast: Forecast,
    /// Whether `targetRtoMinutes` is met; null where the plan promises none.
    pub target: Option<TargetVerdict>,
    /// How far forecasts of earlier executions were off, the newest first.
    pub past: Vec<PastForecast>,
    /// When, in Unix seconds.
    pub computed_at: i64,
}
