//! Tests that have the cloud for themselves: their faults hit whoever calls, or they look at what everybody changes. One at
//! a time, on a cloud of their own in `cargo xtask test`, which knows them by the name of this module; a single one beside
//! others is in a module `alone` of its file.

mod battery;
mod cleanup_battery;
mod disturbances;
mod inventory;
mod killed;
mod numbers;
mod readiness;
mod sweep;
