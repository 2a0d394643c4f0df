//! A source server as the API shows it, with the groups that hold it.

use std::collections::BTreeMap;

use aws::clients::Place;
use aws::drs::ServerDescription;
use contract::{Disk, LastLaunch, ProtectionGroup, SourceServer};
use domain::group::selects;
use domain::id::{GroupId, ServerId};

/// The groups that hold each server.
pub(crate) type Holders = BTreeMap<ServerId, Vec<GroupId>>;

/// Which groups hold each of `servers`: by listing it, or by its tags in the group's Region.
pub(crate) fn holders<'a>(
    place: &Place,
    groups: &[ProtectionGroup],
    servers: impl Iterator<Item = (&'a str, &'a ServerDescription)>,
) -> Holders {
    let mut holders = Holders::new();
    for group in groups {
        for member in &group.servers {
            holders.entry(member.id.clone()).or_default().push(group.name.clone());
        }
    }
    let by_tags: Vec<&ProtectionGroup> = groups.iter().filter(|group| group.selects_by_tags()).collect();
    if by_tags.is_empty() {
        return holders;
    }
    for (region, server) in servers {
        for group in &by_tags {
            if place.region_or_own(group.region.as_deref()) == region && selects(&group.selection_tags, &server.tags) {
                holders.entry(server.id.clone()).or_default().push(group.name.clone());
            }
        }
    }
    holders
}

pub(crate) fn shown(account: &str, region: &str, server: &ServerDescription, holders: &Holders) -> SourceServer {
    let disk = |disk: &aws::drs::DiskDescription| Disk { device_name: disk.device_name.clone(), bytes: disk.bytes };
    let launch = |launch: &aws::drs::LaunchDescription| LastLaunch {
        mode: launch.mode.clone(),
        at: launch.at,
        job_id: launch.job_id.clone(),
        result: launch.result.clone(),
    };
    SourceServer {
        id: server.id.clone(),
        arn: server.arn.clone(),
        account: account.to_owned(),
        region: region.to_owned(),
        hostname: server.hostname.clone(),
        os: server.os.clone(),
        cpus: server.cpus,
        ram_bytes: server.ram_bytes,
        disks: server.disks.iter().map(disk).collect(),
        tags: server.tags.clone(),
        replication_state: server.replication_state.clone(),
        replication_error: server.replication_error.clone(),
        lag_seconds: server.lag_seconds,
        last_recovery_point_at: server.last_recovery_point_at,
        last_launch: server.last_launch.as_ref().map(launch),
        recovery_instance_id: server.recovery_instance_id.clone(),
        last_seen_at: server.last_seen_at,
        agent_version: server.agent_version.clone(),
        groups: holders.get(&server.id).cloned().unwrap_or_default(),
    }
}
