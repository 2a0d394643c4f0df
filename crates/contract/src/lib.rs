//! What crosses the REST API: requests, responses and errors, as the API answers them and `drsctl` reads them.
//! JSON, camelCase; timestamps are integer Unix seconds; lists are `{items, count, nextToken}`.
//!
//! The documents that people write (plans, groups, health checks) are `domain::plan`'s; this crate adds what the
//! system knows about them. Not here: any rule, any I/O.

pub use domain::action::{Action, ActionKind, Approval, OnActionFailure, OnTimeout};
pub use domain::check::{CheckKind, HealthCheck, Os};
pub use domain::group::{Member, ProtectionGroup};
use domain::health::CheckStatus;
use domain::id::{ExecutionId, GroupId, InstanceId, JobId, PlanId, ServerId};
pub use domain::launch_settings::{Drift, LaunchDisposition, LaunchSettings, Licensing, RecoveryMode, RightSizing};
pub use domain::plan::{Criticality, Mode, OnFailure, OnLaunchSettingsFailure, RecoveryPlan, Wave};
pub use domain::preflight::{Finding, FindingCode, Severity};
pub use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many they are.
    pub count: usize,
    /// Give it as `nextToken` to get the next page; null on the last.
    pub next_token: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`.
    #[must_use]
    pub fn new(items: Vec<T>, next_token: Option<String>) -> Self {
        Self { count: items.len(), items, next_token }
    }
}

/// A stored document and what the system knows about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stored<T> {
    /// As it was written.
    #[serde(flatten)]
    pub document: T,
    /// 1 for the first write, one more for each change.
    pub version: u64,
    /// When it was last changed.
    pub updated_at: i64,
    /// Who changed it.
    pub updated_by: String,
}

/// `PUT /v1/protection-groups/{name}` answers this.
pub type StoredGroup = Stored<ProtectionGroup>;
/// `PUT /v1/recovery-plans/{name}` answers this.
pub type StoredPlan = Stored<RecoveryPlan>;

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
}

/// What a run of a plan would meet now: `POST /v1/recovery-plans/{name}/preflight?mode=DRILL`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preflight {
    /// The plan.
    pub plan_id: PlanId,
    /// The version that was looked at; null where there is no valid one.
    pub plan_version: Option<u64>,
    /// The mode that was asked about.
    pub mode: Mode,
    /// Whether nothing blocks it.
    pub ready: bool,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// When, in Unix seconds.
    pub checked_at: i64,
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
    /// Why it is FAILED, PARTIAL or REFUSED; empty otherwise.
    pub reason: String,
    /// Who started it: a user of the API, or `stepfunctions` when it came from EventBridge or the console.
    pub started_by: String,
    /// When it was accepted.
    pub started_at: i64,
    /// When its last wave was settled.
    pub ended_at: Option<i64>,
    /// The recovery time reached: seconds from `startedAt` to `endedAt`. Null unless it is COMPLETED or PARTIAL.
    pub rto_seconds: Option<i64>,
    /// What preflight said.
    pub findings: Vec<Finding>,
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
}

/// One wave of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveRun {
    /// Its position in the plan, from 1.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The waves it waits for.
    pub depends_on_waves: Vec<String>,
    /// Where it is.
    pub status: WaveStatus,
    /// Why it is FAILED, PARTIAL or SKIPPED; empty otherwise.
    pub reason: String,
    /// When its first servers were to be launched.
    pub started_at: Option<i64>,
    /// When its last server was launched, or failed to.
    pub launched_at: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<i64>,
    /// Its servers, by group, then as written.
    pub servers: Vec<ServerRun>,
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
    /// When its DRS job was started.
    pub started_at: Option<i64>,
    /// When DRS launched it.
    pub launched_at: Option<i64>,
    /// When its last health check ended.
    pub checked_at: Option<i64>,
    /// Its health checks, in the order in which they were written.
    pub checks: Vec<CheckRun>,
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

/// An error of the API: RFC 9457 problem details (`application/problem+json`) with a stable `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDetails {
    /// What kind of problem it is; `about:blank`, since `code` says it.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The kind as a stable code, for programs.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// Every single thing that is wrong with a document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Where: a path of fields, with the wave's name.
    pub at: String,
    /// What is wrong and what would be right.
    pub message: String,
}
