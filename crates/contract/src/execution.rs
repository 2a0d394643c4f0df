//! Executions, their waves, servers and health checks.

use domain::action_run::ActionRun;
use domain::check::CheckKind;
use domain::control::{ExecutionAction, WaveAction};
use domain::decision::FailureDecision;
use domain::forecast::Estimate;
use domain::gate::{Cancellation, Pause, WaveApproval};
use domain::health::CheckStatus;
use domain::id::{ExecutionId, GroupId, InstanceId, JobId, PlanId, ServerId, SnapshotId};
use domain::launch_settings::{SettingChange, SettingsOutcome};
use domain::plan::{Criticality, Mode};
use domain::preflight::Finding;
use domain::recovery_point::RecoveryPointChoice;
use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CleanupRun, LeftOver};

/// `POST /v1/recovery-plans/{name}/executions`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartExecution {
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// For a RECOVERY: the plan's name, typed back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// For a RECOVERY: exactly the live recovery instances that DRS will terminate and that may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace_instances: Vec<InstanceId>,
    /// From which recovery points the servers are launched; the newest when left out.
    #[serde(default, skip_serializing_if = "RecoveryPointChoice::is_latest")]
    #[schema(required = false)]
    pub recovery_point: RecoveryPointChoice,
}

impl StartExecution {
    /// A start in `mode` that confirms nothing and chooses nothing.
    #[must_use]
    pub fn of(mode: Mode) -> Self {
        Self { mode, confirm: None, replace_instances: Vec::new(), recovery_point: RecoveryPointChoice::default() }
    }
}

/// `POST /v1/executions/{executionId}/waves/{number}/retry`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryWave {
    /// Why; at most 1,000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub comment: String,
    /// The servers to launch again; all that did not succeed when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerId>,
    /// In a RECOVERY: exactly the live recovery instances that DRS will terminate and that may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace_instances: Vec<InstanceId>,
}

impl From<WaveDecision> for RetryWave {
    fn from(decision: WaveDecision) -> Self {
        Self { comment: decision.comment, ..Self::default() }
    }
}

/// `POST /v1/executions/{executionId}/waves/{number}/approve`, `…/reject`, `…/recheck`, `…/skip` and `…/abort`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaveDecision {
    /// Why; at most 1,000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub comment: String,
}

/// `POST /v1/executions/{executionId}/cancel`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelExecution {
    /// Why; at most 1,000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub comment: String,
}

/// One execution, without its waves: an item of `GET /v1/executions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionSummary {
    /// Its id, also the name of the Step Functions execution.
    pub execution_id: ExecutionId,
    /// The plan it runs.
    pub plan_id: PlanId,
    /// The version of the plan it runs; null until PrepareExecution froze it.
    pub plan_version: Option<u64>,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// Where it is.
    pub status: ExecutionStatus,
    /// Why it is FAILED, PARTIAL, REFUSED or CANCELLED; empty otherwise.
    pub reason: String,
    /// Who started it: a user of the API, `schedule:<name>`, or `stepfunctions` when it came from EventBridge or
    /// the console.
    pub started_by: String,
    /// When it was accepted.
    pub started_at: i64,
    /// When its last wave was settled.
    pub ended_at: Option<i64>,
    /// The recovery time reached: seconds from `startedAt` to `endedAt`. Null unless it is COMPLETED or PARTIAL.
    pub rto_seconds: Option<i64>,
    /// From which recovery points its servers are launched, as whoever started it chose.
    #[serde(default)]
    pub recovery_point: RecoveryPointChoice,
    /// The data loss of the server that lost most: seconds from its recovery point to the start, or to the chosen moment
    /// where that is earlier; 0 where it was taken later. Null before the end, and where no recovery point is known.
    pub rpo_seconds: Option<i64>,
    /// How long it was expected to take when it began; null where nothing was expected.
    pub forecast: Option<Estimate>,
    /// What preflight said.
    pub findings: Vec<Finding>,
    /// How its servers ended; null before its end, and for executions of earlier versions.
    pub servers: Option<ServerCounts>,
    /// Who holds it since when; null when it is not paused. A status goes on beside it: what runs is watched to its end.
    pub paused: Option<Pause>,
    /// Who cancelled it, when and why; null when nobody did. It is CANCELLED once DRS has ended what it ran for it.
    pub cancelled: Option<Cancellation>,
    /// What the caller may do to it now.
    pub allowed_actions: Vec<ExecutionAction>,
    /// When what it launched is terminated by itself; null where nobody asked for that, before its end, and where it is
    /// kept because it did not complete. What became of it is in `cleanup`.
    pub cleanup_due_at: Option<i64>,
    /// What of it stands; null but in `GET /v1/executions?leftOver=true`.
    pub left_over: Option<LeftOver>,
}

/// How the servers of an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerCounts {
    /// All of them.
    pub total: u32,
    /// Those that are LAUNCHED or HEALTHY.
    pub recovered: u32,
}

/// One run of a plan, for a trend: an item of `GET /v1/recovery-plans/{name}/history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanRun {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The version of the plan that ran; null when it was refused before it was frozen.
    pub plan_version: Option<u64>,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// Where it is.
    pub status: ExecutionStatus,
    /// When it was accepted.
    pub started_at: i64,
    /// The recovery time reached; null unless it is COMPLETED or PARTIAL.
    pub rto_seconds: Option<i64>,
    /// What the plan promised in the version that ran; null where it promised nothing.
    pub target_rto_minutes: Option<u32>,
    /// The data loss of the server that lost most; null before the end, and where no recovery point is known.
    pub rpo_seconds: Option<i64>,
    /// The data loss that the plan allowed in the version that ran; null where it promised nothing.
    pub target_rpo_minutes: Option<u32>,
    /// How long it was expected to take when it began; null where nothing was expected.
    pub forecast: Option<Estimate>,
    /// How its servers ended; null before its end, and for executions of earlier versions.
    pub servers: Option<ServerCounts>,
}

/// One execution with its waves: `GET /v1/executions/{executionId}`, and the 202 of a start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// The execution itself.
    #[serde(flatten)]
    pub summary: ExecutionSummary,
    /// Its waves, as the plan orders them; empty until PrepareExecution froze the plan.
    pub waves: Vec<WaveRun>,
    /// What became of cleaning up after it; null before anybody began that.
    pub cleanup: Option<CleanupRun>,
    /// Its reports that were stored when it ended and after its cleanups, the oldest first.
    #[serde(default)]
    pub reports: Vec<StoredReport>,
    /// Why a report could not be stored; null where none failed.
    #[serde(default)]
    pub report_failure: Option<String>,
}

/// A report of an execution that is stored, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredReport {
    /// `html`, `json` or `csv`.
    pub format: String,
    /// Under which key of the bucket for reports.
    pub key: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its version in the bucket; null where the bucket said none.
    pub version_id: Option<String>,
    /// How many bytes it has; null for one that an earlier version stored.
    pub bytes: Option<u64>,
    /// When.
    pub stored_at: i64,
}

/// An execution that has ended, with its stored reports: an item of `GET /v1/reports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionReports {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The plan it ran.
    pub plan_id: PlanId,
    /// DRILL or RECOVERY.
    pub mode: Mode,
    /// How it ended.
    pub status: ExecutionStatus,
    /// When it was accepted.
    pub started_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Its reports that were stored, the oldest first: one of each format at its end, and again after each cleanup.
    pub reports: Vec<StoredReport>,
    /// Why the last one could not be stored; null where it was.
    pub report_failure: Option<String>,
}

/// One wave of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveRun {
    /// Its position in the plan, from 1.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The Region of its servers; empty in executions of a version that knew only the deployment's own.
    #[serde(default)]
    pub region: String,
    /// The waves it waits for.
    pub depends_on_waves: Vec<String>,
    /// Where it is.
    pub status: WaveStatus,
    /// Why it is FAILED, PARTIAL, SKIPPED or CANCELLED, or awaits a decision; empty otherwise.
    pub reason: String,
    /// 1, and one more for each time that it was begun anew after a failure.
    #[serde(default = "first_round")]
    pub round: u32,
    /// Since when it awaits a decision about its failure; null when it does not.
    #[serde(default)]
    pub held_at: Option<i64>,
    /// What people decided about its failures, the oldest first.
    #[serde(default)]
    pub decisions: Vec<FailureDecision>,
    /// The approval that it needs before it begins, and who decided; null where it needs none.
    pub approval: Option<WaveApproval>,
    /// What the caller may do to it now.
    pub allowed_actions: Vec<WaveAction>,
    /// What is done before its servers are launched, one after another.
    pub before_actions: Vec<ActionRun>,
    /// What is done after its health checks, one after another; nothing is when it failed.
    pub after_actions: Vec<ActionRun>,
    /// When its first servers were to be launched.
    pub started_at: Option<i64>,
    /// When its last server was launched, or failed to.
    pub launched_at: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<i64>,
    /// Its servers, by group, then as written.
    pub servers: Vec<ServerRun>,
}

fn first_round() -> u32 {
    1
}

/// One server of a wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerRun {
    /// The source server.
    pub server_id: ServerId,
    /// Its host name.
    pub hostname: String,
    /// Its protection group.
    pub group: GroupId,
    /// Whether the wave can succeed without it.
    pub criticality: Criticality,
    /// Where it is.
    pub status: ServerStatus,
    /// What DRS is doing with it, from the job log: CLEANUP, SNAPSHOT, CONVERSION or LAUNCH; empty outside a job.
    pub phase: String,
    /// Why it is FAILED, UNHEALTHY or UNKNOWN, or what it waits for; empty otherwise.
    pub reason: String,
    /// The DRS job that launches it.
    pub job_id: Option<JobId>,
    /// What DRS launched.
    pub instance_id: Option<InstanceId>,
    /// The recovery point that was chosen for it when the plan was frozen; null where DRS takes the newest.
    pub recovery_snapshot_id: Option<SnapshotId>,
    /// When that was taken.
    pub recovery_snapshot_at: Option<i64>,
    /// When the recovery point was taken that it was launched from; null where DRS did not say.
    pub recovered_from: Option<i64>,
    /// When its DRS job was started.
    pub started_at: Option<i64>,
    /// When DRS launched it.
    pub launched_at: Option<i64>,
    /// When its last health check ended.
    pub checked_at: Option<i64>,
    /// Its health checks, in the order in which they were written.
    pub checks: Vec<CheckRun>,
    /// What came of its launch settings; null where none are wanted, or before they were applied.
    pub launch_settings: Option<SettingsRun>,
    /// How the attempts before this one ended, the oldest first. What is beside it is the newest attempt.
    #[serde(default)]
    pub attempts: Vec<ServerAttempt>,
}

/// An earlier attempt at a server. A recheck is one with the same job and instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServerAttempt {
    /// How it ended.
    pub status: ServerStatus,
    /// Why.
    pub reason: String,
    /// The DRS job that launched it.
    pub job_id: Option<JobId>,
    /// What DRS launched.
    pub instance_id: Option<InstanceId>,
    /// When its DRS job was started.
    pub started_at: Option<i64>,
    /// When DRS launched it.
    pub launched_at: Option<i64>,
    /// When its last health check ended.
    pub checked_at: Option<i64>,
    /// Its health checks; of their outputs the last 200 characters.
    pub checks: Vec<CheckRun>,
}

/// What came of a server's launch settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsRun {
    /// APPLIED, UNCHANGED or FAILED; null while a change was asked for and its outcome is not known.
    pub outcome: Option<SettingsOutcome>,
    /// What was changed, or was to be.
    pub changes: Vec<SettingChange>,
    /// Why it FAILED; empty otherwise.
    pub reason: String,
}

/// One health check of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckRun {
    /// Its name.
    pub name: String,
    /// What it tests.
    pub kind: CheckKind,
    /// Whether the server is unhealthy when it fails.
    pub required: bool,
    /// Where it is.
    pub status: CheckStatus,
    /// What it said: the end of the command's output, or why it failed.
    pub output: String,
    /// When it ended.
    pub ended_at: Option<i64>,
}
