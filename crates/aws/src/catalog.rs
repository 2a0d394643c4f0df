//! Protection groups and recovery plans, as they are stored.
//!
//! | table | kind (hash) | id (range) | what |
//! |---|---|---|---|
//! | ProtectionGroups | `GROUP` | name | a group |
//! | ProtectionGroups | `MEMBER` | source server | which group lists it: what keeps a server in one group, under concurrent writers too |
//! | RecoveryPlans | `PLAN` | name | a plan |
//! | RecoveryPlans | `VERSION#<plan>` | `00000001` | each version of a plan that ever was, with who and when |
//!
//! Every change is written together with its event in the audit log.

use domain::group::ProtectionGroup;
use domain::id::{GroupId, PlanId, ServerId};
use domain::plan::RecoveryPlan;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::audit::AuditLog;
use crate::error::AwsError;
use crate::store::{Condition, Items, Query, Table, Value};

mod groups;
mod plans;

pub use groups::{GroupDeletionRefusal, GroupRefusal};
pub use plans::PlanRefusal;

/// Both tables.
#[derive(Debug, Clone)]
pub struct Catalog {
    groups: Table,
    plans: Table,
    audit: AuditLog,
}

/// A stored document: what was written, its version, and who wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<T> {
    kind: String,
    id: String,
    /// What was written.
    pub document: T,
    /// 1, and one more for each change.
    pub version: u64,
    /// When, in Unix seconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Membership {
    kind: String,
    id: ServerId,
    group: GroupId,
}

const GROUP: &str = "GROUP";
const MEMBER: &str = "MEMBER";
const PLAN: &str = "PLAN";

impl Catalog {
    pub(crate) fn new(groups: Table, plans: Table, audit: AuditLog) -> Self {
        Self { groups, plans, audit }
    }

    /// A protection group.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn group(&self, id: &GroupId) -> Result<Option<Document<ProtectionGroup>>, AwsError> {
        self.groups.get(GROUP, id.as_str()).await
    }

    /// A page of protection groups, by name.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn groups(&self, limit: i32, token: Option<&str>) -> Result<Items<Document<ProtectionGroup>>, AwsError> {
        page(&self.groups, GROUP, false, limit, token).await
    }

    /// Every protection group, by name.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all_groups(&self) -> Result<Vec<Document<ProtectionGroup>>, AwsError> {
        self.groups.query_all(GROUP, "").await
    }

    /// A recovery plan.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn plan(&self, id: &PlanId) -> Result<Option<Document<RecoveryPlan>>, AwsError> {
        self.plans.get(PLAN, id.as_str()).await
    }

    /// A page of recovery plans, by name.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn plans(&self, limit: i32, token: Option<&str>) -> Result<Items<Document<RecoveryPlan>>, AwsError> {
        page(&self.plans, PLAN, false, limit, token).await
    }

    /// Every recovery plan, by name.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn all_plans(&self) -> Result<Vec<Document<RecoveryPlan>>, AwsError> {
        self.plans.query_all(PLAN, "").await
    }
}

async fn page<T: DeserializeOwned>(
    table: &Table,
    hash: &str,
    newest_first: bool,
    limit: i32,
    token: Option<&str>,
) -> Result<Items<T>, AwsError> {
    table.query(&Query { hash, newest_first, limit: Some(limit), token, ..Query::default() }).await
}

fn unchanged(version: Option<u64>) -> Condition {
    version.map_or(Condition::New, |version| Condition::Is("version", Value::Number(version)))
}

fn document<T>(kind: &str, id: String, document: T, version: u64, by: &str, now: i64) -> Document<T> {
    Document { kind: kind.to_owned(), id, document, version, updated_at: now, updated_by: by.to_owned() }
}
