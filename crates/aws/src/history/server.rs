//! The item of a server of a wave: its launch settings, its launch and its health checks.

use std::collections::BTreeMap;

use domain::check::CheckKind;
use domain::health::CheckStatus;
use domain::id::{CommandId, ExecutionId, GroupId, InstanceId, JobId, ServerId, SnapshotId};
use domain::launch_settings::{LaunchSettings, SettingChange, SettingsOutcome};
use domain::plan::Criticality;
use domain::status::ServerStatus;
use serde::{Deserialize, Serialize};

use super::record::allowed;
use super::{AttemptRecord, WaveKey};
use crate::error::AwsError;

/// A server of a wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// The source server.
    pub server_id: ServerId,
    /// Its wave's number.
    pub wave: u32,
    /// Its position in the wave.
    pub ordinal: u32,
    /// Its host name.
    pub hostname: String,
    /// Its protection group.
    pub group: GroupId,
    /// Whether the wave can succeed without it.
    pub criticality: Criticality,
    /// Where it is; see [`ServerRecord::set_status`].
    pub status: ServerStatus,
    /// What DRS is doing with it.
    #[serde(default)]
    pub phase: String,
    /// Why it is what it is, or what it waits for.
    #[serde(default)]
    pub reason: String,
    /// The DRS job that launches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// What DRS launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
    /// The recovery point that was chosen for it when the plan was frozen; missing where DRS is to take the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_snapshot_id: Option<SnapshotId>,
    /// When that was taken, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_snapshot_at: Option<i64>,
    /// When the recovery point was taken that it was launched from, as DRS says, in Unix seconds: what its RPO is counted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_from: Option<i64>,
    /// When its DRS job was started, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When DRS launched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<i64>,
    /// When its health checks began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checking_at: Option<i64>,
    /// When its last health check ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<i64>,
    /// Its health checks.
    #[serde(default)]
    pub checks: Vec<CheckRecord>,
    /// What DRS is to be set to before it is launched.
    #[serde(default, skip_serializing_if = "LaunchSettings::is_empty")]
    pub launch_settings: LaunchSettings,
    /// What came of that; nothing before it was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SettingsRecord>,
    /// The round of its wave in which this attempt was begun; 0 in records of a version that knew one only.
    #[serde(default)]
    pub round: u32,
    /// How the attempts before this one ended, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<AttemptRecord>,
}

/// What came of setting a server's launch settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsRecord {
    /// APPLIED, UNCHANGED or FAILED; nothing while the change is intended and its outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<SettingsOutcome>,
    /// What was changed, or was to be.
    #[serde(default)]
    pub changes: Vec<SettingChange>,
    /// Why it FAILED; empty otherwise.
    #[serde(default)]
    pub reason: String,
}

impl ServerRecord {
    /// A server that is in no job yet.
    #[must_use]
    pub fn new(key: &WaveKey, server_id: ServerId, ordinal: u32, hostname: String) -> Self {
        Self {
            execution_id: key.execution_id.clone(),
            plan_id: format!("{}#server#{:03}#{server_id}", key.plan_id, key.wave),
            server_id,
            wave: key.wave,
            ordinal,
            hostname,
            group: GroupId::from(""),
            criticality: Criticality::Critical,
            status: ServerStatus::Pending,
            phase: String::new(),
            reason: String::new(),
            job_id: None,
            instance_id: None,
            recovery_snapshot_id: None,
            recovery_snapshot_at: None,
            recovered_from: None,
            started_at: None,
            launched_at: None,
            checking_at: None,
            checked_at: None,
            checks: Vec::new(),
            launch_settings: LaunchSettings::default(),
            settings: None,
            round: 1,
            attempts: Vec::new(),
        }
    }

    /// Moves to `status`, and forgets the phase and the reason of the one before.
    ///
    /// # Errors
    /// `Bug` when the transition table forbids it.
    pub fn set_status(&mut self, status: ServerStatus) -> Result<(), AwsError> {
        allowed(self.status.can_become(status), &self.server_id, self.status, status)?;
        if self.status != status {
            self.phase.clear();
            self.reason.clear();
        }
        self.status = status;
        Ok(())
    }
}

/// A health check of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckRecord {
    /// Its name.
    pub name: String,
    /// What it tests.
    pub kind: CheckKind,
    /// The SSM document of a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Its parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// Minutes within which it must pass.
    pub timeout_minutes: u32,
    /// Whether the server is unhealthy when it fails.
    pub required: bool,
    /// Where it is.
    pub status: CheckStatus,
    /// The command that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_id: Option<CommandId>,
    /// What it said.
    #[serde(default)]
    pub output: String,
    /// When it ended, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

impl CheckRecord {
    /// Makes it ready to be run again.
    pub fn begin_anew(&mut self) {
        self.status = CheckStatus::Pending;
        (self.command_id, self.ended_at) = (None, None);
        self.output.clear();
    }

    /// Ends the check.
    pub fn end(&mut self, status: CheckStatus, output: impl Into<String>, now: i64) {
        self.status = status;
        self.output = output.into();
        self.ended_at = Some(now);
    }
}

impl From<&domain::check::HealthCheck> for CheckRecord {
    fn from(check: &domain::check::HealthCheck) -> Self {
        Self {
            name: check.name.clone(),
            kind: check.kind,
            document: check.document.clone(),
            parameters: check.parameters.clone(),
            timeout_minutes: check.timeout_minutes,
            required: check.required,
            status: CheckStatus::Pending,
            command_id: None,
            output: String::new(),
            ended_at: None,
        }
    }
}
