//! What one poll says about one server. DRS is read as it is: launch status is coarse (PENDING through clean-up,
//! snapshot and conversion), so the phase comes from the job log; the instance comes from whichever source has it.

use std::collections::BTreeMap;

use aws::drs::{Job, JobServer, LogEntry, RecoveryInstance};
use aws::history::ServerRecord;
use domain::id::{InstanceId, ServerId};
use domain::status::ServerStatus;
use task::TaskError;

/// How long after its job's end a server without a final launch status is waited for. DRS has been seen to complete a
/// job a moment before its servers; a quarter of an hour is many such moments.
const GRACE_SECONDS: i64 = 900;

/// Writes what DRS says into `server`. Whatever is not a known end is not finished.
pub(crate) fn server(
    server: &mut ServerRecord,
    job: Option<&Job>,
    log: &[LogEntry],
    instances: &BTreeMap<ServerId, RecoveryInstance>,
    timeout_seconds: i64,
    now: i64,
) -> Result<(), TaskError> {
    let own: Vec<&LogEntry> = log.iter().filter(|entry| entry.server.as_ref() == Some(&server.server_id)).collect();
    let in_job = job.and_then(|job| job.servers.iter().find(|other| other.id == server.server_id));
    let status = in_job.map(|other| other.launch_status.as_str()).unwrap_or_default();
    match status {
        "LAUNCHED" => {
            let instance = instance(server, in_job, &own, instances);
            // An instance that no source names yet is looked for until the job is long over: without it, neither
            // health checks nor a clean-up could find it.
            if instance.is_some() || long_over(job, now) {
                server.recovered_from = instances.get(&server.server_id).and_then(|found| found.recovered_from);
                return launched(server, instance, &own, now);
            }
        }
        "FAILED" => return failed(server, &own),
        // Gone again before this poll saw it.
        "TERMINATED" => return fail(server, "DRS terminated what it launched"),
        "" | "PENDING" | "IN_PROGRESS" => {}
        unknown => tracing::warn!(unknown, "DRS gives a launch status that is not known: it counts as not finished"),
    }
    if long_over(job, now) {
        return fail(server, &format!("its job ended, but DRS still gives its launch status as {status:?}"));
    }
    if server.started_at.is_some_and(|started| now - started > timeout_seconds) {
        let minutes = timeout_seconds / 60;
        return fail(
            server,
            &format!("not launched within {minutes} minutes; its DRS job cannot be cancelled and runs on"),
        );
    }
    if let Some(phase) = own.iter().rev().find_map(|entry| phase(&entry.event)) {
        phase.clone_into(&mut server.phase);
    }
    Ok(())
}

fn long_over(job: Option<&Job>, now: i64) -> bool {
    job.filter(|job| job.is_completed()).and_then(|job| job.ended_at).is_some_and(|ended| now - ended > GRACE_SECONDS)
}

/// What was launched, from whichever source has it.
fn instance(
    server: &ServerRecord,
    in_job: Option<&JobServer>,
    log: &[&LogEntry],
    instances: &BTreeMap<ServerId, RecoveryInstance>,
) -> Option<InstanceId> {
    let from_log = || log.iter().rev().find_map(|entry| entry.instance.clone());
    let from_job = || in_job.and_then(|other| other.instance.clone());
    instances.get(&server.server_id).map(|found| found.id.clone()).or_else(from_log).or_else(from_job)
}

fn launched(
    server: &mut ServerRecord,
    instance: Option<InstanceId>,
    log: &[&LogEntry],
    now: i64,
) -> Result<(), TaskError> {
    let end = log.iter().rev().find(|entry| entry.event == "LAUNCH_END");
    server.set_status(ServerStatus::Launched)?;
    server.launched_at = end.and_then(|entry| entry.at).or(Some(now));
    server.instance_id = instance;
    Ok(())
}

/// DRS's own words for a failure, from the log.
fn failed(server: &mut ServerRecord, log: &[&LogEntry]) -> Result<(), TaskError> {
    let entry = log.iter().rev().find(|entry| is_failure(&entry.event));
    let reason = match entry.map(|entry| (entry.event.as_str(), entry.error.as_deref())) {
        Some((event, Some(error))) => format!("{event}: {error}"),
        Some((event, None)) => event.to_owned(),
        None => "DRS did not launch it and its job log does not say why".to_owned(),
    };
    fail(server, &reason)
}

fn fail(server: &mut ServerRecord, reason: &str) -> Result<(), TaskError> {
    server.set_status(ServerStatus::Failed)?;
    reason.clone_into(&mut server.reason);
    Ok(())
}

fn is_failure(event: &str) -> bool {
    event.ends_with("_FAIL") || event.ends_with("_FAILED") || event == "SERVER_SKIPPED"
}

/// The phase that an event of the job log begins or belongs to.
fn phase(event: &str) -> Option<&'static str> {
    let phases = [("CLEANUP", "CLEANUP"), ("SNAPSHOT", "SNAPSHOT"), ("USING_PREVIOUS_SNAPSHOT", "SNAPSHOT")];
    let later = [("CONVERSION", "CONVERSION"), ("LAUNCH", "LAUNCH")];
    phases.into_iter().chain(later).find(|(prefix, _)| event.starts_with(prefix)).map(|(_, phase)| phase)
}

#[cfg(test)]
mod tests {
    use aws::history::WaveKey;

    use super::*;

    fn record() -> ServerRecord {
        let key = WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave: 1 };
        let mut record = ServerRecord::new(&key, "s-1".into(), 0, "db-1".into());
        record.set_status(ServerStatus::Launching).unwrap();
        record.started_at = Some(0);
        record
    }

    fn job(status: &str, launch_status: &str, ended_at: Option<i64>) -> Job {
        Job {
            id: "drsjob-1".into(),
            kind: "LAUNCH".into(),
            initiated_by: "START_DRILL".into(),
            status: status.into(),
            created_at: Some(0),
            ended_at,
            servers: vec![JobServer { id: "s-1".into(), launch_status: launch_status.into(), instance: None }],
            tags: BTreeMap::new(),
        }
    }

    fn entry(at: i64, event: &str, instance: Option<&str>, error: Option<&str>) -> LogEntry {
        LogEntry {
            at: Some(at),
            event: event.into(),
            server: Some("s-1".into()),
            instance: instance.map(InstanceId::from),
            error: error.map(str::to_owned),
        }
    }

    fn observed(job: &Job, log: &[LogEntry], now: i64) -> ServerRecord {
        let mut record = record();
        server(&mut record, Some(job), log, &BTreeMap::new(), 7_200, now).unwrap();
        record
    }

    #[test]
    fn safety_rule_7_a_completed_job_is_not_success() {
        let log = [entry(250, "CONVERSION_FAIL", None, Some("Conversion failed"))];
        let failed = observed(&job("COMPLETED", "FAILED", Some(300)), &log, 310);
        assert_eq!(
            (failed.status, failed.reason.as_str()),
            (ServerStatus::Failed, "CONVERSION_FAIL: Conversion failed")
        );
        let waiting = observed(&job("COMPLETED", "IN_PROGRESS", Some(300)), &[], 310);
        assert_eq!(waiting.status, ServerStatus::Launching);
        let given_up = observed(&job("COMPLETED", "IN_PROGRESS", Some(300)), &[], 301 + GRACE_SECONDS);
        assert_eq!(given_up.status, ServerStatus::Failed);
    }

    #[test]
    fn safety_rule_9_an_unknown_status_is_not_finished() {
        let unknown = observed(&job("HIBERNATING", "PREPARING", None), &[entry(1, "DREAMING", None, None)], 100);
        assert_eq!((unknown.status, unknown.phase.as_str()), (ServerStatus::Launching, ""));
        let late = observed(&job("HIBERNATING", "PREPARING", None), &[], 7_201);
        assert_eq!(late.status, ServerStatus::Failed);
    }

    #[test]
    fn the_phase_comes_from_the_log_and_the_instance_from_launch_end() {
        let log = [entry(1, "SNAPSHOT_END", None, None), entry(52, "CONVERSION_START", None, None)];
        assert_eq!(observed(&job("STARTED", "PENDING", None), &log, 100).phase, "CONVERSION");
        let log = [entry(251, "LAUNCH_START", None, None), entry(529, "LAUNCH_END", Some("i-1"), None)];
        let launched = observed(&job("COMPLETED", "LAUNCHED", Some(533)), &log, 560);
        assert_eq!(launched.status, ServerStatus::Launched);
        assert_eq!((launched.launched_at, launched.instance_id), (Some(529), Some("i-1".into())));
    }

    #[test]
    fn the_recovery_point_comes_from_the_recovery_instance() {
        let instance = RecoveryInstance {
            id: "i-1".into(),
            server: "s-1".into(),
            job: Some("drsjob-1".into()),
            is_drill: true,
            state: "RUNNING".into(),
            recovered_from: Some(-60),
        };
        let mut record = record();
        let instances = BTreeMap::from([("s-1".into(), instance)]);
        server(&mut record, Some(&job("COMPLETED", "LAUNCHED", Some(533))), &[], &instances, 7_200, 560).unwrap();
        assert_eq!((record.instance_id, record.recovered_from), (Some("i-1".into()), Some(-60)));
    }
}
