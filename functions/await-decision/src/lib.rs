//! `AwaitDecision`: keeps a wave that a person holds, by a pause or because an approval is missing. Called with a task
//! token: Step Functions waits until somebody sends it, for as long as it takes, and that costs nothing.
//!
//! Whoever resumes or decides only wakes the wave; what it does then is decided in AwaitDependencies, at one place. The
//! token is stored *before* the records are read, and the other side writes before it reads tokens.

use aws::Clients;
use aws::handoff::Seen;
use aws::history::{Awaits, TokenRecord, WaveKey};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// A wave that is held.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which.
    #[serde(flatten)]
    pub key: WaveKey,
    /// Step Functions' token of the waiting state.
    pub token: String,
}

/// What was found. Step Functions ignores it: the token carries the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Whether the wave was woken now.
    pub released: bool,
}

/// Stores the token, then wakes the wave if nothing holds it any more.
///
/// # Errors
/// When AWS cannot be asked: the state retries with a new token.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { key, token } = request;
    clients.history.save_token(&TokenRecord::new(&key, Awaits::Decision, token.clone(), aws::clock::now())).await?;
    let seen = Seen::now(clients, &key.execution_id, &key.plan_id).await?;
    let released = seen.answer(clients, &key, &token).await?;
    Ok(Response { released })
}
