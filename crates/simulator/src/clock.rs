//! Where simulated time comes from. The only module of the simulator that reads the wall clock; what happens as time
//! passes is the world's business, not this module's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The environment variable that every local part of the product reads: `<unix epoch seconds>,<scale>`.
pub const CLOCK_VARIABLE: &str = "DRS_CLOCK";

/// A source of simulated time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Simulated time is the wall clock.
    Wall,
    /// Simulated time runs faster (scale below 1) or slower than the wall clock, from a common epoch.
    Scaled {
        /// The instant at which simulated time and the wall clock agree, in Unix seconds.
        epoch_seconds: f64,
        /// Wall seconds per simulated second.
        scale: f64,
    },
    /// Time stands still until a test moves it.
    Manual(ManualClock),
}

/// A setting of `DRS_CLOCK` that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("DRS_CLOCK must be `<unix epoch seconds>,<scale above 0>`, for example `1767225600,0.01`; it is `{0}`")]
pub struct ClockError(String);

impl Clock {
    /// Reads the value of [`CLOCK_VARIABLE`]; none means the wall clock.
    pub fn from_setting(setting: Option<&str>) -> Result<Clock, ClockError> {
        let Some(text) = setting.filter(|text| !text.is_empty()) else {
            return Ok(Clock::Wall);
        };
        let wrong = || ClockError(text.to_owned());
        let (epoch, scale) = text.split_once(',').ok_or_else(wrong)?;
        let epoch_seconds: f64 = epoch.trim().parse().map_err(|_| wrong())?;
        let scale: f64 = scale.trim().parse().map_err(|_| wrong())?;
        let usable = epoch_seconds.is_finite() && epoch_seconds >= 0.0 && scale.is_finite() && scale > 0.0;
        if usable { Ok(Clock::Scaled { epoch_seconds, scale }) } else { Err(wrong()) }
    }

    /// The present simulated instant, in whole microseconds (the resolution of DRS timestamps).
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            Clock::Wall => wall_micros(),
            Clock::Scaled { epoch_seconds, scale } => {
                let epoch_micros = (epoch_seconds * 1e6) as i64;
                epoch_micros + ((wall_micros() - epoch_micros) as f64 / scale) as i64
            }
            Clock::Manual(manual) => manual.0.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
    }
}

/// A clock that a test sets and moves. Clones share one time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: Timestamp) -> ManualClock {
        ManualClock(Arc::new(AtomicI64::new(start.as_microsecond())))
    }

    /// Moves the clock on by `by`. The world never goes back, so a negative step only makes the clock stand still.
    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Sets the clock to `to`.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_microsecond(), Ordering::SeqCst);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's own edge to the wall clock, as aws::clock is the product's"
)]
fn wall_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_the_wall_clock() {
        assert!(matches!(Clock::from_setting(None), Ok(Clock::Wall)));
        assert!(matches!(Clock::from_setting(Some("")), Ok(Clock::Wall)));
    }

    #[test]
    fn a_scaled_clock_runs_faster_from_its_epoch() {
        let epoch = wall_micros() / 1_000_000 - 60;
        let clock = Clock::from_setting(Some(&format!("{epoch},0.01"))).unwrap();
        let ahead = clock.now().as_second() - epoch;
        assert!((6000..6300).contains(&ahead), "60 wall seconds at scale 0.01 are 6000 s, not {ahead}");
    }

    #[test]
    fn settings_that_make_no_time_are_refused() {
        for text in ["1", "a,1", "1,b", "1,0", "1,-1", "1,inf", "-1,1"] {
            assert_eq!(Clock::from_setting(Some(text)).err(), Some(ClockError(text.to_owned())), "{text}");
        }
    }
}
