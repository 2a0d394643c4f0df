//! Filters, order and pages of the inventory. Pure: it works on what was read.

use std::cmp::Ordering;

use aws::drs::ServerDescription;
use axum::http::StatusCode;
use domain::id::GroupId;
use serde::{Deserialize, Serialize};

use super::shown::Holders;
use crate::problem::Problem;

/// Which source servers, in which order.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServersQuery {
    /// Only of this Region.
    pub region: Option<String>,
    /// Only of this account.
    pub account: Option<String>,
    /// `key=value`, or `key` for any value. Can be given again: all must fit.
    #[serde(default)]
    #[param(style = Form, explode)]
    pub tag: Vec<String>,
    /// Only in this replication state, as DRS spells it.
    pub replication_state: Option<String>,
    /// Whether a protection group holds it.
    pub assigned: Option<bool>,
    /// Only those that this protection group holds.
    pub group: Option<GroupId>,
    /// Part of the id, the host name, the operating system or a tag's value; capitals do not count.
    pub text: Option<String>,
    /// `hostname` (the default), `id`, `lagSeconds`, `lastRecoveryPointAt`, `lastSeenAt` or `replicationState`; with a
    /// hyphen before it: descending.
    #[param(inline)]
    pub sort: Option<Sort>,
    /// From the page before.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

/// The orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Sort {
    #[default]
    #[serde(rename = "hostname")]
    Hostname,
    #[serde(rename = "-hostname")]
    HostnameDown,
    #[serde(rename = "id")]
    Id,
    #[serde(rename = "-id")]
    IdDown,
    #[serde(rename = "lagSeconds")]
    Lag,
    #[serde(rename = "-lagSeconds")]
    LagDown,
    #[serde(rename = "lastRecoveryPointAt")]
    RecoveryPoint,
    #[serde(rename = "-lastRecoveryPointAt")]
    RecoveryPointDown,
    #[serde(rename = "lastSeenAt")]
    Seen,
    #[serde(rename = "-lastSeenAt")]
    SeenDown,
    #[serde(rename = "replicationState")]
    State,
    #[serde(rename = "-replicationState")]
    StateDown,
}

/// What servers are ordered by. A server without a number comes before those with one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Key {
    Text(String),
    Number(Option<i64>),
}

impl Sort {
    fn key(self, server: &ServerDescription) -> Key {
        match self {
            Self::Hostname | Self::HostnameDown => Key::Text(server.hostname.clone()),
            Self::Id | Self::IdDown => Key::Text(server.id.to_string()),
            Self::Lag | Self::LagDown => Key::Number(server.lag_seconds.and_then(|lag| i64::try_from(lag).ok())),
            Self::RecoveryPoint | Self::RecoveryPointDown => Key::Number(server.last_recovery_point_at),
            Self::Seen | Self::SeenDown => Key::Number(server.last_seen_at),
            Self::State | Self::StateDown => Key::Text(server.replication_state.clone()),
        }
    }

    fn is_down(self) -> bool {
        matches!(
            self,
            Self::HostnameDown
                | Self::IdDown
                | Self::LagDown
                | Self::RecoveryPointDown
                | Self::SeenDown
                | Self::StateDown
        )
    }

    /// Whether a server keeps its place when the inventory is read anew. Pages of other orders belong to one reading.
    fn is_stable(self) -> bool {
        matches!(self, Self::Hostname | Self::HostnameDown | Self::Id | Self::IdDown)
    }
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    key: Key,
    region: String,
    id: String,
    snapshot: String,
}

/// A page of what fits.
pub(super) struct Listed<'a> {
    pub(super) items: Vec<(&'a str, &'a ServerDescription)>,
    pub(super) next_token: Option<String>,
    pub(super) total: usize,
}

/// The page of `servers` that `query` asks for. `snapshot` names this reading of the inventory.
pub(super) fn page<'a>(
    query: &ServersQuery,
    account: &str,
    servers: &[(&'a str, &'a ServerDescription)],
    holders: &Holders,
    snapshot: &str,
    limit: u16,
) -> Result<Listed<'a>, Problem> {
    let sort = query.sort.unwrap_or_default();
    let cursor = query.next_token.as_deref().map(|token| cursor(token, sort, snapshot)).transpose()?;
    let filter = Filter::new(query, account);
    let mut fitting: Vec<(Key, &'a str, &'a ServerDescription)> = servers
        .iter()
        .filter(|(region, server)| filter.fits(region, server, holders))
        .map(|(region, server)| (sort.key(server), *region, *server))
        .collect();
    let total = fitting.len();
    let order = |a: (&Key, &str, &str), b: (&Key, &str, &str)| -> Ordering {
        let ascending = a.cmp(&b);
        if sort.is_down() { ascending.reverse() } else { ascending }
    };
    fitting.sort_by(|a, b| order((&a.0, a.2.id.as_str(), a.1), (&b.0, b.2.id.as_str(), b.1)));
    let start = cursor.map_or(0, |cursor| {
        let end = (&cursor.key, cursor.id.as_str(), cursor.region.as_str());
        fitting
            .partition_point(|(key, region, server)| order((key, server.id.as_str(), region), end) != Ordering::Greater)
    });
    let rest = fitting.get(start..).unwrap_or_default();
    let taken = rest.get(..usize::from(limit)).unwrap_or(rest);
    let next_token = match taken.last() {
        Some((key, region, server)) if taken.len() < rest.len() => Some(token(&Cursor {
            sort,
            key: key.clone(),
            region: (*region).to_owned(),
            id: server.id.to_string(),
            snapshot: snapshot.to_owned(),
        })),
        Some(_) | None => None,
    };
    let items = taken.iter().map(|(_, region, server)| (*region, *server)).collect();
    Ok(Listed { items, next_token, total })
}

/// The filters of a query, taken apart once.
struct Filter<'a> {
    query: &'a ServersQuery,
    account_fits: bool,
    tags: Vec<(&'a str, Option<&'a str>)>,
    text: Option<String>,
}

impl<'a> Filter<'a> {
    fn new(query: &'a ServersQuery, account: &str) -> Self {
        let tag = |tag: &'a String| match tag.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (tag.as_str(), None),
        };
        Self {
            query,
            account_fits: query.account.as_ref().is_none_or(|wanted| wanted == account),
            tags: query.tag.iter().map(tag).collect(),
            text: query.text.as_ref().map(|text| text.to_lowercase()),
        }
    }

    fn fits(&self, region: &str, server: &ServerDescription, holders: &Holders) -> bool {
        let query = self.query;
        let groups = holders.get(&server.id).map(Vec::as_slice).unwrap_or_default();
        let tagged = |(key, value): &(&str, Option<&str>)| {
            server.tags.get(*key).is_some_and(|actual| value.is_none_or(|value| value == actual))
        };
        self.account_fits
            && query.region.as_ref().is_none_or(|wanted| wanted == region)
            && query.replication_state.as_ref().is_none_or(|wanted| *wanted == server.replication_state)
            && query.assigned.is_none_or(|assigned| assigned != groups.is_empty())
            && query.group.as_ref().is_none_or(|wanted| groups.contains(wanted))
            && self.tags.iter().all(tagged)
            && self.text.as_ref().is_none_or(|text| mentions(server, text))
    }
}

fn mentions(server: &ServerDescription, lower: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(lower);
    has(server.id.as_str()) || has(&server.hostname) || has(&server.os) || server.tags.values().any(|value| has(value))
}

fn token(cursor: &Cursor) -> String {
    serde_json::to_vec(cursor).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cursor(token: &str, sort: Sort, snapshot: &str) -> Result<Cursor, Problem> {
    let invalid = |code: &str, detail: &str| Problem::new(StatusCode::BAD_REQUEST, code, detail);
    let bytes: Option<Vec<u8>> = (0..token.len())
        .step_by(2)
        .map(|at| token.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let cursor: Option<Cursor> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let fitting = cursor.filter(|cursor| cursor.sort == sort);
    let Some(cursor) = fitting else {
        return Err(invalid("INVALID_REQUEST", "nextToken is not one that this API gave for this order"));
    };
    if !sort.is_stable() && cursor.snapshot != snapshot {
        let detail = "DRS was read anew between two pages, and this order may have changed: begin with the first page";
        return Err(invalid("PAGE_EXPIRED", detail));
    }
    Ok(cursor)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn flat(servers: &[(String, ServerDescription)]) -> Vec<(&str, &ServerDescription)> {
        servers.iter().map(|(region, server)| (region.as_str(), server)).collect()
    }

    fn servers(count: usize) -> Vec<(String, ServerDescription)> {
        let server = |number: usize| {
            let description = serde_json::json!({
                "id": format!("s-{number:017}"), "arn": "", "hostname": format!("host-{:03}", number % 7), "os": "Linux",
                "cpus": 2, "ramBytes": 1, "disks": [], "tags": { "tier": if number.is_multiple_of(2) { "db" } else { "web" } },
                "replicationState": "CONTINUOUS", "lagSeconds": number % 3, "agentVersion": "",
            });
            let region = if number.is_multiple_of(5) { "eu-central-1" } else { "us-east-1" };
            (region.to_owned(), serde_json::from_value(description).unwrap())
        };
        (0..count).map(server).collect()
    }

    fn all(query: &ServersQuery, servers: &[(String, ServerDescription)]) -> Vec<String> {
        let holders = BTreeMap::from([("s-00000000000000001".into(), vec!["g".into()])]);
        let mut ids = Vec::new();
        let mut query = query.clone();
        loop {
            let page = page(&query, "1", &flat(servers), &holders, "now", 4).unwrap();
            assert!(page.items.len() <= 4);
            ids.extend(page.items.iter().map(|(_, server)| server.id.to_string()));
            query.next_token = page.next_token;
            if query.next_token.is_none() {
                assert_eq!(ids.len(), page.total);
                return ids;
            }
        }
    }

    #[test]
    fn pages_have_every_server_once_in_every_order() {
        let servers = servers(23);
        for sort in
            ["hostname", "-hostname", "id", "-id", "lagSeconds", "-lagSeconds", "replicationState", "lastSeenAt"]
        {
            let sort: Sort = serde_json::from_value(serde_json::json!(sort)).unwrap();
            let ids = all(&ServersQuery { sort: Some(sort), ..ServersQuery::default() }, &servers);
            let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
            assert_eq!((ids.len(), distinct.len()), (23, 23), "{sort:?}");
            let keys: Vec<Key> = ids
                .iter()
                .map(|id| sort.key(&servers.iter().find(|(_, one)| one.id.as_str() == id).unwrap().1))
                .collect();
            let sorted = if sort.is_down() { keys.is_sorted_by(|a, b| a >= b) } else { keys.is_sorted() };
            assert!(sorted, "{sort:?}: {keys:?}");
        }
    }

    #[test]
    fn what_comes_and_goes_between_pages_hides_nothing_else() {
        let before = servers(20);
        let query = ServersQuery::default();
        let holders = BTreeMap::new();
        let first = page(&query, "1", &flat(&before), &holders, "one", 5).unwrap();
        let seen: Vec<String> = first.items.iter().map(|(_, server)| server.id.to_string()).collect();
        // The last one of the first page goes, others come.
        let mut after = servers(26);
        after.retain(|(_, server)| server.id.as_str() != seen[4]);
        let rest = ServersQuery { next_token: first.next_token, ..query };
        let rest = page(&rest, "1", &flat(&after), &holders, "two", 100).unwrap();
        let later: Vec<String> = rest.items.iter().map(|(_, server)| server.id.to_string()).collect();
        assert!(seen.iter().all(|id| !later.contains(id)));
        let missed = before.iter().filter(|(_, one)| {
            let id = one.id.to_string();
            !seen.contains(&id) && !later.contains(&id)
        });
        assert_eq!(missed.count(), 0);
    }

    #[test]
    fn an_order_by_what_changes_belongs_to_one_reading() {
        let servers = servers(20);
        let query = ServersQuery { sort: Some(Sort::LagDown), ..ServersQuery::default() };
        let first = page(&query, "1", &flat(&servers), &BTreeMap::new(), "one", 5).unwrap();
        let next = ServersQuery { next_token: first.next_token.clone(), ..query };
        assert!(page(&next, "1", &flat(&servers), &BTreeMap::new(), "one", 5).is_ok());
        let expired = page(&next, "1", &flat(&servers), &BTreeMap::new(), "two", 5).err().unwrap();
        assert_eq!(expired.details().code, "PAGE_EXPIRED");
        for (sort, token) in
            [(Some(Sort::Id), first.next_token), (None, Some("zz".to_owned())), (None, Some("7b7d".to_owned()))]
        {
            let wrong = ServersQuery { sort, next_token: token, ..ServersQuery::default() };
            let refused = page(&wrong, "1", &flat(&servers), &BTreeMap::new(), "one", 5).err().unwrap();
            assert_eq!(refused.details().code, "INVALID_REQUEST");
        }
    }

    #[test]
    fn every_filter_filters() {
        let servers = servers(20);
        let count = |query: ServersQuery| all(&query, &servers).len();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(count(ServersQuery { region: text("eu-central-1"), ..ServersQuery::default() }), 4);
        assert_eq!(count(ServersQuery { account: text("2"), ..ServersQuery::default() }), 0);
        assert_eq!(count(ServersQuery { tag: vec!["tier=db".into()], ..ServersQuery::default() }), 10);
        assert_eq!(count(ServersQuery { tag: vec!["tier".into()], ..ServersQuery::default() }), 20);
        assert_eq!(count(ServersQuery { tag: vec!["tier=db".into(), "x".into()], ..ServersQuery::default() }), 0);
        assert_eq!(count(ServersQuery { replication_state: text("STALLED"), ..ServersQuery::default() }), 0);
        assert_eq!(count(ServersQuery { assigned: Some(true), ..ServersQuery::default() }), 1);
        assert_eq!(count(ServersQuery { assigned: Some(false), ..ServersQuery::default() }), 19);
        assert_eq!(count(ServersQuery { group: Some("g".into()), ..ServersQuery::default() }), 1);
        assert_eq!(count(ServersQuery { text: text("HOST-006"), ..ServersQuery::default() }), 2);
    }
}
