//! Cleaning up by itself: what a plan says about it, and when it is due.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CleanupStatus, refusal};
use crate::plan::Mode;
use crate::status::ExecutionStatus;

/// What becomes of the instances of a drill that did not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OnDrillFailure {
    /// They stand until somebody cleans up: whoever looks for the reason needs them.
    #[default]
    Keep,
    /// They are terminated as those of a drill that completed.
    Cleanup,
}

/// When what a drill launched is terminated by itself. Nothing of a RECOVERY ever is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CleanupPolicy {
    /// Minutes from the end of the drill, 0 to 43,200 (30 days).
    #[schema(maximum = 43_200)]
    pub after: u32,
    /// What becomes of a drill that did not complete: one that is PARTIAL, FAILED or CANCELLED.
    #[serde(default)]
    pub on_failure: OnDrillFailure,
}

/// Thirty days. What is to stand for longer is no drill.
pub const MAX_CLEANUP_MINUTES: u32 = 30 * 24 * 60;

impl CleanupPolicy {
    /// When the cleanup of an execution is due, in Unix seconds. Nothing where it is kept, has not ended, or is none that
    /// may be cleaned up.
    #[must_use]
    pub fn due_at(&self, mode: Mode, status: ExecutionStatus, ended_at: Option<i64>) -> Option<i64> {
        let kept = self.on_failure == OnDrillFailure::Keep && status != ExecutionStatus::Completed;
        if kept || refusal(mode, status).is_some() {
            return None;
        }
        ended_at.map(|ended| ended + i64::from(self.after) * 60)
    }
}

/// The cleanup that a drill has had, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// What it came to.
    pub status: CleanupStatus,
    /// Which one it was, from 1.
    pub attempt: u32,
    /// When it ended.
    pub ended_at: Option<i64>,
}

/// Cleanups that begin by themselves. What five could not terminate, termination protection mostly, waits for a person.
const MAX_ATTEMPTS: u32 = 5;
/// An hour between them: who holds a server then is mostly done by now.
const PAUSE_SECONDS: i64 = 3_600;

/// Whether a cleanup that is due at `due_at` is to be begun now, after an `earlier` one. One that runs is to be begun, too,
/// whoever wanted it: its record may have been written without its state machine being started, or that may have been
/// stopped; a second start changes nothing of one that works.
#[must_use]
pub fn is_to_begin(due_at: Option<i64>, earlier: Option<&Earlier>, now: i64) -> bool {
    let due = due_at.is_some_and(|due| due <= now);
    let Some(earlier) = earlier else { return due };
    match earlier.status {
        CleanupStatus::Running => true,
        CleanupStatus::Completed => false,
        CleanupStatus::Partial | CleanupStatus::Failed => {
            due && earlier.attempt < MAX_ATTEMPTS && earlier.ended_at.is_some_and(|ended| now - ended >= PAUSE_SECONDS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: CleanupPolicy = CleanupPolicy { after: 60, on_failure: OnDrillFailure::Keep };
    const CLEANUP: CleanupPolicy = CleanupPolicy { after: 60, on_failure: OnDrillFailure::Cleanup };

    #[test]
    fn safety_rule_2_only_a_drill_that_has_ended_is_ever_due() {
        for status in ExecutionStatus::ALL.iter().copied() {
            for policy in [KEEP, CLEANUP] {
                assert_eq!(policy.due_at(Mode::Recovery, status, Some(1_000)), None, "{status}");
                let due = policy.due_at(Mode::Drill, status, Some(1_000));
                assert!(due.is_none() || (status.is_terminal() && due == Some(4_600)), "{status}");
            }
        }
        assert_eq!(CLEANUP.due_at(Mode::Drill, ExecutionStatus::Completed, None), None);
    }

    #[test]
    fn a_drill_that_did_not_complete_is_kept_unless_the_plan_says_otherwise() {
        for status in [ExecutionStatus::Partial, ExecutionStatus::Failed, ExecutionStatus::Cancelled] {
            assert_eq!(KEEP.due_at(Mode::Drill, status, Some(1_000)), None);
            assert_eq!(CLEANUP.due_at(Mode::Drill, status, Some(1_000)), Some(4_600));
        }
        assert_eq!(KEEP.due_at(Mode::Drill, ExecutionStatus::Completed, Some(1_000)), Some(4_600));
    }

    #[test]
    fn what_was_left_over_is_tried_again_each_hour_five_times() {
        let earlier = |status, attempt| Earlier { status, attempt, ended_at: Some(5_000) };
        assert!(is_to_begin(Some(4_600), None, 4_600));
        assert!(!is_to_begin(Some(4_600), None, 4_599));
        assert!(!is_to_begin(None, None, 9_999));
        assert!(!is_to_begin(None, Some(&earlier(CleanupStatus::Failed, 1)), 9_999));
        assert!(is_to_begin(None, Some(&earlier(CleanupStatus::Running, 1)), 5_000), "it may be nobody's");
        for status in [CleanupStatus::Partial, CleanupStatus::Failed] {
            assert!(!is_to_begin(Some(4_600), Some(&earlier(status, 1)), 8_599));
            assert!(is_to_begin(Some(4_600), Some(&earlier(status, 4)), 8_600));
            assert!(!is_to_begin(Some(4_600), Some(&earlier(status, 5)), 99_999));
        }
        assert!(is_to_begin(Some(4_600), Some(&earlier(CleanupStatus::Running, 5)), 5_000));
        assert!(!is_to_begin(Some(4_600), Some(&earlier(CleanupStatus::Completed, 1)), 99_999));
    }
}
