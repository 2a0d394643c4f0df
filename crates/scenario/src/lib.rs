//! Scenarios: text files that say which servers there are, what is planned, what goes wrong, and what people do; and the
//! transcript of what came of it. Whatever is an [`Engine`] can run them: all goes through the API, Step Functions and the
//! simulator's own paths.
//!
//! A transcript has what every engine has to tell alike. How often something was polled is not in it, nor when.
//!
//! [`dynamodb`] is the same for the tables beneath: cases in a text file, for whoever answers the calls.

pub mod dynamodb;
mod engine;
mod file;
mod names;
mod transcript;

pub use engine::{Engine, Machine, run};
pub use file::Scenario;
