//! Health checks: where each is, and the verdict on a server.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a health check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckStatus {
    /// Not begun: for a command, the agent is not Online yet.
    Pending,
    /// The command was sent.
    Running,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It did not pass in time.
    TimedOut,
}

impl CheckStatus {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Pending | Self::Running => false,
            Self::Passed | Self::Failed | Self::TimedOut => true,
        }
    }
}

/// The verdict on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Checks still run.
    Pending,
    /// Every required check passed.
    Healthy,
    /// A required check failed.
    Unhealthy {
        /// Its name.
        check: String,
    },
}

/// The verdict of a server's checks, each a name, whether it is required, and where it is. It comes when all have
/// ended, so that the record is whole.
#[must_use]
pub fn verdict<'a>(checks: impl IntoIterator<Item = (&'a str, bool, CheckStatus)>) -> Verdict {
    let mut unhealthy = None;
    for (name, required, status) in checks {
        match status {
            CheckStatus::Pending | CheckStatus::Running => return Verdict::Pending,
            CheckStatus::Passed => {}
            CheckStatus::Failed | CheckStatus::TimedOut => {
                if required && unhealthy.is_none() {
                    unhealthy = Some(name.to_owned());
                }
            }
        }
    }
    unhealthy.map_or(Verdict::Healthy, |check| Verdict::Unhealthy { check })
}

/// What an SSM command invocation's status means. SSM's enums are open: what is not known is not finished.
/// Source: `CommandInvocationStatus` of the SSM API.
#[must_use]
pub fn command_status(ssm_status: &str) -> CheckStatus {
    match ssm_status {
        "Success" => CheckStatus::Passed,
        "Failed" | "Cancelled" => CheckStatus::Failed,
        "TimedOut" => CheckStatus::TimedOut,
        _ => CheckStatus::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_failure_is_unhealthy_once_everything_has_ended() {
        let failed = ("web", true, CheckStatus::Failed);
        assert_eq!(verdict([failed, ("disk", false, CheckStatus::Running)]), Verdict::Pending);
        assert_eq!(verdict([failed, ("disk", false, CheckStatus::Passed)]), Verdict::Unhealthy { check: "web".into() });
        assert_eq!(verdict([("disk", false, CheckStatus::TimedOut)]), Verdict::Healthy);
        assert_eq!(verdict([]), Verdict::Healthy);
    }

    #[test]
    fn an_unknown_ssm_status_is_not_finished() {
        for unknown in ["Pending", "InProgress", "Delayed", "Cancelling", "Hibernating"] {
            assert_eq!(command_status(unknown), CheckStatus::Running);
        }
    }
}
