//! What others hear of an execution: events on the bus, its timeline, notices for people, and the report that is stored.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{Execution, ExecutionStatus, Mode, WaveStatus};
use domain::id::ExecutionId;
use e2e::Scenario;
use e2e::aws::Listener;
use e2e::scenario::{assert_ended, eventually, wave};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Two waves of one server each; the second one needs an approval.
fn two_waves(scenario: &Scenario) {
    let ids = scenario.servers(2, |_, _| {});
    let groups = [scenario.group("first", &ids[..1], &[]), scenario.group("second", &ids[1..], &[])];
    let approval = json!({ "role": "dr-approver", "timeoutMinutes": 600, "onTimeout": "REJECT" });
    scenario.plan(&json!([
        { "name": "first", "groups": [groups[0]] },
        { "name": "second", "groups": [groups[1]], "dependsOnWaves": ["first"], "approval": approval },
    ]));
}

fn approve(scenario: &Scenario, id: &ExecutionId) {
    scenario.until(id, "its question", |execution| {
        execution.waves.get(1).is_some_and(|wave| wave.status == WaveStatus::AwaitingApproval)
    });
    let token = scenario.cloud.token_of("approver");
    let path = format!("/executions/{id}/waves/2/approve");
    let (status, answer) =
        scenario.cloud.request("POST", &path, Some(&token), Some(&json!({ "comment": "go" }).to_string()));
    assert_eq!(status, 200, "{answer}");
}

/// Every page of a timeline.
fn timeline(scenario: &Scenario, id: &ExecutionId, query: &str) -> Vec<Value> {
    let (mut items, mut token) = (Vec::new(), String::new());
    loop {
        let mut page = scenario.cloud.get(&format!("/executions/{id}/events?{query}{token}"));
        items.extend(page["items"].take().as_array().unwrap().iter().cloned());
        match page["nextToken"].as_str() {
            Some(next) => token = format!("&nextToken={next}"),
            None => return items,
        }
    }
}

/// The events up to one that says `last`, together with `before`.
fn until(listener: &Listener<'_>, last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut heard = Vec::new();
    eventually("the last event", || {
        heard.extend(listener.heard());
        if heard.iter().any(&last) { Ok(()) } else { Err(format!("{heard:?}")) }
    });
    heard
}

/// The statuses that events of a kind tell of, each beginning where the one before it ended.
fn statuses(events: &[Value], kind: &str, wave: Option<u32>) -> Vec<String> {
    let of = |event: &&Value| event["kind"] == kind && event["wave"].as_u64() == wave.map(u64::from);
    let mut before: Option<&Value> = None;
    let mut found = Vec::new();
    for event in events.iter().filter(of) {
        if let Some(before) = before {
            assert_eq!(event["previousStatus"], before["status"], "{events:?}");
        }
        before = Some(event);
        found.push(event["status"].as_str().unwrap().to_owned());
    }
    found
}

#[test]
fn a_drill_is_told_from_its_beginning_to_its_end_in_order_and_without_secrets() {
    let scenario = Scenario::new("told");
    two_waves(&scenario);
    let cloud = scenario.cloud;
    let listen = |kind: &str| {
        let detail_type = format!("{kind} Status Changed");
        let pattern = json!({ "source": ["drs-orchestration"], "detail-type": [detail_type], "detail": { "planId": [scenario.name] } });
        cloud.listen_for(&format!("{}-{kind}", scenario.name), &pattern)
    };
    let (executions, waves) = (listen("Execution"), listen("Wave"));
    let people = cloud.subscribe(&cloud.outputs["NoticeTopicArn"], &format!("{}-people", scenario.name));
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    approve(&scenario, &id);
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);

    let of_execution = until(&executions, |event| event["status"] == "COMPLETED");
    assert_eq!(statuses(&of_execution, "EXECUTION_STATUS", None), ["PENDING", "RUNNING", "COMPLETED"]);
    assert_eq!((&of_execution[0]["by"], &of_execution[0]["previousStatus"]), (&json!("demo"), &Value::Null));
    let of_waves = until(&waves, |event| event["status"] == "COMPLETED" && event["wave"] == 2);
    assert_eq!(statuses(&of_waves, "WAVE_STATUS", Some(1)), ["LAUNCHING", "COMPLETED"]);
    let second = ["AWAITING_APPROVAL", "WAITING", "LAUNCHING", "COMPLETED"];
    assert_eq!(statuses(&of_waves, "WAVE_STATUS", Some(2)), second);
    let decided = of_waves.iter().find(|event| event["kind"] == "WAVE_APPROVAL").unwrap();
    assert_eq!((&decided["by"], &decided["waveName"]), (&json!("approver"), &json!("second")));
    for event in of_execution.iter().chain(&of_waves) {
        assert_eq!((&event["executionId"], &event["mode"]), (&json!(id), &json!("DRILL")), "{event}");
        assert!(event.as_object().unwrap().keys().all(|name| !name.to_lowercase().contains("token")), "{event}");
    }

    let notices: Vec<String> =
        people.told().into_iter().filter(|text| text.contains(id.as_str())).map(|text| text.replace('"', "")).collect();
    let begins: Vec<&str> = notices.iter().map(|text| text.lines().next().unwrap()).collect();
    let plan = &scenario.name;
    assert_eq!(begins[0], format!("The DRILL of {plan} that demo started is running."), "{notices:?}");
    assert!(
        begins[1].starts_with(
            "Wave second of this DRILL awaits the approval of somebody with the role dr-approver until 20"
        ),
        "{notices:?}"
    );
    assert!(begins[2].starts_with(&format!("The DRILL of {plan} that demo started is COMPLETED after")), "{notices:?}");
    assert_eq!(begins.len(), 3, "{notices:?}");
}

#[test]
fn a_timeline_has_everything_once_in_pages_and_both_orders() {
    let scenario = Scenario::new("line");
    two_waves(&scenario);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    approve(&scenario, &id);
    let ended = scenario.end_of(&id);
    let all = eventually("the end of the timeline", || {
        let all = timeline(&scenario, &id, "limit=200");
        let is_end = |event: &Value| event["kind"] == "EXECUTION_STATUS" && event["newStatus"] == "COMPLETED";
        if all.iter().any(is_end) { Ok(all) } else { Err(format!("{all:?}")) }
    });
    let of = |kind: &str| all.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    let servers = of("SERVER_STATUS");
    assert_eq!(servers.len(), 2, "{all:?}");
    for event in &servers {
        let server = event["serverId"].as_str().unwrap();
        let run =
            ended.waves.iter().flat_map(|wave| &wave.servers).find(|run| run.server_id.as_str() == server).unwrap();
        assert_eq!((event["at"].as_i64(), &event["newStatus"]), (run.launched_at, &json!("LAUNCHED")));
        assert!(event["text"].as_str().unwrap().contains(run.instance_id.as_ref().unwrap().as_str()), "{event}");
    }
    assert_eq!(of("WAVE_APPROVAL")[0]["by"], "approver");
    assert_eq!(of("WAVE_STATUS").len(), 6, "{all:?}");
    let times: Vec<i64> = all.iter().map(|event| event["at"].as_i64().unwrap()).collect();
    assert!(times.is_sorted(), "{all:?}");
    assert_eq!(timeline(&scenario, &id, "limit=3"), all);
    let mut backwards = timeline(&scenario, &id, "limit=4&newestFirst=true");
    backwards.reverse();
    assert_eq!(backwards, all);

    // Delivered twice, a change is in it once.
    let key = json!({ "executionId": { "S": id }, "planId": { "S": format!("{}#wave#001", scenario.name) } });
    let image = |status: &str| {
        let mut image = key.clone();
        image["status"] = json!({ "S": status });
        image["number"] = json!({ "N": "1" });
        image["name"] = json!({ "S": "first" });
        image
    };
    let write = json!({ "SequenceNumber": "7", "ApproximateCreationDateTime": 7, "OldImage": image("A"), "NewImage": image("B") });
    let batch = json!({ "Records": [{ "eventID": "one", "eventName": "MODIFY", "dynamodb": write }] });
    for _ in 0..2 {
        assert_eq!(scenario.cloud.invoke("publish-changes", &batch), json!({ "entries": 1, "events": 1 }));
    }
    let twice = timeline(&scenario, &id, "limit=200");
    assert_eq!(twice.len(), all.len() + 1, "{twice:?}");
    // And what reads the execution sees nothing of its timeline.
    assert_eq!(scenario.client().execution(&id).unwrap().waves, ended.waves);
    assert_eq!(scenario.cloud.send("GET", "/executions/nothing/events", &[], None).status, 404);
}

#[test]
fn what_drs_says_of_a_server_is_taken_down_once_and_decides_nothing() {
    let scenario = Scenario::new("drs-says");
    two_waves(&scenario);
    let cloud = scenario.cloud;
    let server = scenario.server(2);
    let event = |number: u32, kind: &str, state: &str, at: i64| {
        json!({
            "version": "0", "id": format!("{}-{number}", scenario.name), "detail-type": kind, "source": "aws.drs",
            "time": utc(at), "resources": [format!("arn:aws:drs:us-east-1:000000000000:source-server/{server}")],
            "detail": { "state": state, "job-id": "drsjob-1", "is-drill": "TRUE" },
        })
    };
    const LAUNCH: &str = "DRS Source Server Launch Result";
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let held = scenario.until(&id, "its question", |execution| {
        execution.waves.get(1).is_some_and(|wave| wave.status == WaveStatus::AwaitingApproval)
    });
    let now = held.summary.started_at + 60;
    let failed = event(1, LAUNCH, "RECOVERY_LAUNCH_FAILED", now);
    for _ in 0..2 {
        assert_eq!(cloud.invoke("record-drs-event", &failed)["executionId"], json!(id));
    }
    // From before it began: another execution's.
    let late = cloud.invoke("record-drs-event", &event(2, LAUNCH, "RECOVERY_LAUNCH_FAILED", now - 3_600));
    assert_eq!(late["executionId"], Value::Null, "{late}");
    let stalled = event(3, "DRS Source Server Data Replication Stalled Change", "STALLED", now + 1);
    let answer = cloud.invoke("record-drs-event", &stalled);
    assert_eq!(answer, json!({ "executionId": id, "refreshing": true }));
    let said = |kind: &str| {
        let all = timeline(&scenario, &id, "limit=200");
        all.into_iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>()
    };
    let launches = said("DRS_LAUNCH_RESULT");
    assert_eq!(launches.len(), 1, "{launches:?}");
    assert_eq!((&launches[0]["serverId"], launches[0]["at"].as_i64()), (&json!(server), Some(now)));
    assert_eq!(said("DRS_REPLICATION").len(), 1);
    let unmoved: Execution = scenario.client().execution(&id).unwrap();
    assert_eq!(wave(&unmoved, "second"), wave(&held, "second"));

    approve(&scenario, &id);
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);
    // Nobody holds the server any more.
    let over = cloud.invoke("record-drs-event", &event(4, LAUNCH, "RECOVERY_LAUNCH_SUCCEEDED", now + 9_000));
    assert_eq!(over["executionId"], Value::Null, "{over}");
    let odd = json!({ "id": "x", "detail-type": "DRS PIT Snapshot Taken", "time": utc(now), "resources": [] });
    assert_eq!(cloud.invoke("record-drs-event", &odd)["errorType"], "Invalid");
}

/// `2026-11-24 09:47 UTC` as EventBridge writes it, with the seconds.
fn utc(unix_seconds: i64) -> String {
    let minute = domain::text::utc(unix_seconds).replace(" UTC", "").replace(' ', "T");
    format!("{minute}:{:02}Z", unix_seconds.rem_euclid(60))
}

#[test]
fn a_report_is_stored_with_its_hash_and_once_more_after_a_cleanup() {
    let scenario = Scenario::new("stored");
    scenario.single_wave(1, |_, _| {});
    let cloud = scenario.cloud;
    let id = scenario.run(Mode::Drill).summary.execution_id;
    let stored = scenario.until(&id, "its report", |execution| execution.reports.len() == 3);
    assert_eq!(stored.report_failure, None);
    let bucket = &cloud.outputs["ReportsBucket"];
    for report in &stored.reports {
        assert_eq!(report.key, format!("reports/{}/{id}/report.{}", scenario.name, report.format));
        let bytes = cloud.object(bucket, &report.key, report.version_id.as_ref().unwrap());
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((&report.sha256, report.bytes), (&hash, Some(bytes.len() as u64)), "{}", report.key);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(id.as_str()) && text.contains(&scenario.host(1)), "{text}");
    }
    let key = json!({ "executionId": id, "planId": scenario.name });
    assert_eq!(cloud.invoke("store-report", &key), json!({ "stored": 3, "failure": "" }));

    scenario.client().clean_up(&id).unwrap();
    let after = scenario.until(&id, "the report of its cleanup", |execution| execution.reports.len() == 6);
    let last = after.reports[3..].iter().find(|report| report.format == "json").unwrap();
    let bytes = cloud.object(bucket, &last.key, last.version_id.as_ref().unwrap());
    let report: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(report["execution"]["cleanup"]["status"], "COMPLETED", "{report}");
    let listed = |mode: &str| cloud.get(&format!("/reports?planId={}&mode={mode}", scenario.name))["items"].clone();
    let drills = listed("DRILL");
    assert_eq!(drills.as_array().unwrap().len(), 1, "{drills}");
    assert_eq!((&drills[0]["executionId"], &drills[0]["reports"]), (&json!(id), &json!(after.reports)));
    assert_eq!(listed("RECOVERY"), json!([]));
    let first = stored.reports.iter().find(|report| report.format == "json").unwrap();
    assert!(first.key == last.key && first.version_id != last.version_id);
}

#[test]
fn a_report_that_cannot_be_stored_changes_nothing_of_the_outcome_and_is_stored_later() {
    let scenario = Scenario::new("unstored");
    scenario.single_wave(1, |_, _| {});
    let cloud = scenario.cloud;
    let bucket = &cloud.outputs["ReportsBucket"];
    let ended = cloud.listen("Execution Ended", &scenario.name);
    cloud.forbid_objects(bucket, Some(&format!("reports/{}/", scenario.name)));
    let id = scenario.run(Mode::Drill).summary.execution_id;
    let failed = scenario.until(&id, "its failure", |execution| execution.report_failure.is_some());
    assert_ended(&failed, ExecutionStatus::Completed);
    assert!(failed.report_failure.unwrap().contains("PutObject: HTTP 403"));
    assert!(failed.reports.is_empty());
    until(&ended, |event| event["status"] == "COMPLETED");
    cloud.forbid_objects(bucket, None);
    let key = json!({ "executionId": id, "planId": scenario.name });
    assert_eq!(cloud.invoke("store-report", &key), json!({ "stored": 3, "failure": "" }));
    assert_eq!(scenario.client().execution(&id).unwrap().report_failure, None);
}
