//! DescribeInstanceInformation.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, list, seconds};
use crate::error::ApiError;
use crate::fault::ServerFault;
use crate::ids::Region;
use crate::profile::Os;
use crate::world::World;
use crate::world::instance::Instance;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(rename = "Key", alias = "key")]
    key: String,
    #[serde(rename = "Values", alias = "valueSet")]
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    instance_information_filter_list: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(world: &World, region: &Region, request: Request) -> Answer {
    let filters: Vec<Filter> = request.filters.into_iter().chain(request.instance_information_filter_list).collect();
    for filter in &filters {
        match filter.key.as_str() {
            "InstanceIds" | "PingStatus" => {}
            key => return Err(ApiError::not_modelled(&format!("DescribeInstanceInformation with the filter {key}"))),
        }
        if !(1..=100).contains(&filter.values.len()) {
            let message = "a filter has 1 to 100 values";
            return Err(ApiError::ssm("InvalidInstanceInformationFilterValue", message));
        }
    }
    if request.max_results.is_some_and(|limit| limit < 5) {
        return Err(ApiError::field("MaxResults", "must be at least 5"));
    }
    let wanted = |one: &&Instance| {
        one.is_managed()
            && filters.iter().all(|filter| {
                let value = if filter.key == "InstanceIds" { one.id.as_str() } else { ping_status(world, one) };
                filter.values.iter().any(|wanted| wanted == value)
            })
    };
    let items = world.instances_in(region).filter(wanted).map(|one| (one.id.to_string(), information(world, one)));
    let page = (request.max_results, request.next_token);
    list(world, "DescribeInstanceInformation", "InstanceInformationList", page, items.collect())
}

fn ping_status(world: &World, instance: &Instance) -> &'static str {
    if world.agent_answers(&instance.id) { "Online" } else { "ConnectionLost" }
}

fn information(world: &World, instance: &Instance) -> Value {
    let source = world.servers.get(&instance.server);
    let (platform, name, version) = match source.map_or(Os::Linux, |source| source.spec.os) {
        Os::Linux => ("Linux", "Amazon Linux", "2023"),
        Os::Windows => ("Windows", "Microsoft Windows Server 2022 Datacenter", "10.0.20348"),
    };
    // A lost agent was last heard of when the fault came.
    let lost_since = world.faults.server_fault_since(ServerFault::AgentNeverOnline, &instance.server);
    let last_ping = lost_since.unwrap_or(world.now);
    json!({
        "InstanceId": instance.id,
        "PingStatus": ping_status(world, instance),
        "LastPingDateTime": seconds(last_ping),
        "AgentVersion": "3.3.1611.0",
        "IsLatestVersion": true,
        "PlatformType": platform,
        "PlatformName": name,
        "PlatformVersion": version,
        "ResourceType": "EC2Instance",
        "ComputerName": source.map(|source| &source.spec.hostname),
    })
}
