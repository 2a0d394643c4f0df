//! DRS on the wire (restJson1): which operation a call is, and what its answer looks like. What calls do to the world
//! is in [`crate::world`].

mod jobs;
mod launch_configuration;
mod recovery_instances;
mod recovery_plans;
mod snapshots;
mod source_servers;
mod tags;
mod time;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::ids::Region;
use crate::page::Page;
use crate::world::World;

pub use time::timestamp;

/// A good answer: its status and body.
pub type Answer = Result<(u16, Value), ApiError>;

/// Answers one call of a caller in `region`. `resource_arn` is the decoded ARN of the three operations on tags.
pub fn answer(world: &mut World, region: &Region, operation: &str, request: Value) -> Answer {
    if !world.settings.initialized && !operation.contains("Tag") {
        return Err(ApiError::uninitialized());
    }
    match operation {
        "DescribeSourceServers" => source_servers::describe(world, region, parse(request)?),
        "StartRecovery" => jobs::start_recovery(world, region, parse(request)?),
        "DescribeJobs" => jobs::describe(world, region, parse(request)?),
        "DescribeJobLogItems" => jobs::describe_log_items(world, region, parse(request)?),
        "DescribeRecoveryInstances" => recovery_instances::describe(world, region, parse(request)?),
        "TerminateRecoveryInstances" => recovery_instances::terminate(world, region, parse(request)?),
        "DescribeRecoverySnapshots" => snapshots::describe(world, region, parse(request)?),
        "GetLaunchConfiguration" => launch_configuration::get(world, region, parse(request)?),
        "UpdateLaunchConfiguration" => launch_configuration::update(world, region, parse(request)?),
        "TagResource" => tags::tag(world, region, parse(request)?),
        "UntagResource" => tags::untag(world, region, parse(request)?),
        "ListTagsForResource" => tags::list(world, region, parse(request)?),
        "ListRecoveryPlans" => recovery_plans::list(world, region, parse(request)?),
        "GetRecoveryPlan" => recovery_plans::get(world, region, parse(request)?),
        "ListRecoveryPlanSteps" => recovery_plans::list_steps(world, region, parse(request)?),
        "GetRecoveryPlanStep" => recovery_plans::get_step(world, region, parse(request)?),
        _ => Err(ApiError::not_modelled(operation)),
    }
}

/// Strict: a member that the simulator does not know is an error, not something to ignore.
fn parse<Request: DeserializeOwned>(request: Value) -> Result<Request, ApiError> {
    serde_json::from_value(request).map_err(ApiError::cannot_parse)
}

fn page(page: Page<Value>) -> Answer {
    page_of("items", page)
}

/// A page whose list has a name of its own.
fn page_of(name: &str, page: Page<Value>) -> Answer {
    let mut body = Map::from_iter([(name.to_owned(), Value::from(page.items))]);
    body.extend(page.next_token.map(|token| ("nextToken".to_owned(), json!(token))));
    Ok((200, Value::Object(body)))
}

/// An object without the members that have no value: DRS leaves them out, it does not write `null`.
fn present(mut value: Value) -> Value {
    drop_nulls(&mut value);
    value
}

/// In place: most of the time of a long page would go into copying it.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn at_most(name: &str, count: usize, limit: usize) -> Result<(), ApiError> {
    if count > limit { Err(ApiError::field(name, format!("has {count} items, more than {limit}"))) } else { Ok(()) }
}
