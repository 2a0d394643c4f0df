//! How DRS writes and reads points in time and durations.

use jiff::{SignedDuration, Timestamp};

use crate::error::ApiError;
use crate::inventory::TimestampStyle;
use crate::world::World;

/// A timestamp in the style of this account.
pub fn timestamp(world: &World, at: Timestamp) -> String {
    let format = match world.settings.timestamps {
        TimestampStyle::Micros => "%Y-%m-%dT%H:%M:%S.%6f+00:00",
        TimestampStyle::Zulu => "%Y-%m-%dT%H:%M:%SZ",
    };
    at.strftime(format).to_string()
}

/// A timestamp in a request.
pub(super) fn read(name: &str, text: Option<&String>) -> Result<Option<Timestamp>, ApiError> {
    let parse =
        |text: &String| text.parse().map_err(|_| ApiError::field(name, format!("`{text}` is no ISO 8601 time")));
    text.map(parse).transpose()
}

/// A duration as DRS writes it, such as `P0D` or `P2DT1H32M12S`.
pub(super) fn duration(value: SignedDuration) -> String {
    let total = value.as_secs().max(0);
    let (days, hours, minutes, seconds) = (total / 86_400, total / 3600 % 24, total / 60 % 60, total % 60);
    let parts = [(hours, 'H'), (minutes, 'M'), (seconds, 'S')];
    let time: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    match (days, time.as_str()) {
        (0, "") => "P0D".to_owned(),
        (0, time) => format!("PT{time}"),
        (days, "") => format!("P{days}D"),
        (days, time) => format!("P{days}DT{time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        for (seconds, text) in
            [(0, "P0D"), (45, "PT45S"), (3600, "PT1H"), (86_400, "P1D"), (178_332, "P2DT1H32M12S"), (-5, "P0D")]
        {
            assert_eq!(duration(SignedDuration::from_secs(seconds)), text);
        }
    }
}
