//! The errors of a task. A variant's name is the Lambda `errorType` and the `ErrorEquals` of the state machines: an
//! interface, checked by the tests of the state machines.

use aws::{AwsError, ErrorKind};
use lambda_runtime::Diagnostic;
use thiserror::Error;

/// Why a task failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TaskError {
    /// AWS wants fewer requests: retry later.
    #[error("AWS throttles: {0}")]
    Throttled(String),
    /// Somebody else changed the same thing: retry.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A service quota is used up: retry much later.
    #[error("a service quota is used up: {0}")]
    QuotaExceeded(String),
    /// Something that must exist does not.
    #[error("not found: {0}")]
    NotFound(String),
    /// The function's role may not do this: see its permissions.yaml.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// AWS failed or did not answer: retry.
    #[error("AWS failed or did not answer: {0}")]
    Transient(String),
    /// The request is wrong: a retry will not help.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The launch settings of a server could not be applied, and the plan says STOP: a retry will not help.
    #[error("{0}")]
    LaunchSettings(String),
    /// This program is wrong: a retry will not help.
    #[error("a bug in this program: {0}")]
    Bug(String),
}

impl TaskError {
    /// The name that a state machine sees.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Throttled(_) => "Throttled",
            Self::Conflict(_) => "Conflict",
            Self::QuotaExceeded(_) => "QuotaExceeded",
            Self::NotFound(_) => "NotFound",
            Self::AccessDenied(_) => "AccessDenied",
            Self::Transient(_) => "Transient",
            Self::Invalid(_) => "Invalid",
            Self::LaunchSettings(_) => "LaunchSettings",
            Self::Bug(_) => "Bug",
        }
    }
}

impl From<AwsError> for TaskError {
    fn from(error: AwsError) -> Self {
        let text = error.to_string();
        match error.kind {
            ErrorKind::Throttled => Self::Throttled(text),
            ErrorKind::Conflict => Self::Conflict(text),
            ErrorKind::QuotaExceeded => Self::QuotaExceeded(text),
            ErrorKind::NotFound => Self::NotFound(text),
            ErrorKind::AccessDenied => Self::AccessDenied(text),
            ErrorKind::Transient => Self::Transient(text),
            ErrorKind::Invalid => Self::Invalid(text),
            ErrorKind::Bug => Self::Bug(text),
        }
    }
}

impl From<TaskError> for Diagnostic {
    fn from(error: TaskError) -> Self {
        Self { error_type: error.name().to_owned(), error_message: error.to_string() }
    }
}
