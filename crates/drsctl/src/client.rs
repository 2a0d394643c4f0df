//! The REST API, as far as an operator's command line needs it: one file for each noun of its paths, and here how a
//! request is sent, a token renewed and an answer understood. Not here: signing in ([`crate::cognito`]).

use std::cell::RefCell;
use std::time::Duration;

use contract::{Page, ProblemDetails};
use serde::de::DeserializeOwned;

use crate::text::printable;

mod audit;
mod error;
mod executions;
mod groups;
mod plans;
mod quotas;
mod schedules;
mod servers;
mod transfer;
mod wire;

pub use audit::AuditFilter;
pub use error::ClientError;
pub use executions::ReportFormat;
pub use servers::ServerFilter;

use wire::{Call, Content, Query};

/// API Gateway gives up after 29 s, so nothing comes after that; a little more for the way.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);
/// An execution of 4,000 servers is some 4 MB; a Lambda cannot answer more than 6.
const ANSWER_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

type Renewal = Box<dyn Fn() -> Option<String>>;

/// A caller of the API.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: RefCell<String>,
    renewal: Option<Renewal>,
}

/// What came back, and from where.
struct Answer {
    url: String,
    status: u16,
    text: String,
}

impl Client {
    /// A client of the API at `base_url` (what comes before `/v1`) with the ID token of a signed-in user.
    #[must_use]
    pub fn new(base_url: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST_TIMEOUT))
            .http_status_as_error(false)
            .user_agent(concat!("drsctl/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        let base = base_url.trim_end_matches('/').trim_end_matches("/v1").to_owned();
        Self { agent, base, token: RefCell::new(token.to_owned()), renewal: None }
    }

    /// Gets a new token from `renewal` when the old one is refused. An ID token lasts an hour, a recovery can last longer.
    #[must_use]
    pub fn with_renewal(mut self, renewal: impl Fn() -> Option<String> + 'static) -> Self {
        self.renewal = Some(Box::new(renewal));
        self
    }

    fn get<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<T, ClientError> {
        self.send(&Call::get(path))
    }

    fn send<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ClientError> {
        let answer = self.ask(call)?;
        serde_json::from_str(&answer.text).map_err(|error| answer.unreadable(&format!("{error}: {}", answer.text)))
    }

    /// Follows a list to its end, or until `take` has enough: it gets each page and says which comes next.
    fn follow<P: DeserializeOwned>(
        &self,
        path: &str,
        query: &Query,
        mut take: impl FnMut(P) -> Option<String>,
    ) -> Result<(), ClientError> {
        let mut token: Option<String> = None;
        loop {
            let answer = self.ask(&Call::get(query.on(path, token.as_deref())))?;
            let page = serde_json::from_str(&answer.text)
                .map_err(|error| answer.unreadable(&format!("{error}: {}", answer.text)))?;
            let next = take(page);
            // A page that says it is followed by itself would be read for ever.
            if next.is_some() && next == token {
                return Err(answer.unreadable("a page that is followed by itself"));
            }
            match next {
                Some(_) => token = next,
                None => return Ok(()),
            }
        }
    }

    /// Every item of a list.
    fn all<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<Vec<T>, ClientError> {
        Ok(self.first(path, query, usize::MAX)?.0)
    }

    /// The first `limit` items of a list, and whether there are more.
    fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Query,
        limit: usize,
    ) -> Result<(Vec<T>, bool), ClientError> {
        let mut items = Vec::new();
        let mut more = false;
        self.follow(path, query, |page: Page<T>| {
            items.extend(page.items);
            more = items.len() > limit || page.next_token.is_some();
            page.next_token.filter(|_| items.len() < limit)
        })?;
        items.truncate(limit);
        Ok((items, more))
    }

    /// Sends, and once more with a new token when the old one is refused. What comes back is a success.
    fn ask(&self, call: &Call) -> Result<Answer, ClientError> {
        match self.send_once(call).and_then(Answer::if_it_succeeded) {
            Err(ClientError::Unauthorized) => {
                let Some(token) = self.renewal.as_ref().and_then(|renew| renew()) else {
                    return Err(ClientError::Unauthorized);
                };
                self.token.replace(token);
                self.send_once(call).and_then(Answer::if_it_succeeded)
            }
            answer => answer,
        }
    }

    fn send_once(&self, call: &Call) -> Result<Answer, ClientError> {
        let url = format!("{}{}", self.base, call.path);
        let unreachable = |error: &dyn std::fmt::Display| ClientError::Unreachable {
            url: url.clone(),
            reason: printable(&error.to_string()),
        };
        let (kind, content) = match &call.content {
            Content::Nothing => (None, Vec::new()),
            Content::Json(bytes) => (Some("application/json"), bytes.clone()),
            Content::Yaml(text) => (Some("application/yaml"), text.clone().into_bytes()),
            Content::Unwritable(why) => return Err(unreachable(why)),
        };
        let mut request = ureq::http::Request::builder()
            .method(call.method)
            .uri(&url)
            .header("authorization", self.token.borrow().as_str())
            .header("accept", "application/json, text/yaml;q=0.9");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        if let Some(version) = call.if_match {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let request = request.body(content).map_err(|error| unreachable(&error))?;
        let mut response = self.agent.run(request).map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        let text = response
            .body_mut()
            .with_config()
            .limit(ANSWER_LIMIT_BYTES)
            .read_to_string()
            .map_err(|error| unreachable(&error))?;
        Ok(Answer { url, status, text })
    }
}

impl Answer {
    fn if_it_succeeded(self) -> Result<Self, ClientError> {
        match self.status {
            200..=299 => Ok(self),
            401 => Err(ClientError::Unauthorized),
            _ => match serde_json::from_str::<ProblemDetails>(&self.text) {
                Ok(problem) => Err(ClientError::Refused(Box::new(problem))),
                Err(_) => Err(self.unreadable(&self.text)),
            },
        }
    }

    fn unreadable(&self, why: &str) -> ClientError {
        ClientError::Unreadable {
            url: self.url.clone(),
            status: self.status,
            excerpt: crate::text::shortened(&printable(why), 200),
        }
    }
}
