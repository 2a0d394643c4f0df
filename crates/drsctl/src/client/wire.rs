//! How a request is put together: path, query, headers and body. Not here: sending it ([`super`]).

use serde::Serialize;

/// One request, before it has a URL and a token.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    /// The version that must still be stored for the request to be carried out.
    pub(super) if_match: Option<u64>,
    pub(super) content: Content,
}

/// What a request carries.
pub(super) enum Content {
    Nothing,
    Json(Vec<u8>),
    Yaml(String),
    /// A body that cannot be written as JSON. Kept until the request is sent, which is where errors are.
    Unwritable(String),
}

impl Call {
    pub(super) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), if_match: None, content: Content::Nothing }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    pub(super) fn json(mut self, body: &impl Serialize) -> Self {
        self.content =
            serde_json::to_vec(body).map_or_else(|error| Content::Unwritable(error.to_string()), Content::Json);
        self
    }

    pub(super) fn yaml(mut self, text: &str) -> Self {
        self.content = Content::Yaml(text.to_owned());
        self
    }

    pub(super) fn if_match(mut self, version: u64) -> Self {
        self.if_match = Some(version);
        self
    }
}

/// The parameters behind the question mark.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// `name=value` too, where there is a value.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// `name=value` once for each of `values`.
    pub(super) fn with_each(mut self, name: &'static str, values: &[String]) -> Self {
        self.0.extend(values.iter().map(|value| (name, value.clone())));
        self
    }

    /// `path` with these parameters, and the token of a page.
    pub(super) fn on(&self, path: &str, next_token: Option<&str>) -> String {
        let pair = |(name, value): (&str, &str)| format!("{name}={}", segment(value));
        let own = self.0.iter().map(|(name, value)| (*name, value.as_str()));
        let pairs: Vec<String> = own.chain(next_token.map(|token| ("nextToken", token))).map(pair).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{path}{mark}{}", pairs.join("&"))
    }
}

/// `text` as one segment of a path or one value of a query.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
