//! The statuses of executions, waves and servers, and what each may become. The whole transition table is a snapshot
//! in `tests/statuses.rs`: a change of a rule shows there.
//!
//! A transition to the same status is always allowed: a Step Functions task may be delivered twice.

use serde::{Deserialize, Serialize};

macro_rules! status {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every status there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The status as the API and the tables spell it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        // By hand, since the derive does not see names that a macro gives.
        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::ALL.iter().map(|status| status.as_str())))
                    .into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}

status! {
    /// Where an execution is.
    ExecutionStatus {
        /// Accepted; PrepareExecution has not looked at it yet.
        Pending => "PENDING",
        /// Preflight passed, servers are claimed, waves run.
        Running => "RUNNING",
        /// Every server of every wave succeeded.
        Completed => "COMPLETED",
        /// It ended within its policies, but not every server succeeded.
        Partial => "PARTIAL",
        /// A wave failed and its policy is STOP, or the orchestration itself failed.
        Failed => "FAILED",
        /// Preflight or a claim refused it: nothing was launched.
        Refused => "REFUSED",
        /// A person cancelled it, or stopped its state machine: nothing more was launched, nothing was terminated.
        Cancelled => "CANCELLED",
    }
}

status! {
    /// Where a wave is.
    WaveStatus {
        /// Waits for the waves it depends on or for the end of a pause, or DRS is being set for its servers.
        Waiting => "WAITING",
        /// Nothing but a person's approval keeps it from beginning.
        AwaitingApproval => "AWAITING_APPROVAL",
        /// Its servers are being launched.
        Launching => "LAUNCHING",
        /// Its servers are launched and their health checks run.
        Checking => "CHECKING",
        /// It failed, and its plan says that a person decides what follows.
        AwaitingDecision => "AWAITING_DECISION",
        /// Every server succeeded.
        Completed => "COMPLETED",
        /// Some servers failed, and the policy allows it.
        Partial => "PARTIAL",
        /// Too many servers failed, a critical one did, or the orchestration of the wave failed.
        Failed => "FAILED",
        /// A wave it depends on failed with STOP or was skipped: nothing was launched.
        Skipped => "SKIPPED",
        /// Its execution was cancelled before it ended: its servers say how far it came.
        Cancelled => "CANCELLED",
    }
}

status! {
    /// Where a server of a wave is.
    ServerStatus {
        /// In no DRS job yet.
        Pending => "PENDING",
        /// In a DRS job.
        Launching => "LAUNCHING",
        /// DRS launched it; its health is not known.
        Launched => "LAUNCHED",
        /// Its health checks run.
        Checking => "CHECKING",
        /// It is launched and its required health checks passed.
        Healthy => "HEALTHY",
        /// It is launched and a required health check failed.
        Unhealthy => "UNHEALTHY",
        /// DRS did not launch it.
        Failed => "FAILED",
        /// Its wave was skipped or ended before it was launched.
        Skipped => "SKIPPED",
        /// Its wave ended without seeing the outcome of its launch or of its checks: look in DRS.
        Unknown => "UNKNOWN",
    }
}

impl ExecutionStatus {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Pending | Self::Running => false,
            Self::Completed | Self::Partial | Self::Failed | Self::Refused | Self::Cancelled => true,
        }
    }

    /// Whether what the plan demands is back. Only then is the time that it took a recovery time.
    #[must_use]
    pub fn is_recovered(self) -> bool {
        match self {
            Self::Completed | Self::Partial => true,
            Self::Pending | Self::Running | Self::Failed | Self::Refused | Self::Cancelled => false,
        }
    }

    /// Whether `next` may follow.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        if self == next {
            return true;
        }
        match self {
            Self::Pending => matches!(next, Self::Running | Self::Refused | Self::Failed | Self::Cancelled),
            Self::Running => matches!(next, Self::Completed | Self::Partial | Self::Failed | Self::Cancelled),
            Self::Completed | Self::Partial | Self::Failed | Self::Refused | Self::Cancelled => false,
        }
    }
}

impl WaveStatus {
    /// Whether nothing follows: the waves that depend on it can decide.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Waiting | Self::AwaitingApproval | Self::Launching | Self::Checking | Self::AwaitingDecision => false,
            Self::Completed | Self::Partial | Self::Failed | Self::Skipped | Self::Cancelled => true,
        }
    }

    /// Whether `next` may follow.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        if self == next {
            return true;
        }
        // Whatever has not ended can be cancelled.
        if next == Self::Cancelled {
            return !self.is_terminal();
        }
        match self {
            Self::Waiting => matches!(
                next,
                Self::AwaitingApproval | Self::Launching | Self::AwaitingDecision | Self::Skipped | Self::Failed
            ),
            // Decided, it may still have to wait: for the end of a pause, or for DRS.
            Self::AwaitingApproval => matches!(next, Self::Waiting | Self::Failed),
            Self::Launching => {
                matches!(next, Self::Checking | Self::AwaitingDecision | Self::Completed | Self::Partial | Self::Failed)
            }
            Self::Checking => matches!(next, Self::AwaitingDecision | Self::Completed | Self::Partial | Self::Failed),
            // Retried, it passes its gate again; checked again, it does not, since nothing is launched.
            Self::AwaitingDecision => matches!(next, Self::Waiting | Self::Checking | Self::Failed),
            Self::Completed | Self::Partial | Self::Failed | Self::Skipped | Self::Cancelled => false,
        }
    }
}

impl WaveStatus {
    /// Whether somebody may open a wave again that has ended, as `next`, while its execution runs: one that failed, and
    /// those that were skipped because of it.
    #[must_use]
    pub fn can_be_reopened_as(self, next: Self) -> bool {
        match self {
            Self::Failed => matches!(next, Self::Waiting | Self::Checking),
            Self::Skipped => next == Self::Waiting,
            Self::Waiting
            | Self::AwaitingApproval
            | Self::Launching
            | Self::Checking
            | Self::AwaitingDecision
            | Self::Completed
            | Self::Partial
            | Self::Cancelled => false,
        }
    }
}

impl ServerStatus {
    /// Whether nothing follows once the wave is settled. LAUNCHED is an end where no health check runs.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Pending | Self::Launching | Self::Checking => false,
            Self::Launched | Self::Healthy | Self::Unhealthy | Self::Failed | Self::Skipped | Self::Unknown => true,
        }
    }

    /// Whether the wave counts it as recovered.
    #[must_use]
    pub fn is_success(self) -> bool {
        match self {
            Self::Launched | Self::Healthy => true,
            Self::Pending
            | Self::Launching
            | Self::Checking
            | Self::Unhealthy
            | Self::Failed
            | Self::Skipped
            | Self::Unknown => false,
        }
    }

    /// Whether `next` may follow.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        if self == next {
            return true;
        }
        match self {
            Self::Pending => matches!(next, Self::Launching | Self::Failed | Self::Skipped | Self::Unknown),
            Self::Launching => matches!(next, Self::Launched | Self::Failed | Self::Unknown),
            Self::Launched => matches!(next, Self::Checking | Self::Healthy | Self::Unhealthy),
            Self::Checking => matches!(next, Self::Healthy | Self::Unhealthy | Self::Unknown),
            Self::Healthy | Self::Unhealthy | Self::Failed | Self::Skipped | Self::Unknown => false,
        }
    }
}
