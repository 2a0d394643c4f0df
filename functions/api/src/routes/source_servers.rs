//! Source servers: the cached inventory as a list, and one of them live from DRS.

use std::collections::BTreeMap;

use aws::drs::ServerDescription;
use aws::inventory::RegionServers as Region;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::{Inventory, RecoverySnapshot, RefreshStarted, RegionInventory, SourceServerDetail};
use domain::id::ServerId;
use serde::Deserialize;

use super::page_size;
use crate::App;
use crate::caller::Caller;
use crate::conditional::{content_tag, tag_header};
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

mod listing;
mod shown;

pub use listing::ServersQuery;
pub(crate) use shown::holders;
use shown::shown;

/// Recovery points that a detail shows. DRS keeps some 40 by default, up to 400 when a year of days is kept.
const SNAPSHOTS: usize = 500;

/// The inventory, as it was last read from DRS. An error in one Region leaves what was read before, and the others.
#[utoipa::path(get, path = "/source-servers", operation_id = "listSourceServers", params(ServersQuery),
    responses((status = 200, body = Inventory)))]
pub async fn list(State(app): State<App>, Parameters(query): Parameters<ServersQuery>) -> Result<Response, Problem> {
    let regions = app.clients.inventory.all(&app.clients.place).await?;
    let servers = flat(&regions);
    let groups = app.clients.catalog.recent_groups().await?;
    let holders = holders(&app.clients.place, &groups, servers.iter().copied());
    let account = &app.clients.place.account;
    let reading: Vec<String> = regions.iter().map(|Region { state, .. }| format!("{:?}", state.read_at)).collect();
    let page = listing::page(&query, account, &servers, &holders, &reading.join(" "), page_size(query.limit))?;
    let now = aws::clock::now();
    let inventory = Inventory {
        count: page.items.len(),
        items: page.items.iter().map(|(region, server)| shown(account, region, server, &holders)).collect(),
        next_token: page.next_token,
        total: page.total,
        regions: regions.iter().map(|region| region_shown(region, now)).collect(),
    };
    // The age changes by itself: it is no change of the content.
    let tag = content_tag(&serde_json::to_vec(&ageless(&inventory)).unwrap_or_default());
    Ok((tag_header(&tag), Json(inventory)).into_response())
}

fn ageless(inventory: &Inventory) -> Inventory {
    let mut inventory = inventory.clone();
    for region in &mut inventory.regions {
        region.age_seconds = None;
    }
    inventory
}

/// Every server with its Region.
fn flat(regions: &[Region]) -> Vec<(&str, &ServerDescription)> {
    regions
        .iter()
        .flat_map(|region| region.servers.iter().map(|server| (region.state.region.as_str(), server)))
        .collect()
}

fn region_shown(Region { state, servers }: &Region, now: i64) -> RegionInventory {
    let mut replication_states = BTreeMap::new();
    for server in servers.iter() {
        *replication_states.entry(server.replication_state.clone()).or_default() += 1;
    }
    RegionInventory {
        replication_states,
        account: state.account.clone(),
        region: state.region.clone(),
        servers: state.servers,
        read_at: state.read_at,
        age_seconds: state.read_at.map(|read_at| (now - read_at).max(0)),
        error: state.error.clone(),
    }
}

/// Has DRS read now, in the background: `GET /v1/source-servers` says when it was last read.
#[utoipa::path(post, path = "/source-servers/refresh", operation_id = "refreshInventory",
    responses((status = 202, body = RefreshStarted)))]
pub async fn refresh(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<RefreshStarted>), Problem> {
    use aws::audit::{AuditRecord, Subject};
    let refresh_id = format!("refresh-{}-{:04x}", aws::clock::now(), fastrand::u16(..));
    let event =
        AuditRecord::new(&caller.actor(), "RefreshInventory", &Subject::Inventory).with_detail(refresh_id.clone());
    app.clients.audit.append(&event).await?;
    let nothing = serde_json::json!({});
    app.clients.sfn.start_execution(&app.inventory_state_machine_arn, &refresh_id, &nothing).await?;
    Ok((StatusCode::ACCEPTED, Json(RefreshStarted { refresh_id })))
}

/// Where a source server is.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServerQuery {
    /// The Region that it is recovered into. When left out: where the inventory has it, else the deployment's own.
    pub region: Option<String>,
}

/// One source server, live from DRS, with its recovery points and its launch settings.
#[utoipa::path(get, path = "/source-servers/{id}", operation_id = "getSourceServer",
    params(("id" = ServerId, Path), ServerQuery), responses((status = 200, body = SourceServerDetail)))]
pub async fn get(
    State(app): State<App>,
    Named(id): Named<ServerId>,
    Parameters(query): Parameters<ServerQuery>,
) -> Result<Json<SourceServerDetail>, Problem> {
    let missing = || Problem::not_found(&format!("source server {}", id.as_str().escape_debug()));
    if !id.is_well_formed() {
        return Err(missing());
    }
    let region = match query.region {
        Some(region) if app.clients.place.regions.contains(&region) => region,
        Some(_) => return Err(missing()),
        None => region_of(&app, &id).await?,
    };
    let drs = app.clients.at(&region).drs;
    let mut server = drs.describe_one(&id).await?.ok_or_else(missing)?;
    let (snapshots, launch_configuration, groups) = futures::try_join!(
        drs.snapshots(&id, SNAPSHOTS),
        drs.launch_settings(&id),
        app.clients.catalog.recent_groups(),
    )?;
    server.last_recovery_point_at = snapshots.iter().find_map(|(_, at)| *at);
    let holders = holders(&app.clients.place, &groups, std::iter::once((region.as_str(), &server)));
    Ok(Json(SourceServerDetail {
        server: shown(&app.clients.place.account, &region, &server, &holders),
        snapshots: snapshots.into_iter().map(|(id, at)| RecoverySnapshot { id, at }).collect(),
        launch_configuration,
    }))
}

async fn region_of(app: &App, id: &ServerId) -> Result<String, Problem> {
    let regions = app.clients.inventory.all(&app.clients.place).await?;
    let found = regions.iter().find(|region| region.servers.iter().any(|server| server.id == *id));
    Ok(found.map_or_else(|| app.clients.place.region.clone(), |region| region.state.region.clone()))
}
