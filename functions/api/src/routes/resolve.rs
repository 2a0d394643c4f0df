//! What a selection by tags means, before it is stored.

use axum::Json;
use axum::extract::State;
use contract::{FieldProblem, ResolveGroup, ResolvedGroup, ResolvedServer};
use domain::group::{ProtectionGroup, selects};
use domain::id::{GroupId, ServerId};
use domain::validate::group_problems;

use super::source_servers::holders;
use crate::App;
use crate::document::Document;
use crate::extract::Named;
use crate::problem::Problem;
use crate::storing;

/// The servers of a group or of a selection, live from DRS, and the other groups that hold them.
#[utoipa::path(post, path = "/protection-groups/{name}/resolve", operation_id = "resolveGroup",
    params(("name" = GroupId, Path)), request_body = ResolveGroup, responses((status = 200, body = ResolvedGroup)))]
pub async fn resolve(
    State(app): State<App>,
    Named(name): Named<GroupId>,
    Document(request): Document<ResolveGroup>,
) -> Result<Json<ResolvedGroup>, Problem> {
    let group = wanted(&app, name, request).await?;
    let place = &app.clients.place;
    let region = place.region_or_own(group.region.as_deref()).to_owned();
    let mut servers = app.clients.at(&region).drs.describe_all().await?;
    let listed = group.listed_servers();
    let missing: Vec<ServerId> =
        listed.iter().filter(|id| servers.iter().all(|server| server.id != **id)).cloned().collect();
    servers.retain(|server| listed.contains(&server.id) || selects(&group.selection_tags, &server.tags));
    let stored: Vec<ProtectionGroup> =
        app.clients.catalog.all_groups().await?.into_iter().map(|stored| stored.document).collect();
    let holders = holders(place, &stored, servers.iter().map(|server| (region.as_str(), server)));
    let items: Vec<ResolvedServer> = servers
        .into_iter()
        .map(|server| ResolvedServer {
            other_groups: holders
                .get(&server.id)
                .into_iter()
                .flatten()
                .filter(|holder| **holder != group.name)
                .cloned()
                .collect(),
            id: server.id,
            hostname: server.hostname,
            replication_state: server.replication_state,
            tags: server.tags,
        })
        .collect();
    let (count, resolved_at) = (items.len(), aws::clock::now());
    Ok(Json(ResolvedGroup { group: group.name, region, items, count, missing, resolved_at }))
}

/// The stored group, or one with the selection of the request.
async fn wanted(app: &App, name: GroupId, request: ResolveGroup) -> Result<ProtectionGroup, Problem> {
    let stored = app.clients.catalog.group(&name).await?.map(|stored| stored.document);
    if request.selection_tags.is_empty() {
        let mut group = stored.ok_or_else(|| storing::no_group(&name))?;
        group.region = request.region.or(group.region);
        return checked(app, group);
    }
    let region = request.region.or_else(|| stored.and_then(|stored| stored.region));
    checked(app, ProtectionGroup { name, region, selection_tags: request.selection_tags, ..ProtectionGroup::default() })
}

fn checked(app: &App, group: ProtectionGroup) -> Result<ProtectionGroup, Problem> {
    let problems: Vec<FieldProblem> = storing::problems_without_drs(app, &group, &group_problems(&group));
    if problems.is_empty() { Ok(group) } else { Err(Problem::invalid_document("the selection", problems)) }
}
