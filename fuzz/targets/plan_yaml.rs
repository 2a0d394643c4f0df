//! Plan files, as libFuzzer makes them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::plan_yaml(input));
