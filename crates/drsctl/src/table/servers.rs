//! Source servers as tables.

use contract::{Inventory, RecoverySnapshot, RegionInventory, SourceServer, SourceServerDetail};

use super::{NOTHING, align_right, joined, or_nothing, table};
use crate::text::{counted, printable, rough, utc};

/// The inventory is read every 15 minutes. After twice that something is late, and a lag or a state may be another by now.
const OLD_SECONDS: i64 = 30 * 60;
/// The newest recovery points are what one recovers from; DRS keeps hundreds.
const SNAPSHOTS_SHOWN: usize = 10;
const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// One row for each source server.
#[must_use]
pub fn list(inventory: &Inventory) -> String {
    let mut table =
        table(&["server", "id", "account", "region", "replication", "lag", "recovery point", "groups", "instance"]);
    align_right(&mut table, [5]);
    for server in &inventory.items {
        table.add_row([
            printable(&server.hostname),
            printable(server.id.as_str()),
            printable(&server.account),
            printable(&server.region),
            printable(&server.replication_state),
            lag(server),
            server.last_recovery_point_at.map_or_else(|| NOTHING.to_owned(), utc),
            joined(&server.groups),
            or_nothing(server.recovery_instance_id.as_ref().map(AsRef::as_ref)),
        ]);
    }
    let count = counted(inventory.items.len(), "source server");
    if inventory.items.is_empty() { count } else { format!("{table}\n{count}") }
}

/// What one must know before believing the list: Regions whose part is old, was never read, or could not be read.
#[must_use]
pub fn notices(regions: &[RegionInventory]) -> Vec<String> {
    regions.iter().filter_map(notice).collect()
}

fn notice(region: &RegionInventory) -> Option<String> {
    let name = format!("{} (account {})", printable(&region.region), printable(&region.account));
    match (&region.error, region.read_at, region.age_seconds) {
        (Some(error), Some(read_at), _) => {
            Some(format!("{name} could not be read: {}; shown as of {}.", printable(error), utc(read_at)))
        }
        (Some(error), None, _) => {
            Some(format!("{name} could not be read: {}; nothing of it is shown.", printable(error)))
        }
        (None, None, _) => Some(format!("{name} was never read; nothing of it is shown.")),
        (None, Some(_), Some(age)) if age >= OLD_SECONDS => Some(format!("{name} was read {} ago.", rough(age))),
        (None, Some(_), _) => None,
    }
}

/// One source server, with everything that is known about it.
#[must_use]
pub fn detail(detail: &SourceServerDetail) -> String {
    let server = &detail.server;
    let mut lines = vec![format!("{} ({})", printable(&server.hostname), printable(server.id.as_str()))];
    let mut say = |name: &str, value: String| lines.push(format!("  {name:<18}{value}"));
    say("arn", printable(&server.arn));
    say("account, region", format!("{}, {}", printable(&server.account), printable(&server.region)));
    say("system", system(server));
    let disk = |disk: &contract::Disk| format!("{} {}", printable(&disk.device_name), gib(disk.bytes));
    say("disks", joined(server.disks.iter().map(disk)));
    say("groups", joined(&server.groups));
    say("tags", joined(server.tags.iter().map(|(key, value)| format!("{key}={value}"))));
    let error = server.replication_error.as_deref().map(|error| format!(": {}", printable(error))).unwrap_or_default();
    say("replication", format!("{}, lag {}{error}", printable(&server.replication_state), lag(server)));
    let agent = server.last_seen_at.map(|at| format!(", last seen {}", utc(at))).unwrap_or_default();
    say("agent", format!("{}{agent}", or_nothing(Some(&server.agent_version))));
    say("last launch", last_launch(server));
    say("instance", or_nothing(server.recovery_instance_id.as_ref().map(AsRef::as_ref)));
    say("launch settings", joined(detail.launch_configuration.iter().map(|(name, value)| format!("{name}={value}"))));
    say("recovery points", detail.snapshots.len().to_string());
    for snapshot in detail.snapshots.iter().take(SNAPSHOTS_SHOWN) {
        let at = snapshot.at.map_or_else(|| "being taken".to_owned(), utc);
        lines.push(format!("    {at}  {}", printable(&snapshot.id)));
    }
    if detail.snapshots.len() > SNAPSHOTS_SHOWN {
        lines.push(format!("    … and {} older", detail.snapshots.len() - SNAPSHOTS_SHOWN));
    }
    lines.join("\n")
}

/// One row for each recovery point, the newest first.
#[must_use]
pub fn snapshots(snapshots: &[RecoverySnapshot]) -> String {
    if snapshots.is_empty() {
        return "No recovery points.".to_owned();
    }
    let mut table = table(&["taken", "recovery point"]);
    for snapshot in snapshots {
        table.add_row([snapshot.at.map_or_else(|| "being taken".to_owned(), utc), printable(&snapshot.id)]);
    }
    table.to_string()
}

fn system(server: &SourceServer) -> String {
    let cores = counted(usize::try_from(server.cpus).unwrap_or(usize::MAX), "core");
    format!("{}, {cores}, {}", or_nothing(Some(&server.os)), gib(server.ram_bytes))
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / GIB)
}

fn lag(server: &SourceServer) -> String {
    server.lag_seconds.map_or_else(|| NOTHING.to_owned(), |lag| rough(i64::try_from(lag).unwrap_or(i64::MAX)))
}

fn last_launch(server: &SourceServer) -> String {
    let Some(launch) = &server.last_launch else { return NOTHING.to_owned() };
    let at = launch.at.map(|at| format!(", {}", utc(at))).unwrap_or_default();
    let job = launch.job_id.as_ref().map(|job| format!(", {}", printable(job.as_str()))).unwrap_or_default();
    format!("{} {}{at}{job}", printable(&launch.mode), printable(&launch.result))
}
