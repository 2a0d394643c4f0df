//! How much of DRS's quotas is in use in an account and Region, for people who plan. What launches obey is in
//! [`crate::batch`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Source servers that may replicate at a time (L-C1D14A2B). It cannot be raised.
/// Source: AWS General Reference, "AWS Elastic Disaster Recovery endpoints and quotas".
pub const REPLICATING_SERVERS: usize = 300;

/// Of a hundred, how many leave so little room that somebody should know.
const HIGH_PERCENT: usize = 80;

/// How much room a quota leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum QuotaLevel {
    /// Enough.
    Ok,
    /// Four fifths or more are in use.
    High,
    /// Nothing more fits.
    Full,
}

/// The use of one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaUse {
    /// What is in use.
    pub used: usize,
    /// What DRS allows.
    pub limit: usize,
    /// How much room that leaves.
    pub level: QuotaLevel,
}

impl QuotaUse {
    /// `used` of `limit`.
    #[must_use]
    pub fn of(used: usize, limit: usize) -> Self {
        let level = if used >= limit {
            QuotaLevel::Full
        } else if used.saturating_mul(100) >= limit.saturating_mul(HIGH_PERCENT) {
            QuotaLevel::High
        } else {
            QuotaLevel::Ok
        };
        Self { used, limit, level }
    }
}

/// Whether a source server in `replication_state` counts as replicating in `account`. One that is staged in another
/// account counts there. A state that is not known counts: too little room that is shown does no harm.
#[must_use]
pub fn is_replicating(account: &str, staging_account: Option<&str>, replication_state: &str) -> bool {
    staging_account.is_none_or(|staging| staging == account) && !matches!(replication_state, "STOPPED" | "DISCONNECTED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_high_from_four_fifths_and_full_at_its_limit() {
        let level = |used| QuotaUse::of(used, 20).level;
        assert_eq!([0, 15, 16, 19].map(level), [QuotaLevel::Ok, QuotaLevel::Ok, QuotaLevel::High, QuotaLevel::High]);
        assert_eq!([20, 21].map(level), [QuotaLevel::Full; 2], "others may have been first");
        assert_eq!(QuotaUse::of(0, 0).level, QuotaLevel::Full);
    }

    #[test]
    fn what_was_ended_or_is_staged_elsewhere_does_not_replicate_here_and_an_unknown_state_does() {
        for state in ["CONTINUOUS", "INITIAL_SYNC", "STALLED", "PAUSED", "WARP", ""] {
            assert!(is_replicating("1", None, state), "{state}");
        }
        assert!(!is_replicating("1", None, "STOPPED") && !is_replicating("1", None, "DISCONNECTED"));
        assert!(is_replicating("1", Some("1"), "CONTINUOUS") && !is_replicating("1", Some("2"), "CONTINUOUS"));
    }
}
