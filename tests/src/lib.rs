//! What the end-to-end tests share: the local cloud that `cargo xtask test` has started, and scenarios in it. Each
//! scenario brings its own source servers, so that tests run side by side in one cloud.
//!
//! To run one test by hand: `cargo xtask up`, then `DRS_LOCAL_CLOUD=.local/cloud.json cargo test -p e2e NAME`; `NAME` may be that
//! of a file of `tests/tests`, as in `cancel::`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's harness ends the test when the cloud is not there"
)]

pub mod aws;
pub mod cloud;
pub mod cold_start;
pub mod identity;
pub mod journal;
pub mod load;
pub mod processes;
pub mod scenario;

pub use cloud::{Cloud, cloud, every_cloud};
pub use identity::permissions;
pub use scenario::Scenario;
