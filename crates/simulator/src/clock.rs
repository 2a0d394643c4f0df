//! Where simulated time comes from. The only module of the simulator that reads the wall clock; what happens as time
//! passes is the world's business, not this module's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::clock::{ClockSetting, InvalidClock};
use jiff::{SignedDuration, Timestamp};

pub use domain::clock::CLOCK_VARIABLE;

/// Year 5138. A mistyped epoch or a minute scale ends far beyond it, where arithmetic on timestamps would overflow.
const LATEST_SECONDS: f64 = 1e11;

/// A source of simulated time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Simulated time runs with the wall clock, faster (scale below 1) or slower.
    Scaled(ClockSetting),
    /// Time stands still until a test moves it.
    Manual(ManualClock),
}

/// A setting of `DRS_CLOCK` that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClockError {
    /// It cannot be read.
    #[error(transparent)]
    Invalid(#[from] InvalidClock),
    /// It can be read, but leads nowhere near the present.
    #[error("{CLOCK_VARIABLE}={0:?} makes a simulated present before 1970 or after 5138")]
    Absurd(String),
}

impl Clock {
    /// Reads the value of [`CLOCK_VARIABLE`]; none means the wall clock.
    pub fn from_setting(setting: Option<&str>) -> Result<Clock, ClockError> {
        let Some(text) = setting.filter(|text| !text.is_empty()) else {
            return Ok(Clock::Scaled(ClockSetting::default()));
        };
        let setting = ClockSetting::parse(text)?;
        let present = setting.simulated(wall_seconds());
        if !(0.0..LATEST_SECONDS).contains(&present) {
            return Err(ClockError::Absurd(text.to_owned()));
        }
        Ok(Clock::Scaled(setting))
    }

    /// The present simulated instant, in whole microseconds (the resolution of DRS timestamps).
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            Clock::Scaled(setting) => (setting.simulated(wall_seconds()) * 1e6) as i64,
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
fn wall_seconds() -> f64 {
    Timestamp::now().as_microsecond() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_is_the_wall_clock() {
        for setting in [None, Some("")] {
            let behind = wall_seconds() - Clock::from_setting(setting).unwrap().now().as_microsecond() as f64 / 1e6;
            assert!(behind.abs() < 60.0, "{behind} s from the wall clock");
        }
    }

    #[test]
    fn a_scaled_clock_runs_faster_from_its_epoch() {
        let epoch = wall_seconds().floor() - 60.0;
        let clock = Clock::from_setting(Some(&format!("{epoch},0.01"))).unwrap();
        let ahead = clock.now().as_microsecond() as f64 / 1e6 - epoch;
        assert!((6000.0..12000.0).contains(&ahead), "60 wall seconds at scale 0.01 are 6000 s, not {ahead}");
    }

    #[test]
    fn settings_that_make_no_usable_time_are_refused() {
        assert!(matches!(Clock::from_setting(Some("1,0")), Err(ClockError::Invalid(_))));
        for text in ["1,0.000001", "99999999999,0.5", "-99999999999,1000"] {
            let error = Clock::from_setting(Some(text)).unwrap_err();
            assert_eq!(error, ClockError::Absurd(text.to_owned()));
        }
    }

    #[test]
    fn clones_of_a_manual_clock_share_one_time() {
        let manual = ManualClock::at(Timestamp::UNIX_EPOCH);
        let clock = Clock::Manual(manual.clone());
        manual.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.now().as_second(), 5);
    }
}
