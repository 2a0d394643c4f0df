//! What DRS and SSM answer, as libFuzzer makes them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::drs_responses(input));
