//! What one poll says about one instance that is being terminated.

use aws::drs::{Job, LogEntry, RecoveryInstance};
use aws::history::CleanupInstanceRecord;
use domain::cleanup::InstanceCleanup;

/// How long after its job's end an instance is waited for that DRS still shows: what DRS shows lags behind what it did.
const GRACE_SECONDS: i64 = 900;
/// A termination takes some two minutes. After two hours it counts as failed; its DRS job cannot be cancelled.
const TIMEOUT_SECONDS: i64 = 7_200;

/// Writes what DRS says into `instance`. Gone is what DRS does not have any more; whatever is not a known end is not
/// finished.
pub(crate) fn instance(
    instance: &mut CleanupInstanceRecord,
    job: Option<&Job>,
    log: &[LogEntry],
    described: &[RecoveryInstance],
    now: i64,
) {
    let stands = described.iter().any(|one| one.id == instance.instance_id && one.may_live());
    if !stands {
        instance.settle(InstanceCleanup::Terminated, "");
        return;
    }
    let ended = job.filter(|job| job.is_completed()).and_then(|job| job.ended_at);
    let failure = log
        .iter()
        .filter(|entry| entry.server.as_ref() == Some(&instance.server_id))
        .rfind(|entry| entry.event.ends_with("_FAIL") || entry.event.ends_with("_FAILED"));
    if let (Some(_), Some(entry)) = (ended, failure) {
        let reason = entry.error.as_ref().map_or(entry.event.clone(), |error| format!("{}: {error}", entry.event));
        instance.settle(InstanceCleanup::LeftOver, reason);
    } else if ended.is_some_and(|ended| now - ended > GRACE_SECONDS) {
        instance.settle(InstanceCleanup::LeftOver, "the DRS job that terminates it ended, and DRS still shows it");
    } else if instance.started_at.is_some_and(|started| now - started > TIMEOUT_SECONDS) {
        let minutes = TIMEOUT_SECONDS / 60;
        let reason = format!("not terminated within {minutes} minutes; its DRS job cannot be cancelled and runs on");
        instance.settle(InstanceCleanup::LeftOver, reason);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws::history::{ServerRecord, WaveKey};

    use super::*;

    fn record() -> CleanupInstanceRecord {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut server = ServerRecord::new(&key, "s-1".into(), 0, "db-1".into());
        (server.instance_id, server.job_id) = (Some("i-1".into()), Some("drsjob-1".into()));
        let mut record = CleanupInstanceRecord::of(&"e".into(), &"p".into(), 1, &server, "eu-west-1").unwrap();
        record.settle(InstanceCleanup::Terminating, "");
        (record.job_id, record.started_at) = (Some("drsjob-2".into()), Some(0));
        record
    }

    /// A termination has lost its servers when it has ended.
    fn job(ended_at: Option<i64>) -> Job {
        Job {
            id: "drsjob-2".into(),
            kind: "TERMINATE".into(),
            initiated_by: "TERMINATE_RECOVERY_INSTANCES".into(),
            status: if ended_at.is_some() { "COMPLETED" } else { "STARTED" }.into(),
            created_at: Some(0),
            ended_at,
            servers: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    fn shown(id: &str, state: &str) -> RecoveryInstance {
        RecoveryInstance {
            id: id.into(),
            server: "s-1".into(),
            job: Some("drsjob-1".into()),
            is_drill: true,
            state: state.into(),
            recovered_from: None,
        }
    }

    fn observed(job: &Job, log: &[LogEntry], described: &[RecoveryInstance], now: i64) -> (InstanceCleanup, String) {
        let mut record = record();
        instance(&mut record, Some(job), log, described, now);
        (record.status, record.reason)
    }

    #[test]
    fn an_instance_is_gone_when_drs_has_it_no_more_whatever_its_job_says() {
        for described in [vec![], vec![shown("i-1", "TERMINATED")], vec![shown("i-2", "RUNNING")]] {
            assert_eq!(observed(&job(Some(100)), &[], &described, 110).0, InstanceCleanup::Terminated);
            assert_eq!(observed(&job(None), &[], &described, 110).0, InstanceCleanup::Terminated);
        }
    }

    #[test]
    fn safety_rule_9_a_completed_job_or_an_unknown_state_is_no_end() {
        for state in ["RUNNING", "SHUTTING-DOWN", "HIBERNATING"] {
            let shown = [shown("i-1", state)];
            assert_eq!(observed(&job(Some(100)), &[], &shown, 110).0, InstanceCleanup::Terminating, "{state}");
            assert_eq!(observed(&job(Some(100)), &[], &shown, 101 + GRACE_SECONDS).0, InstanceCleanup::LeftOver);
            assert_eq!(observed(&job(None), &[], &shown, 7_201).0, InstanceCleanup::LeftOver);
        }
    }

    #[test]
    fn what_drs_could_not_terminate_is_left_over_in_its_words() {
        let entry = LogEntry {
            at: Some(90),
            event: "CLEANUP_FAIL".into(),
            server: Some("s-1".into()),
            instance: None,
            error: Some("OperationNotPermitted".into()),
        };
        let shown = [shown("i-1", "RUNNING")];
        let log = [entry];
        assert_eq!(observed(&job(None), &log, &shown, 95).0, InstanceCleanup::Terminating);
        let left = observed(&job(Some(100)), &log, &shown, 110);
        assert_eq!(left, (InstanceCleanup::LeftOver, "CLEANUP_FAIL: OperationNotPermitted".into()));
    }
}
