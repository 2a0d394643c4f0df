//! The report of one execution, for people who were not there: auditors, managers, whoever signs. What was recorded is
//! put against what the plan promised ([`Report`]) and written as one HTML file, as JSON or as CSV ([`render`]).
//!
//! Nothing here reads anything: the records, the version of the plan that ran and the audit events come in, text goes
//! out. So what a report says can be tested without AWS, and two reports of the same records differ in one line only,
//! when they were made.

mod csv;
mod html;
mod markup;
mod measure;
mod model;
mod render;
mod text;

pub use measure::rpo_seconds;
pub use model::{ForecastResult, PlanFacts, Report, RpoResult, RtoResult, ServerRpo, TargetResult};
pub use render::{Format, MAX_BYTES, TooLarge, render};
