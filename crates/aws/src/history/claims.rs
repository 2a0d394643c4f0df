//! Claims: one execution holds a server. An item per server, written on a condition.

use std::collections::BTreeSet;

use domain::id::{ExecutionId, PlanId, ServerId};
use domain::preflight::{Finding, FindingCode, Severity};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::History;
use crate::error::{AwsError, ErrorKind};
use crate::store::{Condition, MAX_TRANSACTION, TransactError, Value, Write};

/// Claims that are read, or released, at once: one small call each, and there may be thousands.
const PARALLEL: usize = 10;

/// A claim on a server: one execution holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    execution_id: String,
    plan_id: String,
    /// The server.
    pub server_id: ServerId,
    /// Who holds it.
    pub holder: ExecutionId,
    /// The holder's plan.
    pub holder_plan: PlanId,
    /// Since when.
    pub claimed_at: i64,
}

impl Claim {
    /// What the claim means for another execution.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding::new(
            FindingCode::ServerClaimed,
            Severity::Blocks,
            self.server_id.as_str(),
            &format!("execution {} of plan {} holds this server", self.holder, self.holder_plan),
            "Wait until that execution has ended, then start again.",
        )
    }
}

impl History {
    /// Claims `servers` for an execution, all or none. `Err` in the answer is the claim of another execution.
    ///
    /// Servers are claimed in one order by everybody, in transactions that are taken one after another. So of two
    /// executions with a common server, the one that first commits the lowest common server gets it, the other stops
    /// there, and exactly one of them runs. Only as long as `still`, a look at what they are claimed for, holds: what comes
    /// after the end would be released by nobody.
    ///
    /// # Errors
    /// `Conflict` when that is over. Else when the table cannot be written: what was claimed stays claimed, so try again,
    /// or release.
    pub async fn claim(
        &self,
        holder: &ExecutionId,
        plan: &PlanId,
        servers: &[ServerId],
        still: &Write,
        now: i64,
    ) -> Result<Result<(), Claim>, AwsError> {
        let mut ordered = servers.to_vec();
        ordered.sort();
        ordered.dedup();
        for chunk in ordered.chunks(MAX_TRANSACTION - 1) {
            let mut abandoned = Vec::new();
            loop {
                let holders = || {
                    let mut values = vec![Value::Text(holder.to_string())];
                    values.extend(abandoned.iter().map(|id: &ExecutionId| Value::Text(id.to_string())));
                    values
                };
                let condition = || Condition::NewOrOneOf("holder", holders());
                let mut writes = Vec::with_capacity(chunk.len() + 1);
                for server in chunk {
                    writes.push(self.table.put_write(&claim(server, holder, plan, now), condition())?);
                }
                writes.push(still.clone());
                let positions = match self.table.write(writes).await {
                    Ok(()) => break,
                    Err(TransactError::Refused(positions)) => positions,
                    Err(TransactError::Other(error)) => return Err(error),
                };
                if positions.contains(&chunk.len()) {
                    let over = format!("{holder} claims nothing any more: it has gone on, or ended");
                    return Err(AwsError::new(ErrorKind::Conflict, "TransactWriteItems", over));
                }
                let position = positions.first().copied().unwrap_or_default();
                let Some(held) = self.claim_on(&chunk[position]).await? else {
                    continue; // Released in between: try again.
                };
                // A holder that ended without releasing holds nothing.
                let ended = self.has_ended(&held.holder, &held.holder_plan).await?;
                if ended && !abandoned.contains(&held.holder) {
                    abandoned.push(held.holder);
                    continue;
                }
                return Ok(Err(held));
            }
        }
        Ok(Ok(()))
    }

    /// Who holds `server`, if anybody does.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn claim_on(&self, server: &ServerId) -> Result<Option<Claim>, AwsError> {
        self.table.get(&claim_hash(server), CLAIM).await
    }

    /// Releases what `holder` has claimed among `servers`. What another execution holds is left alone.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn release(&self, holder: &ExecutionId, servers: &[ServerId]) -> Result<(), AwsError> {
        // Several at once: one after another, thousands would take longer than their function may.
        stream::iter(servers.to_vec())
            .map(|server| async move {
                let condition = Condition::Is("holder", Value::Text(holder.to_string()));
                match self.table.delete(&claim_hash(&server), CLAIM, condition).await {
                    Err(error) if error.kind == ErrorKind::Conflict => Ok(()),
                    done => done,
                }
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }

    /// The claims on `servers` that stand in the way of another run: those of executions that have not ended, but for
    /// `own`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn claims_of_others(
        &self,
        servers: &[ServerId],
        own: Option<&ExecutionId>,
    ) -> Result<Vec<Claim>, AwsError> {
        let found: Vec<Option<Claim>> = stream::iter(servers.to_vec())
            .map(|server| async move { self.claim_on(&server).await })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let claims: Vec<Claim> = found.into_iter().flatten().filter(|claim| Some(&claim.holder) != own).collect();
        let holders: BTreeSet<(ExecutionId, PlanId)> =
            claims.iter().map(|claim| (claim.holder.clone(), claim.holder_plan.clone())).collect();
        let mut ended = BTreeSet::new();
        for (holder, plan) in holders {
            if self.has_ended(&holder, &plan).await? {
                ended.insert(holder);
            }
        }
        Ok(claims.into_iter().filter(|claim| !ended.contains(&claim.holder)).collect())
    }
}

/// The range key of a claim.
const CLAIM: &str = "claim";

fn claim_hash(server: &ServerId) -> String {
    format!("claim#{server}")
}

fn claim(server: &ServerId, holder: &ExecutionId, plan: &PlanId, now: i64) -> Claim {
    Claim {
        execution_id: claim_hash(server),
        plan_id: CLAIM.to_owned(),
        server_id: server.clone(),
        holder: holder.clone(),
        holder_plan: plan.clone(),
        claimed_at: now,
    }
}
