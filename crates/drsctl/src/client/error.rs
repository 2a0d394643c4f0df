//! Why the API did not do what was asked, in words that say what to do next.

use contract::ProblemDetails;
use thiserror::Error;

use crate::text::printable;

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

/// One line for the refusal, one for each problem, and what to do where the API cannot know the commands.
fn refusal(problem: &ProblemDetails) -> String {
    let mut text = format!("{} ({} {})", printable(&problem.title), problem.status, printable(&problem.code));
    if !problem.detail.is_empty() {
        text.push_str(": ");
        text.push_str(&printable(&problem.detail));
    }
    for field in &problem.problems {
        text.push_str(&format!("\n  {}: {}", printable(&field.at), printable(&field.message)));
    }
    if let Some(remedy) = remedy(problem.status) {
        text.push('\n');
        text.push_str(remedy);
    }
    text
}

fn remedy(status: u16) -> Option<&'static str> {
    match status {
        403 => Some("`drsctl whoami` shows which roles you have; an administrator gives roles."),
        412 => Some("It was changed meanwhile: look at it again, then repeat the command if it still should be done."),
        _ => None,
    }
}
