//! Writing protection groups.

use domain::group::ProtectionGroup;
use domain::id::{GroupId, PlanId, ServerId};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Catalog, Document, GROUP, MEMBER, Membership, document, unchanged};
use crate::audit::{Actor, AuditRecord, Subject};
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, MAX_TRANSACTION, TransactError, Value};

/// 4,000 members are given back within the 29 s that API Gateway waits.
const PARALLEL_DELETES: usize = 25;

/// Why a group was not stored.
#[derive(Debug, Clone)]
pub enum GroupRefusal {
    /// These servers are in these other groups.
    MembersElsewhere(Vec<(ServerId, GroupId)>),
    /// Somebody else changed the group at the same time.
    ChangedMeanwhile,
}

/// Why a group was not deleted.
#[derive(Debug, Clone)]
pub enum GroupDeletionRefusal {
    /// These plans use it.
    UsedBy(Vec<PlanId>),
    /// Somebody else changed the group at the same time.
    ChangedMeanwhile,
}

impl Catalog {
    /// Stores a group over `before`, the document that the caller read. Members are taken first and given back when
    /// the group cannot be stored, so that at no time a server is in two groups.
    ///
    /// # Errors
    /// When the tables cannot be written.
    pub async fn save_group(
        &self,
        group: ProtectionGroup,
        before: Option<&Document<ProtectionGroup>>,
        actor: &Actor,
        now: i64,
    ) -> Result<Result<Document<ProtectionGroup>, GroupRefusal>, AwsError> {
        let id = group.name.clone();
        let wanted = group.listed_servers();
        let had = before.map(|document| document.document.listed_servers()).unwrap_or_default();
        let added: Vec<ServerId> = wanted.iter().filter(|server| !had.contains(server)).cloned().collect();
        if let Err(elsewhere) = self.take(&id, &wanted).await? {
            self.give_back(&id, &added).await?;
            return Ok(Err(GroupRefusal::MembersElsewhere(elsewhere)));
        }
        let version = before.map(|document| document.version);
        let event = AuditRecord::new(actor, "PutProtectionGroup", &Subject::Group(id.clone()))
            .with_documents(before.map(|document| &document.document), Some(&group))?;
        let record = document(GROUP, id.to_string(), group, version.unwrap_or(0) + 1, &actor.name, now);
        let writes = vec![self.groups.put_write(&record, unchanged(version))?, self.audit.write(&event)?];
        match self.groups.write(writes).await {
            Ok(()) => {}
            Err(TransactError::Refused(_)) => {
                self.give_back_unkept(&id, added).await?;
                return Ok(Err(GroupRefusal::ChangedMeanwhile));
            }
            Err(TransactError::Other(error)) => return Err(error),
        }
        self.revise_groups().await;
        let removed: Vec<ServerId> = had.into_iter().filter(|server| !wanted.contains(server)).collect();
        self.give_back(&id, &removed).await?;
        Ok(Ok(record))
    }

    /// Deletes `group`, the document that the caller read, unless a plan uses it.
    ///
    /// A plan that is stored at the same time either finds the group gone and is refused, or is found by the second look
    /// here, and then the group comes back.
    ///
    /// # Errors
    /// When the tables cannot be read or written.
    pub async fn delete_group(
        &self,
        group: &Document<ProtectionGroup>,
        actor: &Actor,
    ) -> Result<Result<(), GroupDeletionRefusal>, AwsError> {
        let id = &group.document.name;
        let users = self.plans_using(id).await?;
        if !users.is_empty() {
            return Ok(Err(GroupDeletionRefusal::UsedBy(users)));
        }
        let event = AuditRecord::new(actor, "DeleteProtectionGroup", &Subject::Group(id.clone()))
            .with_documents(Some(&group.document), None)?;
        let delete = self.groups.delete_write(GROUP, id.as_str(), unchanged(Some(group.version)))?;
        match self.groups.write(vec![delete, self.audit.write(&event)?]).await {
            Ok(()) => {}
            Err(TransactError::Refused(_)) => return Ok(Err(GroupDeletionRefusal::ChangedMeanwhile)),
            Err(TransactError::Other(error)) => return Err(error),
        }
        let users = self.plans_using(id).await?;
        if !users.is_empty() {
            let event = AuditRecord::new(actor, "RestoreProtectionGroup", &Subject::Group(id.clone()))
                .with_documents(None, Some(&group.document))?;
            let restore = self.groups.put_write(group, Condition::New)?;
            return match self.groups.write(vec![restore, self.audit.write(&event)?]).await {
                Ok(()) => Ok(Err(GroupDeletionRefusal::UsedBy(users))),
                // Somebody has made another of that name by now.
                Err(TransactError::Refused(_)) => Ok(Err(GroupDeletionRefusal::ChangedMeanwhile)),
                Err(TransactError::Other(error)) => Err(error),
            };
        }
        self.revise_groups().await;
        self.give_back(id, &group.document.listed_servers()).await?;
        Ok(Ok(()))
    }

    async fn plans_using(&self, group: &GroupId) -> Result<Vec<PlanId>, AwsError> {
        let plans = self.all_plans().await?;
        Ok(plans
            .into_iter()
            .filter(|plan| plan.document.group_ids().contains(group))
            .map(|plan| plan.document.name)
            .collect())
    }

    /// Gives back those of `added` that the other writer's document does not have: it decides who is a member.
    async fn give_back_unkept(&self, id: &GroupId, added: Vec<ServerId>) -> Result<(), AwsError> {
        let kept = self.group(id).await?.map(|current| current.document.listed_servers()).unwrap_or_default();
        let extra: Vec<ServerId> = added.into_iter().filter(|server| !kept.contains(server)).collect();
        self.give_back(id, &extra).await
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
        let give_back = async |server: ServerId| {
            let condition = Condition::Is("group", Value::Text(group.to_string()));
            match self.groups.delete(MEMBER, server.as_str(), condition).await {
                Err(error) if error.kind != ErrorKind::Conflict => Err(error),
                Ok(()) | Err(_) => Ok(()),
            }
        };
        stream::iter(servers.to_vec()).map(give_back).buffer_unordered(PARALLEL_DELETES).try_collect().await
    }
}
