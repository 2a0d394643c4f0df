//! Source servers as DRS shows them, and how old that is.

use std::collections::BTreeMap;

use domain::id::{GroupId, InstanceId, JobId, ServerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A disk of a source server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    /// Its name on the server.
    pub device_name: String,
    /// Its size.
    pub bytes: u64,
}

/// The last time that DRS launched a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastLaunch {
    /// `DRILL` or `RECOVERY`, as DRS spells it.
    pub mode: String,
    /// When it was asked for, in Unix seconds.
    pub at: Option<i64>,
    /// The DRS job.
    pub job_id: Option<JobId>,
    /// `lastLaunchResult`, as DRS spells it: `NOT_STARTED`, `PENDING`, `SUCCEEDED`, `FAILED`.
    pub result: String,
}

/// A source server: an item of `GET /v1/source-servers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceServer {
    /// Its id in DRS.
    pub id: ServerId,
    /// Its ARN.
    pub arn: String,
    /// The AWS account that replicates it.
    pub account: String,
    /// The Region that it is recovered into.
    pub region: String,
    /// Its host name; its id where DRS knows none.
    pub hostname: String,
    /// Its operating system, in DRS's words.
    pub os: String,
    /// Cores.
    pub cpus: u32,
    /// Memory, in bytes.
    pub ram_bytes: u64,
    /// Its disks.
    pub disks: Vec<Disk>,
    /// Its tags in DRS.
    pub tags: BTreeMap<String, String>,
    /// `dataReplicationState`, as DRS spells it.
    pub replication_state: String,
    /// What is wrong with its replication, in DRS's words; null where nothing is.
    pub replication_error: Option<String>,
    /// How far the copy is behind, in seconds; null where DRS does not say.
    pub lag_seconds: Option<u64>,
    /// When its newest recovery point was taken, in Unix seconds; null where it has none.
    pub last_recovery_point_at: Option<i64>,
    /// The last launch; null where there was none.
    pub last_launch: Option<LastLaunch>,
    /// Its recovery instance; null where it has none.
    pub recovery_instance_id: Option<InstanceId>,
    /// When DRS last heard of its agent, in Unix seconds.
    pub last_seen_at: Option<i64>,
    /// The version of its agent.
    pub agent_version: String,
    /// The protection groups that hold it: one, none, or, where selections by tags overlap, several.
    pub groups: Vec<GroupId>,
}

/// What is known about one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegionInventory {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Source servers when it was last read.
    pub servers: usize,
    /// How many of them are in which `dataReplicationState`, as DRS spells it.
    #[serde(default)]
    pub replication_states: BTreeMap<String, usize>,
    /// When it was last read, in Unix seconds; null where it never was.
    pub read_at: Option<i64>,
    /// Seconds since then.
    pub age_seconds: Option<i64>,
    /// Why the last attempt to read it failed; null where it did not. What was read before stays.
    pub error: Option<String>,
}

/// `GET /v1/source-servers`: a page of the cached inventory, and how old it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The source servers of this page.
    pub items: Vec<SourceServer>,
    /// How many they are.
    pub count: usize,
    /// Give it as `nextToken` to get the next page; null on the last.
    pub next_token: Option<String>,
    /// How many source servers match, on all pages.
    pub total: usize,
    /// Every Region that is read, and how old its part is.
    pub regions: Vec<RegionInventory>,
}

/// A moment to which DRS can bring a source server back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoverySnapshot {
    /// `pit-…`.
    pub id: String,
    /// When it was taken, in Unix seconds; null while it is being taken.
    pub at: Option<i64>,
}

/// `GET /v1/source-servers/{id}`: live from DRS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceServerDetail {
    /// The source server.
    #[serde(flatten)]
    pub server: SourceServer,
    /// Its recovery points, the newest first; at most 500.
    pub snapshots: Vec<RecoverySnapshot>,
    /// Its launch settings as DRS has them, by the names that groups use.
    pub launch_configuration: BTreeMap<String, String>,
}

/// `POST /v1/source-servers/refresh`: DRS is read in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefreshStarted {
    /// The Step Functions execution that reads it.
    pub refresh_id: String,
}
