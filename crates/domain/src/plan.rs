//! What people write: protection groups and recovery plans.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, PlanId, ServerId};

/// What an execution is for. Both launch the same way; DRS marks the instances of a drill, and only a recovery is a
/// failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// A rehearsal. Never replaces a live failover.
    Drill,
    /// A real failover.
    Recovery,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Drill => "DRILL",
            Self::Recovery => "RECOVERY",
        })
    }
}

/// Whether a wave can succeed without a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Criticality {
    /// Its failure fails the wave.
    #[default]
    Critical,
    /// Its failure makes the wave PARTIAL at worst, unless `minHealthyPercent` says otherwise.
    Optional,
}

/// What a failed wave means for the waves that depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum OnFailure {
    /// They are SKIPPED, and the execution is FAILED.
    #[default]
    Stop,
    /// They run all the same, and the execution is PARTIAL.
    Continue,
    /// A person decides.
    Pause,
}

/// A source server as a member of a protection group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// The DRS source server.
    pub id: ServerId,
    /// Whether its wave can succeed without it.
    #[serde(default)]
    pub criticality: Criticality,
}

/// A named set of source servers that are recovered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProtectionGroup {
    /// Its name, unique in the account and Region.
    pub name: GroupId,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its source servers. A source server is in at most one group.
    pub servers: Vec<Member>,
    /// Checks of each of its recovery instances, before those of the wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
}

/// Operating system family, as far as it decides which command a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Os {
    /// Shell scripts.
    Linux,
    /// PowerShell.
    Windows,
}

impl Os {
    /// The family of the operating system that DRS names in `sourceProperties.os.fullString`. What does not say
    /// Windows is Linux: DRS replicates nothing else.
    #[must_use]
    pub fn from_full_string(text: &str) -> Self {
        if text.to_ascii_lowercase().contains("windows") { Self::Windows } else { Self::Linux }
    }
}

/// A test of a recovery instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthCheck {
    /// Its name, unique among the checks of a group and of a wave.
    pub name: String,
    /// What it tests.
    pub kind: CheckKind,
    /// The SSM document of an `ssmCommand`, for example `AWS-RunShellScript`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The document's parameters, each a list of strings as SSM wants them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// Minutes within which it must pass, from the moment all servers of the wave are launched.
    #[serde(default = "default_check_timeout_minutes")]
    pub timeout_minutes: u32,
    /// Whether the server is unhealthy when it fails; otherwise the failure is only recorded.
    #[serde(default = "default_true")]
    pub required: bool,
    /// In which modes it runs. A drill's network is often isolated, so a check runs in a drill only where it is listed.
    #[serde(default = "default_run_in")]
    pub run_in: Vec<Mode>,
    /// Only on servers of this operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
}

/// 20 minutes: a first Windows boot usually takes that long, and a Linux one 5.
fn default_check_timeout_minutes() -> u32 {
    20
}

fn default_true() -> bool {
    true
}

fn default_run_in() -> Vec<Mode> {
    vec![Mode::Recovery]
}

/// The kinds of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckKind {
    /// The SSM agent of the instance is Online: the operating system booted and reaches AWS.
    SsmAgentOnline,
    /// An SSM Command document succeeds on the instance. Waits for the agent first.
    SsmCommand,
}

impl CheckKind {
    /// Whether an SSM command has to be sent for it; else it passes when the agent is Online.
    #[must_use]
    pub fn sends_command(self) -> bool {
        match self {
            Self::SsmAgentOnline => false,
            Self::SsmCommand => true,
        }
    }
}

impl HealthCheck {
    /// Whether this check runs on a server with `os` in an execution of `mode`.
    #[must_use]
    pub fn applies(&self, mode: Mode, os: Os) -> bool {
        self.run_in.contains(&mode) && self.os.is_none_or(|only| only == os)
    }
}

/// One or more protection groups that are recovered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wave {
    /// Its name, unique in the plan.
    pub name: String,
    /// The protection groups whose servers it launches.
    pub groups: Vec<GroupId>,
    /// The waves that must be settled before it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on_waves: Vec<String>,
    /// What its failure means for the waves that depend on it.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// The share of its servers, critical or not, that must succeed, in percent. 0, the default, leaves the decision
    /// to the critical servers alone.
    #[serde(default)]
    pub min_healthy_percent: u8,
    /// Minutes after a job's start at which a server that DRS still has not launched counts as failed. DRS jobs cannot
    /// be cancelled: the job itself runs on.
    #[serde(default = "default_launch_timeout_minutes")]
    pub launch_timeout_minutes: u32,
    /// Checks of each of its recovery instances, after those of the group. One with the name of a group's check replaces
    /// that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
}

/// Two hours: DRS documents 5 to 20 minutes, 45 for a first Windows boot, and retries launches that lack capacity.
fn default_launch_timeout_minutes() -> u32 {
    120
}

/// Waves, what each depends on, and the policies of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryPlan {
    /// Its name, unique in the account and Region.
    pub name: PlanId,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The waves, in any order: dependencies decide.
    pub waves: Vec<Wave>,
}

impl RecoveryPlan {
    /// Every protection group that the plan uses, once, in order of appearance.
    #[must_use]
    pub fn group_ids(&self) -> Vec<GroupId> {
        let mut seen = std::collections::BTreeSet::new();
        self.waves.iter().flat_map(|wave| &wave.groups).filter(|id| seen.insert((*id).clone())).cloned().collect()
    }
}
