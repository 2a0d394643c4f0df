//! `StartHealthChecks`: begins the health checks of a wave's launched servers, and sends the commands of those whose
//! agent is Online. Called again when more agents have come.

use std::collections::BTreeMap;

use aws::history::{CheckRecord, ServerRecord, WaveKey, WaveRecord};
use aws::ssm::{self, Ssm};
use aws::{Clients, ErrorKind};
use domain::health::CheckStatus;
use domain::id::{CommandId, InstanceId};
use domain::status::{ServerStatus, WaveStatus};
use serde::Serialize;
use task::TaskError;

/// What was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// SSM commands that were sent now.
    pub commands: usize,
}

/// Begins what can be begun.
///
/// # Errors
/// When AWS cannot be asked. SendCommand has no client token: a retry after a lost answer sends a command twice, which
/// a health check must bear.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    let now = aws::clock::now();
    let execution = clients.history.execution(&key.execution_id, &key.plan_id).await?;
    if execution.is_some_and(|execution| execution.cancelled.is_some()) {
        return Ok(Response { commands: 0 });
    }
    let wave = clients.history.wave(&key).await?;
    let ssm = clients.at(&wave.region).ssm;
    let mut servers = clients.history.servers(&key).await?;
    begin(clients, wave, &mut servers, now).await?;
    let waiting: Vec<InstanceId> = servers
        .iter()
        .filter(|server| server.status == ServerStatus::Checking && server.checks.iter().any(unsent))
        .filter_map(|server| server.instance_id.clone())
        .collect();
    let online = ssm.online(&waiting).await?;
    let mut commands = 0;
    for (command, targets) in group(&servers, |instance| online.contains(instance)) {
        for targets in targets.chunks(ssm::MAX_INSTANCES) {
            let Some(sent) = send(&ssm, &key, &command, targets).await? else { continue };
            commands += usize::from(sent.is_ok());
            record(clients, &command, targets, &sent, &mut servers, now).await?;
        }
    }
    Ok(Response { commands })
}

/// Moves the wave and its launched servers to CHECKING. The clock of their time-outs begins here.
async fn begin(
    clients: &Clients,
    mut wave: WaveRecord,
    servers: &mut [ServerRecord],
    now: i64,
) -> Result<(), TaskError> {
    let before = servers.to_vec();
    for server in servers.iter_mut().filter(|server| server.status == ServerStatus::Launched) {
        if server.checks.is_empty() {
            continue;
        }
        server.set_status(ServerStatus::Checking)?;
        server.checking_at = Some(now);
    }
    clients.history.save_changed_servers(&before, servers).await?;
    if wave.status == WaveStatus::Launching {
        wave.set_status(WaveStatus::Checking)?;
        clients.history.save_wave(&mut wave).await?;
    }
    Ok(())
}

fn unsent(check: &CheckRecord) -> bool {
    check.kind.sends_command() && check.status == CheckStatus::Pending
}

/// One command for all servers that are to run the same check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Command {
    check: String,
    document: String,
    parameters: BTreeMap<String, Vec<String>>,
}

impl Command {
    fn of(check: &CheckRecord) -> Self {
        Self {
            check: check.name.clone(),
            document: check.document.clone().unwrap_or_default(),
            parameters: check.parameters.clone(),
        }
    }
}

/// The commands to send now, each with the instances that are to run it.
fn group(servers: &[ServerRecord], ready: impl Fn(&InstanceId) -> bool) -> BTreeMap<Command, Vec<InstanceId>> {
    let mut commands: BTreeMap<Command, Vec<InstanceId>> = BTreeMap::new();
    for server in servers.iter().filter(|server| server.status == ServerStatus::Checking) {
        let Some(instance) = server.instance_id.as_ref().filter(|instance| ready(instance)) else { continue };
        for check in server.checks.iter().filter(|check| unsent(check)) {
            commands.entry(Command::of(check)).or_default().push(instance.clone());
        }
    }
    commands
}

/// Sends one command. Nothing when an agent has gone again: the command waits on. The inner error is SSM refusing it for
/// good.
async fn send(
    ssm: &Ssm,
    key: &WaveKey,
    command: &Command,
    targets: &[InstanceId],
) -> Result<Option<Result<CommandId, String>>, TaskError> {
    // At most 100 characters, says the SSM API. The execution's id is at most 69.
    let comment: String = format!("{} {}", key.execution_id, command.check).chars().take(100).collect();
    match ssm.send_command(&command.document, &command.parameters, targets, &comment).await {
        Ok(id) => Ok(Some(Ok(id))),
        Err(error) if error.code.as_deref() == Some("InvalidInstanceId") => {
            tracing::info!(check = command.check, "an agent has gone: the command waits");
            Ok(None)
        }
        // The document, its parameters, or this function's permission to run it.
        Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::AccessDenied) => {
            Ok(Some(Err(error.message)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Records what was sent; checks whose command SSM refused have FAILED.
async fn record(
    clients: &Clients,
    command: &Command,
    targets: &[InstanceId],
    sent: &Result<CommandId, String>,
    servers: &mut [ServerRecord],
    now: i64,
) -> Result<(), TaskError> {
    let before = servers.to_vec();
    for server in servers.iter_mut().filter(|server| server.instance_id.as_ref().is_some_and(|id| targets.contains(id)))
    {
        for check in server.checks.iter_mut().filter(|check| unsent(check) && Command::of(check) == *command) {
            match sent {
                Ok(id) => {
                    check.status = CheckStatus::Running;
                    check.command_id = Some(id.clone());
                }
                Err(message) => check.end(CheckStatus::Failed, message, now),
            }
        }
    }
    Ok(clients.history.save_changed_servers(&before, servers).await?)
}
