//! Elastic Disaster Recovery.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_drs::Client;
use aws_sdk_drs::config::retry::RetryConfig;
use aws_sdk_drs::types::{
    DescribeJobsRequestFilters, DescribeRecoveryInstancesRequestFilters, StartRecoveryRequestSourceServer,
};
use domain::batch::InUse;
use domain::cleanup::Described;
use domain::id::{InstanceId, JobId, ServerId, SnapshotId};
use domain::plan::Mode;
use domain::preflight::LiveInstance;

use crate::error::{AwsError, ErrorKind, classify};

mod inventory;
mod job;
mod launch_configuration;
mod native_plan;
mod points;
mod source_servers;

pub use inventory::{DiskDescription, LaunchDescription, ServerDescription};
pub use job::{Job, JobServer, LogEntry};
pub use source_servers::SourceServer;

/// Ids that one filter takes. Source: the DRS API (sourceServerIDs, 0 to 200).
const IDS_PER_FILTER: usize = 200;

/// DescribeJobs has no filter for running jobs, so they are looked for this far back: no job takes a day.
pub const JOB_HORIZON_SECONDS: i64 = 24 * 3600;

/// A recovery instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryInstance {
    /// Its id, the EC2 instance's.
    pub id: InstanceId,
    /// The source server it was launched from.
    pub server: ServerId,
    /// The job that launched it.
    pub job: Option<JobId>,
    /// Whether a drill launched it.
    pub is_drill: bool,
    /// `ec2InstanceState`, as DRS spells it.
    pub state: String,
    /// When the recovery point was taken that it was launched from, in Unix seconds.
    pub recovered_from: Option<i64>,
}

impl RecoveryInstance {
    /// Whether it can be alive. One whose state is not known can.
    #[must_use]
    pub fn may_live(&self) -> bool {
        !matches!(self.state.as_str(), "TERMINATED" | "NOT_FOUND")
    }
}

impl From<RecoveryInstance> for Described {
    fn from(instance: RecoveryInstance) -> Self {
        let may_live = instance.may_live();
        Self { id: instance.id, job: instance.job, is_drill: instance.is_drill, may_live }
    }
}

impl From<RecoveryInstance> for LiveInstance {
    fn from(instance: RecoveryInstance) -> Self {
        Self { id: instance.id, is_drill: instance.is_drill }
    }
}

/// Elastic Disaster Recovery, as far as functions use it.
#[derive(Debug, Clone)]
pub struct Drs {
    client: Client,
    once: Client,
}

impl Drs {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        // StartRecovery has no client token: when the SDK repeated it after a lost answer, DRS would refuse the second
        // call as a conflict with the first, and the job of the first would be nobody's.
        let once = aws_sdk_drs::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::new(config), once: Client::from_conf(once) }
    }

    /// The recovery instances of `servers`, whatever launched them.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn recovery_instances(&self, servers: &[ServerId]) -> Result<Vec<RecoveryInstance>, AwsError> {
        const OPERATION: &str = "DescribeRecoveryInstances";
        let mut instances = Vec::new();
        for chunk in servers.chunks(IDS_PER_FILTER) {
            let filters = DescribeRecoveryInstancesRequestFilters::builder()
                .set_source_server_ids(Some(chunk.iter().map(ToString::to_string).collect()))
                .build();
            let mut pages = self.client.describe_recovery_instances().filters(filters).into_paginator().items().send();
            while let Some(instance) = pages.next().await {
                let instance = instance.map_err(|error| classify(OPERATION, error))?;
                instances.push(RecoveryInstance {
                    id: instance.recovery_instance_id.unwrap_or_default().into(),
                    server: instance.source_server_id.unwrap_or_default().into(),
                    job: instance.job_id.map(JobId::from),
                    // A drill's mark that is missing is no licence to terminate: it counts as a live failover.
                    is_drill: instance.is_drill.unwrap_or(false),
                    recovered_from: instance.point_in_time_snapshot_date_time.as_deref().and_then(job::seconds),
                    state: instance.ec2_instance_state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                });
            }
        }
        Ok(instances)
    }

    /// The jobs `ids`, as DRS describes them now.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn jobs(&self, ids: &[JobId]) -> Result<Vec<Job>, AwsError> {
        let mut jobs = Vec::new();
        for chunk in ids.chunks(IDS_PER_FILTER) {
            let filters = DescribeJobsRequestFilters::builder()
                .set_job_ids(Some(chunk.iter().map(ToString::to_string).collect()))
                .build();
            jobs.extend(self.describe_jobs(filters).await?);
        }
        Ok(jobs)
    }

    /// Every job of the account and Region that began at or after `since`, whoever started it.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn jobs_since(&self, since: i64) -> Result<Vec<Job>, AwsError> {
        let from = job::iso(since)?;
        self.describe_jobs(DescribeJobsRequestFilters::builder().from_date(from).build()).await
    }

    /// What is in use in the account and Region, whoever started it.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn in_use(&self, now: i64) -> Result<InUse, AwsError> {
        Ok(Job::in_use(&self.jobs_since(now - JOB_HORIZON_SECONDS).await?))
    }

    async fn describe_jobs(&self, filters: DescribeJobsRequestFilters) -> Result<Vec<Job>, AwsError> {
        let mut jobs = Vec::new();
        let mut pages = self.client.describe_jobs().filters(filters).into_paginator().items().send();
        while let Some(described) = pages.next().await {
            jobs.push(Job::from(described.map_err(|error| classify("DescribeJobs", error))?));
        }
        Ok(jobs)
    }

    /// The log of `job`, oldest first.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn job_log(&self, job: &JobId) -> Result<Vec<LogEntry>, AwsError> {
        let mut entries = Vec::new();
        let mut pages = self.client.describe_job_log_items().job_id(job.as_str()).into_paginator().items().send();
        while let Some(entry) = pages.next().await {
            entries.push(LogEntry::from(entry.map_err(|error| classify("DescribeJobLogItems", error))?));
        }
        entries.sort_by_key(|entry| entry.at);
        Ok(entries)
    }

    /// Starts one job that launches `servers`, each from the recovery point that is given for it, or from its newest. DRS
    /// takes all of them or none. `tag` is written on the job, name and value. It has no client token, so it is sent once: after an error other than a refusal, look for the job before trying again.
    ///
    /// # Errors
    /// `Conflict` when a server is in a job, `QuotaExceeded`, `Invalid` when DRS refuses a server; `Transient` when
    /// the job may have been started all the same.
    pub async fn start_recovery(
        &self,
        servers: &BTreeMap<ServerId, Option<SnapshotId>>,
        mode: Mode,
        (name, value): (&str, String),
    ) -> Result<JobId, AwsError> {
        const OPERATION: &str = "StartRecovery";
        let mut request = self.once.start_recovery().is_drill(mode == Mode::Drill).tags(name, value);
        for (server, snapshot) in servers {
            let entry = StartRecoveryRequestSourceServer::builder()
                .source_server_id(server.as_str())
                .set_recovery_snapshot_id(snapshot.as_ref().map(ToString::to_string))
                .build()
                .map_err(|error| AwsError::new(ErrorKind::Bug, OPERATION, error.to_string()))?;
            request = request.source_servers(entry);
        }
        let started = request.send().await.map_err(|error| classify(OPERATION, error))?;
        started
            .job
            .map(|job| JobId::from(job.job_id))
            // The answer was lost on the way, as far as this program is concerned: look for the job.
            .ok_or_else(|| AwsError::new(ErrorKind::Transient, OPERATION, "the answer names no job"))
    }

    /// Starts one job that terminates `instances`. DRS takes all of them or none. As for launches there is no client token,
    /// so it is sent once.
    ///
    /// # Errors
    /// `Conflict` when a server is in a job, `QuotaExceeded`, `Invalid` when DRS refuses an instance; `Transient` when
    /// the job may have been started all the same.
    pub async fn terminate(&self, instances: &[InstanceId]) -> Result<JobId, AwsError> {
        const OPERATION: &str = "TerminateRecoveryInstances";
        let ids = instances.iter().map(ToString::to_string).collect();
        let request = self.once.terminate_recovery_instances().set_recovery_instance_ids(Some(ids));
        let started = request.send().await.map_err(|error| classify(OPERATION, error))?;
        started
            .job
            .map(|job| JobId::from(job.job_id))
            .ok_or_else(|| AwsError::new(ErrorKind::Transient, OPERATION, "the answer names no job"))
    }
}
