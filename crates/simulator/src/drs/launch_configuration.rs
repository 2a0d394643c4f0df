//! GetLaunchConfiguration and UpdateLaunchConfiguration. Of the settings, only `launchDisposition` (a stopped instance
//! has no agent) and `recoveryMode` (FAST skips the conversion) change what a launch does here. Two faults are for
//! callers that write settings: one refuses, the other answers as if it had written, which only a second look shows.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, present};
use crate::error::ApiError;
use crate::fault::ServerFault;
use crate::ids::{self, Region};
use crate::world::World;
use crate::world::server::{LaunchConfiguration, SourceServer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GetRequest {
    #[serde(rename = "sourceServerID")]
    source_server_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Licensing {
    #[serde(rename = "osByol")]
    os_byol: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LaunchInto {
    #[serde(rename = "launchIntoEC2InstanceID")]
    instance: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UpdateRequest {
    #[serde(rename = "sourceServerID")]
    source_server_id: String,
    name: Option<String>,
    launch_disposition: Option<String>,
    target_instance_type_right_sizing_method: Option<String>,
    copy_private_ip: Option<bool>,
    copy_tags: Option<bool>,
    licensing: Option<Licensing>,
    post_launch_enabled: Option<bool>,
    launch_into_instance_properties: Option<LaunchInto>,
    recovery_mode: Option<String>,
}

pub(super) fn get(world: &World, region: &Region, request: GetRequest) -> Answer {
    let id = request.source_server_id;
    let server = world.server_in(region, &id).ok_or_else(|| ApiError::not_found("SourceServer", &id))?;
    Ok((200, show(world, server, &server.launch_configuration)))
}

pub(super) fn update(world: &mut World, region: &Region, request: UpdateRequest) -> Answer {
    one_of("launchDisposition", request.launch_disposition.as_ref(), &["STARTED", "STOPPED"])?;
    let method = request.target_instance_type_right_sizing_method;
    one_of("targetInstanceTypeRightSizingMethod", method.as_ref(), &["NONE", "BASIC", "IN_AWS"])?;
    one_of("recoveryMode", request.recovery_mode.as_ref(), &["FAST", "OPTIMAL"])?;
    if request.name.as_ref().is_some_and(|name| name.chars().count() > 128) {
        return Err(ApiError::field("name", "must have at most 128 characters"));
    }
    let id = request.source_server_id;
    let server = world.server_in(region, &id).ok_or_else(|| ApiError::not_found("SourceServer", &id))?;
    if world.has_fault(ServerFault::LaunchSettingsRefused, &server.spec.id) {
        return Err(ApiError::settings_conflict(&id));
    }
    let mut settings = server.launch_configuration.clone();
    set(&mut settings.name, request.name);
    set(&mut settings.launch_disposition, request.launch_disposition);
    set(&mut settings.right_sizing, method);
    set(&mut settings.copy_private_ip, request.copy_private_ip);
    set(&mut settings.copy_tags, request.copy_tags);
    set(&mut settings.os_byol, request.licensing.and_then(|licensing| licensing.os_byol));
    set(&mut settings.post_launch_enabled, request.post_launch_enabled);
    if let Some(into) = request.launch_into_instance_properties {
        settings.launch_into = into.instance;
    }
    set(&mut settings.recovery_mode, request.recovery_mode);
    let shown = show(world, server, &settings);
    let ignored = world.has_fault(ServerFault::LaunchSettingsIgnored, &server.spec.id);
    if let Some(server) = world.server_in_mut(region, &id).filter(|_| !ignored) {
        server.launch_configuration = settings;
    }
    Ok((200, shown))
}

fn set<Setting>(setting: &mut Setting, value: Option<Setting>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn one_of(name: &str, value: Option<&String>, allowed: &[&str]) -> Result<(), ApiError> {
    match value {
        Some(value) if !allowed.contains(&value.as_str()) => {
            Err(ApiError::field(name, format!("must be one of {}", allowed.join(", "))))
        }
        Some(_) | None => Ok(()),
    }
}

fn show(world: &World, server: &SourceServer, settings: &LaunchConfiguration) -> Value {
    let id = &server.spec.id;
    let template = ids::hex_digits(world.settings.seed, &["launch-template", id.as_str()], 17);
    let LaunchConfiguration {
        name,
        launch_disposition,
        right_sizing,
        copy_private_ip,
        copy_tags,
        os_byol,
        post_launch_enabled,
        launch_into,
        recovery_mode,
    } = settings;
    present(json!({
        "sourceServerID": id,
        "name": name,
        "ec2LaunchTemplateID": format!("lt-{template}"),
        "launchDisposition": launch_disposition,
        "targetInstanceTypeRightSizingMethod": right_sizing,
        "copyPrivateIp": copy_private_ip,
        "copyTags": copy_tags,
        "licensing": {"osByol": os_byol},
        "postLaunchEnabled": post_launch_enabled,
        "launchIntoInstanceProperties": {"launchIntoEC2InstanceID": launch_into},
        "recoveryMode": recovery_mode,
    }))
}
