//! What there is to decide on: the plan with its groups, and what DRS says about every server now.

use std::collections::BTreeMap;

use aws::Clients;
use aws::drs::{JOB_HORIZON_SECONDS, RecoveryInstance};
use domain::id::{GroupId, PlanId, ServerId};
use domain::plan::{ProtectionGroup, RecoveryPlan};
use domain::preflight::{Finding, FindingCode, ServerFacts, Severity};
use domain::validate::plan_problems;
use futures::{StreamExt, TryStreamExt, stream};
use task::TaskError;

use crate::Facts;

/// How many recovery points are asked for at once. DRS publishes no request rate; ten keeps 4,000 servers to a minute
/// or so and leaves the retries of the SDK something to work with.
const PARALLEL_READS: usize = 10;

/// A plan with the groups that it uses.
pub(crate) struct LoadedPlan {
    pub(crate) plan: RecoveryPlan,
    pub(crate) version: u64,
    pub(crate) groups: BTreeMap<GroupId, ProtectionGroup>,
}

impl LoadedPlan {
    pub(crate) fn server_ids(&self) -> Vec<ServerId> {
        self.groups.values().flat_map(|group| group.servers.iter().map(|member| member.id.clone())).collect()
    }
}

/// Loads the plan; or says, as findings, what is wrong with it.
pub(crate) async fn load(clients: &Clients, id: &PlanId) -> Result<Result<LoadedPlan, Vec<Finding>>, TaskError> {
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

/// What DRS says about `servers`.
pub(crate) async fn gather(clients: &Clients, servers: &[ServerId], now: i64) -> Result<Facts, TaskError> {
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
    let newest: BTreeMap<ServerId, Option<i64>> = stream::iter(known.iter().map(|server| server.id.clone()))
        .map(|id| async move {
            let newest = clients.drs.newest_recovery_point(&id).await?;
            Ok::<_, TaskError>((id, newest))
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
