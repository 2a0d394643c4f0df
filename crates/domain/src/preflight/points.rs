//! What speaks against the recovery points that servers are to be launched from.

use std::collections::BTreeSet;

use super::{Finding, FindingCode, ServerFacts, Severity, Situation};
use crate::id::ServerId;
use crate::recovery_point::ChosenPoint;
use crate::text::{age, few, moment};

/// A server that has no recovery point at all.
pub(super) fn none(subject: &str, facts: &ServerFacts) -> Finding {
    Finding::new(
        FindingCode::NoRecoveryPoint,
        Severity::Blocks,
        subject,
        &format!("it has no recovery point (replication state {})", facts.replication_state),
        "Wait until its initial sync has finished, or take it out of the protection group.",
    )
}

/// What is wrong with the recovery point of a server that has some.
pub(super) fn of_server(situation: &Situation, id: &ServerId, subject: &str, facts: &ServerFacts) -> Option<Finding> {
    match &facts.chosen_point {
        ChosenPoint::Latest => newest_is_old(situation, subject, facts),
        ChosenPoint::Point { snapshot, taken_at } => {
            let lost = situation.recovery_point.rpo_seconds(id, situation.now, *taken_at);
            chosen_is_old(situation, subject, snapshot.as_str(), *taken_at, lost)
        }
        ChosenPoint::NoneUntil { at, oldest } => {
            let oldest = oldest.map_or_else(String::new, |oldest| format!(", the oldest is of {}", moment(oldest)));
            Some(Finding::new(
                FindingCode::NoRecoveryPointInTime,
                Severity::Blocks,
                subject,
                &format!("it has no recovery point of {} or before{oldest}", moment(*at)),
                "Choose a later moment, choose a recovery point of this server by hand (SNAPSHOTS), or run a plan without it.",
            ))
        }
        ChosenPoint::Missing { snapshot } => Some(Finding::new(
            FindingCode::SnapshotMissing,
            Severity::Blocks,
            subject,
            &format!(
                "it has no recovery point {}: that has expired, never existed, or is of another server",
                snapshot.as_str().escape_debug()
            ),
            &format!("Choose one that GET /v1/source-servers/{id} or `drsctl servers snapshots {id}` lists."),
        )),
    }
}

/// Only a warning, in a recovery and in a drill: old data is better than none, and a drill loses nothing.
fn newest_is_old(situation: &Situation, subject: &str, facts: &ServerFacts) -> Option<Finding> {
    let (target, newest) = (situation.target_rpo_minutes?, facts.newest_recovery_point?);
    let allowed = i64::from(target) * 60;
    let old = situation.now - newest;
    let lag = facts.lag_seconds.unwrap_or(0);
    if old <= allowed && lag <= allowed {
        return None;
    }
    let behind = facts.lag_seconds.map_or_else(|| "not known".to_owned(), age);
    Some(Finding::new(
        FindingCode::RpoExceeded,
        Severity::Warns,
        subject,
        &format!(
            "its newest recovery point is {} old and its replication lag is {behind}; targetRpoMinutes is {target}",
            age(old)
        ),
        "Look at the server's replication in DRS: bandwidth, replication server size, or its agent.",
    ))
}

/// Only a warning as well: whoever chooses knows what is lost.
fn chosen_is_old(situation: &Situation, subject: &str, snapshot: &str, taken_at: i64, lost: i64) -> Option<Finding> {
    let target = situation.target_rpo_minutes?;
    if lost <= i64::from(target) * 60 {
        return None;
    }
    Some(Finding::new(
        FindingCode::RpoExceeded,
        Severity::Warns,
        subject,
        &format!(
            "the recovery point {snapshot} that it is launched from is of {} and loses {} of data; targetRpoMinutes is {target}",
            moment(taken_at),
            age(lost)
        ),
        "Choose a newer recovery point if one is good, or accept the loss.",
    ))
}

/// What is wrong with the choice as a whole. A server that it names and that is not launched is a mistyped id: the server
/// that was meant would silently come up from its newest recovery point.
pub(super) fn of_the_choice(situation: &Situation) -> Vec<Finding> {
    let invalid = |subject: &str, message: &str, remedy: &str| {
        Finding::new(FindingCode::RecoveryPointInvalid, Severity::Blocks, subject, message, remedy)
    };
    let problems = situation.recovery_point.problems(situation.now);
    if !problems.is_empty() {
        let finding = |problem: &crate::validate::Problem| {
            invalid(&problem.at, &problem.message, "Correct recoveryPoint, then start again.")
        };
        return problems.iter().map(finding).collect();
    }
    // Where a Region does not answer, the servers of groups by tags are not known. That blocks by itself.
    if !situation.unreachable.is_empty() {
        return Vec::new();
    }
    let launched: BTreeSet<&ServerId> = situation.waves.iter().flat_map(|wave| &wave.servers).collect();
    let stray: Vec<&str> =
        situation.recovery_point.named().filter(|id| !launched.contains(id)).map(ServerId::as_str).collect();
    if stray.is_empty() {
        return Vec::new();
    }
    let message = format!("names servers that are not in the plan: {}", few(&stray));
    vec![invalid("recoveryPoint.snapshots", &message, "Leave them out, or correct their ids.")]
}

/// The servers that `findings` say have no recovery point that they could be launched from, as the findings name them.
#[must_use]
pub fn without_recovery_point(findings: &[Finding]) -> Vec<String> {
    let says_so = |finding: &&Finding| {
        matches!(
            finding.code,
            FindingCode::NoRecoveryPoint | FindingCode::NoRecoveryPointInTime | FindingCode::SnapshotMissing
        )
    };
    findings.iter().filter(says_so).map(|finding| finding.subject.clone()).collect()
}
