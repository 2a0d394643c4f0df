//! Schedules of drills: what a person writes, whether it is right, and when a start was missed. When a schedule is due comes
//! from its expression ([`Expression`]) and a time zone; time zones are `aws::schedule_times`'s.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cleanup::MAX_CLEANUP_MINUTES;
use crate::validate::{Problem, text_problems};

mod cron;
mod expression;

pub use cron::Cron;
pub use expression::Expression;

/// When a plan is run as a DRILL by itself. A RECOVERY never is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// `cron(minute hour day month weekday year)` or `rate(7 days)`, as EventBridge Scheduler has it.
    pub expression: String,
    /// The time zone of a `cron` expression, by its IANA name.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Whether it starts anything.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Minutes from the end of a drill that it started to the cleanup, instead of what the plan says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 43_200)]
    pub cleanup_after_minutes: Option<u32>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

/// Schedules of one plan: more would be in each other's way.
pub const MAX_SCHEDULES: usize = 20;

impl Schedule {
    /// Everything wrong with it, but for its time zone: which there are is not known here.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = text_problems("description", &self.description);
        let mut wrong = |at: &str, message: String| problems.push(Problem { at: at.to_owned(), message });
        if let Err(why) = Expression::parse(&self.expression) {
            wrong("expression", why);
        }
        if self.cleanup_after_minutes.is_some_and(|minutes| minutes > MAX_CLEANUP_MINUTES) {
            wrong("cleanupAfterMinutes", format!("minutes from 0 to {MAX_CLEANUP_MINUTES}, or leave it out"));
        }
        problems
    }
}

/// How long after its time a start may still come: EventBridge Scheduler tries for [`START_SECONDS`], and what it has
/// started is recorded within moments.
pub const GRACE_SECONDS: i64 = 30 * 60;
/// How long EventBridge Scheduler tries to start an execution. A drill that begins later than that disturbs more than it
/// proves.
pub const START_SECONDS: i32 = 15 * 60;

/// The time of a start that did not come, if the last one did not. `due` is the last time before now that was one,
/// `since` when the schedule became what it is, `started` the time of its last start, `noted` that of the last one that is
/// known to be missed. In Unix seconds.
#[must_use]
pub fn missed(due: i64, since: i64, started: Option<i64>, noted: Option<i64>, now: i64) -> Option<i64> {
    let known = started.max(noted).is_some_and(|known| known >= due);
    (due > since && !known && now - due >= GRACE_SECONDS).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_missed_once_half_an_hour_after_its_time() {
        let missed = |started, noted, now| missed(10_000, 5_000, started, noted, now);
        assert_eq!(missed(None, None, 11_799), None);
        assert_eq!(missed(None, None, 11_800), Some(10_000));
        assert_eq!(missed(Some(9_999), None, 11_800), Some(10_000));
        assert_eq!(missed(Some(10_000), None, 11_800), None);
        assert_eq!(missed(None, Some(10_000), 11_800), None);
        // What was due before the schedule became what it is now was another schedule's.
        assert_eq!(super::missed(10_000, 10_000, None, None, 99_999), None);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let good = Schedule {
            expression: "rate(7 days)".into(),
            time_zone: utc(),
            enabled: true,
            cleanup_after_minutes: Some(60),
            description: String::new(),
        };
        assert_eq!(good.problems(), []);
        let bad = Schedule {
            expression: "hourly".into(),
            cleanup_after_minutes: Some(43_201),
            description: "\u{7}".into(),
            ..good
        };
        let places: Vec<String> = bad.problems().into_iter().map(|problem| problem.at).collect();
        assert_eq!(places, ["description", "expression", "cleanupAfterMinutes"]);
    }
}
