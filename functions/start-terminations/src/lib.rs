//! `StartTerminations`: terminates as many instances of a drill as the DRS quotas allow now, in as few jobs as possible.
//!
//! TerminateRecoveryInstances has no client token, so it is treated as StartRecovery is (safety rule 4): intent, call, job,
//! and an intent without a job is looked for in DRS. What may be terminated is decided right before each call, from
//! what DRS says then (safety rule 2).

use std::collections::{BTreeMap, BTreeSet};

use aws::drs::{Drs, JOB_HORIZON_SECONDS};
use aws::history::{CleanupInstanceRecord, TerminationRecord};
use aws::{AwsError, Clients, ErrorKind};
use domain::batch::{self, Quotas, WaitReason};
use domain::cleanup::{InstanceCleanup, Judgement, judge};
use domain::id::{ExecutionId, InstanceId, JobId, PlanId, ServerId};
use serde::{Deserialize, Serialize};
use task::TaskError;

mod adopt;

/// Which cleanup.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The execution whose instances are to go.
    pub execution_id: ExecutionId,
    /// Its plan.
    pub plan_id: PlanId,
}

/// What was started.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Jobs that were started or adopted now.
    pub jobs: usize,
    /// Instances that still wait.
    pub waiting: usize,
}

/// Starts what can be started.
///
/// # Errors
/// `Transient` when a call's outcome is not known: the retry finds the intent and looks for its job. `Invalid` when the
/// cleanup does not run: what outlived it touches nothing.
pub async fn handle(clients: &Clients, request: Request) -> Result<Response, TaskError> {
    let Request { execution_id: id, plan_id: plan } = request;
    let history = &clients.history;
    if history.cleanup(&id, &plan).await?.is_none_or(|cleanup| cleanup.status.is_terminal()) {
        return Err(TaskError::Invalid(format!("no cleanup of {id} is running: nothing is terminated for it")));
    }
    let instances = history.cleanup_instances(&id, &plan).await?;
    let batches = history.terminations(&id, &plan).await?;
    let regions: BTreeSet<String> = instances.iter().map(|instance| instance.region.clone()).collect();
    let mut work = Termination { clients, id, plan, instances, batches };
    let mut jobs = 0;
    for region in regions {
        jobs += work.in_region(&region).await?;
    }
    let waiting = work.instances.iter().filter(|one| one.status == InstanceCleanup::Pending).count();
    Ok(Response { jobs, waiting })
}

/// A cleanup at work.
struct Termination<'a> {
    clients: &'a Clients,
    id: ExecutionId,
    plan: PlanId,
    instances: Vec<CleanupInstanceRecord>,
    batches: Vec<TerminationRecord>,
}

impl Termination<'_> {
    async fn in_region(&mut self, region: &str) -> Result<usize, TaskError> {
        let drs = self.clients.at(region).drs;
        self.judge(&drs, region).await?;
        let mut jobs = self.resume_intents(&drs, region).await?;
        let pending = self.pending(region);
        if !pending.is_empty() {
            let in_use = drs.in_use(aws::clock::now()).await?;
            let packing = batch::pack(&pending, &in_use, &Quotas::default());
            for (server, reason) in &packing.waiting {
                self.wait(&BTreeSet::from([server.clone()]), reason.text()).await?;
            }
            for servers in packing.batches {
                jobs += self.start(&drs, region, servers.into_iter().collect()).await?;
            }
        }
        Ok(jobs)
    }

    /// Settles what is gone and what must not be touched. What stays PENDING is this drill's and stands, as DRS says now.
    async fn judge(&mut self, drs: &Drs, region: &str) -> Result<(), TaskError> {
        let open = |one: &&CleanupInstanceRecord| one.region == region && one.status == InstanceCleanup::Pending;
        let servers: Vec<ServerId> = self.instances.iter().filter(open).map(|one| one.server_id.clone()).collect();
        if servers.is_empty() {
            return Ok(());
        }
        let described = drs.recovery_instances(&servers).await?;
        let mut of_server: BTreeMap<ServerId, Vec<_>> = BTreeMap::new();
        for one in described {
            of_server.entry(one.server.clone()).or_default().push(one.into());
        }
        self.change(&servers.into_iter().collect(), |one| {
            let described = of_server.get(&one.server_id).map(Vec::as_slice).unwrap_or_default();
            match judge(&one.instance_id, &one.launched_by, described) {
                Judgement::Terminate => {}
                Judgement::Gone => one.settle(InstanceCleanup::Terminated, "DRS did not have it any more"),
                Judgement::Keep(reason) => one.settle(InstanceCleanup::LeftOver, reason),
            }
        })
        .await
    }

    /// Servers in no job, and in no intent either.
    fn pending(&self, region: &str) -> Vec<ServerId> {
        let intended: BTreeSet<&ServerId> =
            self.batches.iter().filter(|batch| batch.job_id.is_none()).flat_map(|batch| &batch.servers).collect();
        let open = |one: &&CleanupInstanceRecord| {
            one.region == region && one.status == InstanceCleanup::Pending && !intended.contains(&one.server_id)
        };
        self.instances.iter().filter(open).map(|one| one.server_id.clone()).collect()
    }

    /// Intents whose call had no known outcome. Their job is found in DRS; or all of their instances are to be terminated
    /// still, and the call is made again under the same intent; or else they are packed anew.
    async fn resume_intents(&mut self, drs: &Drs, region: &str) -> Result<usize, TaskError> {
        let open = |batch: &&TerminationRecord| batch.region == region && batch.job_id.is_none();
        let intents: Vec<TerminationRecord> = self.batches.iter().filter(open).cloned().collect();
        let mut jobs = 0;
        for intent in intents {
            if let Some(job) = self.look_up(drs, &intent).await? {
                self.started(intent, job).await?;
                jobs += 1;
                continue;
            }
            let stands = |one: &&CleanupInstanceRecord| {
                one.status == InstanceCleanup::Pending && intent.servers.contains(&one.server_id)
            };
            if self.instances.iter().filter(stands).count() == intent.servers.len() {
                jobs += self.call(drs, intent).await?;
            } else {
                self.withdraw(&intent).await?;
            }
        }
        Ok(jobs)
    }

    async fn look_up(&self, drs: &Drs, intent: &TerminationRecord) -> Result<Option<JobId>, TaskError> {
        let own: BTreeSet<&JobId> = self.batches.iter().filter_map(|batch| batch.job_id.as_ref()).collect();
        let jobs = drs.jobs_since(intent.intended_at - JOB_HORIZON_SECONDS).await?;
        let found = adopt::find(intent, &own, &jobs);
        if let Some(job) = &found {
            tracing::warn!(%job, "adopts job {job}, whose start had no known outcome");
        }
        Ok(found)
    }

    /// Starts one job for the instances of `servers`, intent first.
    async fn start(&mut self, drs: &Drs, region: &str, servers: BTreeSet<ServerId>) -> Result<usize, TaskError> {
        let number = self.batches.iter().map(TerminationRecord::number).max().unwrap_or(0) + 1;
        let intent = TerminationRecord::new(&self.id, &self.plan, number, region, servers, aws::clock::now());
        self.clients.history.intend_termination(&intent).await?;
        self.batches.push(intent.clone());
        self.call(drs, intent).await
    }

    /// Makes the call of an intent. A refusal of DRS is no failure of the task.
    async fn call(&mut self, drs: &Drs, intent: TerminationRecord) -> Result<usize, TaskError> {
        let meant = |one: &&CleanupInstanceRecord| {
            one.status == InstanceCleanup::Pending && intent.servers.contains(&one.server_id)
        };
        let instances: Vec<InstanceId> =
            self.instances.iter().filter(meant).map(|one| one.instance_id.clone()).collect();
        let error = match drs.terminate(&instances).await {
            Ok(job) => {
                self.started(intent, job).await?;
                return Ok(1);
            }
            Err(error) => error,
        };
        match error.kind {
            ErrorKind::Conflict => {
                if let Some(job) = self.look_up(drs, &intent).await? {
                    self.started(intent, job).await?;
                    return Ok(1);
                }
                // The intent stays, and with it the time to look from: DRS may show the job later.
                self.wait(&intent.servers, WaitReason::BusyInJob.text()).await?;
            }
            ErrorKind::QuotaExceeded | ErrorKind::Throttled => {
                self.withdraw(&intent).await?;
                self.wait(&intent.servers, &error.message).await?;
            }
            ErrorKind::Invalid | ErrorKind::NotFound => {
                self.withdraw(&intent).await?;
                return self.refused(drs, &intent, &error).await;
            }
            ErrorKind::AccessDenied | ErrorKind::Transient | ErrorKind::Bug => return Err(error.into()),
        }
        Ok(0)
    }

    /// DRS takes all instances of a call or none: halve until the bad one stands alone. It may have gone meanwhile; else it
    /// is left over.
    async fn refused(&mut self, drs: &Drs, intent: &TerminationRecord, error: &AwsError) -> Result<usize, TaskError> {
        self.judge(drs, &intent.region).await?;
        let still: Vec<ServerId> =
            self.pending(&intent.region).into_iter().filter(|server| intent.servers.contains(server)).collect();
        if still.len() > 1 {
            let mut jobs = 0;
            for half in still.chunks(still.len().div_ceil(2)) {
                jobs += Box::pin(self.start(drs, &intent.region, half.iter().cloned().collect())).await?;
            }
            return Ok(jobs);
        }
        self.change(&still.into_iter().collect(), |one| {
            one.settle(InstanceCleanup::LeftOver, format!("DRS refused to terminate it: {}", error.message));
        })
        .await?;
        Ok(0)
    }

    /// Records that `intent` became `job`: instances first, so that a batch with a job always has its instances in it.
    async fn started(&mut self, mut intent: TerminationRecord, job: JobId) -> Result<(), TaskError> {
        let open = |one: &CleanupInstanceRecord| one.status == InstanceCleanup::Pending;
        self.change(&intent.servers, |one| {
            if open(one) {
                one.settle(InstanceCleanup::Terminating, "");
                one.job_id = Some(job.clone());
                one.started_at = Some(intent.intended_at);
            }
        })
        .await?;
        intent.job_id = Some(job);
        self.clients.history.save_termination(&intent).await?;
        let number = intent.number();
        if let Some(batch) = self.batches.iter_mut().find(|batch| batch.number() == number) {
            *batch = intent;
        }
        Ok(())
    }

    async fn withdraw(&mut self, intent: &TerminationRecord) -> Result<(), TaskError> {
        self.clients.history.withdraw_termination(intent).await?;
        self.batches.retain(|batch| batch.number() != intent.number());
        Ok(())
    }

    async fn wait(&mut self, servers: &BTreeSet<ServerId>, reason: &str) -> Result<(), TaskError> {
        self.change(servers, |one| reason.clone_into(&mut one.reason)).await
    }

    /// Changes the records of `servers`, and writes those that became others.
    async fn change(
        &mut self,
        servers: &BTreeSet<ServerId>,
        change: impl Fn(&mut CleanupInstanceRecord),
    ) -> Result<(), TaskError> {
        let (mut read, mut changed) = (Vec::new(), Vec::new());
        for one in self.instances.iter_mut().filter(|one| servers.contains(&one.server_id)) {
            read.push(one.clone());
            change(one);
            changed.push(one.clone());
        }
        Ok(self.clients.history.save_changed_instances(&read, &changed).await?)
    }
}
