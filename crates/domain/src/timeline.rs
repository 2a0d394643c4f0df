//! What happened in an execution, read off an item of it before and after a write. Whoever wrote, and why, makes no
//! difference: what is recorded is what is told.
//!
//! The items are read loosely. A status or a mark of another version is told as it is, since a change that cannot be
//! told stops all that come after it. Not here: where changes are kept, and who is told (`publish-changes`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::utc;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// The execution has another status; its first is one, too.
    ExecutionStatus,
    /// Somebody paused the execution.
    ExecutionPaused,
    /// Somebody let it go on.
    ExecutionResumed,
    /// Somebody cancelled it; what runs is watched to its end.
    ExecutionCancelled,
    /// A wave has another status.
    WaveStatus,
    /// Somebody, or time, decided whether a wave may begin.
    WaveApproval,
    /// Somebody decided what becomes of a wave that failed.
    WaveDecision,
    /// An action before or after a wave ended.
    WaveAction,
    /// A server was launched, or failed, or turned out healthy or not.
    ServerStatus,
    /// A cleanup began or ended.
    CleanupStatus,
    /// DRS said by an event how the launch of a server went.
    DrsLaunchResult,
    /// DRS said by an event that the replication of a server stalled, or goes on.
    DrsReplication,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub kind: EventKind,
    /// When, in Unix seconds; nothing where the item does not say.
    pub at: Option<i64>,
    /// The wave's number.
    pub wave: Option<u32>,
    /// The wave's name.
    pub wave_name: String,
    /// The source server.
    pub server: Option<String>,
    /// DRILL or RECOVERY; empty where the item does not say.
    pub mode: String,
    /// The status that it has now.
    pub status: String,
    /// The status that it had; nothing for the first.
    pub previous_status: Option<String>,
    /// Who did it; empty where nobody did.
    pub by: String,
    /// A sentence about it.
    pub text: String,
    /// What people are told who did not ask; nothing where nobody has to be.
    pub notice: Option<String>,
}

/// A mark that a person left on an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Mark {
    by: String,
    at: i64,
    comment: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ExecutionItem {
    plan_id: String,
    mode: String,
    status: String,
    reason: String,
    started_by: String,
    started_at: i64,
    ended_at: Option<i64>,
    paused: Option<Mark>,
    cancelled: Option<Mark>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WaveItem {
    number: u32,
    name: String,
    mode: String,
    status: String,
    reason: String,
    approval: Option<ApprovalItem>,
    decisions: Vec<FailureDecisionItem>,
    before_actions: Vec<ActionItem>,
    after_actions: Vec<ActionItem>,
    started_at: Option<i64>,
    launched_at: Option<i64>,
    ended_at: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ApprovalItem {
    role: String,
    asked_at: Option<i64>,
    expires_at: Option<i64>,
    decision: Option<DecisionItem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DecisionItem {
    verdict: String,
    by: String,
    at: i64,
    comment: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FailureDecisionItem {
    decided: String,
    by: String,
    at: i64,
    comment: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ActionItem {
    name: String,
    status: String,
    ended_at: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ServerItem {
    server_id: String,
    hostname: String,
    wave: u32,
    status: String,
    reason: String,
    instance_id: Option<String>,
    launched_at: Option<i64>,
    checked_at: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CleanupItem {
    status: String,
    reason: String,
    attempt: u32,
    started_by: String,
    started_at: i64,
    ended_at: Option<i64>,
}

/// What a write of the item with range key `range` changed. Nothing for items that tell nothing: batches, tokens, claims.
///
/// # Errors
/// When the item is none of this project.
pub fn changes<'a, Image>(range: &str, before: Option<Image>, after: Image) -> Result<Vec<Change>, Image::Error>
where
    Image: serde::Deserializer<'a>,
{
    let mut parts = range.split('#').skip(1);
    Ok(match (parts.next(), parts.next()) {
        (None, _) => execution(read(before)?, &ExecutionItem::deserialize(after)?),
        (Some("wave"), _) => wave(read(before)?, &WaveItem::deserialize(after)?),
        (Some("server"), _) => server(read(before)?, &ServerItem::deserialize(after)?),
        (Some("cleanup"), None) => cleanup(read(before)?, &CleanupItem::deserialize(after)?),
        (Some(_), _) => Vec::new(),
    })
}

fn read<'a, Image: serde::Deserializer<'a>, T: Deserialize<'a>>(
    image: Option<Image>,
) -> Result<Option<T>, Image::Error> {
    image.map(T::deserialize).transpose()
}

impl Change {
    fn new(kind: EventKind, status: &str, previous: Option<&str>, text: String) -> Self {
        Self {
            kind,
            at: None,
            wave: None,
            wave_name: String::new(),
            server: None,
            mode: String::new(),
            status: status.to_owned(),
            previous_status: previous.map(str::to_owned),
            by: String::new(),
            text,
            notice: None,
        }
    }
}

/// A sentence with its reason, where it has one.
fn because(sentence: String, reason: &str) -> String {
    if reason.is_empty() { sentence } else { format!("{sentence}: {reason}") }
}

fn execution(before: Option<ExecutionItem>, after: &ExecutionItem) -> Vec<Change> {
    let was = before.as_ref().map(|before| before.status.as_str());
    let mut found = Vec::new();
    let mut mark = |kind, mark: &Mark, sentence: String| {
        let mut change = Change::new(kind, &after.status, was, because(sentence, &mark.comment));
        change.at = Some(mark.at);
        change.by.clone_from(&mark.by);
        found.push(change);
    };
    let paused = before.as_ref().and_then(|before| before.paused.as_ref());
    let cancelled = before.as_ref().and_then(|before| before.cancelled.as_ref());
    match &after.paused {
        Some(pause) if paused != Some(pause) => {
            mark(EventKind::ExecutionPaused, pause, format!("{} paused it", pause.by));
        }
        Some(_) | None => {}
    }
    match &after.cancelled {
        Some(cancel) if cancelled != Some(cancel) => {
            mark(EventKind::ExecutionCancelled, cancel, format!("{} cancelled it", cancel.by));
        }
        Some(_) | None => {}
    }
    // The end of an execution ends a pause: nobody resumed it then.
    if paused.is_some() && after.paused.is_none() && after.ended_at.is_none() {
        found.push(Change::new(EventKind::ExecutionResumed, &after.status, was, "It goes on after a pause".to_owned()));
    }
    if was != Some(after.status.as_str()) {
        found.push(execution_status(was, after));
    }
    for change in &mut found {
        change.mode.clone_from(&after.mode);
    }
    found
}

fn execution_status(was: Option<&str>, after: &ExecutionItem) -> Change {
    let ExecutionItem { plan_id: plan, mode, status, reason, started_by: by, .. } = after;
    let took = after.ended_at.map(|ended| format!(" after {}", crate::text::age(ended - after.started_at)));
    let sentence = match was {
        None => format!("{by} started a {mode} of {plan}"),
        Some(_) => format!("It is {status}{}", took.as_deref().unwrap_or_default()),
    };
    let mut change = Change::new(EventKind::ExecutionStatus, status, was, because(sentence, reason));
    change.at = after.ended_at.or(was.is_none().then_some(after.started_at));
    if was.is_none() {
        change.by.clone_from(by);
    }
    change.notice = match (status.as_str(), took) {
        ("PENDING", _) => None,
        ("RUNNING", _) => Some(format!("The {mode} of {plan} that {by} started is running.")),
        (_, took) => {
            let took = took.unwrap_or_default();
            Some(because(format!("The {mode} of {plan} that {by} started is {status}{took}"), reason))
        }
    };
    change
}

fn wave(before: Option<WaveItem>, after: &WaveItem) -> Vec<Change> {
    // The plan was frozen: nothing has happened to the wave yet.
    let Some(before) = before else { return Vec::new() };
    let was = before.status.as_str();
    let mut found = Vec::new();
    let decision = |item: &WaveItem| item.approval.as_ref().and_then(|approval| approval.decision.clone());
    if let Some(decided) = decision(after).filter(|decided| decision(&before).as_ref() != Some(decided)) {
        let sentence = match decided.verdict.as_str() {
            "APPROVED" => format!("{} approved wave {}", decided.by, after.name),
            "REJECTED" => format!("{} rejected wave {}", decided.by, after.name),
            _ => format!("Nobody decided about wave {} in time", after.name),
        };
        let sentence = because(sentence, &decided.comment);
        let mut change = Change::new(EventKind::WaveApproval, &after.status, Some(was), sentence);
        change.at = Some(decided.at);
        change.by = decided.by;
        found.push(change);
    }
    found.extend(after.decisions.iter().skip(before.decisions.len()).map(|decided| wave_decision(was, after, decided)));
    found.extend(ended_actions(was, &before.before_actions, after, &after.before_actions));
    found.extend(ended_actions(was, &before.after_actions, after, &after.after_actions));
    if was != after.status {
        found.push(wave_status(was, after));
    }
    for change in &mut found {
        change.wave = Some(after.number);
        change.wave_name.clone_from(&after.name);
        change.mode.clone_from(&after.mode);
    }
    found
}

fn wave_decision(was: &str, after: &WaveItem, decided: &FailureDecisionItem) -> Change {
    let FailureDecisionItem { decided: what, by, at, comment } = decided;
    let sentence = because(format!("{by} decided {what} about wave {}", after.name), comment);
    let mut change = Change::new(EventKind::WaveDecision, &after.status, Some(was), sentence);
    change.at = Some(*at);
    change.by.clone_from(by);
    change
}

/// Those of `now` that had not ended before. A wave that is begun anew begins its actions anew, so they end again.
fn ended_actions(was: &str, before: &[ActionItem], after: &WaveItem, now: &[ActionItem]) -> Vec<Change> {
    let ended = |items: &[ActionItem], index: usize| items.get(index).and_then(|action| action.ended_at);
    let is_new = |(index, action): &(usize, &ActionItem)| action.ended_at.is_some() && ended(before, *index).is_none();
    let told = |(_, action): (usize, &ActionItem)| {
        let sentence = format!("Action {} of wave {} is {}", action.name, after.name, action.status);
        let mut change = Change::new(EventKind::WaveAction, &after.status, Some(was), sentence);
        change.at = action.ended_at;
        change
    };
    now.iter().enumerate().filter(is_new).map(told).collect()
}

fn wave_status(was: &str, after: &WaveItem) -> Change {
    let WaveItem { name, mode, status, reason, .. } = after;
    let sentence = because(format!("Wave {name} is {status}"), reason);
    let mut change = Change::new(EventKind::WaveStatus, status, Some(was), sentence);
    let approval = after.approval.as_ref();
    change.at = match status.as_str() {
        "LAUNCHING" => after.started_at,
        "CHECKING" => after.launched_at,
        "AWAITING_APPROVAL" => approval.and_then(|approval| approval.asked_at),
        "WAITING" => approval.and_then(|approval| approval.decision.as_ref()).map(|decision| decision.at),
        _ => after.ended_at,
    };
    change.notice = match (status.as_str(), approval) {
        ("AWAITING_APPROVAL", Some(approval)) => {
            let until = approval.expires_at.map(|at| format!(" until {}", utc(at))).unwrap_or_default();
            Some(format!(
                "Wave {name} of this {mode} awaits the approval of somebody with the role {}{until}.",
                approval.role
            ))
        }
        ("AWAITING_DECISION", _) => {
            Some(because(format!("Wave {name} of this {mode} did not succeed and awaits a decision"), reason))
        }
        _ => None,
    };
    change
}

/// What a server passes on its way says nothing that the wave does not.
const ON_THE_WAY: [&str; 4] = ["PENDING", "LAUNCHING", "CHECKING", "SKIPPED"];

fn server(before: Option<ServerItem>, after: &ServerItem) -> Vec<Change> {
    let Some(before) = before else { return Vec::new() };
    if before.status == after.status || ON_THE_WAY.contains(&after.status.as_str()) {
        return Vec::new();
    }
    let instance = match (after.status.as_str(), &after.instance_id) {
        ("LAUNCHED", Some(instance)) => format!(" as {instance}"),
        _ => String::new(),
    };
    let name = if after.hostname.is_empty() { &after.server_id } else { &after.hostname };
    let sentence = because(format!("{name} is {}{instance}", after.status), &after.reason);
    let mut change = Change::new(EventKind::ServerStatus, &after.status, Some(&before.status), sentence);
    change.at = match after.status.as_str() {
        "LAUNCHED" => after.launched_at,
        "HEALTHY" | "UNHEALTHY" => after.checked_at.or(after.launched_at),
        _ => None,
    };
    change.wave = Some(after.wave);
    change.server = Some(after.server_id.clone());
    vec![change]
}

fn cleanup(before: Option<CleanupItem>, after: &CleanupItem) -> Vec<Change> {
    let was = before.as_ref().map(|before| (before.status.as_str(), before.attempt));
    if was == Some((after.status.as_str(), after.attempt)) {
        return Vec::new();
    }
    let sentence = match after.ended_at {
        None => format!("{} started a cleanup", after.started_by),
        Some(_) => because(format!("The cleanup is {}", after.status), &after.reason),
    };
    let previous = was.map(|(status, _)| status);
    let mut change = Change::new(EventKind::CleanupStatus, &after.status, previous, sentence);
    change.at = Some(after.ended_at.unwrap_or(after.started_at));
    if after.ended_at.is_none() {
        change.by.clone_from(&after.started_by);
    }
    vec![change]
}
