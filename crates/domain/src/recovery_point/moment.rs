//! A moment as people and programs give it: Unix seconds, or RFC 3339.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The last second of the year 9999: what RFC 3339 can write.
const LAST: i64 = 253_402_300_799;

/// A whole second. Read from Unix seconds or from RFC 3339 with a time zone, written as Unix seconds. A part of a second
/// is cut off: what must not be newer than a moment is not newer than its second either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

/// A text or number that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no moment: give Unix seconds, or a date and time with its zone such as 2026-11-22T02:00:00Z or 2026-11-22T03:00:00+01:00"
)]
pub struct MomentError(String);

impl Moment {
    /// The moment at these Unix seconds.
    ///
    /// # Errors
    /// When it is before 1970 or after the year 9999: milliseconds, mostly.
    pub fn new(unix_seconds: i64) -> Result<Self, MomentError> {
        let fits = (0..=LAST).contains(&unix_seconds);
        if fits { Ok(Self(unix_seconds)) } else { Err(MomentError(unix_seconds.to_string())) }
    }

    /// Unix seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let wrong = || MomentError(format!("{text:?}"));
        if let Ok(seconds) = text.parse::<i64>() {
            return Self::new(seconds);
        }
        let at: Timestamp = text.parse().map_err(|_| wrong())?;
        Self::new(at.as_second()).map_err(|_| wrong())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::text::moment(self.0))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl Visitor<'_> for Read {
            type Value = Moment;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("Unix seconds, or a date and time with its zone such as 2026-11-22T02:00:00Z")
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Moment, E> {
                Moment::new(seconds).map_err(E::custom)
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Moment, E> {
                let wrong = |_| E::invalid_value(Unexpected::Unsigned(seconds), &self);
                Moment::new(i64::try_from(seconds).map_err(wrong)?).map_err(E::custom)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Read)
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let seconds = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .maximum(Some(LAST as f64));
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let either = OneOfBuilder::new()
            .item(seconds)
            .item(text)
            .description(Some("Unix seconds, or RFC 3339 with a time zone; answered as Unix seconds."));
        either.into()
    }
}

impl ToSchema for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_from_seconds_and_from_rfc_3339_and_written_as_seconds() {
        let two = 1_795_312_800;
        for text in ["2026-11-22T02:00:00Z", "2026-11-22T02:00Z", "2026-11-22T03:00:00+01:00", "1795312800"] {
            assert_eq!(text.parse(), Moment::new(two), "{text}");
        }
        assert_eq!("2026-11-22T02:00:00.999Z".parse(), Moment::new(two), "a part of a second is cut off");
        for json in ["1795312800", "\"2026-11-22T02:00:00Z\""] {
            let read: Moment = serde_json::from_str(json).unwrap();
            assert_eq!((read.seconds(), serde_json::to_string(&read).unwrap()), (two, "1795312800".to_owned()));
        }
        assert_eq!(Moment::new(two).unwrap().to_string(), "2026-11-22T02:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused_and_told_what_would_be_one() {
        let milliseconds = "1795312800000";
        for text in ["yesterday", "2026-11-22", "2026-11-22T02:00:00", "-1", milliseconds, ""] {
            let error = text.parse::<Moment>().unwrap_err().to_string();
            assert!(error.contains("2026-11-22T02:00:00Z"), "{text}: {error}");
        }
        for json in ["-1", milliseconds, "1.5", "null", "\"soon\"", "18446744073709551615"] {
            assert!(serde_json::from_str::<Moment>(json).is_err(), "{json}");
        }
    }
}
