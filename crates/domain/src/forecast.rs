//! Placeholder types, replaced by the forecast itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::ExecutionId;

/// Seconds, as half of the runs and as nine of ten runs keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Half.
    pub p50_seconds: u32,
    /// Nine of ten.
    pub p90_seconds: u32,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// All of it.
    pub total: Estimate,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetVerdict {
    /// The target.
    pub target_rto_minutes: u32,
}

/// A past forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastForecast {
    /// The execution.
    pub execution_id: ExecutionId,
}
