//! What crosses the REST API: requests, responses and errors, as the API answers them and `drsctl` reads them.
//! JSON, camelCase; timestamps are integer Unix seconds; lists are `{items, count, nextToken}`.
//!
//! The documents that people write (plans, groups, health checks) are `domain`'s; this crate adds what the system knows
//! about them. Not here: any rule, any I/O.

pub use domain::action::{Action, ActionKind, Approval, OnActionFailure, OnTimeout};
pub use domain::action_run::{ActionRun, ActionStatus};
pub use domain::check::{CheckKind, HealthCheck, Os};
pub use domain::cleanup::{CleanupPolicy, CleanupStatus, InstanceCleanup, OnDrillFailure};
pub use domain::control::{ExecutionAction, WaveAction};
pub use domain::decision::{Decided, FailureDecision};
pub use domain::gate::{ApprovalDecision, Cancellation, Pause, Verdict, WaveApproval};
pub use domain::group::{Member, ProtectionGroup};
pub use domain::launch_settings::{Drift, LaunchDisposition, LaunchSettings, Licensing, RecoveryMode, RightSizing};
pub use domain::plan::{Criticality, Mode, OnFailure, OnLaunchSettingsFailure, RecoveryPlan, Wave};
pub use domain::preflight::{Finding, FindingCode, InstanceToConfirm, Severity};
pub use domain::quota::{QuotaLevel, QuotaUse};
pub use domain::recovery_point::{Moment, OtherPoints, RecoveryPointChoice};
pub use domain::schedule::Schedule;
pub use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};
pub use domain::timeline::EventKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod audit;
mod cleanup;
mod difference;
mod execution;
mod group;
mod inventory;
mod plan;
mod quota;
mod schedule;
mod timeline;
mod transfer;

pub use audit::{AuditEvent, Me};
pub use cleanup::{CleanupRun, CleanupServer, LeftOver};
pub use difference::differences;
pub use execution::{
    CancelExecution, CheckRun, Execution, ExecutionReports, ExecutionSummary, PlanRun, RetryWave, ServerAttempt,
    ServerCounts, ServerRun, SettingsRun, StartExecution, StoredReport, WaveDecision, WaveRun,
};
pub use group::{GroupLaunchSettings, ResolveGroup, ResolvedGroup, ResolvedServer, ServerLaunchSettings};
pub use inventory::{
    Disk, Inventory, LastLaunch, RecoverySnapshot, RefreshStarted, RegionInventory, SourceServer, SourceServerDetail,
};
pub use plan::{AskPreflight, PlanForecast, Preflight, Readiness, ReadinessVerdict};
pub use quota::RegionQuotas;
pub use schedule::{MissedRun, PlanSchedule, ScheduleRun};
pub use timeline::TimelineEvent;
pub use transfer::{
    ChangeKind, DocumentChange, DocumentKind, FieldChange, ImportNativePlan, ImportReport, NativePlanImport,
    PlanDocuments,
};

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
    /// With `NOT_CONFIRMED` for a retry: exactly the instances to name in `replaceInstances`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances_to_confirm: Vec<InstanceToConfirm>,
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Where: a path of fields, with the wave's name.
    pub at: String,
    /// What is wrong and what would be right.
    pub message: String,
}
