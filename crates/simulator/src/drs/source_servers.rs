//! DescribeSourceServers.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, at_most, page, present, time, timestamp};
use crate::ids::{self, Region};
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

pub(super) fn describe(world: &World, region: &Region, request: Request) -> Answer {
    let Filters { source_server_ids: ids, hardware_id, staging_account_ids: accounts } = request.filters;
    at_most("filters.sourceServerIDs", ids.as_ref().map_or(0, Vec::len), 200)?;
    at_most("filters.stagingAccountIDs", accounts.as_ref().map_or(0, Vec::len), 200)?;
    let ids: Option<BTreeSet<String>> = ids.filter(|ids| !ids.is_empty()).map(|ids| ids.into_iter().collect());
    let wanted = |server: &&SourceServer| {
        ids.as_ref().is_none_or(|ids| ids.contains(server.spec.id.as_str()))
            && hardware_id.as_ref().is_none_or(|id| *id == hardware(world, server))
            && accounts.as_ref().is_none_or(|all| all.is_empty() || all.contains(&world.settings.account))
    };
    let items = world.servers_in(region).filter(wanted).map(|server| (server.spec.id.to_string(), server)).collect();
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
    let mut shown = json!({
        "sourceServerID": id,
        "arn": world.arn(&server.spec.region, &format!("source-server/{id}")),
        "tags": server.tags,
        "recoveryInstanceId": server.recovery_instance,
        "lastLaunchResult": last_launch_result(server),
        "stagingArea": {"status": "NOT_EXTENDED", "stagingAccountID": world.settings.account},
        "replicationDirection": "FAILOVER",
        "agentVersion": "6.42.20261001",
    });
    // Moved in, where `json!` would copy them: they are most of a long page.
    shown["dataReplicationInfo"] = replication(world, server);
    shown["lifeCycle"] = life_cycle(world, server);
    shown["sourceProperties"] = properties(world, server);
    present(shown)
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
        ReplicationState::Disconnected | ReplicationState::Stalled => {
            let seen = timestamp(world, world.last_seen(server));
            json!({"error": "AGENT_NOT_SEEN", "rawError": format!("The agent was last seen at {seen}")})
        }
        ReplicationState::Stopped
        | ReplicationState::Initiating
        | ReplicationState::InitialSync
        | ReplicationState::Backlog
        | ReplicationState::CreatingSnapshot
        | ReplicationState::Continuous
        | ReplicationState::Paused
        | ReplicationState::Rescan => Value::Null,
    };
    let disks = (0_u8..).zip(&server.spec.disks_gib).map(|(index, gib)| {
        let total = u64::from(*gib) * GIB;
        json!({
            "deviceName": device_name(server.spec.os, index),
            "totalStorageBytes": total,
            "replicatedStorageBytes": if first_copy { total / 3 } else { total },
            "rescannedStorageBytes": 0,
            "backloggedStorageBytes": if lag.is_zero() { 0 } else { GIB / 8 },
            "volumeStatus": "REGULAR",
        })
    });
    let eta = first_copy.then(|| timestamp(world, world.now + SignedDuration::from_hours(2)));
    json!({
        "lagDuration": if first_copy { Value::Null } else { json!(time::duration(lag)) },
        "etaDateTime": eta,
        "replicatedDisks": disks.collect::<Vec<_>>(),
        "dataReplicationState": name,
        "dataReplicationError": error,
        "stagingAvailabilityZone": format!("{}a", server.spec.region),
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
        "recommendedInstanceType": instance_type(server.spec.cpus, server.spec.memory_gib),
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

/// The smallest instance that has at least these cores and this memory, of the family whose memory per core fits.
fn instance_type(cpus: u32, memory_gib: u32) -> String {
    let cores = cpus.max(1);
    let (family, gib_per_core) = match memory_gib.div_ceil(cores) {
        0..=2 => ("c5", 2),
        3..=4 => ("m5", 4),
        _ => ("r5", 8),
    };
    let needed = cores.max(memory_gib.div_ceil(gib_per_core));
    let sizes = [(2, "large"), (4, "xlarge"), (8, "2xlarge"), (16, "4xlarge"), (48, "12xlarge")];
    let size = sizes.iter().find(|(cores, _)| *cores >= needed).map_or("24xlarge", |(_, size)| size);
    format!("{family}.{size}")
}

pub(super) fn device_name(os: Os, index: u8) -> String {
    match os {
        Os::Linux => format!("/dev/nvme{index}n1"),
        Os::Windows => format!("{}:0", char::from(b'c' + index.min(20))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_type_holds_the_machine() {
        for (cpus, memory_gib, wanted) in [
            (2, 4, "c5.large"),
            (2, 8, "m5.large"),
            (4, 32, "r5.xlarge"),
            (1, 64, "r5.2xlarge"),
            (96, 192, "c5.24xlarge"),
        ] {
            assert_eq!(instance_type(cpus, memory_gib), wanted);
        }
    }
}
