//! `PrepareCleanup`: decides whether the drill may be cleaned up, claims its servers, and writes down which instances
//! are meant: those that the execution has recorded, with their jobs, and no others.

use std::collections::BTreeMap;

use aws::Clients;
use aws::history::{CleanupInstanceRecord, CleanupRecord, ExecutionRecords};
use domain::cleanup::{InstanceCleanup, refusal};
use domain::id::{ExecutionId, PlanId, ServerId};
use serde::{Deserialize, Serialize};
use task::TaskError;

/// Which cleanup.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The execution whose instances are to go.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// Whether it goes on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// False when the cleanup is refused; its record says why.
    pub proceed: bool,
    /// Instances that are to be terminated.
    pub instances: usize,
}

/// Prepares the cleanup that the API has recorded. A second delivery claims again what is claimed already.
///
/// # Errors
/// `Invalid` when the API has recorded no cleanup that runs, or it has ended meanwhile: who starts one is in that record.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan } = request;
    let history = &clients.history;
    let running = history.cleanup(&id, &plan).await?.filter(|cleanup| !cleanup.status.is_terminal());
    let Some(mut cleanup) = running else {
        return Err(TaskError::Invalid(format!("no cleanup of {id} is running: start one through the API or drsctl")));
    };
    let Some(records) = history.everything(&id).await? else {
        return Err(TaskError::Invalid(format!("execution {id} is not recorded")));
    };
    if let Some(reason) = refusal(records.execution.mode, records.execution.status) {
        return refuse(clients, &mut cleanup, reason.to_owned()).await;
    }
    let known = history.cleanup_instances(&id, &plan).await?;
    let instances = instances(&id, &plan, cleanup.attempt, &records, &known);
    let servers: Vec<ServerId> = instances.iter().map(|instance| instance.server_id.clone()).collect();
    // Before the claims: SettleCleanup releases what is written down here.
    history.save_changed_instances(&known, &instances).await?;
    let still = history.while_it_runs(&cleanup)?;
    if let Err(claim) = history.claim(&cleanup.holder(), &plan, &servers, &still, aws::clock::now()).await? {
        let (server, other) = (&claim.server_id, &claim.holder);
        return refuse(clients, &mut cleanup, format!("execution {other} holds {server}: wait for its end")).await;
    }
    if !history
        .cleanup(&id, &plan)
        .await?
        .is_some_and(|now| now.holder() == cleanup.holder() && !now.status.is_terminal())
    {
        // This delivery was so late that SettleCleanup has released already.
        history.release(&cleanup.holder(), &servers).await?;
        return Err(TaskError::Invalid(format!("cleanup {} of {id} has ended", cleanup.attempt)));
    }
    Ok(Response { proceed: true, instances: instances.len() })
}

/// SettleCleanup ends it; here is only said why.
async fn refuse(clients: &Clients, cleanup: &mut CleanupRecord, reason: String) -> Result<Response, TaskError> {
    tracing::warn!("the cleanup is refused: {reason}");
    cleanup.reason = reason;
    clients.history.save_cleanup(cleanup).await?;
    Ok(Response { proceed: false, instances: 0 })
}

/// What this cleanup is to terminate: what the execution has recorded, but for what is gone already. What this delivery or
/// an earlier one of the same cleanup has begun stays as it is.
fn instances(
    id: &ExecutionId,
    plan: &PlanId,
    attempt: u32,
    records: &ExecutionRecords,
    known: &[CleanupInstanceRecord],
) -> Vec<CleanupInstanceRecord> {
    let regions: BTreeMap<u32, &str> = records.waves.iter().map(|wave| (wave.number, wave.region.as_str())).collect();
    let fresh = records.servers.iter().filter_map(|server| {
        let region = regions.get(&server.wave).copied().unwrap_or_default();
        CleanupInstanceRecord::of(id, plan, attempt, server, region)
    });
    fresh
        .map(|fresh| {
            let earlier = known.iter().find(|one| one.server_id == fresh.server_id);
            match earlier {
                Some(one) if one.attempt == attempt || one.status == InstanceCleanup::Terminated => one.clone(),
                _ => fresh,
            }
        })
        .collect()
}
