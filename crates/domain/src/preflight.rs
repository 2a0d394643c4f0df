//! Preflight: everything that speaks against a run, at once, before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::Os;
use crate::id::{InstanceId, JobId, ServerId};
use crate::plan::Mode;

/// What DRS says about a source server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its host name, for people.
    pub hostname: String,
    /// Its operating system family.
    pub os: Os,
    /// `dataReplicationState` as DRS spells it. Open: an unknown one is kept.
    pub replication_state: String,
    /// The newest recovery point, in Unix seconds.
    pub newest_recovery_point: Option<i64>,
    /// Its recovery instances that are not terminated.
    pub instances: Vec<LiveInstance>,
    /// The DRS job it is in.
    pub busy_in: Option<JobId>,
}

/// A recovery instance that a new launch would make DRS terminate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveInstance {
    /// The instance.
    pub id: InstanceId,
    /// Whether a drill launched it.
    pub is_drill: bool,
}

impl LiveInstance {
    /// Whether a launch in `mode` must not replace it: a live failover, unless the caller of a RECOVERY agreed to lose
    /// exactly this one.
    #[must_use]
    pub fn is_protected(&self, mode: Mode, replace: &BTreeSet<InstanceId>) -> bool {
        match mode {
            Mode::Drill => !self.is_drill,
            Mode::Recovery => !self.is_drill && !replace.contains(&self.id),
        }
    }
}

/// Whether a finding stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// The execution is REFUSED.
    Blocks,
    /// Recorded, and the run goes on.
    Warns,
}

/// What a finding is about. The codes are an interface: they are never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingCode {
    /// The plan or a protection group it uses does not exist, or the plan contradicts itself.
    PlanInvalid,
    /// A RECOVERY was started without the plan's name typed back.
    NotConfirmed,
    /// DRS does not know the source server.
    ServerMissing,
    /// There is nothing to launch the server from.
    NoRecoveryPoint,
    /// The agent does not replicate.
    AgentDisconnected,
    /// Replication does not advance.
    ReplicationStalled,
    /// A launch would terminate an instance that is not a drill's.
    LiveRecoveryInstance,
    /// A launch will terminate the instance of an earlier drill.
    DrillInstanceReplaced,
    /// The server is in a DRS job: the launch waits for it.
    ServerBusy,
    /// Another execution holds the server.
    ServerClaimed,
}

/// One thing that speaks against a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What it is about.
    pub code: FindingCode,
    /// Whether it stops the run.
    pub severity: Severity,
    /// The server, plan or wave.
    pub subject: String,
    /// What is the case.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(code: FindingCode, severity: Severity, subject: &str, message: &str, remedy: &str) -> Self {
        Self { code, severity, subject: subject.into(), message: message.into(), remedy: remedy.into() }
    }
}

/// Whether any of `findings` stops the run.
#[must_use]
pub fn blocks(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Blocks)
}

/// Everything that speaks against launching `servers` in `mode`, in order of server. `servers` maps each to what DRS
/// says, or nothing where DRS does not know it. `replace` are the live instances that the caller of a RECOVERY agreed
/// to lose.
#[must_use]
pub fn preflight(
    mode: Mode,
    servers: &BTreeMap<ServerId, Option<ServerFacts>>,
    replace: &BTreeSet<InstanceId>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, facts) in servers {
        match facts {
            Some(facts) => {
                let subject = format!("{id} ({})", facts.hostname);
                replication(mode, &subject, facts, &mut findings);
                busy(&subject, facts, &mut findings);
                instances(mode, &subject, facts, replace, &mut findings);
            }
            None => findings.push(Finding::new(
                FindingCode::ServerMissing,
                Severity::Blocks,
                id.as_str(),
                "DRS does not know this source server",
                "Remove it from its protection group, or reinstall the replication agent.",
            )),
        }
    }
    findings
}

/// Safety rule 5: a dead source is no obstacle to a recovery; a missing recovery point always is.
fn replication(mode: Mode, subject: &str, facts: &ServerFacts, findings: &mut Vec<Finding>) {
    if facts.newest_recovery_point.is_none() {
        findings.push(Finding::new(
            FindingCode::NoRecoveryPoint,
            Severity::Blocks,
            subject,
            &format!("it has no recovery point (replication state {})", facts.replication_state),
            "Wait until its initial sync has finished, or take it out of the protection group.",
        ));
        return;
    }
    let severity = match mode {
        Mode::Drill => Severity::Blocks,
        Mode::Recovery => Severity::Warns,
    };
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
}

/// A server is in one DRS job at a time.
fn busy(subject: &str, facts: &ServerFacts, findings: &mut Vec<Finding>) {
    if let Some(job) = &facts.busy_in {
        findings.push(Finding::new(
            FindingCode::ServerBusy,
            Severity::Warns,
            subject,
            &format!("it is in DRS job {job}; its launch waits until that job ends"),
            "Wait for the job to end, or do nothing: the execution waits by itself.",
        ));
    }
}

/// Safety rule 1: never kill a live failover.
fn instances(
    mode: Mode,
    subject: &str,
    facts: &ServerFacts,
    replace: &BTreeSet<InstanceId>,
    findings: &mut Vec<Finding>,
) {
    for instance in &facts.instances {
        let id = &instance.id;
        let finding = match (instance.is_protected(mode, replace), mode) {
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
        };
        findings.push(finding);
    }
}
