//! The rules of disaster recovery: what a plan is, which wave may run, what fits into a DRS job, what a status may
//! become, and when a wave counts as recovered.
//!
//! Not here: anything that talks, sleeps, reads a clock or draws a random number. `clippy.toml` beside this crate bans
//! those, so every rule can be tested as a function of its arguments.

pub mod action;
pub mod action_run;
pub mod batch;
pub mod check;
pub mod cleanup;
pub mod clock;
pub mod control;
pub mod decision;
pub mod forecast;
pub mod gate;
pub mod graph;
pub mod group;
pub mod health;
pub mod id;
pub mod launch_settings;
pub mod native_plan;
pub mod outcome;
pub mod plan;
pub mod preflight;
pub mod quota;
pub mod readiness;
pub mod recovery_point;
pub mod reservation;
pub mod role;
pub mod schedule;
pub mod status;
pub mod text;
pub mod timeline;
pub mod validate;
