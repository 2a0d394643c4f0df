//! What a person may do to an execution and its waves, in which of their statuses, and who may. The API asks here before it
//! does anything, and shows the answers as `allowedActions`, so that no client has a rule of its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
}

/// What may be done to a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WaveAction {
    /// Let it begin.
    Approve,
    /// Do not let it begin: it is FAILED.
    Reject,
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

impl ExecutionAction {
    /// Every action there is.
    pub const ALL: &'static [Self] = &[Self::Pause, Self::Resume, Self::Cancel];

    /// The action as the role table has it.
    #[must_use]
    pub fn role_action(self) -> Action {
        match self {
            Self::Pause | Self::Resume => Action::Pause,
            Self::Cancel => Action::Cancel,
        }
    }

    /// Whether it can be done to an execution that is `status`.
    #[must_use]
    pub fn possible(
        self,
        status: ExecutionStatus,
        pause: Option<&Pause>,
        cancelled: Option<&Cancellation>,
    ) -> Possible {
        if status.is_terminal() {
            return Possible::no(format!("the execution has ended as {status}"));
        }
        match (self, cancelled, pause) {
            // It overrules a pause.
            (Self::Cancel, None, _) => Possible::Yes,
            (Self::Cancel, Some(_), _) => Possible::Already,
            (Self::Pause | Self::Resume, Some(cancelled), _) => Possible::no(ending(cancelled)),
            (Self::Pause, None, None) | (Self::Resume, None, Some(_)) => Possible::Yes,
            (Self::Pause, None, Some(_)) | (Self::Resume, None, None) => Possible::Already,
        }
    }
}

/// Why nothing else can be done to an execution, or to a wave of it, that is cancelled and has not ended yet.
#[must_use]
pub fn ending(cancelled: &Cancellation) -> String {
    format!("{}; it ends when DRS has ended what it runs for it", cancelled.reason())
}

impl WaveAction {
    /// Every action there is.
    pub const ALL: &'static [Self] = &[Self::Approve, Self::Reject];

    /// The action as the role table has it.
    #[must_use]
    pub fn role_action(self) -> Action {
        match self {
            Self::Approve | Self::Reject => Action::Approve,
        }
    }

    /// Whether it can be done to a wave that is `status`.
    #[must_use]
    pub fn possible(self, status: WaveStatus, approval: Option<&WaveApproval>) -> Possible {
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
            | WaveStatus::Completed
            | WaveStatus::Partial
            | WaveStatus::Failed
            | WaveStatus::Skipped
            | WaveStatus::Cancelled => Possible::no(format!("the wave is {status} and awaits no approval")),
        }
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
}

impl Decider<'_> {
    /// Whether he may take `action` on a wave that needs `approval`. A member of dr-admin may decide about every wave. The
    /// starter may always reject: two people are needed to fail over, and one to stop.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, action: WaveAction, approval: &WaveApproval) -> Result<(), MayNot> {
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
            (WaveAction::Approve | WaveAction::Reject, Mode::Recovery | Mode::Drill) => Ok(()),
        }
    }
}
