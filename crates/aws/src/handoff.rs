//! The hand-off from a settled wave to those that wait for it, used by both sides of it.

use domain::outcome::{Decision, Dependency, decide};
use serde::{Deserialize, Serialize};

use crate::clients::Clients;
use crate::error::AwsError;
use crate::history::{WaveKey, WaveRecord};

/// What a waiting wave is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// `RUN` or `SKIP`.
    pub decision: String,
    /// Why it is skipped; empty when it runs.
    pub reason: String,
}

/// Tells the wave `key` to run or to skip, when all of its dependencies among `waves` are settled and it waits. False
/// when it has to wait on, or nothing waits any more.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn release(clients: &Clients, key: &WaveKey, waves: &[WaveRecord]) -> Result<bool, AwsError> {
    let dependencies: Vec<Dependency> = waves
        .iter()
        .filter(|wave| wave.dependants.contains(&key.wave))
        .map(|wave| Dependency { name: wave.name.clone(), status: wave.status, on_failure: wave.on_failure })
        .collect();
    let release = match decide(&dependencies) {
        Decision::Wait => return Ok(false),
        Decision::Run => Release { decision: "RUN".to_owned(), reason: String::new() },
        Decision::Skip { reason } => Release { decision: "SKIP".to_owned(), reason },
    };
    let Some(token) = clients.history.token(key).await? else { return Ok(false) };
    clients.sfn.send_task_success(&token.token, &release).await
}
