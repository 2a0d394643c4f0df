//! What the launch settings of a group's servers are to be, what DRS has, and where they differ.

use axum::Json;
use axum::extract::State;
use contract::{GroupLaunchSettings, ServerLaunchSettings};
use domain::group::{ProtectionGroup, selects};
use domain::id::{GroupId, ServerId};
use futures::{StreamExt, stream};

use super::{ListQuery, page_size};
use crate::App;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Launch settings that are read from DRS at once.
const PARALLEL_READS: usize = 10;

/// Wanted and live launch settings of a group's servers, and where they differ; live from DRS, by server id.
#[utoipa::path(get, path = "/protection-groups/{name}/launch-settings", operation_id = "getLaunchSettings",
    params(("name" = GroupId, Path), ListQuery), responses((status = 200, body = GroupLaunchSettings)))]
pub async fn list(
    State(app): State<App>,
    Named(name): Named<GroupId>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<GroupLaunchSettings>, Problem> {
    let group = app.clients.catalog.group(&name).await?.ok_or_else(|| storing::no_group(&name))?.document;
    let region = app.clients.place.region_or_own(group.region.as_deref()).to_owned();
    let mut servers = servers_of(&app, &group, &region).await?;
    servers.sort();
    // The server that the page before ended with is the token: readable, and right after changes of the group too.
    let after = query.next_token.map(ServerId::from);
    servers.retain(|(id, _)| after.as_ref().is_none_or(|after| id > after));
    let limit = usize::from(page_size(query.limit));
    let next_token = servers.get(limit - 1).filter(|_| servers.len() > limit).map(|(id, _)| id.to_string());
    servers.truncate(limit);
    let drs = app.clients.at(&region).drs;
    let read = |(id, hostname): (ServerId, String)| {
        let (drs, group) = (&drs, &group);
        async move {
            let wanted = group.launch_settings_of(&id);
            let (live, error) = match drs.launch_settings(&id).await {
                Ok(live) => (live, None),
                Err(error) => (std::collections::BTreeMap::new(), Some(error.to_string())),
            };
            let drift = if error.is_none() { wanted.drift(&live) } else { Vec::new() };
            ServerLaunchSettings { server_id: id, hostname, wanted: wanted.wanted(), live, drift, error }
        }
    };
    let items: Vec<ServerLaunchSettings> = stream::iter(servers).map(read).buffered(PARALLEL_READS).collect().await;
    let (count, checked_at) = (items.len(), aws::clock::now());
    Ok(Json(GroupLaunchSettings { group: name, items, count, next_token, checked_at }))
}

async fn servers_of(app: &App, group: &ProtectionGroup, region: &str) -> Result<Vec<(ServerId, String)>, Problem> {
    let drs = app.clients.at(region).drs;
    if group.selects_by_tags() {
        let servers = drs.describe_all().await?;
        let selected = servers.into_iter().filter(|server| selects(&group.selection_tags, &server.tags));
        return Ok(selected.map(|server| (server.id, server.hostname)).collect());
    }
    let listed = group.listed_servers();
    let known = drs.source_servers(&listed).await?;
    let hostname = |id: &ServerId| known.iter().find(|server| server.id == *id).map(|server| server.hostname.clone());
    Ok(listed.into_iter().map(|id| (id.clone(), hostname(&id).unwrap_or_default())).collect())
}
