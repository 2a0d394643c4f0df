//! The edge to AWS, and the only crate that names `aws_sdk_*`: DRS, SSM, Step Functions, EventBridge and its
//! Scheduler, S3, DynamoDB and the clock.
//!
//! Every list is read to its last page, every error is one of [`error::ErrorKind`], and every enum of AWS is open: an
//! unknown value is kept as text. Not here: any decision. Those are `domain`'s.

pub mod adopt;
pub mod assess;
pub mod audit;
pub mod cancel;
pub mod catalog;
pub mod cleanup;
pub mod clients;
pub mod clock;
pub mod drs;
pub mod error;
pub mod events;
pub mod facts;
pub mod forecast;
pub mod handoff;
pub mod history;
pub mod inventory;
pub mod readiness;
pub mod reservation;
pub mod s3;
pub mod schedule_times;
pub mod scheduler;
pub mod sfn;
pub mod ssm;
pub mod stand_in;
pub mod standing;
pub mod start;
pub mod store;

pub use clients::Clients;
pub use error::{AwsError, ErrorKind};
