//! Scenarios: text files that say which servers there are, what is planned, what goes wrong, and what people do; and the
//! transcript of what came of it. Whatever is an [`Engine`] can run them, since all goes through the API and the
//! simulator's own paths.
//!
//! A transcript has what every engine has to tell alike. How often something was polled is not in it, nor when.

mod engine;
mod file;
mod transcript;

pub use engine::{Engine, run};
pub use file::Scenario;
