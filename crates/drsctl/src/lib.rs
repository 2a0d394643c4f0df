//! The operator's side of the API: a client, plan files, live progress and result tables. The binary `drsctl` and
//! `cargo xtask demo` are built from the same parts.
//!
//! Not here: any rule. What a plan must look like is `domain::validate`'s, what crosses the API is `contract`'s.

pub mod client;
pub mod clock;
pub mod cognito;
#[cfg(feature = "direct")]
pub mod direct;
pub mod document;
pub mod manifest;
pub mod progress;
pub mod settings;
pub mod table;
pub mod text;
pub mod upload;
pub mod watch;
