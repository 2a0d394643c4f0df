//! Timestamps: those that DRS, Scheduler and people write, and those that are shown.

use aws::schedule_times::{self, Times};
use contract::{Moment, Schedule};
use domain::clock::ClockSetting;
use jiff::Timestamp;

/// Scheduler's times are looked for from here: a Sunday in November 2026.
const NOW: i64 = 1_795_910_400;
const YEAR_0: i64 = -62_167_219_200;

/// Eight bytes are a number to be shown; all of it, when it is text, is a time, a clock setting and a schedule.
pub fn timestamps(input: &[u8]) {
    if let Some(bytes) = input.first_chunk() {
        number(i64::from_le_bytes(*bytes));
    }
    if let Ok(text) = std::str::from_utf8(input) {
        time(text);
        clock(text);
        schedule(text);
    }
}

/// Whatever the number, it is shown; what is a time is shown as that time. `drsctl` writes years before 0 with four
/// digits, which nothing reads.
fn number(seconds: i64) {
    for (text, since) in [(domain::text::moment(seconds), i64::MIN), (drsctl::text::utc(seconds), YEAR_0)] {
        match Timestamp::from_second(seconds) {
            Ok(_) if seconds < since => {}
            Ok(_) => {
                let read = text.replacen(' ', "T", 1).parse::<Timestamp>().map(Timestamp::as_second);
                assert_eq!(read.ok(), Some(seconds), "{text}");
            }
            Err(_) => assert_eq!(text, seconds.to_string()),
        }
    }
    let words = [domain::text::utc(seconds), domain::text::age(seconds), drsctl::text::hms(seconds)];
    assert!(words.iter().chain([&drsctl::text::rough(seconds)]).all(|words| !words.is_empty()));
    if let Ok(moment) = Moment::new(seconds) {
        assert_eq!(moment.to_string().parse().ok(), Some(moment));
        let json = serde_json::to_string(&moment).unwrap_or_default();
        assert_eq!(serde_json::from_str(&json).ok(), Some(moment), "{json}");
    }
}

/// A time that is read is the same after it was written, and everybody reads the same.
fn time(text: &str) {
    let read = schedule_times::parse(text);
    if let Some(seconds) = read {
        number(seconds);
    }
    if let Ok(moment) = text.parse::<Moment>() {
        number(moment.seconds());
        let plain = text.parse::<i64>().is_ok();
        assert!(plain || read == Some(moment.seconds()), "{text}: {read:?} or {moment}");
    }
}

fn clock(text: &str) {
    if let Ok(setting) = ClockSetting::parse(text) {
        assert!(setting.scale > 0.0 && setting.epoch_seconds.is_finite());
        let _ = (setting.simulated(0.0), setting.wall_duration(1.0));
    }
}

/// `expression|zone`: the next time lies ahead and the last one does not, and there is none between them.
fn schedule(text: &str) {
    let (expression, zone) = text.split_once('|').unwrap_or((text, "UTC"));
    let document = serde_json::json!({ "expression": expression, "timeZone": zone });
    let Ok(schedule) = serde_json::from_value::<Schedule>(document) else { return };
    let Some(times) = Times::of(&schedule) else { return };
    let anchor = NOW - 1_000;
    let (next, last) = (times.next(anchor, NOW), times.last(anchor, NOW));
    assert!(next.is_none_or(|next| next > NOW), "{text}: {next:?} is not ahead");
    assert!(last.is_none_or(|last| last <= NOW), "{text}: {last:?} is ahead");
    if let Some(next) = next {
        assert!(times.next(anchor, next - 1) == Some(next), "{text}: {next} is due, and not found from just before");
    }
}
