//! Which job of DRS is the one that an intent started.

use std::collections::BTreeSet;

use domain::id::JobId;
use domain::plan::Mode;

use crate::drs::Job;
use crate::history::BatchRecord;

/// The tag of a job that says which intent started it; see [`BatchRecord::tag`].
pub const TAG: &str = "drs-orchestrator:batch";

/// How far the clocks of DRS and of Lambda may be apart, where DRS shows no tags. Both are AWS's and kept to well under a
/// second; a minute costs nothing, since the servers of an intent are claimed and a foreign job with all of them is what
/// launches them anyway.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// What DRS shows about the servers of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The job that the intent started.
    Ours(JobId),
    /// A running job that somebody else started holds one of its servers.
    Foreign(JobId),
    /// No running job has any of its servers.
    Nothing,
}

/// The job that `intent` started, if DRS has it: a launch of this mode, with exactly these servers, and none of the jobs that
/// other batches have. Its tag tells; a job that DRS shows without any has to be no older than the intent. Else the job
/// that stands in the way.
#[must_use]
pub fn find(intent: &BatchRecord, mode: Mode, own: &BTreeSet<JobId>, jobs: &[Job]) -> Found {
    let (tag, since) = (intent.tag(), intent.intended_at - CLOCK_SKEW_SECONDS);
    let is_ours = |job: &&Job| match job.tags.get(TAG) {
        Some(found) => *found == tag,
        None => job.tags.is_empty() && job.created_at.is_some_and(|created| created >= since),
    };
    let ours = jobs
        .iter()
        .filter(|job| job.launches_for(mode) && !own.contains(&job.id))
        .filter(is_ours)
        .find(|job| job.server_ids() == intent.servers);
    if let Some(job) = ours {
        return Found::Ours(job.id.clone());
    }
    let holds = |job: &&Job| !job.is_completed() && !job.server_ids().is_disjoint(&intent.servers);
    jobs.iter().find(holds).map_or(Found::Nothing, |job| Found::Foreign(job.id.clone()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::id::ServerId;

    use super::*;
    use crate::drs::JobServer;
    use crate::history::WaveKey;

    fn job(id: &str, initiated_by: &str, created_at: i64, servers: &[&str]) -> Job {
        let server = |id: &&str| JobServer { id: ServerId::from(*id), launch_status: String::new(), instance: None };
        Job {
            id: id.into(),
            kind: "LAUNCH".into(),
            initiated_by: initiated_by.into(),
            status: "STARTED".into(),
            created_at: Some(created_at),
            ended_at: None,
            servers: servers.iter().map(server).collect(),
            tags: BTreeMap::new(),
        }
    }

    fn tagged(job: Job, name: &str, value: &str) -> Job {
        Job { tags: [(name.to_owned(), value.to_owned())].into(), ..job }
    }

    #[test]
    fn only_a_launch_of_this_mode_with_exactly_these_servers_since_the_intent_is_adopted() {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let servers: BTreeSet<ServerId> = [ServerId::from("a"), ServerId::from("b")].into();
        let intent = BatchRecord::new(&key, 1, servers, 1_000);
        let found = |job: &Job, own: &[&str]| {
            let own = own.iter().map(|id| JobId::from(*id)).collect();
            find(&intent, Mode::Drill, &own, std::slice::from_ref(job))
        };
        let foreign = Found::Foreign("x".into());
        let ours = job("ours", "START_DRILL", 1_001, &["b", "a"]);
        assert_eq!(found(&ours, &[]), Found::Ours("ours".into()));
        assert_eq!(found(&ours, &["ours"]), Found::Foreign("ours".into()));
        assert_eq!(found(&job("x", "START_RECOVERY", 1_001, &["a", "b"]), &[]), foreign);
        assert_eq!(found(&job("x", "START_DRILL", 900, &["a", "b"]), &[]), foreign);
        assert_eq!(found(&job("x", "START_DRILL", 1_001, &["a"]), &[]), foreign);
        assert_eq!(found(&job("x", "START_DRILL", 1_001, &["a", "b", "c"]), &[]), foreign);
        assert_eq!(found(&job("x", "START_DRILL", 1_001, &["c"]), &[]), Found::Nothing);
        let old = |name, value| tagged(job("x", "START_DRILL", 900, &["a", "b"]), name, value);
        assert_eq!(
            found(&old(TAG, "e/p/batch/001/0001/1000"), &[]),
            Found::Ours("x".into()),
            "whatever the clocks say"
        );
        assert_eq!(found(&old(TAG, "e/p/batch/001/0001/900"), &[]), foreign, "of an intent that was withdrawn");
        let new = |name, value| tagged(job("x", "START_DRILL", 1_001, &["a", "b"]), name, value);
        assert_eq!(found(&new(TAG, "another/p/batch/001/0001/1000"), &[]), foreign);
        assert_eq!(found(&new("owner", "ops"), &[]), foreign, "ours would have our tag beside it");
        let ended = Job { status: "COMPLETED".into(), ..job("x", "START_DRILL", 900, &["a", "b"]) };
        assert_eq!(found(&ended, &[]), Found::Nothing);
    }
}
