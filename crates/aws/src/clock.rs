//! The only place that reads the clock. In production it is the system's; on a local cloud `DRS_CLOCK` scales it.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::clock::{CLOCK_VARIABLE, ClockSetting};

use crate::stand_in;

fn setting() -> ClockSetting {
    static SETTING: OnceLock<ClockSetting> = OnceLock::new();
    *SETTING.get_or_init(|| {
        let Ok(text) = std::env::var(CLOCK_VARIABLE) else { return ClockSetting::default() };
        ClockSetting::parse(&text).unwrap_or_else(|error| {
            tracing::error!(%error, "the clock setting is ignored: real time is used");
            ClockSetting::default()
        })
    })
}

/// What the clock on the wall says, whatever time it is here: signatures are for that.
#[must_use]
pub(crate) fn wall() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "this is the edge that the ban leads to")]
    SystemTime::now()
}

/// Now, in Unix seconds.
#[must_use]
pub fn now_seconds() -> f64 {
    if let Some(now) = stand_in::now_seconds() {
        return now;
    }
    let wall = wall().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64());
    setting().simulated(wall)
}

/// Now, in whole Unix seconds: what records carry.
#[must_use]
pub fn now() -> i64 {
    // Unix seconds fit an i64 and an f64 for longer than this program will run.
    now_seconds().floor() as i64
}

/// A wall moment that AWS gave, in Unix seconds, as this clock has it.
#[must_use]
pub fn at_wall(wall_seconds: f64) -> i64 {
    if stand_in::now_seconds().is_some() {
        // A simulated AWS has the same clock.
        return wall_seconds.floor() as i64;
    }
    setting().simulated(wall_seconds).floor() as i64
}
