//! Reading JSON bodies with errors that say where.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use contract::FieldProblem;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::router::MAX_BODY;

/// A JSON body. Unknown fields and wrong types are refused with the path of the field.
#[derive(Debug, Clone)]
pub struct Document<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Document<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(too_large)?;
        from_json(&body).map(Self)
    }
}

/// A JSON body that may be left out.
#[derive(Debug, Clone)]
pub struct Optional<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for Optional<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(too_large)?;
        if body.is_empty() { Ok(Self(T::default())) } else { from_json(&body).map(Self) }
    }
}

/// Reads JSON.
pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let document = serde_path_to_error::deserialize(&mut json).map_err(|error| unreadable(&error))?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(document)
}

/// Reads YAML.
pub(crate) fn from_yaml<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let invalid = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "INVALID_YAML", detail);
    let text = std::str::from_utf8(body).map_err(|error| invalid(format!("the body is not UTF-8: {error}")))?;
    serde_saphyr::from_str(text).map_err(|error| {
        let message = error.without_snippet().to_string();
        let at = error.location().map(|place| format!("line {}, column {}", place.line(), place.column()));
        let field = FieldProblem { at: at.unwrap_or_default(), message };
        Problem::invalid_document("the document", vec![field])
    })
}

pub(crate) fn too_large(rejection: BytesRejection) -> Problem {
    let detail = format!("{}; a document has at most {MAX_BODY} bytes", rejection.body_text());
    Problem::new(rejection.status(), "BODY_TOO_LARGE", detail)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "INVALID_JSON", format!("the body is not JSON: {error}"))
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    match inner.classify() {
        serde_json::error::Category::Data => {
            let problem = FieldProblem { at: error.path().to_string(), message: inner.to_string() };
            Problem::invalid_document("the document", vec![problem])
        }
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            not_json(inner)
        }
    }
}
