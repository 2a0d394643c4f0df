//! SSM commands and automations: how they run and how they end. Which instances have a registered agent is decided in
//! [`super::instance`]; how all this looks in an answer of SSM is in [`crate::ssm`].

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Event, World};
use crate::error::ApiError;
use crate::fault::ServerFault;
use crate::ids::{self, AutomationId, CommandId, InstanceId, Region};
use crate::inventory::{DocumentKind, SsmDocument};
use crate::profile::seconds;

/// For so long after SendCommand the invocations cannot be seen: SSM is eventually consistent.
pub const INVISIBLE_SECONDS: f64 = 2.0;

/// From SendCommand until the agent has the command.
const DELIVERY_SECONDS: f64 = 3.0;

/// The longest output that GetCommandInvocation gives.
const LONGEST_OUTPUT: usize = 24_000;

/// How a command stands on one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names follow SSM's status details")]
pub enum InvocationStatus {
    Pending,
    InProgress,
    Success,
    Failed,
    InvalidPlatform,
    Undeliverable,
    DeliveryTimedOut,
    ExecutionTimedOut,
}

impl InvocationStatus {
    /// `Status` and `StatusDetails`.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            InvocationStatus::Pending => ("Pending", "Pending"),
            InvocationStatus::InProgress => ("InProgress", "In Progress"),
            InvocationStatus::Success => ("Success", "Success"),
            InvocationStatus::Failed => ("Failed", "Failed"),
            InvocationStatus::InvalidPlatform => ("Failed", "Invalid Platform"),
            InvocationStatus::Undeliverable => ("Failed", "Undeliverable"),
            InvocationStatus::DeliveryTimedOut => ("TimedOut", "Delivery Timed Out"),
            InvocationStatus::ExecutionTimedOut => ("TimedOut", "Execution Timed Out"),
        }
    }
}

/// A command on one instance.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// How it stands.
    pub status: InvocationStatus,
    /// The exit status; -1 until there is one.
    pub response_code: i32,
    /// When the agent began.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub error: String,
}

/// A command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Its id.
    pub id: CommandId,
    /// Where it runs.
    pub region: Region,
    /// The document it runs.
    pub document: String,
    /// The caller's note.
    pub comment: String,
    /// The caller's parameters, as they came.
    pub parameters: Value,
    /// When it was sent.
    pub requested_at: Timestamp,
    /// For how long it can be delivered.
    pub timeout_seconds: i64,
    /// One for each instance.
    pub invocations: BTreeMap<InstanceId, Invocation>,
}

/// An automation execution.
#[derive(Debug, Clone)]
pub struct Automation {
    /// Its id.
    pub id: AutomationId,
    /// Where it runs.
    pub region: Region,
    /// The document it runs.
    pub document: String,
    /// The caller's parameters, as they came.
    pub parameters: Value,
    /// The caller's token.
    pub client_token: Option<String>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

impl Automation {
    /// `AutomationExecutionStatus`.
    pub fn status(&self) -> &'static str {
        match (self.ended_at, &self.failure) {
            (None, _) => "InProgress",
            (Some(_), None) => "Success",
            (Some(_), Some(_)) => "Failed",
        }
    }
}

impl World {
    /// True when the agent of the instance answers: registered, and not lost to a fault.
    pub fn agent_answers(&self, id: &InstanceId) -> bool {
        let managed = self.instances.get(id).filter(|instance| instance.is_managed());
        managed.is_some_and(|instance| !self.has_fault(ServerFault::AgentNeverOnline, &instance.server))
    }

    fn document(&self, name: &str, kind: DocumentKind) -> Option<&SsmDocument> {
        self.settings.documents.iter().find(|document| document.name == name && document.kind == kind)
    }

    /// Sends a command to instances of a Region, all of them or none.
    pub fn send_command(
        &mut self,
        region: &Region,
        document: &str,
        instances: &[InstanceId],
        parameters: Value,
        comment: String,
        timeout_seconds: i64,
    ) -> Result<CommandId, ApiError> {
        if self.document(document, DocumentKind::Command).is_none() {
            return Err(ApiError::ssm("InvalidDocument", format!("Document with name {document} does not exist.")));
        }
        let unmanaged =
            |id: &&InstanceId| !self.instance_in(region, id.as_str()).is_some_and(|instance| instance.is_managed());
        if let Some(id) = instances.iter().find(unmanaged) {
            let message = format!("Instances [[{id}]] not in a valid state for account {}", self.settings.account);
            return Err(ApiError::ssm("InvalidInstanceId", message));
        }
        let id = CommandId(ids::uuid(self.settings.seed, &["command", &self.commands.len().to_string()]));
        let pending = Invocation {
            status: InvocationStatus::Pending,
            response_code: -1,
            started_at: None,
            ended_at: None,
            output: String::new(),
            error: String::new(),
        };
        let command = Command {
            id: id.clone(),
            region: region.clone(),
            document: document.to_owned(),
            comment,
            parameters,
            requested_at: self.now,
            timeout_seconds,
            invocations: instances.iter().map(|instance| (instance.clone(), pending.clone())).collect(),
        };
        for instance in instances {
            let event = Event::InvocationStarted { command: id.clone(), instance: instance.clone() };
            self.plan(seconds(DELIVERY_SECONDS), event);
        }
        self.journal.state(
            self.now,
            "CommandSent",
            json!({"commandId": id, "document": document, "instanceIds": instances}),
        );
        self.commands.insert(id.clone(), command);
        Ok(id)
    }

    pub(crate) fn invocation_started(&mut self, id: &CommandId, instance: &InstanceId) {
        let Some(command) = self.commands.get(id) else { return };
        if !self.agent_answers(instance) {
            let rest = SignedDuration::from_secs(command.timeout_seconds) - seconds(DELIVERY_SECONDS);
            let event = Event::InvocationEnded { command: id.clone(), instance: instance.clone() };
            self.plan(rest.max(SignedDuration::ZERO), event);
            return;
        }
        let Some(document) = self.document(&command.document, DocumentKind::Command) else { return };
        let source = self.instances.get(instance).and_then(|one| self.servers.get(&one.server));
        if document.os.is_some_and(|os| source.is_some_and(|source| source.spec.os != os)) {
            self.end_invocation(id, instance, InvocationStatus::InvalidPlatform);
            return;
        }
        let after = self.running_time(document, command, instance);
        let now = self.now;
        if let Some(invocation) = self.invocation_mut(id, instance) {
            invocation.status = InvocationStatus::InProgress;
            invocation.started_at = Some(now);
        }
        self.plan(after, Event::InvocationEnded { command: id.clone(), instance: instance.clone() });
    }

    /// A tenth more or less than the document says, and never longer than the caller's `executionTimeout`.
    fn running_time(&self, document: &SsmDocument, command: &Command, instance: &InstanceId) -> SignedDuration {
        let parts = ["running", command.id.as_str(), instance.as_str()];
        let factor = 0.9 + 0.2 * ids::generator(self.settings.seed, &parts).f64();
        let wanted = seconds(f64::from(document.duration_seconds) * factor);
        execution_timeout(&command.parameters).map_or(wanted, |limit| wanted.min(limit))
    }

    pub(crate) fn invocation_ended(&mut self, id: &CommandId, instance: &InstanceId) {
        let Some(command) = self.commands.get(id) else { return };
        let Some(invocation) = command.invocations.get(instance) else { return };
        let Some(started_at) = invocation.started_at else {
            self.end_invocation(id, instance, InvocationStatus::DeliveryTimedOut);
            return;
        };
        let document = self.document(&command.document, DocumentKind::Command);
        let server = self.instances.get(instance).map(|one| one.server.clone());
        let fails = server.is_some_and(|server| self.has_fault(ServerFault::CommandFails, &server));
        let ran_out = execution_timeout(&command.parameters).is_some_and(|limit| self.now - limit >= started_at);
        let status = if !self.agent_answers(instance) {
            InvocationStatus::Undeliverable
        } else if ran_out {
            InvocationStatus::ExecutionTimedOut
        } else if fails || document.is_some_and(|document| document.fails) {
            InvocationStatus::Failed
        } else {
            InvocationStatus::Success
        };
        self.end_invocation(id, instance, status);
    }

    fn end_invocation(&mut self, id: &CommandId, instance: &InstanceId, status: InvocationStatus) {
        let now = self.now;
        let name = self.commands.get(id).map(|command| command.document.clone()).unwrap_or_default();
        let document = self.document(&name, DocumentKind::Command);
        let mut output = document.and_then(|document| document.output.clone()).unwrap_or_else(|| {
            let source = self.instances.get(instance).and_then(|one| self.servers.get(&one.server));
            format!("{name} ran on {}\n", source.map_or("", |source| &source.spec.hostname))
        });
        output.truncate(output.floor_char_boundary(LONGEST_OUTPUT));
        let Some(invocation) = self.invocation_mut(id, instance) else { return };
        invocation.status = status;
        invocation.ended_at = Some(now);
        match status {
            InvocationStatus::Success => {
                invocation.response_code = 0;
                invocation.output = output;
            }
            InvocationStatus::Failed => {
                invocation.response_code = 1;
                invocation.output = output;
                invocation.error = "failed to run commands: exit status 1".to_owned();
            }
            InvocationStatus::Pending
            | InvocationStatus::InProgress
            | InvocationStatus::InvalidPlatform
            | InvocationStatus::Undeliverable
            | InvocationStatus::DeliveryTimedOut
            | InvocationStatus::ExecutionTimedOut => {}
        }
        let details = json!({"commandId": id, "instanceId": instance, "statusDetails": status.names().1});
        self.journal.state(now, "CommandFinished", details);
    }

    fn invocation_mut(&mut self, id: &CommandId, instance: &InstanceId) -> Option<&mut Invocation> {
        self.commands.get_mut(id)?.invocations.get_mut(instance)
    }

    /// Starts an automation, or finds the one that was started with the same token.
    pub fn start_automation(
        &mut self,
        region: &Region,
        document: &str,
        parameters: Value,
        client_token: Option<String>,
    ) -> Result<AutomationId, ApiError> {
        let same_token = |one: &&Automation| one.region == *region && one.client_token == client_token;
        let earlier = client_token.as_ref().and_then(|_| self.automations.values().find(same_token));
        if let Some(earlier) = earlier {
            if earlier.document == document && earlier.parameters == parameters {
                return Ok(earlier.id.clone());
            }
            let message = "The client token was used with other parameters";
            return Err(ApiError::ssm("IdempotentParameterMismatch", message));
        }
        let Some(known) = self.document(document, DocumentKind::Automation) else {
            let message = format!("Automation document {document} does not exist");
            return Err(ApiError::ssm("AutomationDefinitionNotFoundException", message));
        };
        let after = SignedDuration::from_secs(i64::from(known.duration_seconds));
        let id = AutomationId(ids::uuid(self.settings.seed, &["automation", &self.automations.len().to_string()]));
        let automation = Automation {
            id: id.clone(),
            region: region.clone(),
            document: document.to_owned(),
            parameters,
            client_token,
            started_at: self.now,
            ended_at: None,
            failure: None,
        };
        self.plan(after, Event::AutomationEnded { automation: id.clone() });
        self.journal.state(self.now, "AutomationStarted", json!({"automationExecutionId": id, "document": document}));
        self.automations.insert(id.clone(), automation);
        Ok(id)
    }

    /// An automation fails when its document does, or when it was given an instance on which commands fail.
    pub(crate) fn automation_ended(&mut self, id: &AutomationId) {
        let now = self.now;
        let Some(automation) = self.automations.get(id) else { return };
        let given = automation.parameters.to_string();
        let ill = self.instances.values().any(|instance| {
            given.contains(instance.id.as_str()) && self.has_fault(ServerFault::CommandFails, &instance.server)
        });
        let fails = ill || self.document(&automation.document, DocumentKind::Automation).is_some_and(|one| one.fails);
        let Some(automation) = self.automations.get_mut(id) else { return };
        automation.ended_at = Some(now);
        automation.failure = fails.then(|| "Step fails when it is executing".to_owned());
        let details = json!({"automationExecutionId": id, "status": automation.status()});
        self.journal.state(now, "AutomationFinished", details);
    }
}

fn execution_timeout(parameters: &Value) -> Option<SignedDuration> {
    let text = parameters.get("executionTimeout")?.get(0)?.as_str()?;
    text.parse().ok().map(|value: u32| SignedDuration::from_secs(i64::from(value)))
}
