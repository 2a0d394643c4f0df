//! One error for every call to AWS: what kind it is decides what happens next, so a kind is never guessed from text.

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use thiserror::Error;

use crate::clients::SdkError;

/// What an error means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Too many requests: the call had no effect; try later.
    Throttled,
    /// Something else holds what is asked for, or a condition of a write did not hold: the call had no effect.
    Conflict,
    /// A service quota is used up: the call had no effect.
    QuotaExceeded,
    /// What was asked for does not exist.
    NotFound,
    /// The role may not do this.
    AccessDenied,
    /// The request is wrong: the call had no effect, and repeating it will not help.
    Invalid,
    /// The service failed or did not answer: the call may have had its effect.
    Transient,
    /// What AWS answered, or what is stored, makes no sense to this program.
    Bug,
}

/// A call to AWS that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{operation}: {message}")]
pub struct AwsError {
    /// What it means.
    pub kind: ErrorKind,
    /// The operation, as AWS names it.
    pub operation: &'static str,
    /// AWS's error code and message.
    pub message: String,
    /// AWS's error code, where it gave one.
    pub code: Option<String>,
}

impl AwsError {
    /// What `status` and the error's `code` mean, where there is no SDK's error: see [`crate::store::InProcess`].
    #[must_use]
    pub fn answered(operation: &'static str, status: u16, code: &str, message: &str) -> Self {
        let otherwise = if status >= 500 { ErrorKind::Transient } else { ErrorKind::Invalid };
        let kind = kind_of_code(code).unwrap_or(otherwise);
        Self { kind, operation, message: format!("{code}: {message}"), code: Some(code.to_owned()) }
    }

    /// An error of this program's own making.
    #[must_use]
    pub fn new(kind: ErrorKind, operation: &'static str, message: impl Into<String>) -> Self {
        Self { kind, operation, message: message.into(), code: None }
    }
}

/// The kind of an AWS error code; nothing where the code is not known.
fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "TransactionConflictException"
        | "RateExceededException" => ErrorKind::Throttled,
        "ConflictException" | "ConditionalCheckFailedException" | "ExecutionAlreadyExists" => ErrorKind::Conflict,
        "ServiceQuotaExceededException" => ErrorKind::QuotaExceeded,
        "ResourceNotFoundException"
        | "StateMachineDoesNotExist"
        | "ExecutionDoesNotExist"
        | "TaskDoesNotExist"
        | "TaskTimedOut" => ErrorKind::NotFound,
        "AccessDeniedException"
        | "AccessDenied"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "ExpiredTokenException"
        | "ExpiredToken" => ErrorKind::AccessDenied,
        "InternalServerException" | "InternalServerError" | "InternalFailure" | "ServiceUnavailable" => {
            ErrorKind::Transient
        }
        "ValidationException" | "UninitializedAccountException" | "InvalidInstanceId" | "InvalidDocument" => {
            ErrorKind::Invalid
        }
        _ => return None,
    })
}

/// Classifies an SDK error: by the service's code first, then by the HTTP status, then by how far the call came.
pub(crate) fn classify<E>(operation: &'static str, error: SdkError<E>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, detail) = {
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        (
            metadata.and_then(|meta| meta.code()).map(str::to_owned),
            metadata.and_then(|meta| meta.message()).map(str::to_owned),
        )
    };
    let status = error.raw_response().map(|response| response.status().as_u16());
    let kind = code.as_deref().and_then(kind_of_code).unwrap_or(match (&error, status) {
        (_, Some(429)) => ErrorKind::Throttled,
        (_, Some(403)) => ErrorKind::AccessDenied,
        (_, Some(status)) if status >= 500 => ErrorKind::Transient,
        (SdkError::ServiceError(_), _) => ErrorKind::Invalid,
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_), _) => {
            ErrorKind::Transient
        }
        _ => ErrorKind::Bug,
    });
    let message = match (&code, &detail) {
        (Some(code), Some(detail)) => format!("{code}: {detail}"),
        (Some(code), None) => code.clone(),
        (None, _) => chain(&error),
    };
    AwsError { kind, operation, message, code }
}

/// An error with its causes, since the SDK's own text is only "dispatch failure".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
