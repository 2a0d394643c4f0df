//! `/v1/audit` and `/v1/me`: who did what, and who asks.

use contract::{AuditEvent, Me};

use super::wire::Query;
use super::{Client, ClientError};

/// Which events. What is left out does not limit them.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<String>,
    /// What was done, for example `PutRecoveryPlan`.
    pub action: Option<String>,
    /// To what kind of thing, for example `RECOVERY_PLAN`.
    pub kind: Option<String>,
    /// Its name or id.
    pub subject: Option<String>,
    /// Not before, in Unix seconds.
    pub from: Option<i64>,
    /// Not after, in Unix seconds.
    pub to: Option<i64>,
}

impl Client {
    /// The newest `limit` events that `filter` lets through, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn audit(&self, filter: &AuditFilter, limit: usize) -> Result<(Vec<AuditEvent>, bool), ClientError> {
        let query = Query::default()
            .with("actor", filter.actor.as_ref())
            .with("action", filter.action.as_ref())
            .with("kind", filter.kind.as_ref())
            .with("subject", filter.subject.as_ref())
            .with("from", filter.from)
            .with("to", filter.to);
        self.first("/v1/audit", &query, limit)
    }

    /// Who the API takes the caller for.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn me(&self) -> Result<Me, ClientError> {
        self.get("/v1/me")
    }
}
