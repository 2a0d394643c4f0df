//! `RunActions`: one look at the actions before, or after, a wave. They run one after another: a look begins at most one
//! and asks about at most one, which keeps a wave within the one start and three reads a second that Systems Manager grants.
//! Throttling of many waves together is the state's to retry.
//!
//! StartAutomationExecution has a client token: delivered twice, it is one automation. SendCommand has none, so it is
//! written down before each call that a command is being sent, on the condition that nobody has written the wave since it
//! was read: of two deliveries at the same moment one sends. One whose outcome is not known when its sender must be gone is
//! FAILED and never sent again: unlike a health check, an action may not bear to run twice.

use aws::history::{WaveKey, WaveRecord};
use aws::ssm::{MAX_INSTANCES, Ssm};
use aws::{AwsError, Clients, ErrorKind};
use domain::action::ActionKind;
use domain::action_run::{ActionRun, ActionStatus, Phase, Step, automation_status, filled, step};
use domain::health::{CheckStatus, command_status};
use domain::id::{CommandId, InstanceId};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// Which actions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Of which wave.
    #[serde(flatten)]
    pub key: WaveKey,
    /// Those before, or after it.
    pub phase: Phase,
}

/// What the wave does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Next {
    /// Look again.
    Wait,
    /// All actions are done.
    Done,
    /// One failed that stops the wave.
    Stop,
}

/// What the look found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the wave does next.
    pub next: Next,
    /// After how many seconds to look again.
    pub seconds: i64,
    /// Why the wave stops; null when it does not.
    pub reason: Option<String>,
}

/// Seconds between looks at a delay: nothing wakes it when the execution is cancelled. A delay of a day is 288 looks.
const LONGEST_WAIT_SECONDS: i64 = 300;
/// Seconds between looks at a document.
const POLL_SECONDS: i64 = 15;
/// For how long the delivery that wrote down a command may still be sending it. A function runs for
/// a minute at most; the rest is for clocks.
const SENDING_SECONDS: i64 = 300;

/// Looks once.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { key, phase } = request;
    let execution = clients.history.running_execution(&key).await?;
    let wave = clients.history.wave(&key).await?;
    let answer = |next, seconds, reason| Ok(Response { next, seconds, reason });
    if wave.status.is_terminal() {
        return answer(Next::Done, 0, None);
    }
    if let Some(cancelled) = execution.cancelled {
        return answer(Next::Stop, 0, Some(cancelled.reason()));
    }
    let servers = clients.history.servers(&key).await?;
    let mut instances: Vec<InstanceId> = servers.into_iter().filter_map(|server| server.instance_id).collect();
    instances.sort();
    let ssm = clients.at(&wave.region).ssm;
    let mut work = Work { clients, ssm, key, phase, wave, instances };
    loop {
        match step(work.wave.actions(phase)) {
            Step::Done => return answer(Next::Done, 0, None),
            Step::Stop { reason } => return answer(Next::Stop, 0, Some(reason)),
            Step::Work(position) => {
                work.advance(position).await?;
                let action = &work.wave.actions(phase)[position];
                if !action.status.is_terminal() {
                    let seconds = match action.kind {
                        ActionKind::Delay => action.seconds_left(aws::clock::now()).clamp(1, LONGEST_WAIT_SECONDS),
                        ActionKind::SsmCommand | ActionKind::SsmAutomation => POLL_SECONDS,
                    };
                    return answer(Next::Wait, seconds, None);
                }
            }
        }
    }
}

/// The actions of a wave, in the making.
struct Work<'a> {
    clients: &'a Clients,
    ssm: Ssm,
    key: WaveKey,
    phase: Phase,
    wave: WaveRecord,
    instances: Vec<InstanceId>,
}

impl Work<'_> {
    /// Begins the action at `position`, or looks at it, and records what came of that.
    async fn advance(&mut self, position: usize) -> Result<(), TaskError> {
        let now = aws::clock::now();
        let mut action = self.wave.actions(self.phase)[position].clone();
        let begins = action.status == ActionStatus::Pending;
        if begins {
            action.begin(now);
        }
        match action.kind {
            ActionKind::Delay if action.seconds_left(now) <= 0 => action.end(ActionStatus::Succeeded, "", now),
            ActionKind::Delay => {}
            ActionKind::SsmAutomation => self.automation(position, &mut action, now).await?,
            ActionKind::SsmCommand => self.command(position, &mut action, now).await?,
        }
        let late = action.kind != ActionKind::Delay && action.seconds_left(now) <= 0;
        if late && !action.status.is_terminal() {
            action.end(ActionStatus::TimedOut, "its document may run on: look in Systems Manager", now);
        }
        self.save(position, action).await
    }

    async fn save(&mut self, position: usize, action: ActionRun) -> Result<(), TaskError> {
        if self.wave.actions(self.phase)[position] == action {
            return Ok(());
        }
        self.wave.actions_mut(self.phase)[position] = action;
        // A look that is delivered late does not undo what came after it.
        Ok(self.clients.history.save_wave(&mut self.wave).await?)
    }

    /// What a document is given of the run, where the plan asks for it.
    fn parameters(&self, action: &ActionRun) -> std::collections::BTreeMap<String, Vec<String>> {
        let known = [
            ("executionId", vec![self.key.execution_id.to_string()]),
            ("mode", vec![self.wave.mode.to_string()]),
            ("wave", vec![self.wave.name.clone()]),
            ("instanceIds", self.instances.iter().map(ToString::to_string).collect()),
        ];
        filled(&action.parameters, &known)
    }

    async fn automation(&self, position: usize, action: &mut ActionRun, now: i64) -> Result<(), TaskError> {
        let Some(id) = action.runs.first() else {
            let mut token = format!("{} {} {:?} {position}", self.key.execution_id, self.key.wave, self.phase);
            if action.attempt > 1 {
                token.push_str(&format!(" {}", action.attempt));
            }
            let document = action.document.clone().unwrap_or_default();
            let started = self.ssm.start_automation(&document, &self.parameters(action), &token).await;
            return begun(action, started, now);
        };
        let automation = self.ssm.automation(id).await?;
        if let Some(status) = automation_status(&automation.status) {
            action.end(status, &automation.output, now);
        }
        Ok(())
    }

    async fn command(&mut self, position: usize, action: &mut ActionRun, now: i64) -> Result<(), TaskError> {
        if action.sending {
            if action.sending_since.is_some_and(|since| now - since < SENDING_SECONDS) {
                return Ok(());
            }
            action.sending = false;
            action.end(ActionStatus::Failed, "it is not known whether a command was sent, and none is sent twice", now);
            return Ok(());
        }
        if self.instances.is_empty() {
            action.end(ActionStatus::Failed, "there is no recovery instance to run it on", now);
            return Ok(());
        }
        let chunks: Vec<Vec<InstanceId>> = self.instances.chunks(MAX_INSTANCES).map(<[_]>::to_vec).collect();
        let Some(targets) = chunks.get(action.runs.len()) else { return self.look(action, now).await };
        action.sending = true;
        action.sending_since = Some(now);
        self.save(position, action.clone()).await?;
        // At most 100 characters, says the SSM API. The execution's id is at most 69.
        let comment: String = format!("{} {}", self.key.execution_id, action.name).chars().take(100).collect();
        let document = action.document.clone().unwrap_or_default();
        let sent = self.ssm.send_command(&document, &self.parameters(action), targets, &comment).await;
        let sent = match sent {
            // Nothing was sent: an agent is not there yet, or SSM wants fewer requests.
            Err(error) if error.code.as_deref() == Some("InvalidInstanceId") || error.kind == ErrorKind::Throttled => {
                action.sending = false;
                return Ok(());
            }
            Err(error) if error.kind == ErrorKind::Transient => return Err(error.into()),
            other => other.map(|id| id.to_string()),
        };
        action.sending = false;
        begun(action, sent, now)
    }

    /// Looks at what was sent: every instance has to succeed.
    async fn look(&self, action: &mut ActionRun, now: i64) -> Result<(), TaskError> {
        let mut outputs = Vec::new();
        let mut statuses = Vec::new();
        for run in &action.runs {
            for invocation in self.ssm.invocations(&CommandId::from(run.as_str())).await? {
                statuses.push(command_status(&invocation.status));
                outputs.push(format!("{}: {} {}", invocation.instance, invocation.status, invocation.output.trim()));
            }
        }
        if statuses.len() < self.instances.len() || !statuses.iter().all(|status| status.is_terminal()) {
            return Ok(());
        }
        let status = if statuses.contains(&CheckStatus::Failed) {
            ActionStatus::Failed
        } else if statuses.contains(&CheckStatus::TimedOut) {
            ActionStatus::TimedOut
        } else {
            ActionStatus::Succeeded
        };
        action.end(status, &outputs.join("\n"), now);
        Ok(())
    }
}

/// Records what SSM runs for the action, or that it refuses to.
fn begun(action: &mut ActionRun, started: Result<String, AwsError>, now: i64) -> Result<(), TaskError> {
    match started {
        Ok(id) => action.runs.push(id),
        // The document, its parameters, or this function's permission to run it.
        Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::AccessDenied) => {
            action.end(ActionStatus::Failed, &error.message, now);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
