//! Errors as RFC 9457 problem details. The codes are an interface: `docs/API-DESIGN.md` documents each once.

use aws::{AwsError, ErrorKind};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{FieldProblem, InstanceToConfirm, ProblemDetails};
use domain::validate;

/// An error of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<ProblemDetails>);

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemDetails {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            problems: Vec::new(),
            instances_to_confirm: Vec::new(),
        }))
    }

    /// A document with things wrong in it: nothing was stored.
    #[must_use]
    pub fn invalid_document(what: &str, problems: Vec<FieldProblem>) -> Self {
        let detail = format!("{what} is not valid, and nothing was stored: {} problems", problems.len());
        let detail = if problems.len() == 1 { detail.trim_end_matches('s').to_owned() } else { detail };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_DOCUMENT", detail);
        problem.0.problems = problems;
        problem
    }

    /// What `validate` found.
    #[must_use]
    pub fn invalid(what: &str, problems: &[validate::Problem]) -> Self {
        let problems =
            problems.iter().map(|found| FieldProblem { at: found.at.clone(), message: found.message.clone() });
        Self::invalid_document(what, problems.collect())
    }

    /// Something that does not exist.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is no {what}"))
    }

    /// A path that is no route.
    #[must_use]
    pub fn no_such_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NO_SUCH_ROUTE", "the API has no such path; its paths begin with /v1")
    }

    /// A method that a route does not have.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "the path exists, but not for this method")
    }

    /// Something that this program got wrong.
    #[must_use]
    pub fn internal(detail: &str) -> Self {
        tracing::error!("a request failed: {detail}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", detail)
    }

    /// The same problem, with more to say about it.
    #[must_use]
    pub fn adding(mut self, sentence: &str) -> Self {
        self.0.detail = format!("{} {sentence}", self.0.detail);
        self
    }

    /// The same problem, with the instances that have to be named.
    #[must_use]
    pub fn confirming(mut self, instances: Vec<InstanceToConfirm>) -> Self {
        self.0.instances_to_confirm = instances;
        self
    }

    /// The contents.
    #[must_use]
    pub fn details(&self) -> &ProblemDetails {
        &self.0
    }
}

impl From<AwsError> for Problem {
    fn from(error: AwsError) -> Self {
        let (status, code) = match error.kind {
            ErrorKind::Throttled | ErrorKind::QuotaExceeded => (StatusCode::TOO_MANY_REQUESTS, "THROTTLED"),
            ErrorKind::Conflict => (StatusCode::CONFLICT, "CHANGED_MEANWHILE"),
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
            ErrorKind::Transient => (StatusCode::SERVICE_UNAVAILABLE, "AWS_UNAVAILABLE"),
            ErrorKind::AccessDenied | ErrorKind::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        tracing::error!(kind = ?error.kind, %error, code, "a request failed: {error}");
        Self::new(status, code, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.0)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }
}
