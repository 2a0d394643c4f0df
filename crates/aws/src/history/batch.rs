//! The item of a launch batch: it is written before DRS is asked, so that a launch whose answer was lost is found again.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{ExecutionId, JobId, ServerId};
use domain::status::ServerStatus;
use serde::{Deserialize, Serialize};

use super::{ServerRecord, WaveKey};

/// A launch batch: an intent while it has no job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRecord {
    execution_id: ExecutionId,
    plan_id: String,
    /// Its servers.
    pub servers: BTreeSet<ServerId>,
    /// When it was intended, in Unix seconds.
    pub intended_at: i64,
    /// The DRS job that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// Whether that job has ended and every server of it is accounted for.
    #[serde(default)]
    pub settled: bool,
}

impl BatchRecord {
    /// The intent to launch `servers` as batch `number` of a wave.
    #[must_use]
    pub fn new(key: &WaveKey, number: usize, servers: BTreeSet<ServerId>, intended_at: i64) -> Self {
        Self {
            execution_id: key.execution_id.clone(),
            plan_id: format!("{}#batch#{:03}#{number:04}", key.plan_id, key.wave),
            servers,
            intended_at,
            job_id: None,
            settled: false,
        }
    }

    /// What its job is tagged with: it stands for this intent and no other.
    #[must_use]
    pub fn tag(&self) -> String {
        // With its moment: the number of an intent that was withdrawn is given once more.
        format!("{}/{}/{}", self.execution_id, self.plan_id.replace('#', "/"), self.intended_at)
    }

    /// What the tags of all jobs of a wave begin with.
    #[must_use]
    pub fn tag_of_wave(key: &WaveKey) -> String {
        format!("{}/{}/batch/{:03}/", key.execution_id, key.plan_id, key.wave)
    }

    /// When the intent with this tag was written.
    #[must_use]
    pub fn moment_of_tag(tag: &str) -> Option<i64> {
        tag.rsplit_once('/').and_then(|(_, moment)| moment.parse().ok())
    }

    pub(super) fn key(&self) -> (&str, &str) {
        (self.execution_id.as_str(), &self.plan_id)
    }

    /// Its number in the wave.
    #[must_use]
    pub fn number(&self) -> usize {
        self.plan_id.rsplit('#').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

/// The servers of intents without a job: DRS may be launching them.
#[must_use]
pub fn in_open_intents(batches: &[BatchRecord]) -> BTreeSet<ServerId> {
    batches.iter().filter(|batch| batch.job_id.is_none()).flat_map(|batch| batch.servers.iter().cloned()).collect()
}

/// Jobs that servers say they are being launched in and that no batch has, each with those servers: whoever wrote that was
/// cut off before he wrote the batch, and without one nobody looks at the job.
#[must_use]
pub fn jobs_without_batch(servers: &[ServerRecord], batches: &[BatchRecord]) -> BTreeMap<JobId, BTreeSet<ServerId>> {
    let known = |job: &JobId| batches.iter().any(|batch| batch.job_id.as_ref() == Some(job));
    let mut lost: BTreeMap<JobId, BTreeSet<ServerId>> = BTreeMap::new();
    for server in servers.iter().filter(|server| server.status == ServerStatus::Launching) {
        if let Some(job) = server.job_id.clone().filter(|job| !known(job)) {
            lost.entry(job).or_default().insert(server.server_id.clone());
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_of_which_only_servers_know_is_without_a_batch() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 7 };
        let server = |id: &str, status, job: Option<&str>| {
            let mut server = ServerRecord::new(&key, id.into(), 0, id.into());
            (server.status, server.job_id) = (status, job.map(JobId::from));
            server
        };
        let servers = [
            server("s-1", ServerStatus::Launching, Some("known")),
            server("s-2", ServerStatus::Launching, Some("lost")),
            server("s-3", ServerStatus::Launching, Some("lost")),
            server("s-4", ServerStatus::Launched, Some("over")),
            server("s-5", ServerStatus::Pending, None),
        ];
        let mut known = BatchRecord::new(&key, 1, ["s-1".into()].into(), 1);
        known.job_id = Some("known".into());
        let intent = BatchRecord::new(&key, 2, ["s-2".into(), "s-3".into()].into(), 1);
        let expected = BTreeMap::from([("lost".into(), BTreeSet::from(["s-2".into(), "s-3".into()]))]);
        assert_eq!(jobs_without_batch(&servers, &[known, intent]), expected);
    }

    #[test]
    fn a_tag_says_whose_job_it_is_and_since_when() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 7 };
        let tag = BatchRecord::new(&key, 12, ["s-1".into()].into(), 1_790_000_000).tag();
        assert!(tag.starts_with(&BatchRecord::tag_of_wave(&key)), "{tag}");
        assert!(!tag.starts_with(&BatchRecord::tag_of_wave(&WaveKey { wave: 8, ..key })));
        assert_eq!(BatchRecord::moment_of_tag(&tag), Some(1_790_000_000));
        assert_eq!(BatchRecord::moment_of_tag("somebody-elses"), None);
    }
}
