//! Protection groups and recovery plans, as they are stored.
//!
//! | table | kind (hash) | id (range) | what |
//! |---|---|---|---|
//! | ProtectionGroups | `GROUP` | name | a group |
//! | ProtectionGroups | `MEMBER` | source server | which group lists it: what keeps a server in one group, under concurrent writers too |
//! | RecoveryPlans | `PLAN` | name | a plan |
//! | RecoveryPlans | `VERSION#<plan>` | `00000001` | each version of a plan that ever was, with who and when |
//! | RecoveryPlans | `SCHEDULE` | `<plan>#<schedule>` | a schedule |
//! | ProtectionGroups | `REVISION` | `GROUP` | another text after each change of a group, see [`Catalog::recent_groups`] |
//!
//! Every change is written together with its event in the audit log.

use std::sync::{Arc, Mutex, PoisonError};

use domain::group::ProtectionGroup;
use domain::id::{GroupId, PlanId, ServerId};
use domain::plan::RecoveryPlan;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::audit::AuditLog;
use crate::clock;
use crate::error::AwsError;
use crate::store::{Condition, Items, Query, Table, Value};

mod groups;
mod plans;
mod schedules;

pub use groups::{GroupDeletionRefusal, GroupRefusal};
pub use plans::PlanRefusal;
pub use schedules::{ScheduleKey, ScheduleRefusal};

/// Both tables.
#[derive(Debug, Clone)]
pub struct Catalog {
    groups: Table,
    plans: Table,
    audit: AuditLog,
    copy: Arc<Mutex<Option<Copy>>>,
}

/// All groups as they were at a revision.
#[derive(Debug, Clone)]
struct Copy {
    revision: String,
    read_at: i64,
    groups: Arc<Vec<ProtectionGroup>>,
}

/// Names what the groups are at a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Revision {
    kind: String,
    id: String,
    revision: String,
}

const REVISION: &str = "REVISION";
/// A writer that was ended between a change and its revision leaves copies old: until the next change, and not for longer
/// than this.
const COPY_SECONDS: i64 = 3_600;

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
        Self { groups, plans, audit, copy: Arc::default() }
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

    /// Every protection group, from this process's copy while nobody has changed one: for lists that say which group a
    /// server is in. What decides reads [`Catalog::all_groups`].
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn recent_groups(&self) -> Result<Arc<Vec<ProtectionGroup>>, AwsError> {
        let now = clock::now();
        let revision: Option<Revision> = self.groups.get(REVISION, GROUP).await?;
        let revision = revision.map(|revision| revision.revision).unwrap_or_default();
        let known = self.copy.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(copy) = known.filter(|copy| copy.revision == revision && now - copy.read_at < COPY_SECONDS) {
            return Ok(copy.groups);
        }
        let groups: Vec<ProtectionGroup> = self.all_groups().await?.into_iter().map(|stored| stored.document).collect();
        let groups = Arc::new(groups);
        let copy = Copy { revision, read_at: now, groups: Arc::clone(&groups) };
        *self.copy.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
        Ok(groups)
    }

    /// Lets every copy of the groups be read anew. A failure is no reason to fail the change that was made.
    async fn revise_groups(&self) {
        let (kind, id) = (REVISION.to_owned(), GROUP.to_owned());
        let revision = Revision { kind, id, revision: format!("{:016x}", fastrand::u64(..)) };
        if let Err(error) = self.groups.put(&revision, Condition::None).await {
            tracing::warn!(%error, "lists show the groups of before for up to {COPY_SECONDS} s");
        }
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
