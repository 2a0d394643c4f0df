//! Chaos: random plans, random faults at every call of AWS, random people, and the safety rules checked at every step.
//! Everything follows from a seed, so whatever goes wrong can be repeated.
//!
//! The map: [`case`] draws what there is and what is planned; `storm` draws what goes wrong; `people` do what they may;
//! [`rules`] watch every call; [`run`] puts them together and compares the records with DRS in the end. `src/main.rs` does
//! that for many seeds: `cargo xtask chaos`.

pub mod case;
mod people;
pub mod rules;
mod run;
mod storm;
mod truth;

pub use run::{Story, run, warm_up};
