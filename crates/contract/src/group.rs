//! What protection groups come to: their servers, and their launch settings in DRS.

use std::collections::BTreeMap;

use domain::id::{GroupId, ServerId};
use domain::launch_settings::Drift;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/protection-groups/{name}/resolve`: what a selection would mean, before it is stored. Without
/// `selectionTags`, what the stored group means.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveGroup {
    /// The selection: for every key, one of its values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selection_tags: BTreeMap<String, Vec<String>>,
    /// The Region to look in; the stored group's, or the deployment's own, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A server of a group, as DRS shows it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedServer {
    /// Its id in DRS.
    pub id: ServerId,
    /// Its host name.
    pub hostname: String,
    /// `dataReplicationState`, as DRS spells it.
    pub replication_state: String,
    /// Its tags in DRS.
    pub tags: BTreeMap<String, String>,
    /// Other groups that hold it too: a server in two groups blocks every run of both.
    pub other_groups: Vec<GroupId>,
}

/// The servers that a group has now, live from DRS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedGroup {
    /// The group.
    pub group: GroupId,
    /// The Region that was looked in.
    pub region: String,
    /// Its servers.
    pub items: Vec<ResolvedServer>,
    /// How many they are.
    pub count: usize,
    /// Servers that the group lists and DRS does not know.
    pub missing: Vec<ServerId>,
    /// When DRS was asked, in Unix seconds.
    pub resolved_at: i64,
}

/// What a server's launch settings are to be and are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerLaunchSettings {
    /// The server.
    pub server_id: ServerId,
    /// Its host name.
    pub hostname: String,
    /// The group's settings with the server's own before them; what is left out stays as DRS has it.
    pub wanted: BTreeMap<String, String>,
    /// What DRS has; empty where it could not be read.
    pub live: BTreeMap<String, String>,
    /// Where they differ. It is corrected before the next launch.
    pub drift: Vec<Drift>,
    /// Why DRS could not be read; null where it could.
    pub error: Option<String>,
}

/// `GET /v1/protection-groups/{name}/launch-settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupLaunchSettings {
    /// The group.
    pub group: GroupId,
    /// Its servers.
    pub items: Vec<ServerLaunchSettings>,
    /// How many they are.
    pub count: usize,
    /// Give it as `nextToken` to get the next page; null on the last.
    pub next_token: Option<String>,
    /// When DRS was asked, in Unix seconds.
    pub checked_at: i64,
}
