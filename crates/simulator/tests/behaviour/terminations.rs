//! Terminations of recovery instances.

use serde_json::json;

use crate::support::{Bench, DB, WEB, good, launch_status, refusal, text};

#[test]
fn a_terminated_instance_is_gone_from_drs_and_ssm_and_the_job_forgets_it() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let reply = bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": [instance]}));
    assert_eq!(reply.status, 200);
    let job = reply.body["job"].clone();
    assert_eq!((&job["type"], &job["initiatedBy"]), (&json!("TERMINATE"), &json!("TERMINATE_RECOVERY_INSTANCES")));
    let id = text(&job["jobID"]);
    bench.advance(60.0);
    assert_eq!(launch_status(&bench.job(&id)), "IN_PROGRESS");
    assert_eq!(bench.managed(), []);
    while launch_status(&bench.job(&id)) == "IN_PROGRESS" {
        bench.advance(1.0);
    }
    assert_eq!(launch_status(&bench.job(&id)), "TERMINATED");
    assert!((100.0..130.0).contains(&(bench.elapsed() - 3600.0)), "about two minutes");
    bench.advance(10.0);
    let done = bench.job(&id);
    assert_eq!((&done["status"], &done["participatingServers"]), (&json!("COMPLETED"), &json!([])));
    assert_eq!(bench.instances(DB), [] as [&str; 0]);
    assert!(bench.server(DB).get("recoveryInstanceId").is_none());
    assert_eq!(bench.server(DB)["lastLaunchResult"], "SUCCEEDED", "the launch did succeed");
}

#[test]
fn a_termination_that_names_one_wrong_instance_terminates_none() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    for wrong in [json!([instance, "i-0123456789abcdef0"]), json!([instance, instance]), json!([])] {
        let reply = bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": wrong}));
        assert_eq!(refusal(&reply), (400, "ValidationException"), "{wrong}");
    }
    bench.advance(600.0);
    assert_eq!(bench.instances(DB), [instance]);
}

#[test]
fn what_is_being_terminated_can_be_neither_launched_nor_terminated_again() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let terminate = || bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": [instance]}));
    good(terminate());
    assert_eq!(refusal(&terminate()), (409, "ConflictException"));
    let both = json!({"sourceServers": [{"sourceServerID": WEB}, {"sourceServerID": DB}], "isDrill": true});
    assert_eq!(refusal(&bench.drs("StartRecovery", both.clone())), (409, "ConflictException"));
    bench.advance(200.0);
    assert_eq!(refusal(&terminate()), (400, "ValidationException"), "it is gone");
    assert_eq!(bench.drs("StartRecovery", both).status, 202);
}

#[test]
fn a_protected_instance_outlives_the_job_that_was_to_terminate_it() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    bench.add_faults(&[&format!("termination-protected={DB}")]);
    let job = text(
        &good(bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": [instance]})))["job"]["jobID"],
    );
    bench.advance(300.0);
    assert_eq!(bench.job(&job)["status"], "COMPLETED");
    assert_eq!(bench.instances(DB), [instance]);
    let log = good(bench.drs("DescribeJobLogItems", json!({"jobID": job}))).to_string();
    assert!(log.contains("CLEANUP_FAIL") && log.contains("OperationNotPermitted"), "{log}");
}
