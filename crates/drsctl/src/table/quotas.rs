//! How much of DRS's quotas is in use.

use contract::{QuotaLevel, QuotaUse, RegionQuotas};

use super::{NOTHING, align_right, table};
use crate::text::{printable, utc};

/// One row for each Region, and below what one must know of those that could not be asked.
#[must_use]
pub fn list(regions: &[RegionQuotas]) -> String {
    let mut table =
        table(&["account", "region", "jobs", "servers in jobs", "servers per job", "replicating servers", "read"]);
    align_right(&mut table, [2, 3, 4, 5]);
    for region in regions {
        table.add_row([
            printable(&region.account),
            printable(&region.region),
            used(region.jobs),
            used(region.servers_in_jobs),
            region.servers_per_job.to_string(),
            used(region.replicating_servers),
            region.inventory_read_at.map_or_else(|| NOTHING.to_owned(), utc),
        ]);
    }
    let mut lines = vec![table.to_string()];
    for RegionQuotas { region, error, .. } in regions {
        if let Some(error) = error {
            lines.push(format!("{} could not be asked for jobs: {}", printable(region), printable(error)));
        }
    }
    lines.join("\n")
}

fn used(quota: Option<QuotaUse>) -> String {
    let Some(QuotaUse { used, limit, level }) = quota else { return NOTHING.to_owned() };
    let mark = match level {
        QuotaLevel::Ok => "",
        QuotaLevel::High => ", nearly full",
        QuotaLevel::Full => ", full",
    };
    format!("{used} of {limit}{mark}")
}
