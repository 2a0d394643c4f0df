//! The arithmetic of simulated time. Reading the wall clock is the edge's business (`aws::clock`, the simulator).

use thiserror::Error;

/// The environment variable that scales time on a local cloud: `<unix epoch seconds>,<scale>`.
pub const CLOCK_VARIABLE: &str = "DRS_CLOCK";

/// How time passes: simulated = `epoch + (wall - epoch) / scale`. At scale 0.01 a wall second is 100 simulated ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockSetting {
    /// The moment, in Unix seconds, at which simulated and wall time are the same.
    pub epoch_seconds: f64,
    /// Wall seconds per simulated second; 1 is real time.
    pub scale: f64,
}

/// A `DRS_CLOCK` that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{CLOCK_VARIABLE}={0:?} is not <unix epoch seconds>,<scale>, for example 1790000000,0.01")]
pub struct InvalidClock(String);

impl Default for ClockSetting {
    fn default() -> Self {
        Self { epoch_seconds: 0.0, scale: 1.0 }
    }
}

impl ClockSetting {
    /// Reads `<unix epoch seconds>,<scale>`.
    ///
    /// # Errors
    /// When `text` has another form, or the scale is not a positive number.
    pub fn parse(text: &str) -> Result<Self, InvalidClock> {
        let invalid = || InvalidClock(text.to_owned());
        let (epoch, scale) = text.split_once(',').ok_or_else(invalid)?;
        let setting = Self {
            epoch_seconds: epoch.trim().parse().map_err(|_| invalid())?,
            scale: scale.trim().parse().map_err(|_| invalid())?,
        };
        let usable = setting.scale > 0.0 && setting.scale.is_finite() && setting.epoch_seconds.is_finite();
        if usable { Ok(setting) } else { Err(invalid()) }
    }

    /// The simulated moment at wall moment `wall_seconds`, both in Unix seconds.
    #[must_use]
    pub fn simulated(&self, wall_seconds: f64) -> f64 {
        self.epoch_seconds + (wall_seconds - self.epoch_seconds) / self.scale
    }

    /// How many wall seconds pass while `simulated_seconds` pass.
    #[must_use]
    pub fn wall_duration(&self, simulated_seconds: f64) -> f64 {
        simulated_seconds * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_minutes_take_twelve_seconds_at_a_hundredth() {
        let setting = ClockSetting::parse("1000,0.01").unwrap();
        assert_eq!(setting.simulated(1000.0), 1000.0);
        assert!((setting.simulated(1012.0) - 2200.0).abs() < 1e-6);
        assert!((setting.wall_duration(1200.0) - 12.0).abs() < 1e-9);
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        for text in ["", "5", "a,1", "5,0", "5,-1", "5,NaN", "inf,1"] {
            let error = ClockSetting::parse(text).unwrap_err().to_string();
            assert!(error.contains("1790000000,0.01"), "{error}");
        }
    }
}
