//! Every end-to-end test, in one program: so the tests of all files run together, as many at a time as `cargo xtask test`
//! says, and are linked once.

mod actions;
mod api;
mod audit;
mod battery;
mod cancel;
mod catalog;
mod cleanup;
mod cleanup_battery;
mod control;
mod decisions;
mod delivery;
mod direct;
mod disturbances;
mod drsctl;
mod flow;
mod forecast;
mod iam;
mod inventory;
mod launch_settings;
mod load;
mod matrix;
mod numbers;
mod preflight;
mod quotas;
mod readiness;
mod recovery_point;
mod report;
mod roles;
mod safety;
mod schedules;
mod signals;
mod sweep;
mod transfer;
