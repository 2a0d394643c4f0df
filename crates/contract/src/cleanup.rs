//! Cleaning up after a drill.

use domain::cleanup::{CleanupStatus, InstanceCleanup};
use domain::id::{InstanceId, JobId, ServerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The newest cleanup of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanupRun {
    /// Where it is.
    pub status: CleanupStatus,
    /// Why it is FAILED; empty otherwise.
    pub reason: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// What it terminates: every instance that the drill recorded, by wave.
    pub servers: Vec<CleanupServer>,
}

/// An instance that a cleanup terminates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanupServer {
    /// The source server.
    pub server_id: ServerId,
    /// Its host name.
    pub hostname: String,
    /// The instance that the drill launched.
    pub instance_id: InstanceId,
    /// Where it is.
    pub status: InstanceCleanup,
    /// The DRS job that terminates it.
    pub job_id: Option<JobId>,
    /// Why it is LEFT_OVER, or what it waits for.
    pub reason: String,
}

/// What of a drill stands and costs money, as DRS says now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOver {
    /// Instances.
    pub instances: u32,
    /// Their hours since they were launched, added up.
    pub running_hours: f64,
}
