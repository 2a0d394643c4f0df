//! Preflight: everything that speaks against a run, at once, before anything is touched. This file has the words:
//! findings, and what they are judged from. The rules about single servers are in `servers`, those about recovery points in
//! `points`, those about the plan in `plan`, what has to be confirmed in `confirm`, and how much of it a record keeps in [`bounded()`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::batch::InUse;
use crate::check::Os;
use crate::group::{ProtectionGroup, selects};
use crate::id::{ExecutionId, GroupId, InstanceId, JobId, PlanId, ServerId};
use crate::launch_settings::Drift;
use crate::plan::Mode;
use crate::recovery_point::{ChosenPoint, RecoveryPointChoice};

mod bounded;
mod confirm;
mod plan;
mod points;
mod servers;

pub use bounded::bounded;
pub use confirm::{InstanceToConfirm, instances_to_confirm, is_ready_once_confirmed};
pub use points::without_recovery_point;

/// What DRS says about a source server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its host name, for people.
    pub hostname: String,
    /// Its operating system family.
    pub os: Os,
    /// The Region that it is recovered into.
    pub region: String,
    /// Its tags in DRS.
    pub tags: BTreeMap<String, String>,
    /// `dataReplicationState` as DRS spells it. Open: an unknown one is kept.
    pub replication_state: String,
    /// How far replication is behind, in seconds, where DRS says it.
    pub lag_seconds: Option<i64>,
    /// The newest recovery point, in Unix seconds.
    pub newest_recovery_point: Option<i64>,
    /// The one that it would be launched from.
    pub chosen_point: ChosenPoint,
    /// Its recovery instances that are not terminated.
    pub instances: Vec<LiveInstance>,
    /// The DRS job it is in.
    pub busy_in: Option<JobId>,
    /// Where its launch settings are not as wanted.
    pub drift: Vec<Drift>,
}

impl ServerFacts {
    /// A server that DRS knows and has said nothing about yet.
    #[must_use]
    pub fn new(hostname: &str, os: Os, region: &str) -> Self {
        Self {
            hostname: hostname.to_owned(),
            os,
            region: region.to_owned(),
            tags: BTreeMap::new(),
            replication_state: String::new(),
            lag_seconds: None,
            newest_recovery_point: None,
            chosen_point: ChosenPoint::Latest,
            instances: Vec::new(),
            busy_in: None,
            drift: Vec::new(),
        }
    }

    /// The names of those of `groups` that have this server `id`: by listing it, or by its tags in its Region. `own` is
    /// the Region of groups that name none.
    #[must_use]
    pub fn groups_of<'a>(&self, id: &ServerId, groups: &'a [ProtectionGroup], own: &str) -> Vec<&'a GroupId> {
        let here = |group: &ProtectionGroup| group.region.as_deref().unwrap_or(own) == self.region;
        groups
            .iter()
            .filter(|group| {
                group.servers.iter().any(|member| member.id == *id)
                    || (here(group) && selects(&group.selection_tags, &self.tags))
            })
            .map(|group| &group.name)
            .collect()
    }
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
    /// The schedule that started it does not exist, is not enabled, or has started this already.
    ScheduleInvalid,
    /// DRS does not answer in a Region: nothing is known of the servers there.
    DrsUnreachable,
    /// A protection group has no servers now.
    GroupEmpty,
    /// Two protection groups have the server.
    ServerInTwoGroups,
    /// DRS does not know the source server.
    ServerMissing,
    /// There is nothing to launch the server from.
    NoRecoveryPoint,
    /// The server has recovery points, but none that is as old as the chosen moment.
    NoRecoveryPointInTime,
    /// The server has no such recovery point as was chosen for it.
    SnapshotMissing,
    /// What was chosen as recovery points contradicts itself or the plan.
    RecoveryPointInvalid,
    /// The recovery point that the server would be launched from is older, or replication is further behind, than the plan allows.
    RpoExceeded,
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
    /// DRS has other launch settings than the protection group wants.
    LaunchSettingsDrift,
    /// The DRS quotas leave less room than a wave needs: some of its servers wait.
    QueueingExpected,
    /// An SSM document that a health check or an action runs does not exist.
    SsmDocumentMissing,
    /// Something that is only worth a warning could not be asked.
    NotChecked,
    /// No drill of the plan has ever completed.
    NeverDrilled,
    /// The last drill that completed is too long ago.
    DrillOverdue,
    /// The plan or its servers are others than in the last drill that completed.
    ChangedSinceDrill,
}

impl FindingCode {
    /// Whether it says something about the drills before. In a drill's own record that would be no news: the drill is
    /// the remedy.
    #[must_use]
    pub fn is_about_drills(self) -> bool {
        matches!(self, Self::NeverDrilled | Self::DrillOverdue | Self::ChangedSinceDrill)
    }
}

/// One thing that speaks against a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What it is about.
    pub code: FindingCode,
    /// Whether it stops the run.
    pub severity: Severity,
    /// The server, group, wave, plan, Region or document.
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

/// Everything that preflight judges. What was not asked is empty, and nothing is found about it.
#[derive(Debug, Clone)]
pub struct Situation {
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// Now, in Unix seconds.
    pub now: i64,
    /// The live recovery instances that the caller of a RECOVERY agreed to lose.
    pub replace: BTreeSet<InstanceId>,
    /// From which recovery points the servers are to be launched.
    pub recovery_point: RecoveryPointChoice,
    /// The servers of the plan: what DRS says about each, or nothing where DRS does not know it. Those in a Region that
    /// could not be asked are not here.
    pub servers: BTreeMap<ServerId, Option<ServerFacts>>,
    /// Why DRS could not be asked, by Region.
    pub unreachable: BTreeMap<String, String>,
    /// Groups of the plan whose account is not the deployment's, and that account.
    pub foreign_groups: BTreeMap<GroupId, String>,
    /// Groups of the plan that have no servers now.
    pub empty_groups: BTreeSet<GroupId>,
    /// The servers that more than one group has, and those groups.
    pub shared: BTreeMap<ServerId, Vec<GroupId>>,
    /// How old data may be, in minutes.
    pub target_rpo_minutes: Option<u32>,
    /// The waves of the plan.
    pub waves: Vec<WaveFacts>,
    /// What is in use in DRS, by Region.
    pub in_use: BTreeMap<String, InUse>,
    /// SSM documents that the run would use and that do not exist.
    pub missing_documents: Vec<MissingDocument>,
    /// What could not be asked, and why.
    pub not_checked: BTreeMap<String, String>,
    /// What is known of earlier drills.
    pub drills: Option<DrillFacts>,
}

/// A wave, as far as preflight judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveFacts {
    /// Its name.
    pub name: String,
    /// The Region of its servers.
    pub region: String,
    /// Its servers.
    pub servers: Vec<ServerId>,
}

/// An SSM document that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingDocument {
    /// Its name or ARN.
    pub document: String,
    /// Where it was looked for.
    pub region: String,
    /// What would run it, for people.
    pub used_by: String,
}

/// What is known of earlier drills of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillFacts {
    /// The plan.
    pub plan: PlanId,
    /// Its version now.
    pub plan_version: u64,
    /// Days after which a drill is too long ago.
    pub every_days: u32,
    /// The last drill that completed.
    pub last: Option<LastDrill>,
}

/// A drill that completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDrill {
    /// The execution.
    pub execution: ExecutionId,
    /// When it ended, in Unix seconds.
    pub ended_at: i64,
    /// The version of the plan that it ran.
    pub plan_version: Option<u64>,
    /// Its servers, with their host names.
    pub servers: BTreeMap<ServerId, String>,
}

impl Situation {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(mode: Mode, now: i64) -> Self {
        Self {
            mode,
            now,
            replace: BTreeSet::new(),
            recovery_point: RecoveryPointChoice::default(),
            servers: BTreeMap::new(),
            unreachable: BTreeMap::new(),
            foreign_groups: BTreeMap::new(),
            empty_groups: BTreeSet::new(),
            shared: BTreeMap::new(),
            target_rpo_minutes: None,
            waves: Vec::new(),
            in_use: BTreeMap::new(),
            missing_documents: Vec::new(),
            not_checked: BTreeMap::new(),
            drills: None,
        }
    }

    /// What blocks a drill and only warns of a recovery, which may be the last resort.
    fn blocks_a_drill(&self) -> Severity {
        match self.mode {
            Mode::Drill => Severity::Blocks,
            Mode::Recovery => Severity::Warns,
        }
    }
}

/// Everything that speaks against a run: first the servers, in order, then what concerns the plan.
#[must_use]
pub fn preflight(situation: &Situation) -> Vec<Finding> {
    let mut findings = servers::findings(situation);
    findings.extend(points::of_the_choice(situation));
    findings.extend(plan::findings(situation));
    findings
}
