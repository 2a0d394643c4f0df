//! Groups and plans as a file: what `GET /v1/export` writes, `POST /v1/import` and `drsctl apply` read.

use domain::group::ProtectionGroup;
use domain::id::PlanId;
use domain::plan::RecoveryPlan;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::FieldProblem;

/// Protection groups and recovery plans, as a file has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanDocuments {
    /// Protection groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protection_groups: Vec<ProtectionGroup>,
    /// Recovery plans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_plans: Vec<RecoveryPlan>,
}

/// What kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentKind {
    /// A protection group.
    ProtectionGroup,
    /// A recovery plan.
    RecoveryPlan,
}

impl std::fmt::Display for DocumentKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::ProtectionGroup => "protection group",
            Self::RecoveryPlan => "recovery plan",
        })
    }
}

/// What an import does to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChangeKind {
    /// There is none of that name yet.
    Create,
    /// There is another.
    Update,
    /// It is there already.
    Unchanged,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// Where: a path of fields, in which items with a name or id are called by it.
    pub at: String,
    /// What is stored, as JSON; null where there is nothing.
    pub from: Option<String>,
    /// What the file has, as JSON; null where it has nothing.
    pub to: Option<String>,
}

/// What an import does, or would do, to one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentChange {
    /// What it is.
    pub kind: DocumentKind,
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub change: ChangeKind,
    /// Where it differs from what is stored.
    pub fields: Vec<FieldChange>,
    /// Its version afterwards; null for a dry run that would change it.
    pub version: Option<u64>,
}

/// `POST /v1/import?dryRun=true`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Whether nothing was to be stored.
    pub dry_run: bool,
    /// Each document of the file.
    pub changes: Vec<DocumentChange>,
    /// Everything that is wrong with the file; where there is anything, nothing is stored.
    pub problems: Vec<FieldProblem>,
}

/// `POST /v1/import/native-plan`: a recovery plan of DRS itself becomes one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportNativePlan {
    /// The ARN of DRS's recovery plan. Its Region is read from it.
    pub recovery_plan_arn: String,
    /// What the plan is to be called here; made from DRS's name when left out. Its groups are called `<name>-<step>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PlanId>,
    /// Whether nothing is to be stored.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of a recovery plan of DRS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NativePlanImport {
    /// As documents of ours.
    pub documents: PlanDocuments,
    /// What could not be said in the same way, and what was chosen instead.
    pub notes: Vec<String>,
    /// What the import does.
    pub report: ImportReport,
}
