//! DRS jobs, with their enums open and their timestamps read in both forms that DRS writes.

use std::collections::{BTreeMap, BTreeSet};

use domain::batch::InUse;
use domain::id::{InstanceId, JobId, ServerId};
use domain::plan::Mode;
use jiff::Timestamp;

use crate::error::{AwsError, ErrorKind};

/// A DRS job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// `LAUNCH`, `TERMINATE`, … as DRS spells it.
    pub kind: String,
    /// `START_DRILL`, `START_RECOVERY`, … as DRS spells it.
    pub initiated_by: String,
    /// `PENDING`, `STARTED` or `COMPLETED`, as DRS spells it.
    pub status: String,
    /// When it was created, in Unix seconds.
    pub created_at: Option<i64>,
    /// When it ended, in Unix seconds.
    pub ended_at: Option<i64>,
    /// What it does to whom.
    pub servers: Vec<JobServer>,
    /// What whoever started it wrote on it.
    pub tags: BTreeMap<String, String>,
}

/// A server of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobServer {
    /// The source server.
    pub id: ServerId,
    /// `launchStatus`, as DRS spells it; empty when DRS says none yet.
    pub launch_status: String,
    /// What was launched; DRS leaves it out of jobs that have ended.
    pub instance: Option<InstanceId>,
}

impl Job {
    /// Whether it has ended. A status that is not known is not an end.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.status == "COMPLETED"
    }

    /// What those of `jobs` hold that have not ended.
    #[must_use]
    pub fn in_use(jobs: &[Self]) -> InUse {
        let active: Vec<&Self> = jobs.iter().filter(|job| !job.is_completed()).collect();
        InUse { jobs: active.len(), servers: active.into_iter().flat_map(Self::server_ids).collect() }
    }

    /// Its servers.
    #[must_use]
    pub fn server_ids(&self) -> BTreeSet<ServerId> {
        self.servers.iter().map(|server| server.id.clone()).collect()
    }

    /// Whether it is a launch for `mode`.
    #[must_use]
    pub fn launches_for(&self, mode: Mode) -> bool {
        let initiated_by = match mode {
            Mode::Drill => "START_DRILL",
            Mode::Recovery => "START_RECOVERY",
        };
        self.kind == "LAUNCH" && self.initiated_by == initiated_by
    }
}

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When, in Unix seconds.
    pub at: Option<i64>,
    /// What, as DRS spells it. Real logs have events that the API's model does not know, such as `LAUNCH_END`.
    pub event: String,
    /// To which server.
    pub server: Option<ServerId>,
    /// What was launched.
    pub instance: Option<InstanceId>,
    /// What went wrong, in DRS's words.
    pub error: Option<String>,
}

impl From<aws_sdk_drs::types::Job> for Job {
    fn from(job: aws_sdk_drs::types::Job) -> Self {
        Self {
            id: job.job_id.into(),
            kind: job.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            initiated_by: job.initiated_by.map(|by| by.as_str().to_owned()).unwrap_or_default(),
            status: job.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            created_at: job.creation_date_time.as_deref().and_then(seconds),
            ended_at: job.end_date_time.as_deref().and_then(seconds),
            servers: job
                .participating_servers
                .unwrap_or_default()
                .into_iter()
                .map(|server| JobServer {
                    id: server.source_server_id.unwrap_or_default().into(),
                    launch_status: server.launch_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                    instance: server.recovery_instance_id.map(InstanceId::from),
                })
                .collect(),
            tags: job.tags.unwrap_or_default().into_iter().collect(),
        }
    }
}

impl From<aws_sdk_drs::types::JobLog> for LogEntry {
    fn from(entry: aws_sdk_drs::types::JobLog) -> Self {
        let data = entry.event_data;
        Self {
            at: entry.log_date_time.as_deref().and_then(seconds),
            event: entry.event.map(|event| event.as_str().to_owned()).unwrap_or_default(),
            server: data.as_ref().and_then(|data| data.source_server_id.clone()).map(ServerId::from),
            instance: data.as_ref().and_then(|data| data.target_instance_id.clone()).map(InstanceId::from),
            error: data.and_then(|data| data.raw_error),
        }
    }
}

/// A DRS timestamp in Unix seconds. DRS writes `2026-08-18T09:00:12Z` and `2022-12-07T19:15:38.846723+00:00`.
pub(super) fn seconds(text: &str) -> Option<i64> {
    moment(text).map(Timestamp::as_second)
}

/// The same, to the part of a second.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Some(timestamp),
        Err(error) => {
            tracing::warn!(%error, text, "DRS gave a timestamp that cannot be read: it counts as missing");
            None
        }
    }
}

/// Unix seconds in the form that DRS filters take.
pub(super) fn iso(unix_seconds: i64) -> Result<String, AwsError> {
    Timestamp::from_second(unix_seconds)
        .map(|timestamp| timestamp.to_string())
        .map_err(|error| AwsError::new(ErrorKind::Bug, "DescribeJobs", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_timestamps_are_read_and_a_third_is_missing() {
        assert_eq!(seconds("2022-12-07T19:15:38.846723+00:00"), Some(1_670_440_538));
        assert_eq!(seconds("2026-08-18T09:00:12Z"), Some(1_787_043_612));
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(iso(1_787_043_612).unwrap(), "2026-08-18T09:00:12Z");
    }

    #[test]
    fn an_unknown_status_is_not_an_end() {
        let job = aws_sdk_drs::types::Job::builder()
            .job_id("drsjob-1")
            .status(aws_sdk_drs::types::JobStatus::from("HIBERNATING"))
            .build()
            .unwrap();
        let job = Job::from(job);
        assert_eq!(job.status, "HIBERNATING");
        assert!(!job.is_completed());
    }
}
