//! Expressions of EventBridge Scheduler, but for `at(…)`: what happens once is started by a person.

use super::Cron;

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Every so many seconds.
    Rate(i64),
    /// At times of the calendar.
    Cron(Cron),
}

/// A year: what comes less often than once a year is no rehearsal.
const MAX_RATE_SECONDS: i64 = 366 * 86_400;

impl Expression {
    /// Reads `cron(…)` or `rate(…)`.
    ///
    /// # Errors
    /// What is wrong with it and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(fields) = inside("cron") {
            return Cron::parse(fields).map(Self::Cron);
        }
        let Some(rate) = inside("rate") else {
            return Err("cron(minute hour day month weekday year) or rate(7 days)".to_owned());
        };
        let wrong = || "a whole number and minutes, hours or days, such as rate(7 days)".to_owned();
        let (number, unit) = rate.split_once(' ').ok_or_else(wrong)?;
        let seconds = match unit {
            "minute" | "minutes" => 60,
            "hour" | "hours" => 3_600,
            "day" | "days" => 86_400,
            _ => return Err(wrong()),
        };
        // A sign is no digit, and neither is a space.
        let number: i64 = Some(number)
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .ok_or_else(wrong)?;
        match number.checked_mul(seconds) {
            Some(every @ 60..=MAX_RATE_SECONDS) => Ok(Self::Rate(every)),
            _ => Err("a rate from 1 minute to 366 days".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        for (text, seconds) in [("rate(1 minute)", 60), ("rate(1 hours)", 3_600), ("rate(7 days)", 604_800)] {
            assert_eq!(Expression::parse(text), Ok(Expression::Rate(seconds)), "{text}");
        }
        for text in [
            "",
            "rate",
            "rate()",
            "rate(0 days)",
            "rate(-1 day)",
            "rate(+1 day)",
            "rate(1day)",
            "rate(1 week)",
            "rate(1  day)",
            "rate(367 days)",
            "rate(99999999999999999999 days)",
            "at(2026-11-24T12:00:00)",
            "Rate(1 day)",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
        assert!(matches!(Expression::parse("cron(0 3 ? * SUN *)"), Ok(Expression::Cron(_))));
    }
}
