//! The identifiers of DRS resources, and how the simulator makes them up: from the seed and what they stand for, so
//! that a run can be repeated. No lookup and no state here.

use std::borrow::Borrow;
use std::fmt;

use serde::Serialize;

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = $what]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as DRS writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(Region, "An AWS Region, such as `us-east-1`.");
id!(ServerId, "A source server, `s-` and 17 letters or digits.");
id!(JobId, "A DRS job, `drsjob-` and 17 letters or digits.");
id!(InstanceId, "A recovery instance, which is its EC2 instance, `i-` and 17 hexadecimal digits.");
id!(CommandId, "An SSM command, a UUID.");
id!(AutomationId, "An SSM automation execution, a UUID.");

/// Random numbers that depend on nothing but the seed and `parts`.
pub fn generator(seed: u64, parts: &[&str]) -> fastrand::Rng {
    // FNV-1a: stable over releases and platforms, which the standard library's hashers do not promise.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    fastrand::Rng::with_seed(hash)
}

/// `digits` hexadecimal digits that depend on nothing but the seed and `parts`.
pub fn hex_digits(seed: u64, parts: &[&str], digits: usize) -> String {
    let mut numbers = generator(seed, parts);
    (0..digits).map(|_| char::from_digit(numbers.u32(0..16), 16).unwrap_or('0')).collect()
}

/// A version-4-shaped UUID that depends on nothing but the seed and `parts`.
pub fn uuid(seed: u64, parts: &[&str]) -> String {
    let hex = hex_digits(seed, parts, 32);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// True when `text` looks like the name of a Region: letters, a place, a number.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let words =
        |words: &[&str]| words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
    match parts.as_slice() {
        [place @ .., number] => {
            place.len() >= 2 && words(place) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    }
}

/// True when `text` is `prefix` and then exactly 17 letters or digits.
pub fn has_shape(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_make_the_same_id_and_others_do_not() {
        assert_eq!(hex_digits(1, &["job", "0"], 17), hex_digits(1, &["job", "0"], 17));
        assert_ne!(hex_digits(1, &["job", "0"], 17), hex_digits(1, &["job", "1"], 17));
        assert_ne!(hex_digits(1, &["job", "0"], 17), hex_digits(2, &["job", "0"], 17));
        assert_ne!(hex_digits(1, &["ab", "c"], 17), hex_digits(1, &["a", "bc"], 17), "parts are kept apart");
    }

    #[test]
    fn neighbours_get_numbers_from_the_whole_range() {
        let first = |number: u32| generator(1, &[&format!("s-web{number:014}"), "0"]).f64();
        let low = (0..1000).filter(|number| first(*number) < 0.5).count();
        let close = (0..1000).filter(|number| (first(*number) - first(number + 1)).abs() < 0.1).count();
        assert!((440..560).contains(&low), "{low} of 1000 in the lower half");
        assert!((120..260).contains(&close), "{close} of 1000 next to their neighbour, where chance says 190");
    }

    #[test]
    fn a_uuid_has_the_length_that_ssm_checks() {
        assert_eq!(uuid(7, &["command"]).len(), 36);
    }

    #[test]
    fn a_region_is_a_place_and_a_number() {
        for region in ["us-east-1", "ap-southeast-12", "us-gov-west-1"] {
            assert!(is_region(region), "{region}");
        }
        for other in ["", "us", "us-east", "us-1", "US-EAST-1", "us--1", "us-east-1a", "us-east-"] {
            assert!(!is_region(other), "{other}");
        }
    }

    #[test]
    fn the_shape_of_an_id_is_its_prefix_and_17_characters() {
        assert!(has_shape("s-3tierdb0000000001", "s-"));
        for wrong in ["s-3tierdb000000001", "s-3tierdb00000000001", "x-3tierdb0000000001", "s-3tierdb-000000001"] {
            assert!(!has_shape(wrong, "s-"), "{wrong}");
        }
    }
}
