//! What speaks against the launch of single servers.

use super::{Finding, FindingCode, ServerFacts, Severity, Situation, points};
use crate::id::ServerId;
use crate::plan::Mode;
use crate::text::few;

pub(super) fn findings(situation: &Situation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, facts) in &situation.servers {
        let Some(facts) = facts else {
            findings.push(Finding::new(
                FindingCode::ServerMissing,
                Severity::Blocks,
                id.as_str(),
                "DRS does not know this source server",
                "Remove it from its protection group, or reinstall the replication agent.",
            ));
            continue;
        };
        let subject = format!("{id} ({})", facts.hostname);
        findings.extend(shared(situation, id, &subject));
        findings.extend(replication(situation, id, &subject, facts));
        findings.extend(busy(&subject, facts));
        findings.extend(instances(situation, &subject, facts));
        findings.extend(drift(&subject, facts));
    }
    findings
}

/// Two groups may be in two plans, or two waves: nobody could say which of them launches the server.
fn shared(situation: &Situation, id: &ServerId, subject: &str) -> Option<Finding> {
    let groups = situation.shared.get(id)?;
    let names: Vec<&str> = groups.iter().map(crate::id::GroupId::as_str).collect();
    Some(Finding::new(
        FindingCode::ServerInTwoGroups,
        Severity::Blocks,
        subject,
        &format!("it is in {} protection groups: {}", names.len(), few(&names)),
        "Leave it in one of them: change a list of servers, selectionTags, or the server's tags in DRS.",
    ))
}

/// Safety rule 5: a dead source is no obstacle to a recovery; a missing recovery point always is.
fn replication(situation: &Situation, id: &ServerId, subject: &str, facts: &ServerFacts) -> Vec<Finding> {
    if facts.newest_recovery_point.is_none() {
        return vec![points::none(subject, facts)];
    }
    let severity = situation.blocks_a_drill();
    let mut findings: Vec<Finding> = points::of_server(situation, id, subject, facts).into_iter().collect();
    match facts.replication_state.as_str() {
        "DISCONNECTED" | "STOPPED" => findings.push(Finding::new(
            FindingCode::AgentDisconnected,
            severity,
            subject,
            &format!("its replication is {}; the newest recovery point ages", facts.replication_state),
            "Reconnect the agent. A recovery launches it from the newest recovery point.",
        )),
        "STALLED" => findings.push(Finding::new(
            FindingCode::ReplicationStalled,
            severity,
            subject,
            "its replication is STALLED; the newest recovery point ages",
            "Look at dataReplicationError of the server in DRS. A recovery launches it from the newest recovery point.",
        )),
        _ => {}
    }
    findings
}

/// A server is in one DRS job at a time.
fn busy(subject: &str, facts: &ServerFacts) -> Option<Finding> {
    let job = facts.busy_in.as_ref()?;
    Some(Finding::new(
        FindingCode::ServerBusy,
        Severity::Warns,
        subject,
        &format!("it is in DRS job {job}; its launch waits until that job ends"),
        "Wait for the job to end, or do nothing: the execution waits by itself.",
    ))
}

/// Safety rule 1: never kill a live failover.
fn instances(situation: &Situation, subject: &str, facts: &ServerFacts) -> Vec<Finding> {
    let mode = situation.mode;
    let finding = |instance: &super::LiveInstance| {
        let id = &instance.id;
        match (instance.is_protected(mode, &situation.replace), mode) {
            (false, Mode::Drill | Mode::Recovery) if instance.is_drill => Finding::new(
                FindingCode::DrillInstanceReplaced,
                Severity::Warns,
                subject,
                &format!("DRS will terminate {id}, which an earlier drill launched"),
                "Keep what you need from it first.",
            ),
            (true, Mode::Drill) => Finding::new(
                FindingCode::LiveRecoveryInstance,
                Severity::Blocks,
                subject,
                &format!("a drill would make DRS terminate {id}, a recovery instance that is not a drill's"),
                "Fail back first, or disconnect and delete the recovery instance in DRS once it is no longer needed.",
            ),
            (false, Mode::Drill | Mode::Recovery) => Finding::new(
                FindingCode::LiveRecoveryInstance,
                Severity::Warns,
                subject,
                &format!("DRS will terminate {id}, as confirmed"),
                "None: the caller confirmed this instance.",
            ),
            (true, Mode::Recovery) => Finding::new(
                FindingCode::LiveRecoveryInstance,
                Severity::Blocks,
                subject,
                &format!("a recovery would make DRS terminate {id}, a recovery instance that is not a drill's"),
                &format!("If {id} may go, start again with replaceInstances: [\"{id}\"]."),
            ),
        }
    };
    facts.instances.iter().map(finding).collect()
}

fn drift(subject: &str, facts: &ServerFacts) -> Option<Finding> {
    if facts.drift.is_empty() {
        return None;
    }
    let settings: Vec<String> = facts.drift.iter().map(ToString::to_string).collect();
    Some(Finding::new(
        FindingCode::LaunchSettingsDrift,
        Severity::Warns,
        subject,
        &format!("DRS has other launch settings than its protection group wants: {}", settings.join(", ")),
        "Nothing: they are corrected before the launch. To keep what DRS has, change launchSettings of the group.",
    ))
}
