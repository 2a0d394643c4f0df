//! Protection groups and recovery plans, as they are stored.
//!
//! ProtectionGroups holds a group as (`GROUP`, name) and a membership as (`MEMBER`, source server): the second key is
//! what keeps a source server in one group, under concurrent writers too. RecoveryPlans holds a plan as (`PLAN`, name).

use domain::group::ProtectionGroup;
use domain::id::{GroupId, PlanId, ServerId};
use domain::plan::RecoveryPlan;
use serde::{Deserialize, Serialize};

use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, Items, MAX_TRANSACTION, Query, Table, TransactError, Value};

/// Both tables.
#[derive(Debug, Clone)]
pub struct Catalog {
    groups: Table,
    plans: Table,
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

/// Why a group was not stored.
#[derive(Debug, Clone)]
pub enum GroupRefusal {
    /// These servers are in these other groups.
    MembersElsewhere(Vec<(ServerId, GroupId)>),
    /// Somebody else changed the group at the same time.
    ChangedMeanwhile,
}

impl Catalog {
    pub(crate) fn new(groups: Table, plans: Table) -> Self {
        Self { groups, plans }
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
        self.groups.query(&Query { hash: GROUP, limit: Some(limit), token, ..Query::default() }).await
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
        self.plans.query(&Query { hash: PLAN, limit: Some(limit), token, ..Query::default() }).await
    }

    /// Stores a plan over `before`, the version that the caller read.
    ///
    /// # Errors
    /// `Conflict` when somebody else changed it in between.
    pub async fn save_plan(
        &self,
        plan: RecoveryPlan,
        before: Option<u64>,
        by: &str,
        now: i64,
    ) -> Result<Document<RecoveryPlan>, AwsError> {
        let id = plan.name.to_string();
        let record = document(PLAN, id, plan, before, by, now);
        self.plans.put(&record, unchanged(before)).await?;
        Ok(record)
    }

    /// Stores a group over `before`, the document that the caller read. Members are taken first and given back when
    /// the group cannot be stored, so that at no time a server is in two groups.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn save_group(
        &self,
        group: ProtectionGroup,
        before: Option<&Document<ProtectionGroup>>,
        by: &str,
        now: i64,
    ) -> Result<Result<Document<ProtectionGroup>, GroupRefusal>, AwsError> {
        let id = group.name.clone();
        let wanted: Vec<ServerId> = group.servers.iter().map(|member| member.id.clone()).collect();
        let had: Vec<ServerId> = before
            .map(|document| document.document.servers.iter().map(|member| member.id.clone()).collect())
            .unwrap_or_default();
        let added: Vec<ServerId> = wanted.iter().filter(|server| !had.contains(server)).cloned().collect();
        if let Err(elsewhere) = self.take(&id, &wanted).await? {
            self.give_back(&id, &added).await?;
            return Ok(Err(GroupRefusal::MembersElsewhere(elsewhere)));
        }
        let version = before.map(|document| document.version);
        let record = document(GROUP, id.to_string(), group, version, by, now);
        match self.groups.put(&record, unchanged(version)).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Conflict => {
                // The other writer's document decides who is a member.
                let current = self.group(&id).await?;
                let kept = |server: &ServerId| {
                    current
                        .as_ref()
                        .is_some_and(|document| document.document.servers.iter().any(|member| member.id == *server))
                };
                let extra: Vec<ServerId> = added.into_iter().filter(|server| !kept(server)).collect();
                self.give_back(&id, &extra).await?;
                return Ok(Err(GroupRefusal::ChangedMeanwhile));
            }
            Err(error) => return Err(error),
        }
        let removed: Vec<ServerId> = had.into_iter().filter(|server| !wanted.contains(server)).collect();
        self.give_back(&id, &removed).await?;
        Ok(Ok(record))
    }

    /// Takes `servers` for `group`. The inner error names those that other groups have.
    async fn take(
        &self,
        group: &GroupId,
        servers: &[ServerId],
    ) -> Result<Result<(), Vec<(ServerId, GroupId)>>, AwsError> {
        let mut elsewhere = Vec::new();
        for chunk in servers.chunks(MAX_TRANSACTION) {
            let free = || Condition::NewOrOneOf("group", vec![Value::Text(group.to_string())]);
            let members: Vec<(Membership, Condition)> = chunk
                .iter()
                .map(|id| (Membership { kind: MEMBER.to_owned(), id: id.clone(), group: group.clone() }, free()))
                .collect();
            match self.groups.transact(&members).await {
                Ok(()) => {}
                Err(TransactError::Refused(positions)) => {
                    for position in positions {
                        let server = &chunk[position];
                        let holder: Option<Membership> = self.groups.get(MEMBER, server.as_str()).await?;
                        elsewhere.extend(holder.map(|membership| (server.clone(), membership.group)));
                    }
                }
                Err(TransactError::Other(error)) => return Err(error),
            }
        }
        Ok(if elsewhere.is_empty() { Ok(()) } else { Err(elsewhere) })
    }

    /// Gives back `servers` where `group` has them.
    async fn give_back(&self, group: &GroupId, servers: &[ServerId]) -> Result<(), AwsError> {
        for server in servers {
            let condition = Condition::Is("group", Value::Text(group.to_string()));
            match self.groups.delete(MEMBER, server.as_str(), condition).await {
                Ok(()) => {}
                Err(error) if error.kind == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn unchanged(version: Option<u64>) -> Condition {
    version.map_or(Condition::New, |version| Condition::Is("version", Value::Number(version)))
}

fn document<T>(kind: &str, id: String, document: T, before: Option<u64>, by: &str, now: i64) -> Document<T> {
    Document {
        kind: kind.to_owned(),
        id,
        document,
        version: before.unwrap_or(0) + 1,
        updated_at: now,
        updated_by: by.to_owned(),
    }
}
