//! What exists before the first call: source servers, quotas, documents and the habits of the simulated account. How
//! the YAML is read and checked is in [`read`]; what becomes of it is in [`crate::world`].

pub mod plans;
pub mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ids::{Region, ServerId};
use crate::profile::{Os, Profile};

use plans::PlanSpec;
pub use read::InventoryError;

/// One account.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// Twelve digits.
    pub account: String,
    /// The Region in which DRS recovers what does not say another, and the one of calls that say none.
    pub region: Region,
    /// Decides every made-up id and duration.
    pub seed: u64,
    /// False: every DRS call answers `UninitializedAccountException`.
    pub initialized: bool,
    /// The quotas of DRS.
    pub quotas: Quotas,
    /// How DRS writes timestamps.
    pub timestamps: TimestampStyle,
    /// The longest page.
    pub page_size: usize,
    /// Which unhealthy replication states can still be launched from a recovery point.
    pub launch_when: LaunchWhen,
    /// The SSM documents that exist besides `AWS-RunShellScript` and `AWS-RunPowerShellScript`.
    pub ssm_documents: Vec<SsmDocument>,
    /// Faults in force from the start.
    pub faults: Vec<Fault>,
    /// The machines that DRS replicates.
    pub source_servers: Vec<ServerSpec>,
    /// DRS's own recovery plans.
    pub recovery_plans: Vec<PlanSpec>,
}

/// The quotas that StartRecovery and TerminateRecoveryInstances are held to, in each Region by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Quotas {
    /// Source servers in one job.
    pub servers_per_job: usize,
    /// Jobs in progress.
    pub jobs: usize,
    /// Source servers in all jobs in progress.
    pub servers_in_jobs: usize,
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas { servers_per_job: 100, jobs: 20, servers_in_jobs: 500 }
    }
}

/// Real DRS writes microseconds and `+00:00`; newer samples of the documentation end in `Z`. Callers must read both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampStyle {
    /// `2022-12-07T19:15:38.846723+00:00`
    #[default]
    Micros,
    /// `2026-08-18T09:00:12Z`
    Zulu,
}

/// The documentation contradicts itself on these two states, so both ways can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LaunchWhen {
    /// A server whose replication is STALLED, with a recovery point.
    pub stalled: bool,
    /// A server whose agent is DISCONNECTED, with a recovery point.
    pub disconnected: bool,
}

impl Default for LaunchWhen {
    fn default() -> LaunchWhen {
        LaunchWhen { stalled: true, disconnected: true }
    }
}

/// Which kind of SSM document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// For SendCommand.
    Command,
    /// For StartAutomationExecution.
    Automation,
}

/// An SSM document, as far as it matters here: what running it ends with.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SsmDocument {
    /// Its name.
    pub name: String,
    /// What runs it.
    pub kind: DocumentKind,
    /// How long it takes.
    #[serde(default = "SsmDocument::usual_duration_seconds")]
    pub duration_seconds: u32,
    /// What a command prints.
    #[serde(default)]
    pub output: Option<String>,
    /// True: running it ends with `Failed`.
    #[serde(default)]
    pub fails: bool,
    /// The operating system it needs; none: any.
    #[serde(default)]
    pub os: Option<Os>,
}

impl SsmDocument {
    fn usual_duration_seconds() -> u32 {
        40
    }

    /// The documents that every account has.
    pub fn built_in() -> [SsmDocument; 2] {
        [("AWS-RunShellScript", Os::Linux), ("AWS-RunPowerShellScript", Os::Windows)].map(|(name, os)| SsmDocument {
            name: name.to_owned(),
            kind: DocumentKind::Command,
            duration_seconds: SsmDocument::usual_duration_seconds(),
            output: None,
            fails: false,
            os: Some(os),
        })
    }
}

/// The replication states of DRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are DRS's own")]
pub enum ReplicationState {
    Stopped,
    Initiating,
    InitialSync,
    Backlog,
    CreatingSnapshot,
    Continuous,
    Paused,
    Rescan,
    Stalled,
    Disconnected,
}

/// How the replication of a server stands at the start. Hours count back from the start of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Replication {
    /// Its state.
    pub state: ReplicationState,
    /// How far the copy is behind.
    pub lag_seconds: u32,
    /// Since when the server replicates: there is no older recovery point.
    pub replicating_hours: f64,
    /// For DISCONNECTED and STALLED: when the last data came, which is when the newest recovery point was taken.
    pub disconnected_hours: f64,
}

impl Default for Replication {
    fn default() -> Replication {
        let state = ReplicationState::Continuous;
        Replication { state, lag_seconds: 0, replicating_hours: 720.0, disconnected_hours: 1.0 }
    }
}

/// A recovery instance from before the start of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExistingInstance {
    /// False: a live failover.
    pub is_drill: bool,
    /// When it was launched, counting back from the start of the simulator.
    pub launched_hours_ago: f64,
}

/// One source server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerSpec {
    /// Its id in DRS.
    pub id: ServerId,
    /// Its own name.
    pub hostname: String,
    /// Where DRS recovers it.
    pub region: Region,
    /// Its operating system.
    pub os: Os,
    /// How long its launches take.
    pub profile: Profile,
    /// Its tags in DRS.
    pub tags: BTreeMap<String, String>,
    /// Cores.
    pub cpus: u32,
    /// Memory.
    pub memory_gib: u32,
    /// The size of each disk.
    pub disks_gib: Vec<u32>,
    /// How its replication stands.
    pub replication: Replication,
    /// What was launched for it before.
    pub recovery_instance: Option<ExistingInstance>,
    /// Exactly these recovery points instead of those of DRS's schedule, as hours before the start of the simulator. No
    /// more are taken then, so that a test knows which there are.
    pub recovery_points_hours_ago: Option<Vec<f64>>,
}
