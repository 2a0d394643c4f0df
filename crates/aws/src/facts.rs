//! What preflight decides on: the plan with its groups, and what DRS says about every server now. PrepareExecution reads
//! it before a run, and the API for whoever asks what a run would meet.

use std::collections::BTreeMap;

use domain::group::ProtectionGroup;
use domain::id::{GroupId, PlanId, ServerId};
use domain::plan::RecoveryPlan;
use domain::preflight::{Finding, FindingCode, ServerFacts, Severity};
use domain::validate::plan_problems;
use futures::{StreamExt, TryStreamExt, stream};

use crate::clients::Clients;
use crate::drs::{JOB_HORIZON_SECONDS, RecoveryInstance};
use crate::error::AwsError;

/// What DRS says about servers; nothing about those that it does not know.
pub type Facts = BTreeMap<ServerId, Option<ServerFacts>>;

/// How many recovery points are asked for at once. DRS publishes no request rate; ten keeps 4,000 servers to a minute
/// or so and leaves the retries of the SDK something to work with.
const PARALLEL_READS: usize = 10;

/// A plan with the groups that it uses.
#[derive(Debug, Clone)]
pub struct LoadedPlan {
    /// The plan.
    pub plan: RecoveryPlan,
    /// Its version.
    pub version: u64,
    /// The groups that it uses.
    pub groups: BTreeMap<GroupId, ProtectionGroup>,
}

impl LoadedPlan {
    /// Every server of the plan.
    #[must_use]
    pub fn server_ids(&self) -> Vec<ServerId> {
        self.groups.values().flat_map(|group| group.servers.iter().map(|member| member.id.clone())).collect()
    }
}

/// Loads the plan; or says, as findings, what is wrong with it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn load(clients: &Clients, id: &PlanId) -> Result<Result<LoadedPlan, Vec<Finding>>, AwsError> {
    let invalid = |message: &str| {
        let remedy = "Correct the plan and its protection groups, then start again.";
        Finding::new(FindingCode::PlanInvalid, Severity::Blocks, id.as_str(), message, remedy)
    };
    let Some(stored) = clients.catalog.plan(id).await? else {
        return Ok(Err(vec![invalid("there is no such recovery plan")]));
    };
    let mut groups = BTreeMap::new();
    for group in stored.document.group_ids() {
        if let Some(found) = clients.catalog.group(&group).await? {
            groups.insert(group, found.document);
        }
    }
    let problems = plan_problems(&stored.document, &groups);
    if problems.is_empty() {
        return Ok(Ok(LoadedPlan { plan: stored.document, version: stored.version, groups }));
    }
    Ok(Err(problems.iter().map(|problem| invalid(&problem.to_string())).collect()))
}

/// What DRS says about `servers` now.
///
/// # Errors
/// When DRS cannot be asked.
pub async fn gather(clients: &Clients, servers: &[ServerId], now: i64) -> Result<Facts, AwsError> {
    let known = clients.drs.source_servers(servers).await?;
    let mut instances: BTreeMap<ServerId, Vec<RecoveryInstance>> = BTreeMap::new();
    for instance in clients.drs.recovery_instances(servers).await? {
        instances.entry(instance.server.clone()).or_default().push(instance);
    }
    let mut busy = BTreeMap::new();
    for job in clients.drs.jobs_since(now - JOB_HORIZON_SECONDS).await? {
        if !job.is_completed() {
            busy.extend(job.server_ids().into_iter().map(|server| (server, job.id.clone())));
        }
    }
    let ids: Vec<ServerId> = known.iter().map(|server| server.id.clone()).collect();
    let newest: BTreeMap<ServerId, Option<i64>> = stream::iter(ids)
        .map(|id| async move {
            let newest = clients.drs.newest_recovery_point(&id).await?;
            Ok::<_, AwsError>((id, newest))
        })
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await?;
    let mut facts: Facts = servers.iter().map(|server| (server.clone(), None)).collect();
    for server in known {
        let live = instances.remove(&server.id).unwrap_or_default();
        let described = ServerFacts {
            hostname: server.hostname,
            os: server.os,
            replication_state: server.replication_state,
            newest_recovery_point: newest.get(&server.id).copied().flatten(),
            instances: live.into_iter().filter(RecoveryInstance::may_live).map(Into::into).collect(),
            busy_in: busy.get(&server.id).cloned(),
        };
        facts.insert(server.id, Some(described));
    }
    Ok(facts)
}

/// What other executions hold of `servers`, as findings.
///
/// # Errors
/// When the table cannot be read.
pub async fn claimed(clients: &Clients, servers: &[ServerId]) -> Result<Vec<Finding>, AwsError> {
    let claims: Vec<_> = stream::iter(servers.to_vec())
        .map(|server| async move { clients.history.claim_on(&server).await })
        .buffered(PARALLEL_READS)
        .try_collect()
        .await?;
    Ok(claims.into_iter().flatten().map(|claim| claim.finding()).collect())
}
