//! `/v1/source-servers`.

use contract::{Inventory, RefreshStarted, SourceServerDetail};
use domain::id::ServerId;

use super::wire::{Call, Query, segment};
use super::{Client, ClientError};

const SERVERS: &str = "/v1/source-servers";

/// Which source servers, and in which order. What is left out does not limit them.
#[derive(Debug, Clone, Default)]
pub struct ServerFilter {
    /// The Region that they are recovered into.
    pub region: Option<String>,
    /// The AWS account that replicates them.
    pub account: Option<String>,
    /// Tags that they all have: `key=value`, or `key` with whatever value.
    pub tags: Vec<String>,
    /// `dataReplicationState`, as DRS spells it.
    pub replication_state: Option<String>,
    /// Whether a protection group holds them.
    pub assigned: Option<bool>,
    /// The protection group that holds them.
    pub group: Option<String>,
    /// Text that their host name, id or a tag contains.
    pub text: Option<String>,
    /// A field, with `-` before it for the largest first.
    pub sort: Option<String>,
}

impl Client {
    /// Every source server that `filter` lets through, and how old what is known about each Region is.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn source_servers(&self, filter: &ServerFilter) -> Result<Inventory, ClientError> {
        let query = Query::default()
            .with("region", filter.region.as_ref())
            .with("account", filter.account.as_ref())
            .with_each("tag", &filter.tags)
            .with("replicationState", filter.replication_state.as_ref())
            .with("assigned", filter.assigned)
            .with("group", filter.group.as_ref())
            .with("text", filter.text.as_ref())
            .with("sort", filter.sort.as_ref());
        let mut whole = Inventory { items: Vec::new(), count: 0, next_token: None, total: 0, regions: Vec::new() };
        self.follow(SERVERS, &query, |mut page: Inventory| {
            whole.items.append(&mut page.items);
            whole.count = whole.items.len();
            (whole.total, whole.regions) = (page.total, page.regions);
            page.next_token
        })?;
        Ok(whole)
    }

    /// One source server, live from DRS.
    ///
    /// # Errors
    /// When DRS does not know it, or the API cannot be reached.
    pub fn source_server(&self, id: &ServerId, region: Option<&str>) -> Result<SourceServerDetail, ClientError> {
        let path = format!("{SERVERS}/{}", segment(id.as_str()));
        self.get(Query::default().with("region", region).on(&path, None))
    }

    /// Has DRS read again, in the background.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn refresh_source_servers(&self) -> Result<RefreshStarted, ClientError> {
        self.send(&Call::post(format!("{SERVERS}/refresh")))
    }
}
