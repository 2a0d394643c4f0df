//! Recovery plans as people write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::{Action, Approval};
use crate::check::HealthCheck;
use crate::cleanup::CleanupPolicy;
use crate::id::{GroupId, PlanId, ServerId};

/// What an execution is for. Both launch the same way; DRS marks the instances of a drill, and only a recovery is a
/// failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Criticality {
    /// Its failure fails the wave.
    #[default]
    Critical,
    /// Its failure makes the wave PARTIAL at worst, unless `minHealthyPercent` says otherwise.
    Optional,
}

/// What a failed wave means for the waves that depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
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

/// What happens when the launch settings of a server cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OnLaunchSettingsFailure {
    /// The wave is FAILED before anything is launched: the server would come up in the wrong place or size.
    #[default]
    Stop,
    /// It is recorded, and the server is launched with what DRS has.
    Warn,
}

/// One or more protection groups that are recovered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// Servers for which the plan says it otherwise than their group: whether the wave can succeed without them. The
    /// only way to say it for servers that are selected by tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub criticality: BTreeMap<ServerId, Criticality>,
    /// Who must agree before it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// What is done before its servers are launched, one after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before_actions: Vec<Action>,
    /// What is done after its health checks, one after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after_actions: Vec<Action>,
}

impl Default for Wave {
    fn default() -> Self {
        Self {
            name: String::new(),
            groups: Vec::new(),
            depends_on_waves: Vec::new(),
            on_failure: OnFailure::default(),
            min_healthy_percent: 0,
            launch_timeout_minutes: default_launch_timeout_minutes(),
            health_checks: Vec::new(),
            criticality: BTreeMap::new(),
            approval: None,
            before_actions: Vec::new(),
            after_actions: Vec::new(),
        }
    }
}

impl Wave {
    /// Whether the wave can succeed without a server that its group calls `of_group`.
    #[must_use]
    pub fn criticality_of(&self, server: &ServerId, of_group: Criticality) -> Criticality {
        self.criticality.get(server).copied().unwrap_or(of_group)
    }
}

/// Two hours: DRS documents 5 to 20 minutes, 45 for a first Windows boot, and retries launches that lack capacity.
fn default_launch_timeout_minutes() -> u32 {
    120
}

/// Waves, what each depends on, and the policies of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryPlan {
    /// Its name, unique in the account and Region.
    pub name: PlanId,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The recovery time that it promises, from the start to the end of its last wave, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_rto_minutes: Option<u32>,
    /// The data loss that it allows: how old a server's newest recovery point may be, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_rpo_minutes: Option<u32>,
    /// Days after which a successful drill is too long ago.
    #[serde(default = "default_drill_every_days")]
    pub drill_every_days: u32,
    /// What happens when a server's launch settings cannot be applied.
    #[serde(default)]
    pub on_launch_settings_failure: OnLaunchSettingsFailure,
    /// Whether a wave of a RECOVERY that needs an approval needs that of another person than the one who started it.
    #[serde(default)]
    pub four_eyes: bool,
    /// When what a DRILL launched is terminated by itself; left out, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup: Option<CleanupPolicy>,
    /// The waves, in any order: dependencies decide.
    pub waves: Vec<Wave>,
}

/// A quarter: what most regulators and insurers ask for at the least.
fn default_drill_every_days() -> u32 {
    90
}

impl Default for RecoveryPlan {
    fn default() -> Self {
        Self {
            name: PlanId::default(),
            description: String::new(),
            target_rto_minutes: None,
            target_rpo_minutes: None,
            drill_every_days: default_drill_every_days(),
            on_launch_settings_failure: OnLaunchSettingsFailure::default(),
            four_eyes: false,
            cleanup: None,
            waves: Vec::new(),
        }
    }
}

impl RecoveryPlan {
    /// Every protection group that the plan uses, once, in order of appearance.
    #[must_use]
    pub fn group_ids(&self) -> Vec<GroupId> {
        let mut seen = std::collections::BTreeSet::new();
        self.waves.iter().flat_map(|wave| &wave.groups).filter(|id| seen.insert((*id).clone())).cloned().collect()
    }
}
