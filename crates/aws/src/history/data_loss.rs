//! What the record of an execution says about recovery points.

use domain::recovery_point::{RecoveryPointChoice, worst_rpo_seconds};

use super::{ExecutionRecord, ServerRecord};

impl ExecutionRecord {
    /// What was chosen as recovery points: the newest, unless something else was.
    #[must_use]
    pub fn recovery_point(&self) -> RecoveryPointChoice {
        self.recovery_point.clone().unwrap_or_default()
    }

    /// The worst data loss of `servers`, in seconds, of those that were launched from a recovery point that DRS named.
    #[must_use]
    pub fn worst_rpo_seconds(&self, servers: &[ServerRecord]) -> Option<i64> {
        let launched = servers.iter().filter(|server| server.launched_at.is_some());
        let points = launched.filter_map(|server| Some((&server.server_id, server.recovered_from?)));
        worst_rpo_seconds(&self.recovery_point(), self.started_at, points)
    }
}
