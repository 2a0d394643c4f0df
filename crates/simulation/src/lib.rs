//! Deterministic simulation: the shipped state machines and the real handlers and API, with the real SDK clients, against the
//! simulator of DRS and SSM and an AWS in this process, in virtual time on one thread. A run of hours takes less than a
//! second, and the same seed tells the same story.
//!
//! The map, from the inside out: [`time`] is the clock and what runs by it; [`dynamodb`] the tables; [`asl`] and
//! [`jsonata`] read the state machines, `interpreter` and `tasks` run them, [`executions`] is Step Functions from outside;
//! `functions` has the handlers; `cloud` answers what the SDK sends, through the [`weather`]; [`caller`] is whoever sends it;
//! [`World`] puts them together.
//!
//! Not here: IAM, API Gateway, Cognito, the starts of EventBridge Scheduler, and of EventBridge's rules all but the one that
//! starts `stopped`. Those are the local cloud's to prove.

pub mod asl;
pub mod caller;
mod cloud;
pub mod dynamodb;
pub mod executions;
mod functions;
mod interpreter;
pub mod jsonata;
mod machines;
mod scheduler;
mod tasks;
pub mod time;
pub mod weather;
mod world;

pub use world::{EXECUTION_HISTORY, Grown, Wire, World};
