//! The items of executions and waves in ExecutionHistory, as they are stored; the others are in files of their own. What is
//! not known is left out, not written as null: an index refuses an item whose key attribute has another type.

use std::collections::BTreeSet;

use domain::action::Action;
use domain::action_run::{ActionRun, Phase};
use domain::cleanup::{CleanupPolicy, CleanupStatus};
use domain::control::ExecutionNow;
use domain::decision::{FailureDecision, Scope};
use domain::forecast::Estimate;
use domain::gate::{Cancellation, Pause, WaveApproval};
use domain::id::{ExecutionId, InstanceId, PlanId};
use domain::outcome::wave_outcome;
use domain::plan::{Mode, OnFailure, OnLaunchSettingsFailure};
use domain::preflight::Finding;
use domain::recovery_point::RecoveryPointChoice;
use domain::status::{ExecutionStatus, WaveStatus};
use serde::{Deserialize, Serialize};

use super::WaveKey;
use crate::error::{AwsError, ErrorKind};

/// The hash key of the index `byStart`. Only executions carry it.
pub(super) const EXECUTION_KIND: &str = "EXECUTION";
/// The hash key of the index `active` under which executions are that have not ended.
pub(super) const RUNS: &str = "1";
/// The hash key of the index `active` under which drills are whose instances stand.
pub(super) const LEFT_OVER: &str = "LEFT_OVER";

/// The revision of what has never been changed.
pub(super) const FRESH: u64 = 1;

pub(super) fn wave_range(plan: &PlanId, wave: u32) -> String {
    format!("{plan}#wave#{wave:03}")
}

/// An execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionRecord {
    /// Its id.
    pub execution_id: ExecutionId,
    /// Its plan; also the range key.
    pub plan_id: PlanId,
    kind: String,
    plan: PlanId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active: Option<String>,
    /// The name of its Step Functions execution, where that is longer than its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_execution: Option<String>,
    /// The version of the plan, once it is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_version: Option<u64>,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// The live recovery instances that the caller of a RECOVERY agreed to lose.
    #[serde(default)]
    pub replace_instances: BTreeSet<InstanceId>,
    /// From which recovery points its servers are launched, as whoever started it chose; missing for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_point: Option<RecoveryPointChoice>,
    /// Where it is; see [`ExecutionRecord::set_status`].
    pub status: ExecutionStatus,
    /// Why it is what it is.
    #[serde(default)]
    pub reason: String,
    /// Who started it.
    pub started_by: String,
    /// When it was accepted, in Unix seconds.
    pub started_at: i64,
    /// When its last wave was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// What preflight said.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// How long it was expected to take when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Estimate>,
    /// How its servers ended, once it is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub servers: Option<ServersEnded>,
    /// The worst data loss of its servers, once it is settled; missing where it is not known of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo_seconds: Option<i64>,
    /// That it is held; missing when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// That it is to end, and who wants that; stays once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
    /// Whether its starter may not approve waves of a RECOVERY.
    #[serde(default)]
    pub four_eyes: bool,
    /// When what a drill launched is terminated by itself, and who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_cleanup: Option<AutomaticCleanup>,
    /// Its reports that were stored, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<StoredReport>,
    /// Why a report could not be stored; missing where none failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_failure: Option<String>,
    /// Whether its last task has begun to end it: no wave is opened again from then on.
    #[serde(default)]
    pub settling: bool,
    /// Counts the writes of this item: it is written by tasks and by people at the same time.
    #[serde(default)]
    pub(super) revision: u64,
}

/// A cleanup that begins by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutomaticCleanup {
    /// When.
    pub policy: CleanupPolicy,
    /// Who says so, as the audit log names it: `plan:<name>` or `schedule:<name>`.
    pub by: String,
}

/// A report of an execution that is stored, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredReport {
    /// `html`, `json` or `csv`.
    pub format: String,
    /// Under which key of the bucket for reports.
    pub key: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its version in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// How long it is; missing in the records of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When, in Unix seconds.
    pub stored_at: i64,
}

/// How the servers of an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServersEnded {
    /// All of them.
    pub total: u32,
    /// Those that succeeded.
    pub recovered: u32,
}

impl ExecutionRecord {
    /// A new execution.
    #[must_use]
    pub fn new(execution_id: ExecutionId, plan_id: PlanId, mode: Mode, started_by: String, started_at: i64) -> Self {
        Self {
            execution_id,
            plan: plan_id.clone(),
            plan_id,
            kind: EXECUTION_KIND.to_owned(),
            active: Some(RUNS.to_owned()),
            machine_execution: None,
            plan_version: None,
            mode,
            replace_instances: BTreeSet::new(),
            recovery_point: None,
            status: ExecutionStatus::Pending,
            reason: String::new(),
            started_by,
            started_at,
            ended_at: None,
            findings: Vec::new(),
            forecast: None,
            servers: None,
            rpo_seconds: None,
            paused: None,
            cancelled: None,
            four_eyes: false,
            automatic_cleanup: None,
            reports: Vec::new(),
            report_failure: None,
            settling: false,
            revision: FRESH,
        }
    }

    /// The execution, as far as it matters to what may be done to it. `cleanup` is where its newest cleanup is.
    #[must_use]
    pub fn now(&self, cleanup: Option<CleanupStatus>) -> ExecutionNow<'_> {
        ExecutionNow {
            mode: self.mode,
            status: self.status,
            paused: self.paused.as_ref(),
            cancelled: self.cancelled.as_ref(),
            left_over: self.active.as_deref() == Some(LEFT_OVER),
            cleanup,
        }
    }

    /// Whether waves that have ended may be opened again.
    #[must_use]
    pub fn runs_on(&self) -> bool {
        self.status == ExecutionStatus::Running && !self.settling
    }

    /// The recovery time reached: from the acceptance to the end of the last wave, in seconds. Nothing for an execution
    /// that did not bring back what its plan demands.
    #[must_use]
    pub fn rto_seconds(&self) -> Option<i64> {
        self.ended_at.filter(|_| self.status.is_recovered()).map(|ended| ended - self.started_at)
    }

    /// When a cleanup of it is due by itself, in Unix seconds.
    #[must_use]
    pub fn cleanup_due_at(&self) -> Option<i64> {
        self.automatic_cleanup.as_ref()?.policy.due_at(self.mode, self.status, self.ended_at)
    }

    /// Says of an execution that has ended whether instances of it may stand that a cleanup would terminate.
    pub fn set_left_over(&mut self, left_over: bool) {
        if self.status.is_terminal() {
            self.active = left_over.then(|| LEFT_OVER.to_owned());
        }
    }

    /// Moves to `status`, and out of the index of active executions and of a pause when it is an end.
    ///
    /// # Errors
    /// `Bug` when the transition table forbids it.
    pub fn set_status(&mut self, status: ExecutionStatus) -> Result<(), AwsError> {
        allowed(self.status.can_become(status), &self.execution_id, self.status, status)?;
        self.status = status;
        self.active = (!status.is_terminal()).then(|| RUNS.to_owned());
        if status.is_terminal() {
            self.paused = None;
        }
        Ok(())
    }
}

/// A wave of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaveRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// Its position in the plan, from 1.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The Region of its servers; empty in the records of a version that knew only the deployment's own.
    #[serde(default)]
    pub region: String,
    /// The numbers of the waves it waits for.
    pub depends_on: BTreeSet<u32>,
    /// The numbers of the waves that wait for it.
    pub dependants: BTreeSet<u32>,
    /// How many servers it has; 0 in the records of earlier versions.
    #[serde(default)]
    pub servers: u32,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// What its failure means for those.
    pub on_failure: OnFailure,
    /// The share of servers that must succeed.
    pub min_healthy_percent: u8,
    /// Minutes after which a launch counts as failed.
    pub launch_timeout_minutes: u32,
    /// What it means when a server's launch settings cannot be applied.
    #[serde(default)]
    pub on_launch_settings_failure: OnLaunchSettingsFailure,
    /// The approval that it needs before it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<WaveApproval>,
    /// What is done before its servers are launched.
    #[serde(default)]
    pub before_actions: Vec<ActionRun>,
    /// What is done after its health checks.
    #[serde(default)]
    pub after_actions: Vec<ActionRun>,
    /// Where it is; see [`WaveRecord::set_status`].
    pub status: WaveStatus,
    /// Why it is what it is.
    #[serde(default)]
    pub reason: String,
    /// When its first servers were to be launched, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When its last server was launched, or failed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<i64>,
    /// When it was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// How long the slowest server's launch took, from its job's start: what forecasts of later runs go by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowest_launch_seconds: Option<u32>,
    /// How long the slowest server's health checks took; nothing where none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowest_check_seconds: Option<u32>,
    /// 1, and one more for each time that it is begun anew after a failure.
    #[serde(default = "first_round")]
    pub round: u32,
    /// The round in which the state machine was started that runs it: another one when it was opened again after its end.
    #[serde(default = "first_round")]
    pub machine_round: u32,
    /// Since when it is held for a decision about its failure, in Unix seconds; missing when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<i64>,
    /// What people decided about its failures, the oldest first.
    #[serde(default)]
    pub decisions: Vec<FailureDecision>,
    /// The servers that the newest of them is about.
    #[serde(default)]
    pub scope: Scope,
    /// Counts the writes of this item: it is written by tasks and by people at the same time.
    #[serde(default)]
    pub(super) revision: u64,
}

fn first_round() -> u32 {
    1
}

impl WaveRecord {
    /// A wave that waits for its dependencies.
    #[must_use]
    pub fn new(key: &WaveKey, wave: &domain::plan::Wave, mode: Mode) -> Self {
        let of_mode = |actions: &[Action]| -> Vec<ActionRun> {
            actions.iter().filter(|action| action.run_in.contains(&mode)).map(ActionRun::from).collect()
        };
        Self {
            execution_id: key.execution_id.clone(),
            plan_id: wave_range(&key.plan_id, key.wave),
            number: key.wave,
            name: wave.name.clone(),
            region: String::new(),
            depends_on: BTreeSet::new(),
            dependants: BTreeSet::new(),
            servers: 0,
            mode,
            on_failure: wave.on_failure,
            min_healthy_percent: wave.min_healthy_percent,
            launch_timeout_minutes: wave.launch_timeout_minutes,
            on_launch_settings_failure: OnLaunchSettingsFailure::default(),
            approval: wave.approval.as_ref().map(WaveApproval::from),
            before_actions: of_mode(&wave.before_actions),
            after_actions: of_mode(&wave.after_actions),
            status: WaveStatus::Waiting,
            reason: String::new(),
            started_at: None,
            launched_at: None,
            ended_at: None,
            slowest_launch_seconds: None,
            slowest_check_seconds: None,
            round: first_round(),
            machine_round: first_round(),
            held_at: None,
            decisions: Vec::new(),
            scope: Scope::default(),
            revision: FRESH,
        }
    }

    /// Its actions of a phase.
    #[must_use]
    pub fn actions(&self, phase: Phase) -> &[ActionRun] {
        match phase {
            Phase::Before => &self.before_actions,
            Phase::After => &self.after_actions,
        }
    }

    /// The same, to be changed.
    pub fn actions_mut(&mut self, phase: Phase) -> &mut [ActionRun] {
        match phase {
            Phase::Before => &mut self.before_actions,
            Phase::After => &mut self.after_actions,
        }
    }

    /// Whether its actions after it are to run: only a wave that did not fail is followed by them.
    #[must_use]
    pub fn has_actions_after(&self, servers: &[super::ServerRecord]) -> bool {
        let results: Vec<_> = servers.iter().map(|server| (server.criticality, server.status)).collect();
        !self.after_actions.is_empty() && wave_outcome(self.min_healthy_percent, &results).status != WaveStatus::Failed
    }

    /// Moves to `status`.
    ///
    /// # Errors
    /// `Bug` when the transition table forbids it.
    pub fn set_status(&mut self, status: WaveStatus) -> Result<(), AwsError> {
        allowed(self.status.can_become(status), &self.name, self.status, status)?;
        self.status = status;
        if status.is_terminal() {
            self.held_at = None;
        }
        Ok(())
    }
}

pub(super) fn allowed(
    allowed: bool,
    subject: &impl std::fmt::Display,
    from: impl std::fmt::Display,
    to: impl std::fmt::Display,
) -> Result<(), AwsError> {
    if allowed {
        return Ok(());
    }
    Err(AwsError::new(ErrorKind::Bug, "status change", format!("{subject} cannot go from {from} to {to}")))
}
