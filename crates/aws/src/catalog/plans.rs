//! Writing recovery plans, and every version of them.

use domain::id::{GroupId, PlanId};
use domain::plan::RecoveryPlan;

use super::{Catalog, Document, GROUP, PLAN, document, page, unchanged};
use crate::audit::{Actor, AuditRecord, Subject};
use crate::error::AwsError;
use crate::store::{Condition, Items, MAX_TRANSACTION, TransactError};

/// Why a plan was not stored.
#[derive(Debug, Clone)]
pub enum PlanRefusal {
    /// A group that it uses was deleted at the same time.
    GroupGone(GroupId),
    /// Somebody else changed it at the same time.
    ChangedMeanwhile,
}

/// The plan, its version, and the audit event come before the groups in the transaction that stores a plan.
const WRITES_BEFORE_GROUPS: usize = 3;

impl Catalog {
    /// Stores a plan over `before`, the document that the caller read, and keeps this version of it. A plan that was
    /// deleted and comes again goes on counting, so that a version never means two documents.
    ///
    /// # Errors
    /// When the tables cannot be read or written.
    pub async fn save_plan(
        &self,
        plan: RecoveryPlan,
        before: Option<&Document<RecoveryPlan>>,
        actor: &Actor,
        now: i64,
    ) -> Result<Result<Document<RecoveryPlan>, PlanRefusal>, AwsError> {
        let id = plan.name.clone();
        let latest = match before {
            Some(document) => document.version,
            None => self.versions(&id, 1, None).await?.items.first().map_or(0, |version| version.version),
        };
        let event = AuditRecord::new(actor, "PutRecoveryPlan", &Subject::Plan(id.clone()))
            .with_documents(before.map(|document| &document.document), Some(&plan))?;
        let groups = plan.group_ids();
        let record = document(PLAN, id.to_string(), plan, latest + 1, &actor.name, now);
        let kept = Document { kind: versions_of(&id), id: version_key(record.version), ..record.clone() };
        let mut writes = vec![
            self.plans.put_write(&record, unchanged(before.map(|document| document.version)))?,
            self.plans.put_write(&kept, Condition::New)?,
            self.audit.write(&event)?,
        ];
        // A transaction is full after 97 groups; validation has just seen the others.
        for group in groups.iter().take(MAX_TRANSACTION - WRITES_BEFORE_GROUPS) {
            writes.push(self.groups.exists_check(GROUP, group.as_str())?);
        }
        match self.plans.write(writes).await {
            Ok(()) => Ok(Ok(record)),
            Err(TransactError::Refused(positions)) => {
                let gone =
                    positions.iter().find_map(|position| groups.get(position.checked_sub(WRITES_BEFORE_GROUPS)?));
                Ok(Err(gone.map_or(PlanRefusal::ChangedMeanwhile, |group| PlanRefusal::GroupGone(group.clone()))))
            }
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// Deletes `plan`, the document that the caller read. Its versions and its executions stay. False when somebody else
    /// changed it at the same time.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn delete_plan(&self, plan: &Document<RecoveryPlan>, actor: &Actor) -> Result<bool, AwsError> {
        let id = &plan.document.name;
        let event = AuditRecord::new(actor, "DeleteRecoveryPlan", &Subject::Plan(id.clone()))
            .with_documents(Some(&plan.document), None)?;
        let delete = self.plans.delete_write(PLAN, id.as_str(), unchanged(Some(plan.version)))?;
        match self.plans.write(vec![delete, self.audit.write(&event)?]).await {
            Ok(()) => Ok(true),
            Err(TransactError::Refused(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    /// A page of the versions of a plan, newest first; also of one that was deleted.
    ///
    /// # Errors
    /// `Invalid` for a token that this never gave.
    pub async fn versions(
        &self,
        plan: &PlanId,
        limit: i32,
        token: Option<&str>,
    ) -> Result<Items<Document<RecoveryPlan>>, AwsError> {
        page(&self.plans, &versions_of(plan), true, limit, token).await
    }

    /// One version of a plan.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn version(&self, plan: &PlanId, version: u64) -> Result<Option<Document<RecoveryPlan>>, AwsError> {
        self.plans.get(&versions_of(plan), &version_key(version)).await
    }
}

fn versions_of(plan: &PlanId) -> String {
    format!("VERSION#{plan}")
}

/// Eight digits: a plan that changes every minute keeps its order for 190 years.
fn version_key(version: u64) -> String {
    format!("{version:08}")
}
