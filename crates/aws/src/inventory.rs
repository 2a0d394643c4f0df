//! The cached inventory: what DRS said about every source server when it was last read, per account and Region.
//!
//! A Region is a header (`REGION`, `<account>#<region>`) and chunks of servers (`CHUNK#<account>#<region>`,
//! `<generation>#<number>`). Whoever reads DRS anew writes chunks of a new generation, then the header that names it, on
//! the condition that the header is still the one that he began with; then the chunks of earlier generations go. So a
//! reader sees one generation or the next and never half of one, and of two writers at the same time one loses and takes
//! his chunks away. An error leaves generation and servers alone. Not here: reading DRS (`functions/refresh-inventory`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::clients::Place;
use crate::drs::ServerDescription;
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Table, Value};

mod chunk;

use chunk::{Chunk, ChunkKey, Generation};

/// How often a reader looks for a generation that was replaced under his eyes. Twice in a row takes two refreshes within
/// a moment; a third time is no race.
const READ_ATTEMPTS: usize = 3;

/// What is known about one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionState {
    kind: String,
    id: String,
    generation: Generation,
    chunks: usize,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// How many source servers it had when it was last read.
    pub servers: usize,
    /// When it was last read, in Unix seconds; nothing where it never was.
    pub read_at: Option<i64>,
    /// Why the attempt to read it after that failed.
    pub error: Option<String>,
    /// When that was, in Unix seconds.
    pub error_at: Option<i64>,
}

const REGION: &str = "REGION";

/// A Region with its servers. Cloning costs nothing.
#[derive(Debug, Clone)]
pub struct RegionServers {
    /// What is known about the Region.
    pub state: RegionState,
    /// Its source servers.
    pub servers: Arc<Vec<ServerDescription>>,
}

/// The cache, and in this process a copy of what was read from it last: a warm function reads only headers.
#[derive(Debug, Clone)]
pub struct Inventory {
    table: Table,
    copies: Arc<Mutex<HashMap<String, RegionServers>>>,
}

impl RegionState {
    /// A Region that was never read.
    fn never_read(account: &str, region: &str) -> Self {
        Self {
            kind: REGION.to_owned(),
            id: header_id(account, region),
            generation: Generation::default(),
            chunks: 0,
            account: account.to_owned(),
            region: region.to_owned(),
            servers: 0,
            read_at: None,
            error: None,
            error_at: None,
        }
    }

    /// Holds when nobody has read the Region since this was.
    fn unchanged(&self) -> Condition {
        Condition::NewOrOneOf("generation", vec![Value::Text(self.generation.to_string())])
    }
}

impl Inventory {
    pub(crate) fn new(table: Table) -> Self {
        Self { table, copies: Arc::default() }
    }

    /// What is known about each Region of `place`, in its order; also about those that were never read. A Region that is
    /// no longer recovered into is not shown.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn regions(&self, place: &Place) -> Result<Vec<RegionState>, AwsError> {
        try_join_all(place.regions.iter().map(|region| self.region(&place.account, region))).await
    }

    /// What is known about one Region.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn region(&self, account: &str, region: &str) -> Result<RegionState, AwsError> {
        let known = self.table.get(REGION, &header_id(account, region)).await?;
        Ok(known.unwrap_or_else(|| RegionState::never_read(account, region)))
    }

    /// The source servers of a Region. When it was read anew since `state`, the newer ones.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn servers(&self, state: &RegionState) -> Result<Arc<Vec<ServerDescription>>, AwsError> {
        Ok(self.with_servers(state.clone()).await?.servers)
    }

    /// Every Region of `place` with its source servers.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all(&self, place: &Place) -> Result<Vec<RegionServers>, AwsError> {
        try_join_all(self.regions(place).await?.into_iter().map(|state| self.with_servers(state))).await
    }

    async fn with_servers(&self, mut state: RegionState) -> Result<RegionServers, AwsError> {
        for _ in 0..READ_ATTEMPTS {
            if let Some(servers) = self.copy(&state) {
                return Ok(RegionServers { state, servers });
            }
            let prefix = chunk::prefix(&state.generation);
            let found: Vec<Chunk> = self.table.query_all(&chunk::kind(&state.id), &prefix).await?;
            if found.len() == state.chunks {
                let read = RegionServers { servers: Arc::new(chunk::join(&found)?), state };
                self.keep(read.clone());
                return Ok(read);
            }
            // Replaced since the header was read.
            state = self.region(&state.account, &state.region).await?;
        }
        let message = format!("the inventory of {} is incomplete until the next refresh", state.id);
        Err(AwsError::new(ErrorKind::Transient, "reading the inventory", message))
    }

    fn copy(&self, state: &RegionState) -> Option<Arc<Vec<ServerDescription>>> {
        let copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        let same = copies.get(&state.id).filter(|copy| copy.state.generation == state.generation);
        same.map(|copy| Arc::clone(&copy.servers))
    }

    fn keep(&self, read: RegionServers) {
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        copies.insert(read.state.id.clone(), read);
    }

    /// Stores what DRS said at `read_at` about a Region that was in `before` when the caller began to read it. Nothing
    /// when somebody else was faster: his answer stays.
    ///
    /// # Errors
    /// When the table cannot be written. What was there before stays.
    pub async fn replace(
        &self,
        before: &RegionState,
        servers: &[ServerDescription],
        read_at: i64,
    ) -> Result<Option<RegionState>, AwsError> {
        let generation = before.generation.next(fastrand::u64(..));
        let chunks = chunk::split(&before.id, &generation, servers)?;
        for chunk in &chunks {
            self.table.put(chunk, Condition::None).await?;
        }
        let state = RegionState {
            generation,
            chunks: chunks.len(),
            servers: servers.len(),
            read_at: Some(read_at),
            error: None,
            error_at: None,
            ..before.clone()
        };
        match self.table.put(&state, before.unchanged()).await {
            Ok(()) => {
                self.sweep(&state).await;
                Ok(Some(state))
            }
            Err(error) if error.kind == ErrorKind::Conflict => {
                self.delete(&before.id, chunks.into_iter().map(|chunk| chunk.id)).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that DRS could not be read. What was read before stays, with its time. Nothing is noted when somebody else
    /// has read the Region in between.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn record_error(&self, before: &RegionState, error: &str, now: i64) -> Result<(), AwsError> {
        let state = RegionState { error: Some(error.to_owned()), error_at: Some(now), ..before.clone() };
        match self.table.put(&state, before.unchanged()).await {
            Err(error) if error.kind != ErrorKind::Conflict => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Deletes the chunks of the generations before `state`: its predecessor's, and those of writers who lost or ended
    /// in the middle. A later writer's stay.
    async fn sweep(&self, state: &RegionState) {
        let found: Result<Vec<ChunkKey>, _> = self.table.query_all(&chunk::kind(&state.id), "").await;
        match found {
            Ok(keys) => {
                let old = keys.into_iter().filter(|key| state.generation.outdates(&key.id)).map(|key| key.id);
                self.delete(&state.id, old).await;
            }
            Err(error) => tracing::warn!(%error, "old chunks of {} stay until the next refresh", state.id),
        }
    }

    /// A chunk that stays costs a little storage until the next refresh sweeps it: no reason to fail this one.
    async fn delete(&self, header: &str, ids: impl Iterator<Item = String>) {
        for id in ids {
            if let Err(error) = self.table.delete(&chunk::kind(header), &id, Condition::None).await {
                tracing::warn!(%error, "chunk {id} of {header} stays until the next refresh");
            }
        }
    }
}

fn header_id(account: &str, region: &str) -> String {
    format!("{account}#{region}")
}
