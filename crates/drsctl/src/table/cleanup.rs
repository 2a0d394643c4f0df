//! What became of cleaning up after a drill, and which drills want it.

use contract::{CleanupRun, ExecutionSummary, InstanceCleanup};

use super::{NOTHING, align_right, or_nothing, table};
use crate::text::{counted, hms, printable, utc};

/// One row for each drill of which something stands.
#[must_use]
pub fn left_over(items: &[ExecutionSummary]) -> String {
    let mut table = table(&["execution", "plan", "status", "started", "instances", "running hours", "by"]);
    align_right(&mut table, [4, 5]);
    for item in items {
        let left = item.left_over.as_ref();
        table.add_row([
            printable(item.execution_id.as_str()),
            printable(item.plan_id.as_str()),
            item.status.to_string(),
            utc(item.started_at),
            left.map_or_else(|| NOTHING.to_owned(), |left| left.instances.to_string()),
            left.map_or_else(|| NOTHING.to_owned(), |left| format!("{:.1}", left.running_hours)),
            printable(&item.started_by),
        ]);
    }
    table.to_string()
}

/// A cleanup: what is not gone with its reason, and what it came to.
#[must_use]
pub fn run(cleanup: &CleanupRun) -> String {
    let mut lines = Vec::new();
    let open: Vec<_> = cleanup.servers.iter().filter(|one| one.status != InstanceCleanup::Terminated).collect();
    if !open.is_empty() {
        let mut table = table(&["server", "id", "instance", "cleanup", "job", "reason"]);
        for one in &open {
            table.add_row([
                printable(&one.hostname),
                printable(one.server_id.as_str()),
                printable(one.instance_id.as_str()),
                one.status.to_string(),
                or_nothing(one.job_id.as_ref().map(AsRef::as_ref)),
                or_nothing(Some(&one.reason)),
            ]);
        }
        lines.push(table.to_string());
    }
    lines.push(line(cleanup));
    lines.join("\n")
}

/// `Cleanup RUNNING: 3 of 5 instances terminated`.
#[must_use]
pub fn line(cleanup: &CleanupRun) -> String {
    let count = |status| cleanup.servers.iter().filter(|one| one.status == status).count();
    let all = counted(cleanup.servers.len(), "instance");
    let mut text = format!("Cleanup {}: {} of {all} terminated", cleanup.status, count(InstanceCleanup::Terminated));
    match count(InstanceCleanup::LeftOver) {
        0 => {}
        left => text.push_str(&format!(", {left} left over")),
    }
    if let Some(ended) = cleanup.ended_at {
        text.push_str(&format!(" after {}", hms(ended - cleanup.started_at)));
    }
    if !cleanup.reason.is_empty() {
        text.push_str(&format!(": {}", printable(&cleanup.reason)));
    }
    text
}
