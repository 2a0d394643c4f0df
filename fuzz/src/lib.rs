//! What reads bytes from outside, each as a function of bytes that panics when something is wrong. They are run on the
//! seeds and on random changes of them by `tests/seeds.rs`, and under libFuzzer by `cargo xtask fuzz`.

mod api_bodies;
mod drs_responses;
mod plan_yaml;
mod stand_in;
mod timestamps;

pub use api_bodies::api_bodies;
pub use drs_responses::drs_responses;
pub use plan_yaml::plan_yaml;
pub use timestamps::timestamps;

/// One of them.
pub type Target = fn(&[u8]);

/// All, by the names of their seeds.
pub const TARGETS: [(&str, Target); 4] = [
    ("plan_yaml", plan_yaml),
    ("api_bodies", api_bodies),
    ("drs_responses", drs_responses),
    ("timestamps", timestamps),
];
