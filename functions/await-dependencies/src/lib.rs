//! `AwaitDependencies`: the gate of a wave. Lets it go on when the waves it depends on are settled, and says what it does
//! then: run, be skipped, be rejected, or be held for a person's decision. Called with a task token: Step Functions waits
//! until somebody sends it.
//!
//! The token is stored *before* the dependencies are read, and settle-wave writes its wave *before* it reads tokens:
//! whichever comes second sees the other, so the hand-off is never lost. Should the answer get lost on its way, the
//! state times out and calls this again.

use aws::Clients;
use aws::handoff::Seen;
use aws::history::{Awaits, TokenRecord, WaveKey};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// A wave that waits.
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
    /// Whether the wave was let go now.
    pub released: bool,
}

/// Stores the token, then tells the wave what to do if its dependencies are settled.
///
/// # Errors
/// When AWS cannot be asked: the state retries with a new token.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { key, token } = request;
    clients.history.save_token(&TokenRecord::new(&key, Awaits::Dependencies, token.clone(), aws::clock::now())).await?;
    let seen = Seen::now(clients, &key.execution_id, &key.plan_id).await?;
    let released = seen.answer(clients, &key, &token).await?;
    Ok(Response { released })
}
