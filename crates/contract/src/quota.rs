//! How much of DRS's quotas is in use.

use domain::quota::QuotaUse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The quotas of one account and Region: an item of `GET /v1/quotas`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegionQuotas {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Jobs in progress, whoever started them, live from DRS; null where DRS did not answer.
    pub jobs: Option<QuotaUse>,
    /// Source servers in those jobs; null where DRS did not answer.
    pub servers_in_jobs: Option<QuotaUse>,
    /// Source servers that replicate, as the inventory was last read; null where it never was.
    pub replicating_servers: Option<QuotaUse>,
    /// Source servers that one job takes.
    pub servers_per_job: usize,
    /// When DRS was asked for jobs, in Unix seconds.
    pub checked_at: i64,
    /// When the inventory was last read, in Unix seconds; null where it never was.
    pub inventory_read_at: Option<i64>,
    /// Why DRS did not answer; null where it did.
    pub error: Option<String>,
}
