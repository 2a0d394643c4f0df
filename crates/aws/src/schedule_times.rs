//! When a schedule is due: its expression in its time zone. As EventBridge Scheduler has it, a time that the change to
//! summer leaves out does not come, and one that the change back repeats comes once. The time zones are part of this
//! program: Lambda has none.

use domain::schedule::{Cron, Expression, Schedule};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// How far is looked for a time: the 29th of February may be eight years away, and that on a given weekday four times that.
const DAYS: usize = 40 * 366;

/// What a schedule says, ready to be asked.
#[derive(Debug, Clone)]
pub struct Times {
    expression: Expression,
    zone: TimeZone,
}

/// A time as EventBridge Scheduler writes it, `2026-11-24T03:00:00Z`, in Unix seconds.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// Whether there is such a time zone.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

impl Times {
    /// Of a schedule that was accepted; nothing for one that this version would not accept.
    #[must_use]
    pub fn of(schedule: &Schedule) -> Option<Self> {
        let expression = Expression::parse(&schedule.expression).ok()?;
        Some(Self { expression, zone: TimeZone::get(&schedule.time_zone).ok()? })
    }

    /// The first time after `now`. A rate counts from `anchor`, the last start or the time when it was written.
    #[must_use]
    pub fn next(&self, anchor: i64, now: i64) -> Option<i64> {
        match &self.expression {
            Expression::Rate(every) => {
                let past = (now - anchor).max(0) / every;
                Some(anchor + (past + 1) * every)
            }
            Expression::Cron(cron) => {
                let mut day = self.day_of(now)?;
                for _ in 0..DAYS {
                    if let Some(found) = self.times(cron, day).into_iter().find(|time| *time > now) {
                        return Some(found);
                    }
                    day = day.checked_add(1.day()).ok()?;
                }
                None
            }
        }
    }

    /// The last time that is not after `now` but after `anchor`.
    #[must_use]
    pub fn last(&self, anchor: i64, now: i64) -> Option<i64> {
        match &self.expression {
            Expression::Rate(every) => {
                let past = (now - anchor) / every;
                (past > 0).then(|| anchor + past * every)
            }
            Expression::Cron(cron) => {
                let (first, mut day) = (self.day_of(anchor)?, self.day_of(now)?);
                while day >= first {
                    let times = self.times(cron, day);
                    if let Some(found) = times.into_iter().rev().find(|time| *time <= now) {
                        return (found > anchor).then_some(found);
                    }
                    day = day.checked_sub(1.day()).ok()?;
                }
                None
            }
        }
    }

    fn day_of(&self, seconds: i64) -> Option<Date> {
        Some(self.zone.to_datetime(Timestamp::from_second(seconds).ok()?).date())
    }

    /// When on a day, in order.
    fn times(&self, cron: &Cron, day: Date) -> Vec<i64> {
        let parts = (u16::try_from(day.year()), u16::try_from(day.month()), u16::try_from(day.day()));
        let (Ok(year), Ok(month), Ok(of_month)) = parts else { return Vec::new() };
        if !cron.has_day(year, month, of_month) {
            return Vec::new();
        }
        let mut times: Vec<i64> =
            cron.times().into_iter().filter_map(|(hour, minute)| self.time(day, hour, minute)).collect();
        times.sort_unstable();
        times
    }

    fn time(&self, day: Date, hour: u16, minute: u16) -> Option<i64> {
        let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
        let ambiguous = self.zone.to_ambiguous_timestamp(DateTime::from_parts(day, time));
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } => None,
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                ambiguous.earlier().ok().map(Timestamp::as_second)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(expression: &str, time_zone: &str) -> Times {
        let schedule = serde_json::json!({ "expression": expression, "timeZone": time_zone });
        Times::of(&serde_json::from_value(schedule).unwrap()).unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_time_of_the_calendar_is_that_of_its_zone() {
        let sundays = times("cron(0 3 ? * SUN *)", "Europe/Berlin");
        let now = at("2026-11-24T12:00:00Z");
        assert_eq!(sundays.next(0, now), Some(at("2026-11-29T02:00:00Z")));
        assert_eq!(sundays.last(0, now), Some(at("2026-11-22T02:00:00Z")));
        assert_eq!(sundays.last(at("2026-11-22T02:00:00Z"), now), None);
        assert_eq!(sundays.next(0, at("2026-07-01T12:00:00Z")), Some(at("2026-07-05T01:00:00Z")));
        assert_eq!(times("cron(0 3 29 2 ? *)", "UTC").next(0, now), Some(at("2028-02-29T03:00:00Z")));
        assert_eq!(times("cron(0 3 * * ? 1999)", "UTC").next(0, now), None);
        assert_eq!(times("cron(0 3 * * ? 2027)", "UTC").last(0, now), None);
    }

    #[test]
    fn what_summer_time_leaves_out_does_not_come_and_what_it_repeats_comes_once() {
        let nightly = times("cron(30 2 * * ? *)", "Europe/Berlin");
        // On 2026-03-29 the clock goes from 2 to 3, on 2026-10-25 from 3 to 2.
        assert_eq!(nightly.next(0, at("2026-03-28T12:00:00Z")), Some(at("2026-03-30T00:30:00Z")));
        let first = nightly.next(0, at("2026-10-24T12:00:00Z")).unwrap();
        assert_eq!(first, at("2026-10-25T00:30:00Z"));
        assert_eq!(nightly.next(0, first), Some(at("2026-10-26T01:30:00Z")));
    }

    #[test]
    fn a_rate_counts_from_its_last_start() {
        let rate = times("rate(2 hours)", "UTC");
        assert_eq!((rate.next(1_000, 1_000), rate.next(1_000, 8_200)), (Some(8_200), Some(15_400)));
        assert_eq!((rate.last(1_000, 8_199), rate.last(1_000, 8_200)), (None, Some(8_200)));
        assert_eq!(rate.last(1_000, 30_000), Some(22_600 + 7_200));
    }

    #[test]
    fn zones_are_known_by_their_names() {
        assert!(is_time_zone("UTC") && is_time_zone("Europe/Berlin") && is_time_zone("Asia/Kathmandu"));
        for name in ["", "Berlin", "Europe/Berlin; DROP", "../etc/passwd", "GMT+25"] {
            assert!(!is_time_zone(name), "{name}");
        }
    }
}
