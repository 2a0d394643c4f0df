//! `CheckTerminations`: one look at all running jobs of a cleanup. Writes down what became of every instance, and says
//! what the cleanup does next.
//!
//! Whether an instance is gone is asked of DRS's recovery instances, not of the job: a termination that has ended has
//! lost its servers, and its COMPLETED says nothing about any of them.

use std::collections::{BTreeMap, BTreeSet};

use aws::Clients;
use aws::drs::{Drs, Job, RecoveryInstance};
use aws::history::{CleanupInstanceRecord, TerminationRecord};
use domain::batch::{self, Quotas};
use domain::cleanup::InstanceCleanup;
use domain::id::{ExecutionId, JobId, PlanId, ServerId};
use serde::{Deserialize, Serialize};
use task::TaskError;

mod observe;

/// Which cleanup.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The execution whose instances are to go.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// What the cleanup does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Next {
    /// Instances wait, and DRS would take some now.
    StartMore,
    /// Look again in 30 s.
    Wait,
    /// Every instance is accounted for.
    Settle,
}

/// What the poll found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// What the cleanup does next.
    pub next: Next,
    /// Instances in no job yet.
    pub pending: usize,
    /// Instances in a job.
    pub terminating: usize,
    /// Instances that are gone.
    pub terminated: usize,
    /// Instances that stand, or may stand.
    pub left_over: usize,
}

/// Looks once.
///
/// # Errors
/// When AWS cannot be asked: nothing is concluded from that, the state retries.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan } = request;
    let history = &clients.history;
    let now = aws::clock::now();
    let mut instances = history.cleanup_instances(&id, &plan).await?;
    let mut batches = history.terminations(&id, &plan).await?;
    for (region, job) in at_work(&instances) {
        let read = instances.clone();
        check(&clients.at(&region).drs, &job, &mut instances, now).await?;
        history.save_changed_instances(&read, &instances).await?;
    }
    let working: BTreeSet<JobId> = at_work(&instances).into_iter().map(|(_, job)| job).collect();
    let has_ended = |batch: &&mut TerminationRecord| batch.job_id.as_ref().is_some_and(|job| !working.contains(job));
    for batch in batches.iter_mut().filter(|batch| !batch.settled).filter(has_ended) {
        batch.settled = true;
        history.save_termination(batch).await?;
    }
    let next = next(clients, &instances, &batches, now).await?;
    let count = |status| instances.iter().filter(|instance| instance.status == status).count();
    Ok(Response {
        next,
        pending: count(InstanceCleanup::Pending),
        terminating: count(InstanceCleanup::Terminating),
        terminated: count(InstanceCleanup::Terminated),
        left_over: count(InstanceCleanup::LeftOver),
    })
}

/// The jobs that terminate instances, each with its Region. From the instances and not from the batches: a delivery of
/// StartTerminations that came late and was cut off can leave an intent where a batch with its job was, and the instances
/// of that job would be waited for without end.
fn at_work(instances: &[CleanupInstanceRecord]) -> BTreeSet<(String, JobId)> {
    let working = instances.iter().filter(|one| one.status == InstanceCleanup::Terminating);
    working.filter_map(|one| Some((one.region.clone(), one.job_id.clone()?))).collect()
}

/// Writes what DRS says about the job `id` into its instances.
async fn check(drs: &Drs, id: &JobId, instances: &mut [CleanupInstanceRecord], now: i64) -> Result<(), TaskError> {
    let in_job =
        |one: &CleanupInstanceRecord| one.status == InstanceCleanup::Terminating && one.job_id.as_ref() == Some(id);
    let job: Option<Job> = drs.jobs(std::slice::from_ref(id)).await?.into_iter().find(|job| job.id == *id);
    let log = drs.job_log(id).await?;
    let servers: Vec<ServerId> = instances.iter().filter(|one| in_job(one)).map(|one| one.server_id.clone()).collect();
    let mut described: BTreeMap<ServerId, Vec<RecoveryInstance>> = BTreeMap::new();
    for one in drs.recovery_instances(&servers).await? {
        described.entry(one.server.clone()).or_default().push(one);
    }
    for one in instances.iter_mut().filter(|one| in_job(one)) {
        let of_server = described.get(&one.server_id).map(Vec::as_slice).unwrap_or_default();
        observe::instance(one, job.as_ref(), &log, of_server, now);
    }
    Ok(())
}

/// StartTerminations is called only when it would start something or an intent is open, so that a cleanup that queues
/// costs no more transitions than one that runs.
async fn next(
    clients: &Clients,
    instances: &[CleanupInstanceRecord],
    batches: &[TerminationRecord],
    now: i64,
) -> Result<Next, TaskError> {
    let mut pending: BTreeMap<&str, Vec<ServerId>> = BTreeMap::new();
    for one in instances.iter().filter(|one| one.status == InstanceCleanup::Pending) {
        pending.entry(&one.region).or_default().push(one.server_id.clone());
    }
    let intents: BTreeSet<&str> =
        batches.iter().filter(|batch| batch.job_id.is_none()).map(|batch| batch.region.as_str()).collect();
    for (region, servers) in &pending {
        let in_use = clients.at(region).drs.in_use(now).await?;
        if intents.contains(region) || !batch::pack(servers, &in_use, &Quotas::default()).batches.is_empty() {
            return Ok(Next::StartMore);
        }
    }
    let settled = instances.iter().all(|instance| instance.status.is_settled());
    Ok(if settled { Next::Settle } else { Next::Wait })
}

#[cfg(test)]
mod tests {
    use aws::history::{ServerRecord, WaveKey};

    use super::*;

    #[test]
    fn the_jobs_at_work_are_those_of_the_instances_whatever_the_batches_say() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let record = |server: &str, status, job: Option<&str>| {
            let mut launched = ServerRecord::new(&key, server.into(), 0, server.to_owned());
            (launched.instance_id, launched.job_id) = (Some("i-1".into()), Some("drsjob-1".into()));
            let mut record = CleanupInstanceRecord::of(&"e".into(), &"p".into(), 1, &launched, "eu-west-1").unwrap();
            record.settle(status, "");
            record.job_id = job.map(JobId::from);
            record
        };
        let instances = [
            record("s-1", InstanceCleanup::Terminating, Some("drsjob-2")),
            record("s-2", InstanceCleanup::Terminating, Some("drsjob-2")),
            record("s-3", InstanceCleanup::Terminated, Some("drsjob-3")),
            record("s-4", InstanceCleanup::Pending, None),
        ];
        assert_eq!(at_work(&instances), BTreeSet::from([("eu-west-1".to_owned(), "drsjob-2".into())]));
    }
}
