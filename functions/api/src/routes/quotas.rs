//! How much of DRS's quotas is in use, per Region.

use aws::drs::ServerDescription;
use aws::inventory::RegionServers;
use axum::Json;
use axum::extract::State;
use contract::{Page, QuotaUse, RegionQuotas};
use domain::batch::Quotas;
use domain::quota::{REPLICATING_SERVERS, is_replicating};
use futures::future::join_all;

use crate::App;
use crate::problem::Problem;

/// The use of DRS's quotas in each Region that this deployment recovers into: jobs live from DRS, replicating servers as
/// the inventory was last read. A Region that does not answer says why; the others are not touched.
#[utoipa::path(get, path = "/quotas", operation_id = "listQuotas",
    responses((status = 200, body = Page<RegionQuotas>)))]
pub async fn list(State(app): State<App>) -> Result<Json<Page<RegionQuotas>>, Problem> {
    let regions = app.clients.inventory.all(&app.clients.place).await?;
    let items = join_all(regions.iter().map(|region| of(&app, region))).await;
    Ok(Json(Page::new(items, None)))
}

async fn of(app: &App, RegionServers { state, servers }: &RegionServers) -> RegionQuotas {
    let limits = Quotas::default();
    let now = aws::clock::now();
    let (in_use, error) = match app.clients.at(&state.region).drs.in_use(now).await {
        Ok(in_use) => (Some(in_use), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let replicates = |server: &&ServerDescription| {
        is_replicating(&state.account, server.staging_account.as_deref(), &server.replication_state)
    };
    RegionQuotas {
        account: state.account.clone(),
        region: state.region.clone(),
        jobs: in_use.as_ref().map(|in_use| QuotaUse::of(in_use.jobs, limits.jobs)),
        servers_in_jobs: in_use.as_ref().map(|in_use| QuotaUse::of(in_use.servers.len(), limits.servers_in_jobs)),
        replicating_servers: state
            .read_at
            .map(|_| QuotaUse::of(servers.iter().filter(replicates).count(), REPLICATING_SERVERS)),
        servers_per_job: limits.servers_per_job,
        checked_at: now,
        inventory_read_at: state.read_at,
        error,
    }
}
