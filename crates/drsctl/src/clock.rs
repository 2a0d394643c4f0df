//! Wall time on the operator's machine: when a token expires, how long to wait before the next look. The one place of
//! this crate that reads a clock. Not here: when something happened, which the API says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::clock::{CLOCK_VARIABLE, ClockSetting, InvalidClock};

/// Seconds since 1970 on this machine's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this module is the edge where drsctl reads the clock")]
pub fn unix_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
}

/// Waits. A command line has nothing else to do.
#[expect(clippy::disallowed_methods, reason = "the ban is for Lambdas; a command line polls")]
pub fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// How time passes where the API runs: real, unless `DRS_CLOCK` says that it is a local cloud.
///
/// # Errors
/// When `DRS_CLOCK` is set and cannot be read.
pub fn from_environment() -> Result<ClockSetting, InvalidClock> {
    std::env::var(CLOCK_VARIABLE).map_or_else(|_| Ok(ClockSetting::default()), |text| ClockSetting::parse(&text))
}
