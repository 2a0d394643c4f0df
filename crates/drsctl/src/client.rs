//! The REST API, as far as an operator's command line needs it. Not here: signing in ([`crate::cognito`]).

use std::cell::RefCell;
use std::time::Duration;

use contract::{
    Execution, ExecutionSummary, Mode, Page, Preflight, ProblemDetails, ProtectionGroup, RecoveryPlan, StartExecution,
    StoredGroup, StoredPlan,
};
use domain::id::{ExecutionId, GroupId, PlanId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::text::printable;

/// API Gateway gives up after 29 s, so nothing comes after that; a little more for the way.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);
/// An execution of 4,000 servers is some 4 MB; a Lambda cannot answer more than 6.
const ANSWER_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Why the API did not do what was asked.
#[derive(Debug, Error)]
pub enum ClientError {
    /// No answer: the network, the address, a time-out.
    #[error("Cannot reach the API at {url}: {reason}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The token is missing, wrong or expired.
    #[error("The API does not accept the token: it is expired or not from this user pool. Run `drsctl login`.")]
    Unauthorized,
    /// The API refused, and says why.
    #[error("{}", refusal(.0))]
    Refused(Box<ProblemDetails>),
    /// An answer that is not this API's: a proxy, a wrong address, another version.
    #[error("{url} answered {status} with something that is not this API's: {excerpt}")]
    Unreadable {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// How the answer begins, or why it could not be read.
        excerpt: String,
    },
}

impl ClientError {
    /// Whether the same request may succeed a moment later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Unauthorized => false,
            Self::Refused(problem) => problem.status == 429 || problem.status >= 500,
            Self::Unreadable { status, .. } => *status == 429 || *status >= 500,
        }
    }
}

/// One line for the refusal, and one for each problem.
fn refusal(problem: &ProblemDetails) -> String {
    let mut text = format!("{} ({} {})", printable(&problem.title), problem.status, printable(&problem.code));
    if !problem.detail.is_empty() {
        text.push_str(": ");
        text.push_str(&printable(&problem.detail));
    }
    for field in &problem.problems {
        text.push_str(&format!("\n  {}: {}", printable(&field.at), printable(&field.message)));
    }
    text
}

type Renewal = Box<dyn Fn() -> Option<String>>;

/// A caller of the API.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: RefCell<String>,
    renewal: Option<Renewal>,
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

    /// Stores a protection group under its name.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn put_group(&self, group: &ProtectionGroup) -> Result<StoredGroup, ClientError> {
        self.send("PUT", &format!("/v1/protection-groups/{}", segment(group.name.as_str())), Some(group))
    }

    /// Stores a recovery plan under its name.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn put_plan(&self, plan: &RecoveryPlan) -> Result<StoredPlan, ClientError> {
        self.send("PUT", &format!("/v1/recovery-plans/{}", segment(plan.name.as_str())), Some(plan))
    }

    /// A protection group, if there is one of that name.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn group(&self, name: &GroupId) -> Result<Option<StoredGroup>, ClientError> {
        match self.get(&format!("/v1/protection-groups/{}", segment(name.as_str()))) {
            Err(ClientError::Refused(problem)) if problem.status == 404 => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Starts an execution of a plan.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn start(&self, plan: &PlanId, start: &StartExecution) -> Result<Execution, ClientError> {
        self.send("POST", &format!("/v1/recovery-plans/{}/executions", segment(plan.as_str())), Some(start))
    }

    /// What a run of a plan would meet now.
    ///
    /// # Errors
    /// When there is no such plan, or the API cannot be reached.
    pub fn preflight(&self, plan: &PlanId, mode: Mode) -> Result<Preflight, ClientError> {
        self.send::<_, ()>(
            "POST",
            &format!("/v1/recovery-plans/{}/preflight?mode={mode}", segment(plan.as_str())),
            None,
        )
    }

    /// One execution, whole.
    ///
    /// # Errors
    /// When there is none of that id, or the API cannot be reached.
    pub fn execution(&self, id: &ExecutionId) -> Result<Execution, ClientError> {
        self.get(&format!("/v1/executions/{}", segment(id.as_str())))
    }

    /// One page of executions, the newest first, of one plan or of all.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn executions(
        &self,
        plan: Option<&PlanId>,
        next_token: Option<&str>,
    ) -> Result<Page<ExecutionSummary>, ClientError> {
        let plan = plan.map(|plan| format!("planId={}", segment(plan.as_str())));
        let token = next_token.map(|token| format!("nextToken={}", segment(token)));
        let query: Vec<String> = plan.into_iter().chain(token).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        self.get(&format!("/v1/executions{mark}{}", query.join("&")))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.send::<T, ()>("GET", path, None)
    }

    /// Sends, and once more with a new token when the old one is refused.
    fn send<T: DeserializeOwned, B: Serialize>(
        &self,
        method: &str,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, ClientError> {
        match self.send_once(method, path, body) {
            Err(ClientError::Unauthorized) => {
                let Some(token) = self.renewal.as_ref().and_then(|renew| renew()) else {
                    return Err(ClientError::Unauthorized);
                };
                self.token.replace(token);
                self.send_once(method, path, body)
            }
            answer => answer,
        }
    }

    fn send_once<T: DeserializeOwned, B: Serialize>(
        &self,
        method: &str,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, ClientError> {
        let url = format!("{}{path}", self.base);
        let unreachable = |error: &dyn std::fmt::Display| ClientError::Unreachable {
            url: url.clone(),
            reason: printable(&error.to_string()),
        };
        let content = match body {
            Some(body) => serde_json::to_vec(body).map_err(|error| unreachable(&error))?,
            None => Vec::new(),
        };
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("authorization", self.token.borrow().as_str())
            .header("accept", "application/json");
        if body.is_some() {
            request = request.header("content-type", "application/json");
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
        understand(&url, status, &text)
    }
}

/// What an answer means.
fn understand<T: DeserializeOwned>(url: &str, status: u16, text: &str) -> Result<T, ClientError> {
    let unreadable = |why: &str| ClientError::Unreadable {
        url: url.to_owned(),
        status,
        excerpt: crate::text::shortened(&printable(why), 200),
    };
    match status {
        200..=299 => serde_json::from_str(text).map_err(|error| unreadable(&format!("{error}: {text}"))),
        401 => Err(ClientError::Unauthorized),
        _ => match serde_json::from_str::<ProblemDetails>(text) {
            Ok(problem) => Err(ClientError::Refused(Box::new(problem))),
            Err(_) => Err(unreadable(text)),
        },
    }
}

/// `text` as one segment of a path or one value of a query.
fn segment(text: &str) -> String {
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
