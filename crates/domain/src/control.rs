//! What a person may do to an execution and its waves, in which of their statuses, and who may. The API asks here before it
//! does anything, and shows the answers as `allowedActions`, so that no client has a rule of its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cleanup::{self, CleanupStatus};
use crate::decision::{Candidate, Decided, FailureDecision, MAX_ROUNDS};
use crate::gate::{Cancellation, Pause, WaveApproval};
use crate::plan::Mode;
use crate::role::{self, Action};
use crate::status::{ExecutionStatus, WaveStatus};

/// What may be done to an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionAction {
    /// Start no new job until it is resumed.
    Pause,
    /// Go on.
    Resume,
    /// Begin nothing more, and end.
    Cancel,
    /// It was a drill: terminate what it launched.
    Cleanup,
}

/// What may be done to a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WaveAction {
    /// Let it begin.
    Approve,
    /// Do not let it begin: it is FAILED.
    Reject,
    /// It has failed: launch again what did not succeed.
    Retry,
    /// It has failed: check the health of what was launched again.
    Recheck,
    /// It has failed: let it end so, and the waves behind it go on.
    Skip,
    /// It has failed: let it end so, and the waves behind it are SKIPPED.
    Abort,
}

/// Whether something can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Possible {
    /// It can.
    Yes,
    /// It is so already: asked again, nothing changes.
    Already,
    /// It cannot.
    No {
        /// Why.
        reason: String,
    },
}

impl Possible {
    fn no(reason: impl Into<String>) -> Self {
        Self::No { reason: reason.into() }
    }
}

/// An execution, as far as it matters to what may be done to it.
#[derive(Debug, Clone, Copy)]
pub struct ExecutionNow<'a> {
    /// What it is for.
    pub mode: Mode,
    /// Where it is.
    pub status: ExecutionStatus,
    /// That it is held.
    pub paused: Option<&'a Pause>,
    /// That it is cancelled.
    pub cancelled: Option<&'a Cancellation>,
    /// Whether it has ended and something may stand that a cleanup of it would terminate.
    pub left_over: bool,
    /// Where its newest cleanup is; nothing where none ever began, or where nobody has looked.
    pub cleanup: Option<CleanupStatus>,
}

impl ExecutionAction {
    /// Every action there is.
    pub const ALL: &'static [Self] = &[Self::Pause, Self::Resume, Self::Cancel, Self::Cleanup];

    /// The action as the role table has it.
    #[must_use]
    pub fn role_action(self) -> Action {
        match self {
            Self::Pause | Self::Resume => Action::Pause,
            Self::Cancel => Action::Cancel,
            Self::Cleanup => Action::Cleanup,
        }
    }

    /// Whether it can be done to `execution`.
    #[must_use]
    pub fn possible(self, execution: &ExecutionNow<'_>) -> Possible {
        let status = execution.status;
        match (self, execution.cancelled, execution.paused) {
            // The one that waits for the end.
            (Self::Cleanup, _, _) => cleanable(execution),
            _ if status.is_terminal() => Possible::no(format!("the execution has ended as {status}")),
            // It overrules a pause.
            (Self::Cancel, None, _) => Possible::Yes,
            (Self::Cancel, Some(_), _) => Possible::Already,
            (Self::Pause | Self::Resume, Some(cancelled), _) => Possible::no(ending(cancelled)),
            (Self::Pause, None, None) | (Self::Resume, None, Some(_)) => Possible::Yes,
            (Self::Pause, None, Some(_)) | (Self::Resume, None, None) => Possible::Already,
        }
    }
}

/// Whether what an execution launched can be terminated. That nothing of it stands is no refusal: whoever asks for it all
/// the same has that looked at once more.
fn cleanable(execution: &ExecutionNow<'_>) -> Possible {
    if let Some(reason) = cleanup::refusal(execution.mode, execution.status) {
        return Possible::no(reason);
    }
    match execution.cleanup {
        Some(CleanupStatus::Running | CleanupStatus::Completed) => Possible::Already,
        Some(CleanupStatus::Partial | CleanupStatus::Failed) | None if execution.left_over => Possible::Yes,
        Some(CleanupStatus::Partial | CleanupStatus::Failed) | None => Possible::Already,
    }
}

/// Why nothing else can be done to an execution, or to a wave of it, that is cancelled and has not ended yet.
fn ending(cancelled: &Cancellation) -> String {
    format!("{}; it ends when DRS has ended what it runs for it", cancelled.reason())
}

/// A wave, as far as it matters to what may be done to it.
#[derive(Debug, Clone, Copy)]
pub struct WaveNow<'a> {
    /// Where it is.
    pub status: WaveStatus,
    /// The approval that it needs.
    pub approval: Option<&'a WaveApproval>,
    /// What somebody decided last about its failure.
    pub decided: Option<&'a FailureDecision>,
    /// Whether it has failed and nobody has decided about that.
    pub is_held: bool,
    /// How often it was begun.
    pub round: u32,
    /// Whether its execution runs, and is not about to end.
    pub execution_runs: bool,
    /// That its execution is cancelled and has not ended yet: nothing is decided any more then.
    pub cancelled: Option<&'a Cancellation>,
    /// Its servers.
    pub servers: &'a [Candidate],
}

impl WaveAction {
    /// Every action there is.
    pub const ALL: &'static [Self] =
        &[Self::Approve, Self::Reject, Self::Retry, Self::Recheck, Self::Skip, Self::Abort];

    /// What it decides about a wave that failed; nothing for what is done to a wave before it begins.
    #[must_use]
    pub fn decides(self) -> Option<Decided> {
        match self {
            Self::Approve | Self::Reject => None,
            Self::Retry => Some(Decided::Retry),
            Self::Recheck => Some(Decided::Recheck),
            Self::Skip => Some(Decided::Skip),
            Self::Abort => Some(Decided::Abort),
        }
    }

    /// The action as the role table has it.
    #[must_use]
    pub fn role_action(self) -> Action {
        match self {
            Self::Approve | Self::Reject => Action::Approve,
            Self::Retry | Self::Recheck | Self::Skip | Self::Abort => Action::Decide,
        }
    }

    /// Whether it can be done to `wave`.
    #[must_use]
    pub fn possible(self, wave: &WaveNow<'_>) -> Possible {
        match (wave.cancelled, self.decides()) {
            (Some(cancelled), _) => Possible::no(ending(cancelled)),
            (None, None) => approvable(wave.status, wave.approval),
            (None, Some(decided)) => decidable(wave, decided),
        }
    }
}

/// Whether a wave can be approved or rejected.
fn approvable(status: WaveStatus, approval: Option<&WaveApproval>) -> Possible {
    let Some(approval) = approval else { return Possible::no("the plan asks for no approval of this wave") };
    if let Some(decision) = &approval.decision {
        let by = if decision.by.is_empty() { "time" } else { &decision.by };
        return Possible::no(format!("{by} has decided about this wave already"));
    }
    match status {
        WaveStatus::AwaitingApproval => Possible::Yes,
        WaveStatus::Waiting => Possible::no("the wave still waits for those that it depends on"),
        WaveStatus::Launching
        | WaveStatus::Checking
        | WaveStatus::AwaitingDecision
        | WaveStatus::Completed
        | WaveStatus::Partial
        | WaveStatus::Failed
        | WaveStatus::Skipped
        | WaveStatus::Cancelled => Possible::no(format!("the wave is {status} and awaits no approval")),
    }
}

/// Whether the failure of a wave can be decided about.
fn decidable(wave: &WaveNow<'_>, decided: Decided) -> Possible {
    match (wave.status, wave.decided) {
        (WaveStatus::AwaitingDecision, _) if wave.is_held => {}
        (WaveStatus::Failed, _) if decided.begins_anew() => {
            if !wave.execution_runs {
                return Possible::no("the wave is FAILED, and its execution has ended or is about to");
            }
            if wave.approval.is_some_and(WaveApproval::refuses) {
                return Possible::no("the wave is FAILED since it was rejected");
            }
        }
        (WaveStatus::AwaitingDecision, Some(earlier)) => {
            return Possible::no(format!("{} has decided about this wave already", earlier.by));
        }
        (status, _) => return Possible::no(format!("the wave is {status} and awaits no decision")),
    }
    if decided.begins_anew() && wave.round >= MAX_ROUNDS {
        return Possible::no(format!("the wave was begun {MAX_ROUNDS} times already"));
    }
    match decided {
        Decided::Recheck if !wave.servers.iter().any(|server| server.fits(decided)) => Possible::no(
            "no server of the wave is UNHEALTHY, or UNKNOWN with an instance: there is nothing to check again",
        ),
        Decided::Retry | Decided::Recheck | Decided::Skip | Decided::Abort => Possible::Yes,
    }
}

/// Who wants to decide about a wave, and of which execution.
#[derive(Debug, Clone, Copy)]
pub struct Decider<'a> {
    /// The user.
    pub name: &'a str,
    /// His roles.
    pub roles: &'a [String],
    /// What the execution is for.
    pub mode: Mode,
    /// Who started it.
    pub started_by: &'a str,
    /// Whether the plan wants somebody else to approve.
    pub four_eyes: bool,
}

/// Why somebody may not decide about a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayNot {
    /// He has not the role that the approval names.
    Role,
    /// He started the recovery, and the plan says `fourEyes`.
    FourEyes,
    /// It launches servers of a RECOVERY, and he may not start one.
    Recovery,
}

impl Decider<'_> {
    /// Whether he may take `action` on a wave, which may need `approval`.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, action: WaveAction, approval: Option<&WaveApproval>) -> Result<(), MayNot> {
        let has = |wanted| self.roles.iter().any(|role| role::allows(role, wanted));
        match (action.decides(), self.mode) {
            (None, _) => approval.map_or(Ok(()), |approval| self.may_approve(action, approval)),
            (Some(_), _) if !has(Action::Decide) => Err(MayNot::Role),
            // What it launches is as much a recovery as its start.
            (Some(Decided::Retry | Decided::Skip), Mode::Recovery) if !has(Action::StartRecovery) => {
                Err(MayNot::Recovery)
            }
            (
                Some(Decided::Retry | Decided::Recheck | Decided::Skip | Decided::Abort),
                Mode::Recovery | Mode::Drill,
            ) => Ok(()),
        }
    }

    /// A member of dr-admin may decide about every wave. The starter may always reject: two people are needed to fail over,
    /// and one to stop.
    fn may_approve(&self, action: WaveAction, approval: &WaveApproval) -> Result<(), MayNot> {
        let fits = |role: &String| {
            role::allows(role, Action::Approve) && (*role == approval.role || role == role::ADMINISTRATOR)
        };
        if !self.roles.iter().any(fits) {
            return Err(MayNot::Role);
        }
        match (action, self.mode) {
            (WaveAction::Approve, Mode::Recovery) if self.four_eyes && self.name == self.started_by => {
                Err(MayNot::FourEyes)
            }
            (
                WaveAction::Approve
                | WaveAction::Reject
                | WaveAction::Retry
                | WaveAction::Recheck
                | WaveAction::Skip
                | WaveAction::Abort,
                Mode::Recovery | Mode::Drill,
            ) => Ok(()),
        }
    }
}
