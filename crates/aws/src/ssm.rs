//! Systems Manager: is the agent there, and what did a command say.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::InstanceInformationStringFilter;
use domain::id::{CommandId, InstanceId};

use crate::error::{AwsError, ErrorKind, classify};

/// Instances that one SendCommand takes by id, and values that one filter takes. Source: the SSM API.
pub const MAX_INSTANCES: usize = 50;

/// What a command came to on one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The instance.
    pub instance: InstanceId,
    /// `CommandInvocationStatus`, as SSM spells it.
    pub status: String,
    /// The finer status, for people.
    pub status_details: String,
    /// What its steps printed.
    pub output: String,
}

/// Systems Manager, as far as functions use it.
#[derive(Debug, Clone)]
pub struct Ssm {
    client: Client,
}

impl Ssm {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Which of `instances` have an agent that is Online now.
    ///
    /// # Errors
    /// When SSM cannot be asked.
    pub async fn online(&self, instances: &[InstanceId]) -> Result<BTreeSet<InstanceId>, AwsError> {
        let mut online = BTreeSet::new();
        for chunk in instances.chunks(MAX_INSTANCES) {
            let filter = InstanceInformationStringFilter::builder()
                .key("InstanceIds")
                .set_values(Some(chunk.iter().map(ToString::to_string).collect()))
                .build()
                .map_err(|error| AwsError::new(ErrorKind::Bug, "DescribeInstanceInformation", error.to_string()))?;
            let mut pages = self.client.describe_instance_information().filters(filter).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| classify("DescribeInstanceInformation", error))?;
                online.extend(
                    page.instance_information_list
                        .unwrap_or_default()
                        .into_iter()
                        .filter(|information| {
                            information.ping_status.as_ref().is_some_and(|status| status.as_str() == "Online")
                        })
                        .filter_map(|information| information.instance_id)
                        .map(InstanceId::from),
                );
            }
        }
        Ok(online)
    }

    /// Runs `document` on at most [`MAX_INSTANCES`] instances. SendCommand has no client token: a retry runs it again.
    ///
    /// # Errors
    /// `Invalid` with the code `InvalidInstanceId` when an agent is not registered (any more), and with others when
    /// the document or its parameters are wrong.
    pub async fn send_command(
        &self,
        document: &str,
        parameters: &BTreeMap<String, Vec<String>>,
        instances: &[InstanceId],
        comment: &str,
    ) -> Result<CommandId, AwsError> {
        let mut request = self
            .client
            .send_command()
            .document_name(document)
            .comment(comment)
            .set_instance_ids(Some(instances.iter().map(ToString::to_string).collect()));
        for (name, values) in parameters {
            request = request.parameters(name, values.clone());
        }
        let sent = request.send().await.map_err(|error| classify("SendCommand", error))?;
        sent.command
            .and_then(|command| command.command_id)
            .map(CommandId::from)
            .ok_or_else(|| AwsError::new(ErrorKind::Bug, "SendCommand", "the answer has no CommandId"))
    }

    /// Whether the account has, or may run, the document with this name or ARN.
    ///
    /// # Errors
    /// When SSM cannot be asked.
    pub async fn has_document(&self, document: &str) -> Result<bool, AwsError> {
        match self.client.describe_document().name(document).send().await {
            Ok(_) => Ok(true),
            Err(error) => match classify("DescribeDocument", error) {
                missing if missing.code.as_deref() == Some("InvalidDocument") => Ok(false),
                other => Err(other),
            },
        }
    }

    /// What `command` came to so far, per instance. Right after SendCommand it may be empty.
    ///
    /// # Errors
    /// When SSM cannot be asked.
    pub async fn invocations(&self, command: &CommandId) -> Result<Vec<Invocation>, AwsError> {
        let mut invocations = Vec::new();
        let mut pages =
            self.client.list_command_invocations().command_id(command.as_str()).details(true).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify("ListCommandInvocations", error))?;
            for invocation in page.command_invocations.unwrap_or_default() {
                let output = invocation
                    .command_plugins
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|plugin| plugin.output)
                    .collect::<Vec<_>>()
                    .join("\n");
                invocations.push(Invocation {
                    instance: InstanceId::from(invocation.instance_id.unwrap_or_default()),
                    status: invocation.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                    status_details: invocation.status_details.unwrap_or_default(),
                    output,
                });
            }
        }
        Ok(invocations)
    }
}

/// What became of an automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automation {
    /// `AutomationExecutionStatus`, as SSM spells it.
    pub status: String,
    /// Its outputs, or why it failed.
    pub output: String,
}

impl Ssm {
    /// Runs the automation document `document`, once for each `name`, however often this is called.
    ///
    /// # Errors
    /// `Invalid` or `NotFound` when the document or its parameters are wrong.
    pub async fn start_automation(
        &self,
        document: &str,
        parameters: &BTreeMap<String, Vec<String>>,
        name: &str,
    ) -> Result<String, AwsError> {
        const OPERATION: &str = "StartAutomationExecution";
        let mut request =
            self.client.start_automation_execution().document_name(document).client_token(client_token(name));
        for (name, values) in parameters {
            request = request.parameters(name, values.clone());
        }
        let started = request.send().await.map_err(|error| classify(OPERATION, error))?;
        started
            .automation_execution_id
            .ok_or_else(|| AwsError::new(ErrorKind::Bug, OPERATION, "the answer has no AutomationExecutionId"))
    }

    /// What became of an automation so far.
    ///
    /// # Errors
    /// When SSM cannot be asked.
    pub async fn automation(&self, id: &str) -> Result<Automation, AwsError> {
        const OPERATION: &str = "GetAutomationExecution";
        let answer = self.client.get_automation_execution().automation_execution_id(id).send().await;
        let automation = answer.map_err(|error| classify(OPERATION, error))?.automation_execution;
        let automation =
            automation.ok_or_else(|| AwsError::new(ErrorKind::Bug, OPERATION, "the answer has no execution"))?;
        let outputs: BTreeMap<String, Vec<String>> = automation.outputs.unwrap_or_default().into_iter().collect();
        let lines = outputs.iter().map(|(name, values)| format!("{name}: {}", values.join(", ")));
        let output = automation.failure_message.into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        let status = automation.automation_execution_status.map(|status| status.as_str().to_owned());
        Ok(Automation { status: status.unwrap_or_default(), output })
    }
}

/// A UUID that is the same for the same name, as SSM wants its client tokens.
fn client_token(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let hex: String = Sha256::digest(name).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
