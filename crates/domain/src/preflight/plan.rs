//! What speaks against a run of the plan as a whole.

use std::collections::BTreeSet;

use super::{DrillFacts, Finding, FindingCode, LastDrill, Severity, Situation, WaveFacts};
use crate::batch::{InUse, Quotas, WaitReason, pack};
use crate::id::ServerId;
use crate::text::{age, counted, few};

pub(super) fn findings(situation: &Situation) -> Vec<Finding> {
    let mut findings = unreachable(situation);
    findings.extend(foreign_groups(situation));
    findings.extend(empty_groups(situation));
    for wave in &situation.waves {
        if let Some(in_use) = situation.in_use.get(&wave.region) {
            findings.extend(queueing(wave, in_use));
        }
    }
    findings.extend(documents(situation));
    findings.extend(not_checked(situation));
    if let Some(drills) = &situation.drills {
        findings.extend(drilled(situation, drills));
    }
    findings
}

/// A Region that does not answer blocks both modes: launching there would fail, and nobody knows what is there.
fn unreachable(situation: &Situation) -> Vec<Finding> {
    let finding = |(region, why): (&String, &String)| {
        Finding::new(
            FindingCode::DrsUnreachable,
            Severity::Blocks,
            region,
            &format!("DRS cannot be asked about the servers there: {why}"),
            "See whether the Region is spelled rightly in the groups, whether DRS is set up there, and what AWS reports of it.",
        )
    };
    situation.unreachable.iter().map(finding).collect()
}

/// Nothing here can act in another account.
fn foreign_groups(situation: &Situation) -> Vec<Finding> {
    let finding = |(group, account): (&crate::id::GroupId, &String)| {
        Finding::new(
            FindingCode::PlanInvalid,
            Severity::Blocks,
            group.as_str(),
            &format!(
                "its servers are in account {account}, and this deployment recovers those of its own account only"
            ),
            "Take the group out of the plan, or run the plan in a deployment of that account.",
        )
    };
    situation.foreign_groups.iter().map(finding).collect()
}

fn empty_groups(situation: &Situation) -> Vec<Finding> {
    let finding = |group: &crate::id::GroupId| {
        Finding::new(
            FindingCode::GroupEmpty,
            Severity::Blocks,
            group.as_str(),
            "no source server has the tags that this protection group selects",
            "Correct selectionTags of the group or the servers' tags in DRS, or take the group out of the plan.",
        )
    };
    situation.empty_groups.iter().map(finding).collect()
}

/// Whether the quotas hold back a part of the wave, would it start now. A server in another job waits for that job and
/// not for a quota.
fn queueing(wave: &WaveFacts, in_use: &InUse) -> Option<Finding> {
    let quotas = Quotas::default();
    let waiting = pack(&wave.servers, in_use, &quotas).waiting;
    let count = waiting.iter().filter(|(_, reason)| *reason != WaitReason::BusyInJob).count();
    if count == 0 {
        return None;
    }
    let (jobs, servers) = (in_use.jobs, in_use.servers.len());
    Some(Finding::new(
        FindingCode::QueueingExpected,
        Severity::Warns,
        &wave.name,
        &format!(
            "{count} of its {} servers would wait at first: {jobs} of {} DRS jobs are running in {}, with {servers} of {} servers in them",
            wave.servers.len(),
            quotas.jobs,
            wave.region,
            quotas.servers_in_jobs,
        ),
        "Nothing: they are launched as jobs end. For a shorter recovery, let fewer servers of other plans run at the same time.",
    ))
}

/// A missing document stops a drill, which is there to find it; a recovery is never stopped by a missing check.
fn documents(situation: &Situation) -> Vec<Finding> {
    let finding = |missing: &super::MissingDocument| {
        Finding::new(
            FindingCode::SsmDocumentMissing,
            situation.blocks_a_drill(),
            &missing.document,
            &format!("SSM has no such document in {}; {} would run it", missing.region, missing.used_by),
            "Create the document in that Region or share it with the account, or correct its name in the plan or group.",
        )
    };
    situation.missing_documents.iter().map(finding).collect()
}

fn not_checked(situation: &Situation) -> Vec<Finding> {
    let finding = |(what, why): (&String, &String)| {
        let message = format!("this was not checked: {why}");
        let remedy = "Ask again. If it stays, look at the permissions of the function that asks.";
        Finding::new(FindingCode::NotChecked, Severity::Warns, what, &message, remedy)
    };
    situation.not_checked.iter().map(finding).collect()
}

fn drilled(situation: &Situation, drills: &DrillFacts) -> Vec<Finding> {
    let warn =
        |code, message: &str, remedy: &str| Finding::new(code, Severity::Warns, drills.plan.as_str(), message, remedy);
    let Some(last) = &drills.last else {
        let remedy = "Run a drill: what was never tried does not work.";
        return vec![warn(FindingCode::NeverDrilled, "no drill of this plan has ever completed", remedy)];
    };
    let ago = situation.now - last.ended_at;
    let mut findings = Vec::new();
    if ago > i64::from(drills.every_days) * 86_400 {
        let message = format!(
            "the last drill that completed, {}, was {} ago; drillEveryDays is {}",
            last.execution,
            age(ago),
            drills.every_days
        );
        findings.push(warn(FindingCode::DrillOverdue, &message, "Run a drill."));
    }
    let changes = changes(situation, drills, last);
    if !changes.is_empty() {
        let message = format!(
            "since the last drill that completed, {}, {} ago: {}",
            last.execution,
            age(ago),
            changes.join("; ")
        );
        findings.push(warn(FindingCode::ChangedSinceDrill, &message, "Run a drill of the plan as it is now."));
    }
    findings
}

/// What is otherwise than in `last`. Servers are compared only when all are known.
fn changes(situation: &Situation, drills: &DrillFacts, last: &LastDrill) -> Vec<String> {
    let mut changes = Vec::new();
    if let Some(before) = last.plan_version.filter(|before| *before != drills.plan_version) {
        changes.push(format!("the plan changed from version {before} to {}", drills.plan_version));
    }
    if !situation.unreachable.is_empty() {
        return changes;
    }
    let now: BTreeSet<&ServerId> = situation.waves.iter().flat_map(|wave| &wave.servers).collect();
    let added: Vec<String> =
        now.iter().filter(|id| !last.servers.contains_key(**id)).map(|id| name(situation, id)).collect();
    let removed: Vec<&String> = last.servers.iter().filter(|(id, _)| !now.contains(id)).map(|(_, host)| host).collect();
    for (what, names) in [("added", added.iter().collect::<Vec<_>>()), ("removed", removed)] {
        if !names.is_empty() {
            changes.push(format!("{} {what}: {}", counted(names.len(), "server"), few(&names)));
        }
    }
    changes
}

fn name(situation: &Situation, id: &ServerId) -> String {
    let known = situation.servers.get(id).and_then(Option::as_ref);
    known.map_or_else(|| id.to_string(), |facts| facts.hostname.clone())
}
