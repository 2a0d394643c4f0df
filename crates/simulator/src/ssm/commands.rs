//! SendCommand, GetCommandInvocation and ListCommandInvocations.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, list, seconds};
use crate::error::ApiError;
use crate::ids::{InstanceId, Region};
use crate::profile;
use crate::world::World;
use crate::world::ssm::{Command, INVISIBLE_SECONDS, Invocation, InvocationStatus};

/// The most instances that one command names.
const MOST_INSTANCES: usize = 50;

/// For so long a command can be delivered unless the caller says otherwise.
const USUAL_TIMEOUT_SECONDS: i64 = 3600;

/// The longest output that ListCommandInvocations gives for a plugin.
const LONGEST_PLUGIN_OUTPUT: usize = 2500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Target {
    key: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendRequest {
    #[serde(default)]
    instance_ids: Vec<String>,
    #[serde(default)]
    targets: Vec<Target>,
    document_name: String,
    #[serde(rename = "DocumentVersion")]
    _document_version: Option<String>,
    timeout_seconds: Option<i64>,
    #[serde(default)]
    comment: String,
    parameters: Option<Value>,
    max_concurrency: Option<String>,
    max_errors: Option<String>,
}

pub(super) fn send(world: &mut World, region: &Region, request: SendRequest) -> Answer {
    let mut instances: Vec<InstanceId> = request.instance_ids.into_iter().map(InstanceId).collect();
    for target in request.targets {
        if target.key != "InstanceIds" {
            return Err(ApiError::not_modelled(&format!("SendCommand with the target {}", target.key)));
        }
        instances.extend(target.values.into_iter().map(InstanceId));
    }
    if instances.is_empty() || instances.len() > MOST_INSTANCES {
        return Err(ApiError::field("InstanceIds", format!("must name 1 to {MOST_INSTANCES} instances")));
    }
    let mut distinct = instances.clone();
    distinct.sort();
    distinct.dedup();
    if distinct.len() != instances.len() {
        return Err(ApiError::ssm("DuplicateInstanceId", "You cannot specify an instance ID in more than one place."));
    }
    let timeout = request.timeout_seconds.unwrap_or(USUAL_TIMEOUT_SECONDS);
    if !(30..=2_592_000).contains(&timeout) {
        return Err(ApiError::field("TimeoutSeconds", "must be between 30 and 2592000"));
    }
    let parameters = request.parameters.unwrap_or_else(|| json!({}));
    let id = world.send_command(region, &request.document_name, &instances, parameters, request.comment, timeout)?;
    let command = world.commands.get(&id).map(|command| {
        json!({
            "CommandId": command.id,
            "DocumentName": command.document,
            "DocumentVersion": "$DEFAULT",
            "Comment": command.comment,
            "ExpiresAfter": seconds(command.requested_at + SignedDuration::from_secs(timeout)),
            "Parameters": command.parameters,
            "InstanceIds": instances,
            "Targets": [],
            "RequestedDateTime": seconds(command.requested_at),
            "Status": "Pending",
            "StatusDetails": "Pending",
            "MaxConcurrency": request.max_concurrency.as_deref().unwrap_or("50"),
            "MaxErrors": request.max_errors.as_deref().unwrap_or("0"),
            "TargetCount": instances.len(),
            "CompletedCount": 0,
            "ErrorCount": 0,
            "DeliveryTimedOutCount": 0,
            "TimeoutSeconds": timeout,
        })
    });
    Ok((200, json!({"Command": command})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetRequest {
    command_id: String,
    instance_id: String,
    plugin_name: Option<String>,
}

pub(super) fn get_invocation(world: &World, region: &Region, request: GetRequest) -> Answer {
    let missing = || ApiError::ssm("InvocationDoesNotExist", "The command ID and managed node ID don't match.");
    let command = world.commands.get(request.command_id.as_str()).ok_or_else(missing)?;
    let invocation = command.invocations.get(request.instance_id.as_str()).ok_or_else(missing)?;
    if !is_visible(world, region, command) {
        return Err(missing());
    }
    if request.plugin_name.is_some_and(|name| name != plugin(command)) {
        return Err(ApiError::ssm("InvalidPluginName", "The plugin name isn't valid."));
    }
    let (status, details) = invocation.status.names();
    let text = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let elapsed = invocation.started_at.zip(invocation.ended_at).map(|(from, to)| to.duration_since(from));
    let elapsed = elapsed.map(|elapsed| format!("PT{:.3}S", elapsed.as_secs_f64())).unwrap_or_default();
    let body = json!({
        "CommandId": command.id,
        "InstanceId": request.instance_id,
        "Comment": command.comment,
        "DocumentName": command.document,
        "DocumentVersion": "$DEFAULT",
        "PluginName": plugin(command),
        "ResponseCode": invocation.response_code,
        "ExecutionStartDateTime": text(invocation.started_at),
        "ExecutionElapsedTime": elapsed,
        "ExecutionEndDateTime": text(invocation.ended_at),
        "Status": status,
        "StatusDetails": details,
        "StandardOutputContent": invocation.output,
        "StandardOutputUrl": "",
        "StandardErrorContent": invocation.error,
        "StandardErrorUrl": "",
    });
    Ok((200, body))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ListRequest {
    command_id: Option<String>,
    instance_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
    filters: Option<Value>,
    #[serde(default)]
    details: bool,
}

pub(super) fn list_invocations(world: &World, region: &Region, request: ListRequest) -> Answer {
    if request.filters.is_some() {
        return Err(ApiError::not_modelled("ListCommandInvocations with Filters"));
    }
    let mut items = Vec::new();
    let commands = world.commands.values().filter(|command| is_visible(world, region, command));
    for command in commands.filter(|one| request.command_id.as_ref().is_none_or(|id| id == one.id.as_str())) {
        for (instance, invocation) in &command.invocations {
            if request.instance_id.as_ref().is_none_or(|id| id == instance.as_str()) {
                let key = format!("{} {instance}", command.id);
                items.push((key, listed(world, command, instance, invocation, request.details)));
            }
        }
    }
    list(world, "ListCommandInvocations", "CommandInvocations", (request.max_results, request.next_token), items)
}

fn listed(world: &World, command: &Command, instance: &InstanceId, invocation: &Invocation, details: bool) -> Value {
    let (status, status_details) = invocation.status.names();
    let source = world.instances.get(instance).and_then(|one| world.servers.get(&one.server));
    let plugins = if details { vec![plugin_details(command, invocation)] } else { Vec::new() };
    json!({
        "CommandId": command.id,
        "InstanceId": instance,
        "InstanceName": source.map_or("", |source| &source.spec.hostname),
        "Comment": command.comment,
        "DocumentName": command.document,
        "DocumentVersion": "$DEFAULT",
        "RequestedDateTime": seconds(command.requested_at),
        "Status": status,
        "StatusDetails": status_details,
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": plugins,
    })
}

fn plugin_details(command: &Command, invocation: &Invocation) -> Value {
    let (status, status_details) = invocation.status.names();
    let mut output = match invocation.status {
        InvocationStatus::Failed => format!("{}\n----------ERROR-------\n{}", invocation.output, invocation.error),
        InvocationStatus::Pending
        | InvocationStatus::InProgress
        | InvocationStatus::Success
        | InvocationStatus::InvalidPlatform
        | InvocationStatus::Undeliverable
        | InvocationStatus::DeliveryTimedOut
        | InvocationStatus::ExecutionTimedOut => invocation.output.clone(),
    };
    output.truncate(output.floor_char_boundary(LONGEST_PLUGIN_OUTPUT));
    let mut details = json!({
        "Name": plugin(command),
        "Status": status,
        "StatusDetails": status_details,
        "ResponseCode": invocation.response_code,
        "Output": output,
    });
    for (name, at) in
        [("ResponseStartDateTime", invocation.started_at), ("ResponseFinishDateTime", invocation.ended_at)]
    {
        if let Some(at) = at {
            details[name] = seconds(at);
        }
    }
    details
}

fn plugin(command: &Command) -> &'static str {
    if command.document.contains("PowerShell") { "aws:runPowerShellScript" } else { "aws:runShellScript" }
}

fn is_visible(world: &World, region: &Region, command: &Command) -> bool {
    command.region == *region && world.now >= command.requested_at + profile::seconds(INVISIBLE_SECONDS)
}
