//! The item of the task token of a wave that waits.

use domain::id::{ExecutionId, PlanId};
use serde::{Deserialize, Serialize};

use super::WaveKey;

pub(super) fn token_range(plan: &PlanId, wave: u32) -> String {
    format!("{plan}#token#{wave:03}")
}

/// What a waiting wave waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Awaits {
    /// AwaitDependencies, which wants to be told what to do.
    #[default]
    Dependencies,
    /// AwaitDecision, which only wants to be woken when it is no longer held.
    Decision,
}

/// The token of a wave that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// Step Functions' token. Never leaves the system.
    pub token: String,
    /// Since when, in Unix seconds.
    pub stored_at: i64,
    /// In which state.
    #[serde(default)]
    pub awaits: Awaits,
}

impl TokenRecord {
    /// The token of a wave.
    #[must_use]
    pub fn new(key: &WaveKey, awaits: Awaits, token: String, stored_at: i64) -> Self {
        let plan_id = token_range(&key.plan_id, key.wave);
        Self { execution_id: key.execution_id.clone(), plan_id, token, stored_at, awaits }
    }
}
