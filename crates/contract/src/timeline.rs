//! The timeline of an execution.

use domain::id::ServerId;
use domain::timeline::EventKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that happened in an execution: an item of `GET /v1/executions/{executionId}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEvent {
    /// Its id in the execution.
    pub id: String,
    /// When.
    pub at: i64,
    /// What kind of thing.
    pub kind: EventKind,
    /// The number of the wave that it is about; null where it is about the execution.
    pub wave: Option<u32>,
    /// The source server that it is about; null where it is about more.
    pub server_id: Option<ServerId>,
    /// The status that it came to; null where no status changed.
    pub new_status: Option<String>,
    /// A sentence about it.
    pub text: String,
    /// Who did it; empty where nobody did.
    pub by: String,
}
