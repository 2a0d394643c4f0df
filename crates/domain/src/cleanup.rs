//! Cleaning up after a drill: which instances may be terminated, and what a cleanup comes to. Not here: how they are put
//! into jobs, that is [`crate::batch`], the same as for launches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{InstanceId, JobId};
use crate::plan::Mode;
use crate::status::ExecutionStatus;

mod automatic;

pub use automatic::{CleanupPolicy, Earlier, MAX_CLEANUP_MINUTES, OnDrillFailure, is_to_begin};

/// Where a cleanup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CleanupStatus {
    /// Instances are being terminated.
    Running,
    /// Nothing that the drill launched stands any more.
    Completed,
    /// Something is left over; each server says why.
    Partial,
    /// It could not do its work: nothing more was terminated from then on.
    Failed,
}

impl CleanupStatus {
    /// The status as the API and the tables spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Partial => "PARTIAL",
            Self::Failed => "FAILED",
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Running => false,
            Self::Completed | Self::Partial | Self::Failed => true,
        }
    }
}

impl std::fmt::Display for CleanupStatus {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Where an instance is in a cleanup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InstanceCleanup {
    /// In no job yet.
    Pending,
    /// In a DRS job that terminates it.
    Terminating,
    /// DRS does not have it any more.
    Terminated,
    /// It stands, or may stand.
    LeftOver,
}

impl InstanceCleanup {
    /// Whether nothing follows in this cleanup.
    #[must_use]
    pub fn is_settled(self) -> bool {
        match self {
            Self::Pending | Self::Terminating => false,
            Self::Terminated | Self::LeftOver => true,
        }
    }

    /// The status as the API and the tables spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Terminating => "TERMINATING",
            Self::Terminated => "TERMINATED",
            Self::LeftOver => "LEFT_OVER",
        }
    }
}

impl std::fmt::Display for InstanceCleanup {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Why nothing of an execution may be cleaned up, if it may not.
#[must_use]
pub fn refusal(mode: Mode, status: ExecutionStatus) -> Option<&'static str> {
    match mode {
        Mode::Recovery => Some("it is a RECOVERY: what it launched is in use, and is never terminated here"),
        Mode::Drill if !status.is_terminal() => Some("it still runs: wait for its end"),
        Mode::Drill => None,
    }
}

/// A recovery instance as DRS describes it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its id.
    pub id: InstanceId,
    /// The job that launched it, if DRS says so.
    pub job: Option<JobId>,
    /// Whether DRS says that a drill launched it.
    pub is_drill: bool,
    /// Whether it can be alive.
    pub may_live: bool,
}

/// What may be done with an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is this drill's, and stands.
    Terminate,
    /// It does not stand any more.
    Gone,
    /// It is not to be touched, for this reason.
    Keep(String),
}

/// Safety rule 2: only what this drill launched is terminated. `instance` and `job` are what the execution has recorded;
/// `described` is what DRS shows now for the same source server. Another instance of that server is somebody else's,
/// whatever it is.
#[must_use]
pub fn judge(instance: &InstanceId, job: &JobId, described: &[Described]) -> Judgement {
    let Some(found) = described.iter().find(|one| one.id == *instance && one.may_live) else {
        return Judgement::Gone;
    };
    if !found.is_drill {
        return Judgement::Keep(
            "DRS does not say that a drill launched it: somebody may have failed over to it".into(),
        );
    }
    match &found.job {
        Some(launched_by) if launched_by == job => Judgement::Terminate,
        Some(other) => Judgement::Keep(format!("DRS says that {other} launched it, and this drill recorded {job}")),
        None => Judgement::Keep("DRS does not say which job launched it".into()),
    }
}

/// What a cleanup comes to. `failed` when something stopped it.
#[must_use]
pub fn outcome(instances: impl IntoIterator<Item = InstanceCleanup>, failed: bool) -> CleanupStatus {
    if failed {
        return CleanupStatus::Failed;
    }
    if instances.into_iter().all(|instance| instance == InstanceCleanup::Terminated) {
        CleanupStatus::Completed
    } else {
        CleanupStatus::Partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(id: &str, job: Option<&str>, is_drill: bool) -> Described {
        Described { id: id.into(), job: job.map(JobId::from), is_drill, may_live: true }
    }

    fn judged(described: &[Described]) -> Judgement {
        judge(&"i-1".into(), &"drsjob-1".into(), described)
    }

    #[test]
    fn safety_rule_2_only_a_drills_instance_of_the_recorded_id_and_job_is_terminated() {
        assert_eq!(judged(&[described("i-1", Some("drsjob-1"), true)]), Judgement::Terminate);
        for kept in [
            described("i-1", Some("drsjob-1"), false),
            described("i-1", Some("drsjob-2"), true),
            described("i-1", None, true),
        ] {
            assert!(matches!(judged(std::slice::from_ref(&kept)), Judgement::Keep(_)), "{kept:?}");
        }
    }

    #[test]
    fn safety_rule_2_another_instance_of_the_same_server_is_not_touched() {
        assert_eq!(judged(&[]), Judgement::Gone);
        assert_eq!(judged(&[described("i-2", Some("drsjob-1"), true)]), Judgement::Gone);
        let ended = Described { may_live: false, ..described("i-1", Some("drsjob-1"), true) };
        assert_eq!(judged(&[ended, described("i-2", Some("drsjob-2"), false)]), Judgement::Gone);
    }

    #[test]
    fn safety_rule_2_a_recovery_is_never_cleaned_up_and_a_drill_only_after_its_end() {
        for status in ExecutionStatus::ALL {
            assert!(refusal(Mode::Recovery, *status).is_some(), "{status}");
            assert_eq!(refusal(Mode::Drill, *status).is_none(), status.is_terminal(), "{status}");
        }
    }

    #[test]
    fn a_cleanup_is_complete_when_nothing_stands() {
        use InstanceCleanup::{LeftOver, Terminated};
        assert_eq!(outcome([], false), CleanupStatus::Completed);
        assert_eq!(outcome([Terminated, Terminated], false), CleanupStatus::Completed);
        assert_eq!(outcome([Terminated, LeftOver], false), CleanupStatus::Partial);
        assert_eq!(outcome([Terminated], true), CleanupStatus::Failed);
    }
}
