//! `CheckHealth`: one look at all running health checks of a wave, and the verdict on every server whose checks have
//! ended.

use std::collections::{BTreeMap, BTreeSet};

use aws::Clients;
use aws::history::{CheckRecord, ServerRecord, WaveKey};
use aws::ssm::{Invocation, Ssm};
use domain::health::{CheckStatus, Verdict, command_status, verdict};
use domain::id::{CommandId, InstanceId};
use domain::status::ServerStatus;
use serde::Serialize;
use task::TaskError;

/// What the wave does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Next {
    /// Agents have come whose commands are not sent.
    StartMore,
    /// Look again in 30 s.
    Wait,
    /// Every check has ended, and actions follow.
    AfterActions,
    /// Every check has ended.
    Settle,
}

/// What the poll found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the wave does next.
    pub next: Next,
    /// Servers whose checks run.
    pub checking: usize,
    /// Servers whose required checks passed.
    pub healthy: usize,
    /// Servers with a required check that failed.
    pub unhealthy: usize,
}

/// Looks once.
///
/// # Errors
/// When AWS cannot be asked: nothing is concluded from that, the state retries.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    let now = aws::clock::now();
    let mut servers = clients.history.servers(&key).await?;
    let wave = clients.history.wave(&key).await?;
    let seen = look(&clients.at(&wave.region).ssm, &servers).await?;
    let before = servers.clone();
    for server in servers.iter_mut().filter(|server| server.status == ServerStatus::Checking) {
        for check in 0..server.checks.len() {
            observe(server, check, &seen, now);
        }
        judge(server, now)?;
    }
    clients.history.save_changed_servers(&before, &servers).await?;
    let count = |status| servers.iter().filter(|server| server.status == status).count();
    let checking = count(ServerStatus::Checking);
    let execution = clients.history.execution(&key.execution_id, &key.plan_id).await?;
    let next = match checking {
        // Checks that run are not waited for: what they said so far is recorded.
        _ if execution.is_some_and(|execution| execution.cancelled.is_some()) => Next::Settle,
        0 if wave.has_actions_after(&servers) => Next::AfterActions,
        0 => Next::Settle,
        _ if servers.iter().any(|server| has_work(server, &seen)) => Next::StartMore,
        _ => Next::Wait,
    };
    let (healthy, unhealthy) = (count(ServerStatus::Healthy), count(ServerStatus::Unhealthy));
    Ok(Response { next, checking, healthy, unhealthy })
}

/// What SSM says now.
struct Seen {
    online: BTreeSet<InstanceId>,
    invocations: BTreeMap<(CommandId, InstanceId), Invocation>,
}

/// Asks about every agent that a check waits for, and about every command that runs.
async fn look(ssm: &Ssm, servers: &[ServerRecord]) -> Result<Seen, TaskError> {
    let checking = || servers.iter().filter(|server| server.status == ServerStatus::Checking);
    let waits = |server: &&ServerRecord| server.checks.iter().any(|check| check.status == CheckStatus::Pending);
    let instances: Vec<InstanceId> = checking().filter(waits).filter_map(|server| server.instance_id.clone()).collect();
    let online = ssm.online(&instances).await?;
    let commands: BTreeSet<&CommandId> = checking()
        .flat_map(|server| &server.checks)
        .filter(|check| check.status == CheckStatus::Running)
        .filter_map(|check| check.command_id.as_ref())
        .collect();
    let mut invocations = BTreeMap::new();
    for command in commands {
        for invocation in ssm.invocations(command).await? {
            invocations.insert((command.clone(), invocation.instance.clone()), invocation);
        }
    }
    Ok(Seen { online, invocations })
}

/// Writes what SSM says about one check of `server`.
fn observe(server: &mut ServerRecord, index: usize, seen: &Seen, now: i64) {
    let Some(instance) = server.instance_id.clone() else {
        server.checks[index].end(CheckStatus::Failed, "DRS never named the instance that it launched", now);
        return;
    };
    let began = server.checking_at.unwrap_or(now);
    let check = &mut server.checks[index];
    if check.status.is_terminal() {
        return;
    }
    let invocation =
        check.command_id.as_ref().and_then(|command| seen.invocations.get(&(command.clone(), instance.clone())));
    if let Some(invocation) = invocation {
        let status = command_status(&invocation.status);
        if status.is_terminal() {
            check.end(status, output(invocation), now);
            return;
        }
    }
    if !check.kind.sends_command() && seen.online.contains(&instance) {
        check.end(CheckStatus::Passed, "the SSM agent is Online", now);
        return;
    }
    if now - began > i64::from(check.timeout_minutes) * 60 {
        let what = timed_out(check, invocation);
        check.end(CheckStatus::TimedOut, what, now);
    }
}

fn timed_out(check: &CheckRecord, invocation: Option<&Invocation>) -> String {
    let minutes = check.timeout_minutes;
    match (check.status, invocation) {
        (CheckStatus::Running, Some(invocation)) => {
            format!("the command was still {:?} after {minutes} minutes", invocation.status_details)
        }
        (CheckStatus::Running, None) => format!("SSM said nothing of the command for {minutes} minutes"),
        (CheckStatus::Pending | CheckStatus::Passed | CheckStatus::Failed | CheckStatus::TimedOut, _) => {
            format!("the SSM agent was not Online within {minutes} minutes")
        }
    }
}

/// What a command said, for people: the end of its output, since errors come last. 1,000 characters keep 4,000 servers
/// readable and an item small.
fn output(invocation: &Invocation) -> String {
    const KEPT: usize = 1_000;
    let text = invocation.output.trim();
    let text = if text.is_empty() { invocation.status_details.as_str() } else { text };
    let skipped = text.chars().count().saturating_sub(KEPT);
    text.chars().skip(skipped).collect()
}

/// Ends the server when its checks have.
fn judge(server: &mut ServerRecord, now: i64) -> Result<(), TaskError> {
    let checks = server.checks.iter().map(|check| (check.name.as_str(), check.required, check.status));
    match verdict(checks) {
        Verdict::Pending => return Ok(()),
        Verdict::Healthy => server.set_status(ServerStatus::Healthy)?,
        Verdict::Unhealthy { check } => {
            let output = server.checks.iter().find(|other| other.name == check).map(|other| other.output.clone());
            server.set_status(ServerStatus::Unhealthy)?;
            server.reason = format!("health check {check:?}: {}", output.unwrap_or_default());
        }
    }
    server.checked_at = server.checks.iter().filter_map(|check| check.ended_at).max().or(Some(now));
    Ok(())
}

/// Whether StartHealthChecks would send something for `server`.
fn has_work(server: &ServerRecord, seen: &Seen) -> bool {
    server.status == ServerStatus::Checking
        && server.instance_id.as_ref().is_some_and(|instance| seen.online.contains(instance))
        && server.checks.iter().any(|check| check.kind.sends_command() && check.status == CheckStatus::Pending)
}
