//! The calendar part of a schedule: cron as EventBridge Scheduler has it, with six fields, of which the day of the month or
//! the day of the week is `?`. What AWS documents is read, and nothing else: an expression that is read here is one there.
//!
//! | field | values | and |
//! |---|---|---|
//! | minute, hour | 0-59, 0-23 | `* , - /` |
//! | day of the month | 1-31 | `* , - / ?`, `L` (the last), `15W` (the weekday nearest to the 15th) |
//! | month | 1-12, JAN-DEC | `* , - /` |
//! | day of the week | 1-7, SUN-SAT | `* , - / ?`, `L` (SAT), `5L` (the last THU), `3#2` (the second TUE) |
//! | year | 1970-2199 | `* , - /` |

/// Times of the calendar, without a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Field,
    hours: Field,
    day: Day,
    months: Field,
    years: Field,
}

/// Which days of a month that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Day {
    OfMonth(Field),
    LastOfMonth,
    NearestWeekday(u16),
    OfWeek(Field),
    LastOfWeek(u16),
    NthOfWeek(u16, u16),
}

/// Numbers: any of these spans has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field(Vec<Span>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    first: u16,
    last: u16,
    step: u16,
}

impl Field {
    fn has(&self, value: u16) -> bool {
        self.0
            .iter()
            .any(|span| (span.first..=span.last).contains(&value) && (value - span.first).is_multiple_of(span.step))
    }
}

/// What a field takes.
struct Kind {
    name: &'static str,
    first: u16,
    last: u16,
    /// Names of its values, the first one's first.
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { name: "minute", first: 0, last: 59, names: &[] };
const HOUR: Kind = Kind { name: "hour", first: 0, last: 23, names: &[] };
const DAY: Kind = Kind { name: "day of the month", first: 1, last: 31, names: &[] };
const MONTH: Kind = Kind {
    name: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Kind =
    Kind { name: "day of the week", first: 1, last: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEAR: Kind = Kind { name: "year", first: 1970, last: 2199, names: &[] };

impl Kind {
    fn wrong(&self, text: &str) -> String {
        let (name, first, last) = (self.name, self.first, self.last);
        format!("{} is no {name}: {first} to {last}, lists (a,b), ranges (a-b), steps (a/n) or *", text.escape_debug())
    }

    fn field(&self, text: &str) -> Result<Field, String> {
        let spans: Option<Vec<Span>> = text.split(',').map(|part| self.span(part)).collect();
        spans.map(Field).ok_or_else(|| self.wrong(text))
    }

    fn span(&self, text: &str) -> Option<Span> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(number(step)?)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            // `5/15` begins at 5 and goes on to the end.
            None if step.is_some() => (self.value(range)?, self.last),
            None => (self.value(range)?, self.value(range)?),
        };
        let step = step.unwrap_or(1);
        (first <= last && step > 0).then_some(Span { first, last, step })
    }

    fn value(&self, text: &str) -> Option<u16> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match named {
            Some(position) => self.first + u16::try_from(position).ok()?,
            None => number(text)?,
        };
        (self.first..=self.last).contains(&value).then_some(value)
    }
}

fn number(text: &str) -> Option<u16> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Cron {
    /// Reads the six fields.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
        let [minute, hour, day, month, weekday, year] = fields.as_slice() else {
            let message = "cron has six fields (minute hour day month weekday year), and here are";
            return Err(format!("{message} {}", fields.len()));
        };
        let day = match (*day, *weekday) {
            (day, "?") if day != "?" => day_of_month(day)?,
            ("?", weekday) if weekday != "?" => day_of_week(weekday)?,
            _ => return Err("one of day and weekday is ?, and the other one says which days are meant".to_owned()),
        };
        Ok(Self {
            minutes: MINUTE.field(minute)?,
            hours: HOUR.field(hour)?,
            day,
            months: MONTH.field(month)?,
            years: YEAR.field(year)?,
        })
    }

    /// Whether it is due on this day.
    #[must_use]
    pub fn has_day(&self, year: u16, month: u16, day: u16) -> bool {
        self.years.has(year) && self.months.has(month) && self.day.is(year, month, day)
    }

    /// When on a day that it is due on: hour and minute, in order.
    #[must_use]
    pub fn times(&self) -> Vec<(u16, u16)> {
        let minutes = |hour| (0..60).filter(|minute| self.minutes.has(*minute)).map(move |minute| (hour, minute));
        (0..24).filter(|hour| self.hours.has(*hour)).flat_map(minutes).collect()
    }
}

fn day_of_month(text: &str) -> Result<Day, String> {
    if text == "L" {
        return Ok(Day::LastOfMonth);
    }
    if let Some(near) = text.strip_suffix('W') {
        return DAY.value(near).map(Day::NearestWeekday).ok_or_else(|| DAY.wrong(text));
    }
    DAY.field(text).map(Day::OfMonth)
}

fn day_of_week(text: &str) -> Result<Day, String> {
    let wrong = || WEEKDAY.wrong(text);
    if text == "L" {
        return Ok(Day::OfWeek(Field(vec![Span { first: 7, last: 7, step: 1 }])));
    }
    if let Some(weekday) = text.strip_suffix('L') {
        return WEEKDAY.value(weekday).map(Day::LastOfWeek).ok_or_else(wrong);
    }
    if let Some((weekday, nth)) = text.split_once('#') {
        let nth = number(nth).filter(|nth| (1..=5).contains(nth));
        return WEEKDAY.value(weekday).zip(nth).map(|(weekday, nth)| Day::NthOfWeek(weekday, nth)).ok_or_else(wrong);
    }
    WEEKDAY.field(text).map(Day::OfWeek)
}

impl Day {
    fn is(&self, year: u16, month: u16, day: u16) -> bool {
        let (last, weekday) = (days_in(year, month), weekday(year, month, day));
        match self {
            Self::OfMonth(days) => days.has(day),
            Self::LastOfMonth => day == last,
            Self::NearestWeekday(near) => *near <= last && day == nearest_weekday(year, month, *near),
            Self::OfWeek(weekdays) => weekdays.has(weekday),
            Self::LastOfWeek(wanted) => weekday == *wanted && day + 7 > last,
            Self::NthOfWeek(wanted, nth) => weekday == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

/// From Monday to Friday, in the same month.
fn nearest_weekday(year: u16, month: u16, near: u16) -> u16 {
    match weekday(year, month, near) {
        7 if near == 1 => 3,
        7 => near - 1,
        1 if near == days_in(year, month) => near - 2,
        1 => near + 1,
        _ => near,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u16, month: u16) -> u16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// 1 for Sunday to 7 for Saturday, by Sakamoto's method.
fn weekday(year: u16, month: u16, day: u16) -> u16 {
    const SHIFTS: [u16; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    let shift = SHIFTS.get(usize::from(month.saturating_sub(1))).copied().unwrap_or_default();
    (year + year / 4 - year / 100 + year / 400 + shift + day) % 7 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str, year: u16, month: u16) -> Vec<u16> {
        let cron = Cron::parse(text).unwrap();
        (1..=days_in(year, month)).filter(|day| cron.has_day(year, month, *day)).collect()
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        // November 2026 begins on a Sunday and has 30 days; August begins on a Saturday, May 2026 ends on a Sunday.
        assert_eq!((weekday(2026, 11, 1), weekday(2026, 11, 24), weekday(2024, 2, 29)), (1, 3, 5));
        for (text, year, month, expected) in [
            ("0 3 ? * SUN *", 2026, 11, vec![1, 8, 15, 22, 29]),
            ("0 3 ? * 7 *", 2026, 11, vec![7, 14, 21, 28]),
            ("0 3 ? * L *", 2026, 11, vec![7, 14, 21, 28]),
            ("0 3 ? * MON-WED *", 2026, 11, vec![2, 3, 4, 9, 10, 11, 16, 17, 18, 23, 24, 25, 30]),
            ("0 3 ? * 3#2 *", 2026, 11, vec![10]),
            ("0 3 ? * SUN#5 *", 2026, 11, vec![29]),
            ("0 3 ? * MON#5 *", 2026, 10, vec![]),
            ("0 3 ? * 5L *", 2026, 11, vec![26]),
            ("0 3 ? * MONL *", 2026, 11, vec![30]),
            ("0 3 L * ? *", 2028, 2, vec![29]),
            ("0 3 L * ? *", 2100, 2, vec![28]),
            ("0 3 1W * ? *", 2026, 11, vec![2]),
            ("0 3 1W * ? *", 2026, 8, vec![3]),
            ("0 3 15W * ? *", 2026, 11, vec![16]),
            ("0 3 14W * ? *", 2026, 11, vec![13]),
            ("0 3 31W * ? *", 2026, 5, vec![29]),
            ("0 3 31W * ? *", 2026, 11, vec![]),
            ("0 3 1,15 * ? *", 2026, 11, vec![1, 15]),
            ("0 3 1/10 * ? *", 2026, 11, vec![1, 11, 21]),
            ("0 3 5-20/5 * ? *", 2026, 11, vec![5, 10, 15, 20]),
            ("0 3 1 JAN,JUL ? *", 2026, 11, vec![]),
            ("0 3 1 */5 ? *", 2026, 11, vec![1]),
            ("0 3 1 * ? 2027-2030", 2026, 11, vec![]),
        ] {
            assert_eq!(days(text, year, month), expected, "{text}");
        }
    }

    #[test]
    fn times_are_in_order() {
        let times = |text: &str| Cron::parse(text).unwrap().times();
        assert_eq!(times("30 22 * * ? *"), [(22, 30)]);
        assert_eq!(times("0/20 6-7 * * ? *"), [(6, 0), (6, 20), (6, 40), (7, 0), (7, 20), (7, 40)]);
        assert_eq!(times("* * * * ? *").len(), 1_440);
    }

    #[test]
    fn what_aws_does_not_take_is_refused() {
        for text in [
            "",
            "0 3 * * ?",
            "0 3 * * ? * *",
            "0 3 * * * *",
            "0 3 ? * ? *",
            "60 3 * * ? *",
            "0 24 * * ? *",
            "0 3 0 * ? *",
            "0 3 32 * ? *",
            "0 3 * 13 ? *",
            "0 3 ? * 8 *",
            "0 3 ? * 3#6 *",
            "0 3 ? * 3#0 *",
            "0 3 LW * ? *",
            "0 3 1,L * ? *",
            "0 3 5-1 * ? *",
            "*/0 3 * * ? *",
            "-1 3 * * ? *",
            "0 3 * * ? 1969",
            "0 3 * FOO ? *",
            "0, 3 * * ? *",
            "99999999 3 * * ? *",
        ] {
            assert!(Cron::parse(text).is_err(), "{text}");
        }
    }
}
