//! The handlers, a file per noun.

use aws::catalog::Document;
use contract::Stored;
use serde::Deserialize;

pub mod audit;
pub mod cleanup;
pub mod control;
pub mod decisions;
pub mod executions;
pub mod export;
pub mod forecast;
pub mod history;
pub mod import;
pub mod launch_settings;
pub mod me;
pub mod native_plan;
mod points;
pub mod preflight;
pub mod protection_groups;
pub mod quotas;
pub mod readiness;
pub mod recovery_plans;
mod reopen;
pub mod report;
pub mod reports;
pub mod resolve;
pub mod schedules;
pub mod source_servers;
pub mod timeline;
pub mod versions;

/// Items of a page when the caller does not say.
const PAGE: u16 = 50;
/// Items of a page at most.
const MAX_PAGE: u16 = 200;

/// What lists take.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// From the page before.
    pub next_token: Option<String>,
    /// Items of this page at most; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
}

impl ListQuery {
    fn page(&self) -> i32 {
        i32::from(page_size(self.limit))
    }
}

/// The page size that a caller gets who asks for `limit`.
fn page_size(limit: Option<u16>) -> u16 {
    limit.unwrap_or(PAGE).clamp(1, MAX_PAGE)
}

fn stored<T>(document: Document<T>) -> Stored<T> {
    Stored {
        version: document.version,
        updated_at: document.updated_at,
        updated_by: document.updated_by,
        document: document.document,
    }
}
