//! Bodies of requests, as libFuzzer makes them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::api_bodies(input));
