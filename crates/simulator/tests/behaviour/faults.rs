//! Every fault does what its line in the syntax says, and nothing once it is cleared.

use serde_json::{Value, json};

use crate::support::{Bench, DB, GONE, NEW, WEB, good, launch_status, refusal, text};

#[test]
fn launch_fails() {
    let bench = Bench::mixed();
    bench.add_faults(&["launch-fails=web-1"]);
    let job = bench.launch(&[DB, WEB], true);
    bench.advance(3600.0);
    let done = bench.job(&job);
    assert_eq!(done["status"], "COMPLETED", "a job does not fail, its servers do");
    assert_eq!(done["participatingServers"][0]["launchStatus"], "LAUNCHED");
    assert_eq!(done["participatingServers"][1]["launchStatus"], "FAILED");
    let failed = bench.log(&job).into_iter().find(|item| item["event"] == "LAUNCH_FAILED").unwrap();
    assert_eq!(failed["eventData"]["sourceServerID"], WEB);
    assert!(text(&failed["eventData"]["rawError"]).contains("InsufficientInstanceCapacity"));
    assert_eq!((bench.instances(DB).len(), bench.instances(WEB).len()), (1, 0));
}

#[test]
fn launch_waits_until_cleared() {
    let bench = Bench::mixed();
    bench.add_faults(&["launch-waits=db-1"]);
    let job = bench.launch(&[DB], true);
    bench.advance(86_400.0);
    assert_eq!(launch_status(&bench.job(&job)), "IN_PROGRESS");
    bench.clear_faults();
    bench.advance(30.0);
    let done = bench.job(&job);
    assert_eq!((text(&done["status"]).as_str(), launch_status(&done).as_str()), ("COMPLETED", "LAUNCHED"));
}

#[test]
fn conversion_fails() {
    let bench = Bench::mixed();
    bench.add_faults(&[&format!("conversion-fails={DB}")]);
    let job = bench.launch(&[DB], true);
    bench.advance(3600.0);
    let events = bench.events(&job);
    assert_eq!(events[events.len() - 2..], ["CONVERSION_FAIL", "JOB_END"]);
    assert!(!events.iter().any(|event| event == "LAUNCH_START"));
    assert_eq!(launch_status(&bench.job(&job)), "FAILED");
    assert_eq!(bench.server(DB)["lifeCycle"]["lastLaunch"]["status"], "FAILED");
}

#[test]
fn agent_never_online_until_cleared() {
    let bench = Bench::mixed();
    bench.add_faults(&["agent-never-online=db-1"]);
    let instance = bench.launched(DB, true);
    bench.advance(86_400.0);
    assert_eq!(bench.managed(), []);
    bench.clear_faults();
    assert_eq!(bench.managed(), [(instance.clone(), "Online".to_owned())]);
    bench.add_faults(&["agent-never-online=db-1"]);
    assert_eq!(bench.managed(), [(instance, "ConnectionLost".to_owned())], "one that had registered is lost");
}

#[test]
fn only_the_faults_that_are_named_end() {
    let bench = Bench::mixed();
    let kept = [format!("agent-never-online={DB}"), "throttle=StartRecovery:2".to_owned()];
    let ended = [
        format!("command-fails={DB}"),
        "agent-never-online=web-1".to_owned(),
        "throttle=DescribeJobs:5".to_owned(),
        "error-after-commit=StartRecovery:1".to_owned(),
        "access-denied=DescribeJobs".to_owned(),
        "page-size=3".to_owned(),
        "unknown-enums".to_owned(),
    ];
    let faults = |method: &str, faults: &[String]| {
        let reply = bench.http(method, "/_simulator/faults", &json!({ "faults": faults }));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["faults"].as_array().unwrap().clone()
    };
    let instance = bench.launched(WEB, true);
    assert_eq!(bench.managed(), [(instance.clone(), "Online".to_owned())]);
    faults("POST", &kept);
    assert_eq!(faults("POST", &ended).len(), kept.len() + ended.len());
    assert_eq!(bench.managed(), [(instance.clone(), "ConnectionLost".to_owned())]);
    assert_eq!(faults("DELETE", &ended), kept);
    assert_eq!(bench.managed(), [(instance, "Online".to_owned())]);
    // Once more, there is none of them.
    assert_eq!(faults("DELETE", &ended), kept);
    let wrong = bench.http("DELETE", "/_simulator/faults", &json!({ "faults": ["launch-failed=db-1"] }));
    assert_eq!(wrong.status, 400, "{}", wrong.body);
    assert_eq!(faults("DELETE", &[]), kept);
}

#[test]
fn command_fails() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    bench.add_faults(&["command-fails=db-1"]);
    let request = json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": [instance]});
    let command = good(bench.ssm("SendCommand", request))["Command"]["CommandId"].clone();
    bench.advance(60.0);
    let done = good(bench.ssm("GetCommandInvocation", json!({"CommandId": command, "InstanceId": instance})));
    assert_eq!((&done["Status"], &done["ResponseCode"]), (&json!("Failed"), &json!(1)));
    assert!(text(&done["StandardErrorContent"]).contains("exit status 1"));
}

#[test]
fn disconnected_from_now_on() {
    let bench = Bench::mixed();
    bench.add_faults(&["disconnected=db-1"]);
    bench.advance(7200.0);
    let server = bench.server(DB);
    let info = &server["dataReplicationInfo"];
    assert_eq!((&info["dataReplicationState"], &info["lagDuration"]), (&json!("DISCONNECTED"), &json!("PT2H")));
    assert_eq!(info["dataReplicationError"]["error"], "AGENT_NOT_SEEN");
    assert_eq!(server["lifeCycle"]["lastSeenByServiceDateTime"], "2026-03-02T12:00:00.000000+00:00");
    let points = good(bench.drs("DescribeRecoverySnapshots", json!({"sourceServerID": DB, "order": "DESC"})));
    assert_eq!(points["items"][0]["expectedTimestamp"], "2026-03-02T12:00:00.000000+00:00");
    let job = bench.launch(&[DB], false);
    bench.advance(3600.0);
    assert!(bench.events(&job).contains(&"USING_PREVIOUS_SNAPSHOT".to_owned()));
    bench.clear_faults();
    assert_eq!(bench.server(DB)["dataReplicationInfo"]["dataReplicationState"], "CONTINUOUS");
}

#[test]
fn no_recovery_point() {
    let bench = Bench::mixed();
    bench.add_faults(&["no-recovery-point=db-1"]);
    let points = good(bench.drs("DescribeRecoverySnapshots", json!({"sourceServerID": DB})));
    assert_eq!(points["items"], json!([]));
    assert_eq!(bench.server(DB)["dataReplicationInfo"]["dataReplicationState"], "CONTINUOUS");
    let reply = bench.drs("StartRecovery", json!({"sourceServers": [{"sourceServerID": DB}]}));
    assert_eq!(refusal(&reply), (400, "ValidationException"));
}

#[test]
fn recovery_points_that_vanish_during_a_launch_fail_it() {
    let bench = Bench::mixed();
    let job = bench.launch(&[GONE], false);
    bench.add_faults(&["no-recovery-point=gone-1"]);
    bench.advance(3600.0);
    assert!(bench.events(&job).contains(&"USING_PREVIOUS_SNAPSHOT_FAILED".to_owned()));
    assert_eq!(launch_status(&bench.job(&job)), "FAILED");
}

#[test]
fn launch_settings_refused() {
    let bench = Bench::mixed();
    bench.add_faults(&["launch-settings-refused=db-1"]);
    let update =
        |server: &str| bench.drs("UpdateLaunchConfiguration", json!({"sourceServerID": server, "copyPrivateIp": true}));
    let reply = update(DB);
    assert_eq!(refusal(&reply), (409, "ConflictException"));
    assert_eq!((&reply.body["resourceId"], &reply.body["resourceType"]), (&json!(DB), &json!("SourceServer")));
    let settings = good(bench.drs("GetLaunchConfiguration", json!({"sourceServerID": DB})));
    assert_eq!(settings["copyPrivateIp"], false);
    assert_eq!(update(WEB).status, 200, "another server takes them");
    bench.clear_faults();
    assert_eq!(update(DB).status, 200);
}

#[test]
fn launch_settings_ignored() {
    let bench = Bench::mixed();
    bench.add_faults(&["launch-settings-ignored=db-1"]);
    let request = json!({"sourceServerID": DB, "copyPrivateIp": true, "launchDisposition": "STOPPED"});
    let answer = good(bench.drs("UpdateLaunchConfiguration", request.clone()));
    assert_eq!((&answer["copyPrivateIp"], &answer["launchDisposition"]), (&json!(true), &json!("STOPPED")));
    let read = || good(bench.drs("GetLaunchConfiguration", json!({"sourceServerID": DB})));
    assert_eq!((&read()["copyPrivateIp"], &read()["launchDisposition"]), (&json!(false), &json!("STARTED")));
    bench.clear_faults();
    assert_eq!(good(bench.drs("UpdateLaunchConfiguration", request)), read());
    assert_eq!(read()["copyPrivateIp"], true);
}

#[test]
fn throttle_for_so_many_calls() {
    let bench = Bench::mixed();
    bench.add_faults(&["throttle=DescribeJobs:2", "throttle=DescribeInstanceInformation:1"]);
    for _ in 0..2 {
        assert_eq!(refusal(&bench.drs("DescribeJobs", json!({}))), (429, "ThrottlingException"));
    }
    assert_eq!(bench.drs("DescribeJobs", json!({})).status, 200);
    assert_eq!(bench.drs("DescribeSourceServers", json!({})).status, 200);
    assert_eq!(refusal(&bench.ssm("DescribeInstanceInformation", json!({}))), (400, "ThrottlingException"));
    assert_eq!(bench.ssm("DescribeInstanceInformation", json!({})).status, 200);
}

#[test]
fn an_error_before_the_commit_changes_nothing_and_one_after_it_does() {
    let bench = Bench::mixed();
    let request = json!({"sourceServers": [{"sourceServerID": DB}], "isDrill": true});
    bench.add_faults(&["error-before-commit=StartRecovery:1"]);
    assert_eq!(refusal(&bench.drs("StartRecovery", request.clone())), (500, "InternalServerException"));
    assert_eq!(bench.state()["jobs"], json!([]));
    bench.add_faults(&["error-after-commit=StartRecovery:1"]);
    assert_eq!(refusal(&bench.drs("StartRecovery", request.clone())), (500, "InternalServerException"));
    let jobs = bench.state()["jobs"].clone();
    assert_eq!(jobs.as_array().unwrap().len(), 1, "the job is there, only the answer is lost");
    let initiated = bench.server(DB)["lifeCycle"]["lastLaunch"]["initiated"].clone();
    assert_eq!(initiated["jobID"], jobs[0]["jobId"], "and can be found");
    assert_eq!(refusal(&bench.drs("StartRecovery", request)), (409, "ConflictException"), "what a blind retry gets");
}

#[test]
fn an_error_after_the_commit_waits_for_a_call_that_commits() {
    let bench = Bench::mixed();
    bench.add_faults(&["error-after-commit=StartRecovery:1"]);
    let wrong = json!({"sourceServers": [{"sourceServerID": NEW}]});
    assert_eq!(refusal(&bench.drs("StartRecovery", wrong)), (400, "ValidationException"));
    let right = json!({"sourceServers": [{"sourceServerID": DB}]});
    assert_eq!(refusal(&bench.drs("StartRecovery", right)), (500, "InternalServerException"));
}

#[test]
fn access_denied_until_cleared() {
    let bench = Bench::mixed();
    bench.add_faults(&["access-denied=StartRecovery", "access-denied=SendCommand"]);
    for _ in 0..3 {
        assert_eq!(refusal(&bench.drs("StartRecovery", json!({}))), (403, "AccessDeniedException"));
    }
    let reply = bench.ssm("SendCommand", json!({}));
    assert_eq!(refusal(&reply), (400, "AccessDeniedException"));
    assert!(text(&reply.body["message"]).contains("ssm:SendCommand"));
    bench.clear_faults();
    bench.launch(&[DB], true);
}

#[test]
fn a_foreign_job_holds_its_server_for_its_minutes() {
    let bench = Bench::mixed();
    bench.add_faults(&["foreign-job=db-1:7"]);
    let jobs = good(bench.drs("DescribeJobs", json!({})));
    let job = jobs["items"][0].clone();
    assert_eq!((&job["type"], &job["initiatedBy"]), (&json!("CREATE_CONVERTED_SNAPSHOT"), &json!("TARGET_ACCOUNT")));
    assert_eq!(job["participatingServers"][0]["sourceServerID"], DB);
    let request = json!({"sourceServers": [{"sourceServerID": DB}]});
    bench.advance(7.0 * 60.0 - 1.0);
    assert_eq!(refusal(&bench.drs("StartRecovery", request.clone())), (409, "ConflictException"));
    bench.advance(1.0);
    assert_eq!(bench.job(&text(&job["jobID"]))["status"], "COMPLETED");
    assert_eq!(bench.server(DB)["lastLaunchResult"], "NOT_STARTED", "it launched nothing");
    assert_eq!(bench.drs("StartRecovery", request).status, 202);
    let again = bench.http("POST", "/_simulator/faults", &json!({"faults": ["foreign-job=db-1:7"]}));
    assert_eq!(again.status, 400, "one job a server, also for others");
}

#[test]
fn unknown_enums() {
    let bench = Bench::mixed();
    bench.add_faults(&["unknown-enums"]);
    let job = bench.launch(&[DB], true);
    bench.advance(60.0);
    assert_eq!(launch_status(&bench.job(&job)), "PREPARING");
    assert_eq!(bench.events(&job)[..2], ["JOB_ADMITTED", "JOB_START"]);
    assert_eq!(bench.server(NEW)["dataReplicationInfo"]["dataReplicationState"], "OPTIMIZING");
    assert_eq!(bench.server(DB)["dataReplicationInfo"]["dataReplicationState"], "CONTINUOUS");
    bench.advance(3600.0);
    assert_eq!(launch_status(&bench.job(&job)), "LAUNCHED", "known values follow");
}

#[test]
fn faults_are_listed_with_the_calls_that_are_left() {
    let bench = Bench::mixed();
    bench.add_faults(&["throttle=DescribeJobs:3", "launch-fails=db-1", "page-size=2", "unknown-enums"]);
    bench.drs("DescribeJobs", json!({}));
    bench.add_faults(&["region-down=us-east-1"]);
    let listed = bench.http("GET", "/_simulator/faults", &Value::Null).body;
    let wanted = [format!("launch-fails={DB}"), "throttle=DescribeJobs:2".to_owned()];
    assert_eq!(
        listed["faults"],
        json!([wanted[0], wanted[1], "region-down=us-east-1", "page-size=2", "unknown-enums"])
    );
    bench.clear_faults();
    assert_eq!(bench.http("GET", "/_simulator/faults", &Value::Null).body, json!({"faults": []}));
}

#[test]
fn a_wrong_fault_adds_none_and_explains_the_syntax() {
    let bench = Bench::mixed();
    for (wrong, problem) in
        [("launch-fails=db-9", "names no source server"), ("launch-failed=db-1", "there is no fault `launch-failed`")]
    {
        let reply = bench.http("POST", "/_simulator/faults", &json!({"faults": ["unknown-enums", wrong]}));
        assert_eq!(reply.status, 400);
        assert!(text(&reply.body["message"]).contains(problem), "{}", reply.body);
        assert!(text(&reply.body["syntax"]).contains("foreign-job=SERVER:MINUTES"));
    }
    assert_eq!(bench.http("GET", "/_simulator/faults", &Value::Null).body, json!({"faults": []}));
}
