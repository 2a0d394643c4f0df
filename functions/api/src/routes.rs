//! The handlers, a file per noun.

use aws::catalog::Document;
use contract::Stored;

pub mod executions;
pub mod preflight;
pub mod protection_groups;
pub mod recovery_plans;

/// Items of a page when the caller does not say.
const PAGE: i32 = 50;

/// What lists of documents take.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListQuery {
    /// From the page before.
    pub next_token: Option<String>,
}

fn stored<T>(document: Document<T>) -> Stored<T> {
    Stored {
        version: document.version,
        updated_at: document.updated_at,
        updated_by: document.updated_by,
        document: document.document,
    }
}
