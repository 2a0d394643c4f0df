//! DescribeSourceServers.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, at_most, page, present, time, timestamp};
use crate::ids;
use crate::inventory::ReplicationState;
use crate::page::PageRequest;
use crate::profile::Os;
use crate::world::World;
use crate::world::job::LaunchStatus;
use crate::world::server::SourceServer;

const GIB: u64 = 1 << 30;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[serde(rename = "sourceServerIDs")]
    source_server_ids: Option<Vec<String>>,
    #[serde(rename = "hardwareId")]
    hardware_id: Option<String>,
    #[serde(rename = "stagingAccountIDs")]
    staging_account_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Request {
    #[serde(default)]
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(world: &World, request: Request) -> Answer {
    let Filters { source_server_ids: ids, hardware_id, staging_account_ids: accounts } = request.filters;
    at_most("filters.sourceServerIDs", ids.as_ref().map_or(0, Vec::len), 200)?;
    at_most("filters.stagingAccountIDs", accounts.as_ref().map_or(0, Vec::len), 200)?;
    let wanted = |server: &&SourceServer| {
        ids.as_ref().is_none_or(|ids| ids.is_empty() || ids.iter().any(|id| id == server.spec.id.as_str()))
            && hardware_id.as_ref().is_none_or(|id| *id == hardware(world, server))
            && accounts.as_ref().is_none_or(|all| all.is_empty() || all.contains(&world.settings.account))
    };
    let items = world.servers.values().filter(wanted).map(|server| (server.spec.id.to_string(), server)).collect();
    let cut = PageRequest {
        operation: "DescribeSourceServers",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    }
    .cut(items)?;
    page(cut.map(|server| source_server(world, server)))
}

/// A server as DRS shows it.
fn source_server(world: &World, server: &SourceServer) -> Value {
    let id = &server.spec.id;
    present(json!({
        "sourceServerID": id,
        "arn": world.arn(&format!("source-server/{id}")),
        "tags": server.tags,
        "recoveryInstanceId": server.recovery_instance,
        "lastLaunchResult": last_launch_result(server),
        "dataReplicationInfo": replication(world, server),
        "lifeCycle": life_cycle(world, server),
        "sourceProperties": properties(world, server),
        "stagingArea": {"status": "NOT_EXTENDED", "stagingAccountID": world.settings.account},
        "replicationDirection": "FAILOVER",
        "agentVersion": "6.42.20261001",
    }))
}

fn last_launch_result(server: &SourceServer) -> &'static str {
    let Some(launch) = &server.last_launch else { return "NOT_STARTED" };
    match launch.status {
        LaunchStatus::Pending | LaunchStatus::InProgress => "PENDING",
        LaunchStatus::Launched | LaunchStatus::Terminated => "SUCCEEDED",
        LaunchStatus::Failed => "FAILED",
    }
}

fn life_cycle(world: &World, server: &SourceServer) -> Value {
    let since = server.replicating_since();
    let last_launch = match &server.last_launch {
        None => json!({"initiated": {}}),
        Some(launch) => json!({
            "initiated": {
                "apiCallDateTime": timestamp(world, launch.called_at),
                "jobID": launch.job,
                "type": if launch.is_drill { "DRILL" } else { "RECOVERY" },
            },
            "status": launch.status,
        }),
    };
    json!({
        "addedToServiceDateTime": timestamp(world, since),
        "firstByteDateTime": timestamp(world, since),
        "elapsedReplicationDuration": time::duration(world.now.duration_since(since)),
        "lastSeenByServiceDateTime": timestamp(world, world.last_seen(server)),
        "lastLaunch": last_launch,
    })
}

fn replication(world: &World, server: &SourceServer) -> Value {
    let state = world.replication_state(server);
    let behind = world.now.duration_since(world.last_seen(server));
    let lag = behind + SignedDuration::from_secs(i64::from(server.spec.replication.lag_seconds));
    let first_copy = matches!(state, ReplicationState::Initiating | ReplicationState::InitialSync);
    let between = matches!(
        state,
        ReplicationState::Initiating
            | ReplicationState::InitialSync
            | ReplicationState::Backlog
            | ReplicationState::CreatingSnapshot
            | ReplicationState::Rescan
    );
    // A value that no SDK knows, where a new state would be likeliest: between the well-known ones.
    let name = if between && world.faults.unknown_enums { json!("OPTIMIZING") } else { json!(state) };
    let error = match state {
        ReplicationState::Disconnected | ReplicationState::Stalled => json!({"error": "AGENT_NOT_SEEN"}),
        ReplicationState::Stopped
        | ReplicationState::Initiating
        | ReplicationState::InitialSync
        | ReplicationState::Backlog
        | ReplicationState::CreatingSnapshot
        | ReplicationState::Continuous
        | ReplicationState::Paused
        | ReplicationState::Rescan => Value::Null,
    };
    let disks: Vec<Value> = (0_u8..)
        .zip(&server.spec.disks_gib)
        .map(|(index, gib)| {
            let total = u64::from(*gib) * GIB;
            json!({
                "deviceName": device_name(server.spec.os, index),
                "totalStorageBytes": total,
                "replicatedStorageBytes": if first_copy { total / 3 } else { total },
                "rescannedStorageBytes": 0,
                "backloggedStorageBytes": if lag.is_zero() { 0 } else { GIB / 8 },
                "volumeStatus": "REGULAR",
            })
        })
        .collect();
    json!({
        "lagDuration": if first_copy { Value::Null } else { json!(time::duration(lag)) },
        "etaDateTime": if first_copy { json!(timestamp(world, world.now + SignedDuration::from_hours(2))) } else { Value::Null },
        "replicatedDisks": disks,
        "dataReplicationState": name,
        "dataReplicationError": error,
        "stagingAvailabilityZone": format!("{}a", world.settings.region),
    })
}

fn hardware(world: &World, server: &SourceServer) -> String {
    ids::uuid(world.settings.seed, &["hardware", server.spec.id.as_str()])
}

/// The properties of the machine. The recovery instance has nearly the same.
pub(super) fn properties(world: &World, server: &SourceServer) -> Value {
    let id = server.spec.id.as_str();
    let mut numbers = ids::generator(world.settings.seed, &["network", id]);
    let (third, fourth) = (numbers.u8(..), numbers.u8(1..255));
    let disks = (0_u8..).zip(&server.spec.disks_gib);
    let disks = disks
        .map(|(index, gib)| json!({"deviceName": device_name(server.spec.os, index), "bytes": u64::from(*gib) * GIB}));
    json!({
        "lastUpdatedDateTime": timestamp(world, world.last_seen(server)),
        "recommendedInstanceType": "c5.large",
        "identificationHints": {
            "fqdn": format!("{}.example.internal", server.spec.hostname),
            "hostname": server.spec.hostname,
            "vmWareUuid": hardware(world, server),
        },
        "networkInterfaces": [{
            "macAddress": format!("02:00:00:00:{third:02x}:{fourth:02x}"),
            "ips": [format!("10.0.{third}.{fourth}")],
            "isPrimary": true,
        }],
        "disks": disks.collect::<Vec<_>>(),
        "cpus": [{"cores": server.spec.cpus, "modelName": "Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz"}],
        "ramBytes": u64::from(server.spec.memory_gib) * GIB,
        "os": {"fullString": match server.spec.os {
            Os::Linux => "Linux version 6.1.0 (Amazon Linux 2023)",
            Os::Windows => "Microsoft Windows Server 2022 Datacenter",
        }},
        "supportsNitroInstances": true,
        "architecture": "x86_64",
    })
}

pub(super) fn device_name(os: Os, index: u8) -> String {
    match os {
        Os::Linux => format!("/dev/nvme{index}n1"),
        Os::Windows => format!("{}:0", char::from(b'c' + index.min(20))),
    }
}
