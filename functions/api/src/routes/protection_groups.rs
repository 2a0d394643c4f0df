//! Protection groups.

use std::collections::BTreeSet;

use aws::catalog::GroupRefusal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::{FieldProblem, Page, ProtectionGroup, StoredGroup};
use domain::id::{GroupId, ServerId};
use domain::role::Action;
use domain::validate::group_problems;

use super::{ListQuery, PAGE, stored};
use crate::App;
use crate::caller::Caller;
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;

/// `GET /v1/protection-groups`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<StoredGroup>>, Problem> {
    caller.may(Action::Read)?;
    let page = app.clients.catalog.groups(PAGE, query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(stored).collect(), page.next_token)))
}

/// `GET /v1/protection-groups/{name}`
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<GroupId>,
) -> Result<Json<StoredGroup>, Problem> {
    caller.may(Action::Read)?;
    let found = app.clients.catalog.group(&name).await?;
    found.map(|group| Json(stored(group))).ok_or_else(|| Problem::not_found(&format!("protection group {name}")))
}

/// `PUT /v1/protection-groups/{name}`: creates or replaces; the same document again changes nothing.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<GroupId>,
    Document(group): Document<ProtectionGroup>,
) -> Result<(StatusCode, Json<StoredGroup>), Problem> {
    caller.may(Action::Plan)?;
    let what = format!("protection group {name}");
    let mut problems = group_problems(&group);
    if group.name != name {
        let message = format!("{} is not the name in the path, {name}", group.name);
        problems.push(domain::validate::Problem { at: "name".to_owned(), message });
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(&what, &problems));
    }
    unknown_servers(&app, &what, &group).await?;
    let before = app.clients.catalog.group(&name).await?;
    if let Some(before) = before.as_ref().filter(|before| before.document == group) {
        return Ok((StatusCode::OK, Json(stored(before.clone()))));
    }
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    match app.clients.catalog.save_group(group, before.as_ref(), &caller.name, aws::clock::now()).await? {
        Ok(saved) => Ok((status, Json(stored(saved)))),
        Err(GroupRefusal::MembersElsewhere(members)) => {
            let members: Vec<String> = members.iter().map(|(server, group)| format!("{server} in {group}")).collect();
            let detail = format!(
                "a source server is in one protection group only; already taken: {}. Nothing was stored.",
                members.join(", ")
            );
            Err(Problem::new(StatusCode::CONFLICT, "SERVER_IN_OTHER_GROUP", detail))
        }
        Err(GroupRefusal::ChangedMeanwhile) => {
            let detail = format!("somebody else changed {what} at the same time: read it, then write again");
            Err(Problem::new(StatusCode::CONFLICT, "CHANGED_MEANWHILE", detail))
        }
    }
}

/// Refuses servers that DRS does not know in this account and Region, all at once.
async fn unknown_servers(app: &App, what: &str, group: &ProtectionGroup) -> Result<(), Problem> {
    let wanted: Vec<ServerId> = group.servers.iter().map(|member| member.id.clone()).collect();
    let known: BTreeSet<ServerId> =
        app.clients.drs.source_servers(&wanted).await?.into_iter().map(|server| server.id).collect();
    let unknown: Vec<FieldProblem> = wanted
        .iter()
        .enumerate()
        .filter(|(_, server)| !known.contains(server))
        .map(|(index, server)| FieldProblem {
            at: format!("servers[{index}].id"),
            message: format!("DRS knows no source server {server} in this account and Region"),
        })
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Problem::invalid_document(what, unknown)) }
}
