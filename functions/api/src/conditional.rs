//! Conditional requests: every answer to a GET carries an `ETag`, and a GET with `If-None-Match` that names it is answered
//! with 304. Also what `If-Match` and `If-None-Match` mean for a write.

use aws::catalog::Document;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// An `ETag` for a stored document: its version, and a part of its hash, since a group that was deleted and made again
/// begins with version 1 again.
pub(crate) fn document_tag<T: Serialize>(stored: &Document<T>) -> String {
    let content = serde_json::to_vec(&(&stored.document, stored.updated_at)).unwrap_or_default();
    format!("\"{}.{}\"", stored.version, fingerprint(&content))
}

/// An `ETag` for any other answer.
pub(crate) fn content_tag(content: &[u8]) -> String {
    format!("\"{}\"", fingerprint(content))
}

fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The header that carries `tag`.
pub(crate) fn tag_header(tag: &str) -> [(HeaderName, HeaderValue); 1] {
    [(header::ETAG, HeaderValue::from_str(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\"")))]
}

/// Adds the `ETag` to answers of GETs, and answers 304 where the caller has that content.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let known = tags_of(request.headers(), &header::IF_NONE_MATCH);
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The whole answer is in memory already: handlers answer with text.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "the answer broke off").into_response();
    };
    let tag = match parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) {
        Some(tag) => tag.to_owned(),
        None => content_tag(&bytes),
    };
    parts.headers.extend(tag_header(&tag));
    if known.iter().any(|one| one == "*" || *one == tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// The tags of a header, without the mark of weak ones: what is compared here is content.
fn tags_of(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let tags = values.flat_map(|value| value.split(','));
    tags.map(|tag| tag.trim().trim_start_matches("W/").to_owned()).filter(|tag| !tag.is_empty()).collect()
}

/// What a write demands of what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    if_match: Vec<String>,
    if_none: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Precondition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let if_none_match = tags_of(&parts.headers, &header::IF_NONE_MATCH);
        if if_none_match.iter().any(|tag| tag != "*") {
            let detail = "for a write, If-None-Match can only be *: the document must not exist yet";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", detail));
        }
        Ok(Self { if_match: tags_of(&parts.headers, &header::IF_MATCH), if_none: !if_none_match.is_empty() })
    }
}

impl Precondition {
    /// Refuses the write unless what is stored is what the caller expects.
    ///
    /// # Errors
    /// 412, naming the version that is stored.
    pub(crate) fn check<T: Serialize>(&self, what: &str, stored: Option<&Document<T>>) -> Result<(), Problem> {
        self.check_tag(what, stored.map(|stored| (stored.version, document_tag(stored))))
    }

    fn check_tag(&self, what: &str, stored: Option<(u64, String)>) -> Result<(), Problem> {
        let mismatch = |detail: String| {
            Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "VERSION_MISMATCH",
                format!("{detail}; nothing was changed"),
            ))
        };
        if self.if_none
            && let Some((version, _)) = &stored
        {
            return mismatch(format!("{what} exists already, with version {version}"));
        }
        if self.if_match.is_empty() {
            return Ok(());
        }
        let Some((version, tag)) = stored else { return mismatch(format!("{what} does not exist")) };
        let bare = format!("\"{version}\"");
        let fits =
            |wanted: &String| wanted == "*" || *wanted == bare || *wanted == tag || *wanted == version.to_string();
        if self.if_match.iter().any(fits) {
            return Ok(());
        }
        mismatch(format!(
            "{what} has version {version} by now, not {}: read it, then write again",
            self.if_match.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn precondition(name: &'static str, value: &'static str) -> Precondition {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        let tags = tags_of(&headers, &HeaderName::from_static(name));
        match name {
            "if-match" => Precondition { if_match: tags, if_none: false },
            _ => Precondition { if_match: Vec::new(), if_none: !tags.is_empty() },
        }
    }

    #[test]
    fn a_version_is_named_bare_quoted_or_by_its_tag() {
        let stored = || Some((3, "\"3.abcd\"".to_owned()));
        for good in ["3", "\"3\"", "\"3.abcd\"", "\"1\", \"3\"", "*", "W/\"3\""] {
            assert!(precondition("if-match", good).check_tag("x", stored()).is_ok(), "{good}");
        }
        for stale in ["2", "\"2\"", "\"3.beef\"", "33"] {
            let refused = precondition("if-match", stale).check_tag("x", stored()).unwrap_err();
            assert_eq!(
                (refused.details().status, refused.details().code.as_str()),
                (412, "VERSION_MISMATCH"),
                "{stale}"
            );
        }
        assert!(precondition("if-match", "\"1\"").check_tag("x", None).is_err());
        assert!(precondition("if-none-match", "*").check_tag("x", None).is_ok());
        assert!(precondition("if-none-match", "*").check_tag("x", stored()).is_err());
        assert!(Precondition::default().check_tag("x", stored()).is_ok());
    }

    #[test]
    fn tags_tell_contents_apart() {
        assert_ne!(content_tag(b"a"), content_tag(b"b"));
        assert_eq!(content_tag(b"a"), content_tag(b"a"));
    }
}
