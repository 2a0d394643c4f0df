//! Every end-to-end test, in one program: so the tests of all files run together, as many at a time as `cargo xtask test`
//! says, and are linked once.

mod actions;
mod alone;
mod api;
mod audit;
mod cancel;
mod catalog;
mod cleanup;
mod control;
mod decisions;
mod delivery;
mod direct;
mod drsctl;
mod dynamodb;
mod flow;
mod forecast;
mod iam;
mod journal_permissions;
mod launch_settings;
mod load;
mod matrix;
mod preflight;
mod quotas;
mod recovery_point;
mod report;
mod roles;
mod safety;
mod scenarios;
mod schedules;
mod signals;
mod transfer;
mod under_load;
