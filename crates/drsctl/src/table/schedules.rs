//! Schedules of drills as a table.

use contract::PlanSchedule;

use super::{NOTHING, align_right, or_nothing, table};
use crate::text::{counted, printable, utc};

/// One row for each schedule, and then the starts that were missed.
#[must_use]
pub fn list(schedules: &[PlanSchedule]) -> String {
    if schedules.is_empty() {
        return "This plan has no schedules.".to_owned();
    }
    let mut table =
        table(&["schedule", "expression", "time zone", "enabled", "cleanup after", "next", "last", "status"]);
    align_right(&mut table, [4]);
    for one in schedules {
        let document = &one.stored.document;
        table.add_row([
            printable(one.name.as_str()),
            printable(&document.expression),
            printable(&document.time_zone),
            if document.enabled { "yes" } else { "no" }.to_owned(),
            document.cleanup_after_minutes.map_or_else(|| NOTHING.to_owned(), |minutes| format!("{minutes} min")),
            or_nothing(one.next_run_at.map(utc).as_deref()),
            or_nothing(one.last_run.as_ref().map(|run| utc(run.at)).as_deref()),
            or_nothing(one.last_run.as_ref().map(|run| run.status.to_string()).as_deref()),
        ]);
    }
    let mut lines = vec![table.to_string()];
    for one in schedules {
        if let Some(newest) = one.missed.first() {
            let (name, count) = (printable(one.name.as_str()), counted(one.missed.len(), "start"));
            lines.push(format!(
                "{name}: {count} missed, the last at {}: {}",
                utc(newest.at),
                printable(&newest.reason)
            ));
        }
    }
    lines.join("\n")
}

/// `schedule weekly of plan crm, version 2 of 2026-11-23 16:04:26Z by ada: cron(0 3 ? * SUN *)`.
#[must_use]
pub fn headline(schedule: &PlanSchedule) -> String {
    format!(
        "schedule {} of plan {}, version {} of {} by {}: {}",
        printable(schedule.name.as_str()),
        printable(schedule.plan_id.as_str()),
        schedule.stored.version,
        utc(schedule.stored.updated_at),
        printable(&schedule.stored.updated_by),
        printable(&schedule.stored.document.expression)
    )
}
