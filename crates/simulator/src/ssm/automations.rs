//! StartAutomationExecution and GetAutomationExecution.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, seconds};
use crate::error::ApiError;
use crate::ids::Region;
use crate::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct StartRequest {
    document_name: String,
    #[serde(rename = "DocumentVersion")]
    _document_version: Option<String>,
    parameters: Option<Value>,
    client_token: Option<String>,
    #[serde(rename = "Mode")]
    _mode: Option<String>,
}

pub(super) fn start(world: &mut World, region: &Region, request: StartRequest) -> Answer {
    if request.client_token.as_ref().is_some_and(|token| token.len() != 36) {
        return Err(ApiError::field("ClientToken", "must be a UUID of 36 characters"));
    }
    let parameters = request.parameters.unwrap_or_else(|| json!({}));
    let id = world.start_automation(region, &request.document_name, parameters, request.client_token)?;
    Ok((200, json!({"AutomationExecutionId": id})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetRequest {
    automation_execution_id: String,
}

pub(super) fn get(world: &World, region: &Region, request: GetRequest) -> Answer {
    let id = request.automation_execution_id;
    let missing = || ApiError::ssm("AutomationExecutionNotFoundException", format!("There is no execution {id}"));
    let automation = world.automations.get(id.as_str()).filter(|one| one.region == *region).ok_or_else(missing)?;
    let mut execution = json!({
        "AutomationExecutionId": automation.id,
        "DocumentName": automation.document,
        "DocumentVersion": "1",
        "ExecutionStartTime": seconds(automation.started_at),
        "AutomationExecutionStatus": automation.status(),
        "StepExecutions": [],
        "StepExecutionsTruncated": false,
        "Parameters": automation.parameters,
        "Outputs": {},
        "Mode": "Auto",
        "ExecutedBy": format!("arn:aws:iam::{}:root", world.settings.account),
    });
    if let Some(at) = automation.ended_at {
        execution["ExecutionEndTime"] = seconds(at);
    }
    if let Some(message) = &automation.failure {
        execution["FailureMessage"] = json!(message);
    }
    Ok((200, json!({"AutomationExecution": execution})))
}
