//! Which job of DRS is the one that an intent started.

use std::collections::BTreeSet;

use aws::drs::Job;
use aws::history::TerminationRecord;
use domain::id::JobId;

/// How far the clocks of DRS and of Lambda may be apart, as for launches. The servers of an intent are claimed, so a
/// foreign termination of exactly these would have to come from outside.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// The job that `intent` started, if DRS has it: a termination of exactly these servers, created since the intent, and
/// none of the jobs that other batches have. One that has ended has lost its servers and is not found; its instances
/// are gone then, which is what counts.
pub(crate) fn find(intent: &TerminationRecord, own: &BTreeSet<&JobId>, jobs: &[Job]) -> Option<JobId> {
    let since = intent.intended_at - CLOCK_SKEW_SECONDS;
    jobs.iter()
        .filter(|job| job.kind == "TERMINATE" && !own.contains(&job.id))
        .filter(|job| job.created_at.is_some_and(|created| created >= since))
        .find(|job| job.server_ids() == intent.servers)
        .map(|job| job.id.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws::drs::JobServer;
    use domain::id::ServerId;

    use super::*;

    fn job(kind: &str, created_at: i64, servers: &[&str]) -> Job {
        let server = |id: &&str| JobServer { id: ServerId::from(*id), launch_status: String::new(), instance: None };
        Job {
            id: "drsjob-1".into(),
            kind: kind.into(),
            initiated_by: "TERMINATE_RECOVERY_INSTANCES".into(),
            status: "STARTED".into(),
            created_at: Some(created_at),
            ended_at: None,
            servers: servers.iter().map(server).collect(),
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn safety_rule_4_only_a_termination_of_exactly_these_servers_since_the_intent_is_adopted() {
        let servers: BTreeSet<ServerId> = [ServerId::from("a"), ServerId::from("b")].into();
        let intent = TerminationRecord::new(&"e".into(), &"p".into(), 1, "eu-west-1", servers, 1_000);
        let none = BTreeSet::new();
        let found = |job: Job| find(&intent, &none, &[job]);
        assert_eq!(found(job("TERMINATE", 1_001, &["b", "a"])), Some("drsjob-1".into()));
        assert_eq!(found(job("LAUNCH", 1_001, &["a", "b"])), None);
        assert_eq!(found(job("TERMINATE", 900, &["a", "b"])), None);
        assert_eq!(found(job("TERMINATE", 1_001, &["a"])), None);
        assert_eq!(found(job("TERMINATE", 1_001, &[])), None, "an ended job has lost its servers");
        let own = JobId::from("drsjob-1");
        assert_eq!(find(&intent, &BTreeSet::from([&own]), &[job("TERMINATE", 1_001, &["a", "b"])]), None);
    }
}
