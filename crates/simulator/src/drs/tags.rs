//! Tags of source servers, jobs, recovery instances and recovery plans, by ARN.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::Answer;
use crate::error::ApiError;
use crate::ids::Region;
use crate::world::World;
use crate::world::instance::Instance;

/// The most tags on one resource.
const MOST_TAGS: usize = 50;

type Tags = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ListRequest {
    resource_arn: String,
}

pub(super) fn tag(world: &mut World, region: &Region, request: TagRequest) -> Answer {
    let present = find(world, region, &request.resource_arn)?;
    let mut merged = present.clone();
    merged.extend(request.tags);
    check(&merged)?;
    *present = merged;
    Ok((200, json!({})))
}

pub(super) fn untag(world: &mut World, region: &Region, request: UntagRequest) -> Answer {
    let present = find(world, region, &request.resource_arn)?;
    present.retain(|key, _| !request.tag_keys.contains(key));
    Ok((200, json!({})))
}

pub(super) fn list(world: &mut World, region: &Region, request: ListRequest) -> Answer {
    let tags = find(world, region, &request.resource_arn)?.clone();
    Ok((200, json!({"tags": tags})))
}

/// Checks the tags that a resource is to have.
pub(super) fn check(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > MOST_TAGS {
        return Err(ApiError::field("tags", format!("a resource has at most {MOST_TAGS} tags")));
    }
    for (key, value) in tags {
        let fits = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !fits || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(ApiError::field("tags", format!("`{key}` is not a valid tag")));
        }
    }
    Ok(())
}

fn find<'world>(world: &'world mut World, region: &Region, arn: &str) -> Result<&'world mut Tags, ApiError> {
    let missing = || ApiError::not_found("Resource", arn);
    let resource = arn.strip_prefix(&world.arn(region, "")).ok_or_else(missing)?;
    let (kind, id) = resource.split_once('/').ok_or_else(missing)?;
    let tags = match kind {
        "source-server" => world.server_in_mut(region, id).map(|server| &mut server.tags),
        "job" => {
            let mut jobs = world.jobs.iter_mut().filter(|job| job.region == *region);
            jobs.find(|job| job.id.as_str() == id).map(|job| &mut job.tags)
        }
        "recovery-instance" => {
            let existing = |one: &&mut Instance| one.exists() && one.region == *region;
            world.instances.get_mut(id).filter(existing).map(|instance| &mut instance.tags)
        }
        "recovery-plan" => {
            let mut plans = world.recovery_plans.iter_mut().filter(|plan| plan.spec.region == *region);
            plans.find(|plan| plan.id == id).map(|plan| &mut plan.tags)
        }
        _ => None,
    };
    tags.ok_or_else(missing)
}
