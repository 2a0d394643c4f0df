//! DescribeRecoveryInstances and TerminateRecoveryInstances.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, at_most, jobs, page, present, source_servers, timestamp};
use crate::error::ApiError;
use crate::ids::{self, InstanceId, Region};
use crate::page::PageRequest;
use crate::world::World;
use crate::world::instance::Instance;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[serde(rename = "recoveryInstanceIDs")]
    recovery_instance_ids: Option<Vec<String>>,
    #[serde(rename = "sourceServerIDs")]
    source_server_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DescribeRequest {
    #[serde(default)]
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(world: &World, region: &Region, request: DescribeRequest) -> Answer {
    let instances = request.filters.recovery_instance_ids.unwrap_or_default();
    at_most("filters.recoveryInstanceIDs", instances.len(), 200)?;
    let instances: BTreeSet<String> = instances.into_iter().collect();
    let servers: BTreeSet<String> = request.filters.source_server_ids.unwrap_or_default().into_iter().collect();
    let wanted = |one: &&Instance| {
        one.exists()
            && (instances.is_empty() || instances.contains(one.id.as_str()))
            && (servers.is_empty() || servers.contains(one.server.as_str()))
    };
    let shown = world.instances_in(region).filter(wanted);
    let items = shown.map(|one| (one.id.to_string(), one)).collect();
    let request = PageRequest {
        operation: "DescribeRecoveryInstances",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page(request.cut(items)?.map(|one| recovery_instance(world, one)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TerminateRequest {
    #[serde(rename = "recoveryInstanceIDs")]
    recovery_instance_ids: Vec<String>,
}

pub(super) fn terminate(world: &mut World, region: &Region, request: TerminateRequest) -> Answer {
    if request.recovery_instance_ids.is_empty() {
        return Err(ApiError::field("recoveryInstanceIDs", "must not be empty"));
    }
    at_most("recoveryInstanceIDs", request.recovery_instance_ids.len(), 200)?;
    let instances: Vec<InstanceId> = request.recovery_instance_ids.into_iter().map(InstanceId).collect();
    let ordinal = world.start_terminate(region, &instances)?;
    Ok((200, json!({"job": jobs::job_at(world, ordinal)})))
}

fn recovery_instance(world: &World, instance: &Instance) -> Value {
    let id = &instance.id;
    let source = world.servers.get(&instance.server);
    let properties = source.map(|server| {
        let mut properties = source_servers::properties(world, server);
        let disks = (0_u8..).zip(&server.spec.disks_gib).map(|(index, gib)| {
            let volume = ids::hex_digits(world.settings.seed, &["volume", id.as_str(), &index.to_string()], 17);
            json!({
                "internalDeviceName": source_servers::device_name(server.spec.os, index),
                "bytes": u64::from(*gib) << 30,
                "ebsVolumeID": format!("vol-{volume}"),
            })
        });
        properties["disks"] = disks.collect();
        properties["identificationHints"]["awsInstanceID"] = json!(id);
        for only_of_source in ["recommendedInstanceType", "supportsNitroInstances", "architecture"] {
            properties[only_of_source] = Value::Null;
        }
        properties
    });
    present(json!({
        "recoveryInstanceID": id,
        "ec2InstanceID": id,
        "ec2InstanceState": instance.state,
        "jobID": world.jobs.get(instance.job).map(|job| &job.id),
        "sourceServerID": instance.server,
        "arn": world.arn(&instance.region, &format!("recovery-instance/{id}")),
        "tags": instance.tags,
        "isDrill": instance.is_drill,
        "pointInTimeSnapshotDateTime": timestamp(world, instance.point_in_time),
        "failback": {"state": "FAILBACK_NOT_STARTED"},
        "dataReplicationInfo": {"dataReplicationState": "NOT_STARTED"},
        "recoveryInstanceProperties": properties,
        "originEnvironment": "ON_PREMISES",
        "agentVersion": "6.42.20261001",
    }))
}
