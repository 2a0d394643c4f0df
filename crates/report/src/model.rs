//! What a report says, whatever it is written as.

use contract::{AuditEvent, Execution, StoredPlan};
use domain::id::ServerId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::measure;

/// The report of one execution: `GET /v1/executions/{executionId}/report`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When it was made.
    pub generated_at: i64,
    /// The version of the plan that ran; null when the execution was refused before the plan was frozen.
    pub plan: Option<PlanFacts>,
    /// The recovery time, against what the plan promised.
    pub rto: RtoResult,
    /// The data loss, against what the plan allowed.
    pub rpo: RpoResult,
    /// What was expected when it began, against what it took; null where nothing was expected or it did not recover.
    pub forecast: Option<ForecastResult>,
    /// The names of the waves that decided how long it took, first to last.
    pub critical_path: Vec<String>,
    /// Who did what to this execution, the oldest first.
    pub events: Vec<AuditEvent>,
    /// What is left out or cut off for the size of the answer, in words; empty where nothing is.
    pub shortened: Vec<String>,
    /// The execution as it was recorded.
    pub execution: Execution,
}

/// What the plan said in the version that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanFacts {
    /// The version.
    pub version: u64,
    /// When this version was stored.
    pub updated_at: i64,
    /// Who stored it.
    pub updated_by: String,
    /// What the plan says about itself.
    pub description: String,
}

/// How a target and what was reached compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TargetResult {
    /// What was reached is within the target.
    Met,
    /// It is not.
    Missed,
    /// The execution did not recover what its plan demands: nothing was reached.
    NotReached,
    /// The plan has no such target.
    NoTarget,
    /// It still runs, or what would be compared was not recorded.
    Unknown,
}

/// The recovery time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RtoResult {
    /// What the plan promised.
    pub target_minutes: Option<u32>,
    /// What was reached.
    pub reached_seconds: Option<i64>,
    /// How they compare.
    pub result: TargetResult,
}

/// The data loss: for each server the time from its recovery point to the start of the execution, or to the moment that
/// was chosen for its recovery point where that is earlier; 0 where the recovery point was taken after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RpoResult {
    /// What the plan allowed.
    pub target_minutes: Option<u32>,
    /// That of the server that lost most; null where no recovery point was recorded.
    pub reached_seconds: Option<i64>,
    /// Launched servers whose recovery point was not recorded.
    pub not_recorded: usize,
    /// Servers beyond the target.
    pub beyond_target: usize,
    /// How they compare.
    pub result: TargetResult,
    /// Each server whose recovery point was recorded.
    pub servers: Vec<ServerRpo>,
}

/// The data loss of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerRpo {
    /// The source server.
    pub server_id: ServerId,
    /// From its recovery point to the moment that the loss is counted from.
    pub seconds: i64,
}

/// What was expected, and what it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForecastResult {
    /// What half of the runs were expected to keep to.
    pub p50_seconds: u32,
    /// What nine of ten runs were expected to keep to.
    pub p90_seconds: u32,
    /// What it took.
    pub reached_seconds: i64,
    /// Whether it took no longer than nine of ten.
    pub within_p90: bool,
}

impl Report {
    /// The report of `execution`, which ran `plan`. `events` are those of the audit log that name it.
    #[must_use]
    pub fn new(
        execution: Execution,
        plan: Option<&StoredPlan>,
        mut events: Vec<AuditEvent>,
        generated_at: i64,
    ) -> Self {
        events.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let document = plan.map(|plan| &plan.document);
        Self {
            generated_at,
            plan: plan.map(|plan| PlanFacts {
                version: plan.version,
                updated_at: plan.updated_at,
                updated_by: plan.updated_by.clone(),
                description: plan.document.description.clone(),
            }),
            rto: measure::rto(&execution.summary, document.and_then(|plan| plan.target_rto_minutes)),
            rpo: measure::rpo(&execution, document.and_then(|plan| plan.target_rpo_minutes)),
            forecast: measure::forecast(&execution.summary),
            critical_path: measure::critical_path(&execution.waves),
            events,
            shortened: Vec::new(),
            execution,
        }
    }
}
