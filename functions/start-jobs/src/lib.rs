//! `StartJobs`: launches as many servers of a wave as the DRS quotas allow now, in as few jobs as possible.
//!
//! StartRecovery has no client token, so an intent is written before each call and the job after it. An intent without
//! a job means that the outcome is not known: DRS is searched for the job before anything is started again.

use std::collections::{BTreeMap, BTreeSet};

use aws::drs::{Drs, JOB_HORIZON_SECONDS, RecoveryInstance};
use aws::history::{
    BatchRecord, ExecutionRecord, ServerRecord, WaveKey, WaveRecord, in_open_intents, jobs_without_batch,
};
use aws::{AwsError, Clients, ErrorKind, adopt, reservation};
use domain::batch::WaitReason;
use domain::id::{InstanceId, JobId, ServerId};
use domain::preflight::LiveInstance;
use domain::status::{ServerStatus, WaveStatus};
use serde::Serialize;
use task::TaskError;

mod expired;

/// What was started.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Jobs that were started or adopted now.
    pub jobs: usize,
    /// Servers of the wave that still wait.
    pub waiting: usize,
}

/// Starts what can be started.
///
/// # Errors
/// `Transient` when a call's outcome is not known: the retry finds the intent and looks for its job.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    let execution = clients.history.running_execution(&key).await?;
    let mut launch = Launch::load(clients, key, execution).await?;
    if !matches!(launch.wave.status, WaveStatus::Waiting | WaveStatus::Launching) {
        // Delivered late: the wave has gone on, or is held after a failure.
        return Ok(Response { jobs: 0, waiting: 0 });
    }
    if launch.execution.paused.is_some() || launch.execution.cancelled.is_some() {
        // Paused or cancelled since the gate was passed. What DRS has started already is still ours to watch.
        let jobs = launch.adopt_intents().await?;
        return Ok(Response { jobs, waiting: launch.pending().len() });
    }
    launch.begin().await?;
    let mut jobs = launch.adopt_intents().await?;
    jobs += launch.adopt_orphans().await?;
    jobs += launch.repeat_intents().await?;
    launch.protect_failovers().await?;
    let pending = launch.pending();
    if !pending.is_empty() {
        let packing = reservation::pack(clients, &launch.drs, &launch.key, &pending).await?;
        for (server, reason) in &packing.waiting {
            launch.wait(&BTreeSet::from([server.clone()]), reason.text());
        }
        for servers in packing.batches {
            jobs += launch.start(servers.into_iter().collect()).await?;
        }
    }
    launch.save().await?;
    Ok(Response { jobs, waiting: launch.pending().len() })
}

/// Adopts the jobs whose start had no known outcome, and starts none: for a wave whose machine runs no more.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn adopt(clients: &Clients, key: WaveKey) -> Result<usize, TaskError> {
    let execution = clients.history.running_execution(&key).await?;
    let mut launch = Launch::load(clients, key, execution).await?;
    Ok(launch.adopt_intents().await? + launch.adopt_orphans().await?)
}

/// A wave that is being launched.
struct Launch<'a> {
    clients: &'a Clients,
    /// DRS in the Region of the wave, which has its own quotas.
    drs: Drs,
    key: WaveKey,
    execution: ExecutionRecord,
    wave: WaveRecord,
    servers: Vec<ServerRecord>,
    /// The same, as they were read or written last.
    stored: Vec<ServerRecord>,
    batches: Vec<BatchRecord>,
}

impl<'a> Launch<'a> {
    async fn load(clients: &'a Clients, key: WaveKey, execution: ExecutionRecord) -> Result<Self, TaskError> {
        let wave = clients.history.wave(&key).await?;
        let servers = clients.history.servers(&key).await?;
        let batches = clients.history.batches(&key).await?;
        let drs = clients.at(&wave.region).drs;
        let stored = servers.clone();
        Ok(Self { clients, drs, key, execution, wave, servers, stored, batches })
    }

    /// Writes the servers that have changed, unless another delivery has been quicker with one of them.
    async fn save(&mut self) -> Result<(), TaskError> {
        self.clients.history.save_changed_servers(&self.stored, &self.servers).await?;
        self.stored.clone_from(&self.servers);
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), TaskError> {
        if self.wave.status == WaveStatus::Waiting {
            self.wave.set_status(WaveStatus::Launching)?;
            // In another round it began long ago.
            self.wave.started_at.get_or_insert(aws::clock::now());
            self.clients.history.save_wave(&mut self.wave).await?;
        }
        Ok(())
    }

    /// Servers in no job, and in no intent either.
    fn pending(&self) -> Vec<ServerId> {
        let intended = in_open_intents(&self.batches);
        self.servers
            .iter()
            .filter(|server| server.status == ServerStatus::Pending && !intended.contains(&server.server_id))
            .map(|server| server.server_id.clone())
            .collect()
    }

    /// Safety rule 1 once more, since hours can lie between preflight and this wave: a server that somebody has failed
    /// over in between is not launched, for that would terminate it.
    async fn protect_failovers(&mut self) -> Result<(), TaskError> {
        let protected = self.protected(&self.pending()).await?;
        for server in self.servers.iter_mut().filter(|server| server.status == ServerStatus::Pending) {
            let Some(instance) = protected.get(&server.server_id) else { continue };
            server.set_status(ServerStatus::Failed)?;
            server.reason = format!(
                "not launched: DRS would terminate {instance}, a recovery instance that is not a drill's and came up after preflight"
            );
        }
        self.save().await
    }

    /// Those of `servers` with a live failover, and one instance of each.
    async fn protected(&self, servers: &[ServerId]) -> Result<BTreeMap<ServerId, InstanceId>, TaskError> {
        let mode = self.execution.mode;
        // Whoever has the wave launch servers again agrees to lose what it launched before.
        let replace = &self.execution.replace_instances | &self.wave.scope.replace_instances;
        let instances = self.drs.recovery_instances(servers).await?;
        Ok(instances
            .into_iter()
            .filter(RecoveryInstance::may_live)
            .map(|instance| (instance.server.clone(), LiveInstance::from(instance)))
            .filter(|(_, live)| live.is_protected(mode, &replace))
            .map(|(server, live)| (server, live.id))
            .collect())
    }

    /// Intents whose call had no known outcome.
    fn open_intents(&self) -> Vec<BatchRecord> {
        self.batches.iter().filter(|batch| batch.job_id.is_none()).cloned().collect()
    }

    /// Finds the jobs of open intents: where the servers name theirs already, and else in DRS.
    async fn adopt_intents(&mut self) -> Result<usize, TaskError> {
        let mut jobs = 0;
        for (job, servers) in jobs_without_batch(&self.servers, &self.batches) {
            let intent = self.open_intents().into_iter().find(|intent| servers.is_subset(&intent.servers));
            let intent = match intent {
                Some(intent) => intent,
                // Another delivery has taken it back.
                None => {
                    let started = self.servers.iter().find(|server| servers.contains(&server.server_id));
                    let intended_at = started.and_then(|server| server.started_at);
                    self.intend(servers, intended_at.unwrap_or_else(aws::clock::now)).await?
                }
            };
            self.started(intent, job).await?;
            jobs += 1;
        }
        for intent in self.open_intents() {
            if let adopt::Found::Ours(job) = self.look_up(&intent).await? {
                self.started(intent, job).await?;
                jobs += 1;
            }
        }
        Ok(jobs)
    }

    /// Finds jobs that say in their tag that they are this wave's, in its present round, and that no record has: of two
    /// deliveries at once, one may take back the intent with which the other has just called. Without this, the servers
    /// would be launched again.
    async fn adopt_orphans(&mut self) -> Result<usize, TaskError> {
        let pending: BTreeSet<ServerId> = self.pending().into_iter().collect();
        if pending.is_empty() {
            return Ok(0);
        }
        let tag = BatchRecord::tag_of_wave(&self.key);
        let round = self.wave.begun_anew_at();
        let since = round.unwrap_or(self.execution.started_at);
        let mut jobs = 0;
        for job in self.drs.jobs_since(since - JOB_HORIZON_SECONDS).await? {
            let known = self.batches.iter().any(|batch| batch.job_id.as_ref() == Some(&job.id));
            let moment = job.tags.get(adopt::TAG).filter(|of| of.starts_with(&tag));
            let moment = moment.and_then(|tag| BatchRecord::moment_of_tag(tag));
            let moment = moment.filter(|moment| round.is_none_or(|begun| *moment >= begun));
            let Some(moment) = moment.filter(|_| !known && job.launches_for(self.wave.mode)) else { continue };
            if !job.server_ids().is_subset(&pending) {
                continue;
            }
            tracing::warn!(job = %job.id, "adopts job {}, whose intent was taken back", job.id);
            let intent = self.intend(job.server_ids(), moment).await?;
            self.started(intent, job.id).await?;
            jobs += 1;
        }
        Ok(jobs)
    }

    /// Makes the calls of intents whose job was not found once more, each under the same intent, so that a job that DRS
    /// shows late is still recognised.
    async fn repeat_intents(&mut self) -> Result<usize, TaskError> {
        let mut jobs = 0;
        for intent in self.open_intents() {
            let servers: Vec<ServerId> = intent.servers.iter().cloned().collect();
            if self.protected(&servers).await?.is_empty() {
                jobs += self.call(intent).await?;
            } else {
                self.withdraw(&intent).await?;
            }
        }
        Ok(jobs)
    }

    async fn look_up(&self, intent: &BatchRecord) -> Result<adopt::Found, TaskError> {
        let own: BTreeSet<JobId> = self.batches.iter().filter_map(|batch| batch.job_id.clone()).collect();
        let jobs = self.drs.jobs_since(intent.intended_at - JOB_HORIZON_SECONDS).await?;
        let found = adopt::find(intent, self.wave.mode, &own, &jobs);
        if let adopt::Found::Ours(job) = &found {
            tracing::warn!(%job, "adopts job {job}, whose start had no known outcome");
        }
        Ok(found)
    }

    /// Starts one job for `servers`, intent first.
    async fn start(&mut self, servers: BTreeSet<ServerId>) -> Result<usize, TaskError> {
        let intent = self.intend(servers, aws::clock::now()).await?;
        self.call(intent).await
    }

    async fn intend(&mut self, servers: BTreeSet<ServerId>, now: i64) -> Result<BatchRecord, TaskError> {
        let number = self.batches.iter().map(BatchRecord::number).max().unwrap_or(0) + 1;
        let intent = BatchRecord::new(&self.key, number, servers, now);
        self.clients.history.intend_batch(&intent).await?;
        self.batches.push(intent.clone());
        Ok(intent)
    }

    /// Makes the call of an intent. A refusal of DRS is no failure of the task: the servers wait, or are FAILED when DRS
    /// will never launch them.
    async fn call(&mut self, intent: BatchRecord) -> Result<usize, TaskError> {
        let orders = expired::orders(&intent.servers, &self.servers);
        let error = match self.drs.start_recovery(&orders, self.wave.mode, (adopt::TAG, intent.tag())).await {
            Ok(job) => {
                self.started(intent, job).await?;
                return Ok(1);
            }
            Err(error) => error,
        };
        match error.kind {
            // Perhaps with a job of our own, whose start was thought lost.
            ErrorKind::Conflict => match self.look_up(&intent).await? {
                adopt::Found::Ours(job) => {
                    self.started(intent, job).await?;
                    return Ok(1);
                }
                adopt::Found::Foreign(job) => {
                    self.withdraw(&intent).await?;
                    self.wait(&intent.servers, &format!("{} ({job})", WaitReason::BusyInJob.text()));
                }
                // DRS shows no job that holds them, yet: the intent stays, and with it the time to look from.
                adopt::Found::Nothing => self.wait(&intent.servers, &error.message),
            },
            ErrorKind::QuotaExceeded | ErrorKind::Throttled => {
                self.withdraw(&intent).await?;
                self.wait(&intent.servers, &error.message);
            }
            ErrorKind::Invalid | ErrorKind::NotFound => {
                self.withdraw(&intent).await?;
                return self.refused(&intent, &error).await;
            }
            ErrorKind::AccessDenied | ErrorKind::Transient | ErrorKind::Bug => return Err(error.into()),
        }
        Ok(0)
    }

    /// DRS takes all servers of a call or none, so one bad server would hold back ninety-nine good ones. Those whose
    /// recovery point has expired are told by DRS, all at once; for any other reason halve until one stands alone.
    async fn refused(&mut self, intent: &BatchRecord, error: &AwsError) -> Result<usize, TaskError> {
        let expired = expired::among(&self.drs, &intent.servers, &self.servers).await?;
        if !expired.is_empty() {
            self.fail(&expired).await?;
            let rest: BTreeSet<ServerId> =
                intent.servers.iter().filter(|id| !expired.contains_key(*id)).cloned().collect();
            return if rest.is_empty() { Ok(0) } else { Box::pin(self.start(rest)).await };
        }
        let servers: Vec<ServerId> = intent.servers.iter().cloned().collect();
        if servers.len() > 1 {
            let mut jobs = 0;
            for half in servers.chunks(servers.len().div_ceil(2)) {
                jobs += Box::pin(self.start(half.iter().cloned().collect())).await?;
            }
            return Ok(jobs);
        }
        let reason = format!("DRS refused to launch it: {}", error.message);
        self.fail(&servers.into_iter().map(|server| (server, reason.clone())).collect()).await?;
        Ok(0)
    }

    /// Records that servers will never be launched, each with its reason.
    async fn fail(&mut self, reasons: &BTreeMap<ServerId, String>) -> Result<(), TaskError> {
        for server in &mut self.servers {
            let Some(reason) = reasons.get(&server.server_id) else { continue };
            server.set_status(ServerStatus::Failed)?;
            reason.clone_into(&mut server.reason);
        }
        self.save().await
    }

    /// Records that `intent` became `job`: servers first, so that a batch with a job always has its servers in it.
    async fn started(&mut self, mut intent: BatchRecord, job: JobId) -> Result<(), TaskError> {
        for server in self.servers.iter_mut().filter(|server| intent.servers.contains(&server.server_id)) {
            server.set_status(ServerStatus::Launching)?;
            server.job_id = Some(job.clone());
            server.started_at = Some(intent.intended_at);
            server.reason.clear();
        }
        self.save().await?;
        intent.job_id = Some(job);
        self.clients.history.save_batch(&intent).await?;
        let number = intent.number();
        if let Some(batch) = self.batches.iter_mut().find(|batch| batch.number() == number) {
            *batch = intent;
        }
        Ok(())
    }

    async fn withdraw(&mut self, intent: &BatchRecord) -> Result<(), TaskError> {
        self.clients.history.withdraw_batch(intent).await?;
        self.batches.retain(|batch| batch.number() != intent.number());
        Ok(())
    }

    fn wait(&mut self, servers: &BTreeSet<ServerId>, reason: &str) {
        let waits = |record: &&mut ServerRecord| servers.contains(&record.server_id) && record.reason != reason;
        for record in self.servers.iter_mut().filter(waits) {
            reason.clone_into(&mut record.reason);
        }
    }
}
