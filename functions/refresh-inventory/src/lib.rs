//! `RefreshInventory`: reads every source server of every Region that one recovers into, and stores what DRS says. Regions
//! are read side by side and independently: one that cannot be read keeps what it had, and the others are refreshed. Not
//! here: how it is stored (`aws::inventory`).

use aws::drs::{Drs, ServerDescription};
use aws::{AwsError, Clients, ErrorKind};
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// How many recovery points of a Region are asked for at once. DRS publishes no request rate; preflight keeps to the same.
const PARALLEL_READS: usize = 10;

/// A stored error is for people; what is beyond this is a stack of causes.
const MAX_ERROR_CHARACTERS: usize = 1_000;

/// Every Region is read: there is nothing to say.
#[derive(Debug, Deserialize)]
pub struct Request {}

/// How it went.
#[derive(Debug, Serialize)]
pub struct Response {
    /// Each Region.
    pub regions: Vec<Refreshed>,
}

/// How it went in one Region.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refreshed {
    /// The Region.
    pub region: String,
    /// How many source servers it has; nothing where it could not be read.
    pub servers: Option<usize>,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// Refreshes every Region. Delivered twice, it reads twice.
///
/// # Errors
/// When the cache cannot be read or written. That a Region cannot be read is an answer.
pub async fn handle(clients: &Clients, _request: Request) -> Result<Response, TaskError> {
    // Each to its end, also when another could not be stored.
    let regions = join_all(clients.place.regions.iter().map(|region| refresh(clients, region))).await;
    Ok(Response { regions: regions.into_iter().collect::<Result<_, _>>()? })
}

async fn refresh(clients: &Clients, region: &str) -> Result<Refreshed, AwsError> {
    let now = aws::clock::now();
    let before = clients.inventory.region(&clients.place.account, region).await?;
    match read(&clients.at(region).drs).await {
        Ok(servers) => {
            if clients.inventory.replace(&before, &servers, now).await?.is_none() {
                tracing::info!(region, "somebody else has refreshed {region} at the same time");
            }
            Ok(Refreshed { region: region.to_owned(), servers: Some(servers.len()), error: None })
        }
        Err(error) => {
            tracing::error!(region, %error, "{region} cannot be read: it keeps what was read before");
            let text: String = error.to_string().chars().take(MAX_ERROR_CHARACTERS).collect();
            clients.inventory.record_error(&before, &text, aws::clock::now()).await?;
            Ok(Refreshed { region: region.to_owned(), servers: None, error: Some(text) })
        }
    }
}

/// Every source server, with its newest recovery point.
async fn read(drs: &Drs) -> Result<Vec<ServerDescription>, AwsError> {
    let described = drs.describe_all().await?;
    stream::iter(described)
        .map(|mut server| async move {
            server.last_recovery_point_at = match drs.newest_recovery_point(&server.id).await {
                // Deleted since it was listed: the next refresh will not list it.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Invalid) => None,
                point => point?,
            };
            Ok(server)
        })
        .buffered(PARALLEL_READS)
        .try_collect()
        .await
}
