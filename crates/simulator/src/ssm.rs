//! SSM on the wire (awsJson1.1): which operation a call is, and what its answer looks like. What calls do to the world
//! is in [`crate::world`].

mod automations;
mod commands;
mod documents;
mod instances;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::drs::Answer;
use crate::error::ApiError;
use crate::ids::Region;
use crate::page::{Page, PageRequest};
use crate::world::World;

/// Answers one call of a caller in `region`. Documents are the same in every Region, everything else is not.
pub fn answer(world: &mut World, region: &Region, operation: &str, request: Value) -> Answer {
    match operation {
        "SendCommand" => commands::send(world, region, parse(request)?),
        "GetCommandInvocation" => commands::get_invocation(world, region, parse(request)?),
        "ListCommandInvocations" => commands::list_invocations(world, region, parse(request)?),
        "DescribeInstanceInformation" => instances::describe(world, region, parse(request)?),
        "StartAutomationExecution" => automations::start(world, region, parse(request)?),
        "GetAutomationExecution" => automations::get(world, region, parse(request)?),
        "DescribeDocument" => documents::describe(world, parse(request)?),
        _ => Err(ApiError::not_modelled(operation)),
    }
}

/// Strict: a member that the simulator does not know is an error, not something to ignore.
fn parse<Request: DeserializeOwned>(request: Value) -> Result<Request, ApiError> {
    serde_json::from_value(request).map_err(ApiError::cannot_parse)
}

/// SSM writes times as Unix seconds.
fn seconds(at: Timestamp) -> Value {
    json!(at.as_millisecond() as f64 / 1e3)
}

fn list(
    world: &World,
    operation: &'static str,
    name: &str,
    (max_results, next_token): (Option<i64>, Option<String>),
    items: Vec<(String, Value)>,
) -> Answer {
    let next_token = next_token.as_deref();
    // SSM gives at most 50 items, and rejects a request for more.
    if max_results.is_some_and(|limit| limit > 50) {
        return Err(ApiError::field("MaxResults", "must be at most 50"));
    }
    let request = PageRequest { operation, max_results, next_token, page_size: world.page_size().min(50) };
    let cut = request.cut(items).map_err(|error| match next_token {
        Some(_) => ApiError::ssm("InvalidNextToken", "The specified token is not valid."),
        None => error,
    })?;
    let Page { items, next_token } = cut;
    let mut body = Map::from_iter([(name.to_owned(), Value::from(items))]);
    body.extend(next_token.map(|token| ("NextToken".to_owned(), json!(token))));
    Ok((200, Value::Object(body)))
}
