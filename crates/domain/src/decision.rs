//! What a person decides about a wave that failed: launch again what did not succeed, check it again, or let the wave end
//! FAILED and say what that means for the waves behind. Which servers each is about, and what it does to a wave's policy.
//! Not here: in which status it is possible (`control`), and how a wave is held (`gate`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{InstanceId, ServerId};
use crate::plan::OnFailure;
use crate::status::ServerStatus;

/// How often a wave can be begun anew. Each time is recorded with the wave and its servers, whose items have an end.
pub const MAX_ROUNDS: u32 = 10;

/// What somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decided {
    /// Launch servers again that did not succeed.
    Retry,
    /// Check the health of launched servers again.
    Recheck,
    /// The wave ends FAILED, and the waves behind it go on.
    Skip,
    /// The wave ends FAILED, and the waves behind it are SKIPPED.
    Abort,
}

impl Decided {
    /// Whether the wave is begun anew, and not ended.
    #[must_use]
    pub fn begins_anew(self) -> bool {
        match self {
            Self::Retry | Self::Recheck => true,
            Self::Skip | Self::Abort => false,
        }
    }
}

/// Who decided what about a wave that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureDecision {
    /// What.
    pub decided: Decided,
    /// The user.
    pub by: String,
    /// When, in Unix seconds.
    pub at: i64,
    /// What that user said about it.
    pub comment: String,
    /// Why the wave had failed.
    pub reason: String,
    /// How many servers are launched or checked again.
    pub servers: u32,
}

/// The servers that the newest decision is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// The servers.
    #[serde(default)]
    pub servers: BTreeSet<ServerId>,
    /// The live recovery instances that the decider agreed to lose.
    #[serde(default)]
    pub replace_instances: BTreeSet<InstanceId>,
}

/// A server of a wave, as far as a decision about it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub status: ServerStatus,
    /// Whether an instance of its newest launch is recorded.
    pub has_instance: bool,
}

impl Candidate {
    /// Whether it can be launched, or checked, again. A server that succeeded is left alone, and one that was never
    /// launched because its wave failed is launched with a retry.
    #[must_use]
    pub fn fits(self, decided: Decided) -> bool {
        match (decided, self.status) {
            (
                Decided::Retry,
                ServerStatus::Failed | ServerStatus::Unhealthy | ServerStatus::Unknown | ServerStatus::Skipped,
            )
            | (Decided::Recheck, ServerStatus::Unhealthy) => true,
            (Decided::Recheck, ServerStatus::Unknown) => self.has_instance,
            (
                _,
                ServerStatus::Pending
                | ServerStatus::Launching
                | ServerStatus::Launched
                | ServerStatus::Checking
                | ServerStatus::Healthy
                | ServerStatus::Failed
                | ServerStatus::Skipped,
            )
            | (Decided::Skip | Decided::Abort, ServerStatus::Unhealthy | ServerStatus::Unknown) => false,
        }
    }
}

/// What the failure of a wave means for those behind it: what somebody decided about it, or what its plan says.
#[must_use]
pub fn policy(plan: OnFailure, newest: Option<Decided>) -> OnFailure {
    match newest {
        Some(Decided::Skip) => OnFailure::Continue,
        Some(Decided::Abort) => OnFailure::Stop,
        Some(Decided::Retry | Decided::Recheck) | None => plan,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_succeeded_is_left_alone_and_what_may_run_is_not_begun_again() {
        let fitting = |decided, has_instance| -> Vec<ServerStatus> {
            let fits = |status: &ServerStatus| Candidate { status: *status, has_instance }.fits(decided);
            ServerStatus::ALL.iter().copied().filter(fits).collect()
        };
        use ServerStatus::{Failed, Skipped, Unhealthy, Unknown};
        assert_eq!(fitting(Decided::Retry, true), [Unhealthy, Failed, Skipped, Unknown]);
        assert_eq!(fitting(Decided::Recheck, true), [Unhealthy, Unknown]);
        assert_eq!(fitting(Decided::Recheck, false), [Unhealthy]);
        for ends in [Decided::Skip, Decided::Abort] {
            assert!(fitting(ends, true).is_empty());
        }
    }

    #[test]
    fn a_decision_takes_the_place_of_the_plans_policy() {
        for plan in [OnFailure::Stop, OnFailure::Continue, OnFailure::Pause] {
            assert_eq!(policy(plan, Some(Decided::Skip)), OnFailure::Continue);
            assert_eq!(policy(plan, Some(Decided::Abort)), OnFailure::Stop);
            assert_eq!(policy(plan, Some(Decided::Retry)), plan);
            assert_eq!(policy(plan, None), plan);
        }
    }
}
