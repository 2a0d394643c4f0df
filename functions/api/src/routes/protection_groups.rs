//! Protection groups.

use aws::catalog::GroupDeletionRefusal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::{Page, ProtectionGroup, Stored, StoredGroup};
use domain::id::GroupId;

use super::{ListQuery, stored};
use crate::App;
use crate::caller::Caller;
use crate::conditional::{Precondition, document_tag, tag_header};
use crate::document::Document;
use crate::extract::{Named, Parameters};
use crate::problem::Problem;
use crate::storing;

/// Protection groups, by name.
#[utoipa::path(get, path = "/protection-groups", operation_id = "listProtectionGroups", params(ListQuery),
    responses((status = 200, body = Page<Stored<ProtectionGroup>>)))]
pub async fn list(
    State(app): State<App>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page<StoredGroup>>, Problem> {
    let page = app.clients.catalog.groups(query.page(), query.next_token.as_deref()).await?;
    Ok(Json(Page::new(page.items.into_iter().map(stored).collect(), page.next_token)))
}

/// One protection group.
#[utoipa::path(get, path = "/protection-groups/{name}", operation_id = "getProtectionGroup",
    params(("name" = GroupId, Path)),
    responses((status = 200, body = Stored<ProtectionGroup>, headers(("ETag" = String)))))]
pub async fn get(State(app): State<App>, Named(name): Named<GroupId>) -> Result<Response, Problem> {
    let found = app.clients.catalog.group(&name).await?.ok_or_else(|| storing::no_group(&name))?;
    Ok((tag_header(&document_tag(&found)), Json(stored(found))).into_response())
}

/// Creates or replaces a protection group. The same document again changes nothing.
#[utoipa::path(put, path = "/protection-groups/{name}", operation_id = "putProtectionGroup",
    params(("name" = GroupId, Path), ("If-Match" = Option<String>, Header), ("If-None-Match" = Option<String>, Header)),
    request_body = ProtectionGroup,
    responses((status = 200, body = Stored<ProtectionGroup>, headers(("ETag" = String))),
        (status = 201, body = Stored<ProtectionGroup>, headers(("ETag" = String))),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<GroupId>,
    precondition: Precondition,
    Document(group): Document<ProtectionGroup>,
) -> Result<Response, Problem> {
    let what = format!("protection group {name}");
    let before = app.clients.catalog.group(&name).await?;
    let mut problems = storing::group_problems(&app, &group, before.as_ref().map(|before| &before.document)).await?;
    problems.extend(storing::other_name("name", group.name.as_str(), name.as_str()));
    if !problems.is_empty() {
        return Err(Problem::invalid_document(&what, problems));
    }
    precondition.check(&what, before.as_ref())?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let saved = storing::store_group(&app, &caller, group, before).await?;
    Ok((status, tag_header(&document_tag(&saved)), Json(stored(saved))).into_response())
}

/// Deletes a protection group that no plan uses.
#[utoipa::path(delete, path = "/protection-groups/{name}", operation_id = "deleteProtectionGroup",
    params(("name" = GroupId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204),
        (status = 409, body = contract::ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = contract::ProblemDetails, content_type = "application/problem+json")))]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named<GroupId>,
    precondition: Precondition,
) -> Result<StatusCode, Problem> {
    let what = format!("protection group {name}");
    let found = app.clients.catalog.group(&name).await?.ok_or_else(|| storing::no_group(&name))?;
    precondition.check(&what, Some(&found))?;
    match app.clients.catalog.delete_group(&found, &caller.actor()).await? {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(GroupDeletionRefusal::UsedBy(plans)) => {
            let plans: Vec<String> = plans.iter().map(ToString::to_string).collect();
            let detail = format!(
                "recovery plans use {what}: {}. Take it out of their waves first; nothing was deleted.",
                plans.join(", ")
            );
            Err(Problem::new(StatusCode::CONFLICT, "GROUP_IN_USE", detail))
        }
        Err(GroupDeletionRefusal::ChangedMeanwhile) => Err(storing::changed_meanwhile(&what)),
    }
}
