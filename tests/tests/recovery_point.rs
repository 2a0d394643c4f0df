//! From which recovery points servers are launched: the newest, the newest of before a moment, or one that was chosen.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

use contract::{
    AskPreflight, Execution, ExecutionStatus, Finding, FindingCode, Mode, Preflight, RecoveryPointChoice, ServerStatus,
    Severity, StartExecution,
};
use domain::id::{ExecutionId, PlanId};
use e2e::Scenario;
use e2e::journal::Journal;
use e2e::scenario::{assert_ended, servers, wave};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;

/// A scenario of one wave, with exactly these recovery points of each server, in hours before now.
fn scenario(name: &str, points: &[&[f64]]) -> (Scenario, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario
        .single_wave(points.len(), |number, server| server["recoveryPointsHoursAgo"] = json!(points[number - 1]));
    (scenario, ids)
}

fn ask(scenario: &Scenario, choice: &Value) -> Preflight {
    let asked = AskPreflight { recovery_point: read(choice) };
    scenario.client().preflight_with(&PlanId::from(scenario.name.as_str()), Mode::Drill, &asked).unwrap()
}

fn read(choice: &Value) -> RecoveryPointChoice {
    serde_json::from_value(choice.clone()).unwrap()
}

/// Now, in the time of the cloud.
fn now(scenario: &Scenario) -> i64 {
    scenario.client().preflight(&PlanId::from(scenario.name.as_str()), Mode::Drill).unwrap().checked_at
}

fn not_after(at: i64) -> Value {
    json!({ "kind": "NOT_AFTER", "at": at })
}

fn start(scenario: &Scenario, choice: &Value) -> ExecutionId {
    scenario.start_with(&StartExecution { recovery_point: read(choice), ..StartExecution::of(Mode::Drill) }).unwrap()
}

fn run(scenario: &Scenario, choice: &Value) -> Execution {
    scenario.end_of(&start(scenario, choice))
}

/// The recovery points of a server, the newest first: id and moment as DRS writes it.
fn points(scenario: &Scenario, server: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut request = json!({ "sourceServerID": server, "order": "DESC" });
    let mut points = Vec::new();
    loop {
        let mut page = scenario.cloud.drs("DescribeRecoverySnapshots", &request);
        let items = page["items"].as_array().unwrap().iter();
        points.extend(items.map(|item| (text(&item["snapshotID"]), text(&item["timestamp"]))));
        request["nextToken"] = page["nextToken"].take();
        if request["nextToken"].is_null() {
            return points;
        }
    }
}

/// What DRS was asked to launch each server from, of all calls that it did not refuse; null for the newest. Another test
/// may have the answer of one lost.
fn launched_from(journal: &Journal, ids: &[String]) -> BTreeMap<String, Value> {
    let calls = journal.calls("StartRecovery", ids);
    let taken = calls.iter().filter(|call| call["outcome"]["status"] != 400);
    let orders = taken.flat_map(|call| call["request"]["sourceServers"].as_array().unwrap());
    orders.map(|one| (one["sourceServerID"].as_str().unwrap().to_owned(), one["recoverySnapshotID"].clone())).collect()
}

/// When the data is of that the server's instance came up with, as DRS says.
fn came_from(scenario: &Scenario, server: &str) -> String {
    let filters = json!({ "filters": { "sourceServerIDs": [server] } });
    let instances = scenario.cloud.drs("DescribeRecoveryInstances", &filters);
    instances["items"][0]["pointInTimeSnapshotDateTime"].as_str().unwrap().to_owned()
}

fn one(findings: &[Finding], code: FindingCode) -> &Finding {
    match findings.iter().filter(|finding| finding.code == code).collect::<Vec<_>>()[..] {
        [finding] => finding,
        _ => panic!("not one {code:?}: {findings:?}"),
    }
}

#[test]
fn unless_something_is_chosen_drs_takes_the_newest() {
    let scenario = Scenario::new("point-latest");
    let ids = scenario.single_wave(2, |_, _| {});
    let since = scenario.cloud.journal_position();
    for choice in [json!({ "kind": "LATEST" }), Value::Null] {
        let drill = match choice.is_null() {
            true => scenario.run(Mode::Drill),
            false => run(&scenario, &choice),
        };
        assert_ended(&drill, ExecutionStatus::Completed);
        assert!(drill.summary.recovery_point.is_latest());
        assert!(servers(&drill).all(|server| server.recovery_snapshot_id.is_none()));
        assert_eq!(drill.summary.rpo_seconds, Some(0), "a fresh one was taken at the launch");
    }
    let journal = scenario.cloud.journal(since);
    assert!(launched_from(&journal, &ids).values().all(Value::is_null), "{journal:?}");
}

#[test]
fn not_after_a_moment_every_server_comes_from_its_newest_point_before_it() {
    let (scenario, ids) = scenario("point-time", &[&[2.0, 10.0, 30.0], &[5.0, 20.0], &[7.0, 8.0]]);
    let group = format!("{}-all", scenario.name);
    let waves = json!([{ "name": "all", "groups": [group] }]);
    let plan = json!({ "name": scenario.name, "waves": waves, "targetRpoMinutes": 780, "targetRtoMinutes": 240 });
    scenario.put("recovery-plans", &scenario.name, &plan);
    let at = now(&scenario) - 6 * HOUR;
    // 10, 20 and 7 hours old: the second, the second and the first of each.
    let expected: BTreeMap<String, (String, String)> = [(&ids[0], 1), (&ids[1], 1), (&ids[2], 0)]
        .map(|(id, index)| (id.clone(), points(&scenario, id).swap_remove(index)))
        .into();
    let asked = ask(&scenario, &not_after(at));
    assert!(asked.ready && asked.without_recovery_point.is_empty(), "{asked:?}");
    let old = one(&asked.findings, FindingCode::RpoExceeded);
    assert!(old.subject.contains(&ids[1]), "14 hours are more than 13, and 4 and 1 are not: {asked:?}");

    let since = scenario.cloud.journal_position();
    let drill = run(&scenario, &not_after(at));
    assert_ended(&drill, ExecutionStatus::Completed);
    let sent = launched_from(&scenario.cloud.journal(since), &ids);
    for server in servers(&drill) {
        let id = server.server_id.to_string();
        let (snapshot, taken) = &expected[&id];
        assert_eq!(sent[&id], json!(snapshot));
        assert_eq!(server.recovery_snapshot_id.as_ref().unwrap().as_str(), snapshot);
        assert_eq!(came_from(&scenario, &id), *taken);
        assert_eq!(server.recovered_from, server.recovery_snapshot_at);
        assert!(server.recovered_from.unwrap() <= at);
    }
    assert_eq!(drill.summary.recovery_point, read(&not_after(at)));
    // From some 20 hours ago to the moment some 6 hours ago, and not to the start.
    let lost = drill.summary.rpo_seconds.unwrap();
    assert_eq!(servers(&drill).map(|server| at - server.recovered_from.unwrap()).max(), Some(lost));
    assert!(lost / HOUR == 14 || lost / HOUR == 13, "{lost}");

    let id = &drill.summary.execution_id;
    let report = scenario.cloud.get(&format!("/executions/{id}/report"));
    assert_eq!(
        (&report["rpo"]["reachedSeconds"], &report["rpo"]["result"]),
        (&json!(lost), &json!("MISSED")),
        "{report}"
    );
    assert_eq!(report["rpo"]["beyondTarget"], 1);
    let detail = report["events"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("recovery points: not after 20"), "who chose is in the audit log: {detail}");
    let html = scenario.cloud.get(&format!("/executions/{id}/report?format=html"));
    let html = html.as_str().unwrap();
    assert!(html.contains("<dt>Recovery points</dt><dd>not after 20"), "{html}");
    assert!(expected.values().all(|(snapshot, _)| html.contains(snapshot)), "{html}");
    let history = scenario.cloud.get(&format!("/recovery-plans/{}/history", scenario.name));
    let newest = &history["items"][0];
    assert_eq!((&newest["rpoSeconds"], &newest["targetRpoMinutes"]), (&json!(lost), &json!(780)), "{history}");
}

#[test]
fn a_server_without_a_point_before_the_moment_refuses_the_run() {
    let (scenario, ids) = scenario("point-none", &[&[2.0, 30.0], &[3.0, 5.0]]);
    let at = now(&scenario) - 24 * HOUR;
    let asked = ask(&scenario, &not_after(at));
    assert!(!asked.ready);
    assert_eq!(asked.without_recovery_point, [format!("{} ({})", ids[1], scenario.host(2))]);
    let oldest = points(&scenario, &ids[1])[1].1[..13].to_owned();
    let said = one(&asked.findings, FindingCode::NoRecoveryPointInTime);
    assert!(said.message.contains(&format!("the oldest is of {oldest}")), "{oldest}: {}", said.message);

    let since = scenario.cloud.journal_position();
    let refused = run(&scenario, &not_after(at));
    assert_ended(&refused, ExecutionStatus::Refused);
    assert_eq!(one(&refused.summary.findings, FindingCode::NoRecoveryPointInTime), said);
    assert!(refused.summary.reason.contains("no recovery point of"), "{}", refused.summary.reason);
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
    assert_ended(&run(&scenario, &not_after(at + 20 * HOUR)), ExecutionStatus::Completed);
}

#[test]
fn a_point_that_is_chosen_for_one_server_leaves_the_others_to_the_rest_of_the_choice() {
    let (scenario, ids) = scenario("point-chosen", &[&[2.0, 10.0], &[3.0, 9.0], &[4.0]]);
    let of = |index: usize, point: usize| points(&scenario, &ids[index]).swap_remove(point).0;
    let choice = |snapshots: Value| {
        let others = not_after(now(&scenario) - 6 * HOUR);
        json!({ "kind": "SNAPSHOTS", "snapshots": snapshots, "others": others })
    };
    // The third has only a point of four hours ago, so one is chosen for it; the second has none chosen.
    let right = choice(json!({ ids[0].as_str(): of(0, 0), ids[2].as_str(): of(2, 0) }));
    let since = scenario.cloud.journal_position();
    let drill = run(&scenario, &right);
    assert_ended(&drill, ExecutionStatus::Completed);
    let expected = BTreeMap::from([
        (ids[0].clone(), json!(of(0, 0))),
        (ids[1].clone(), json!(of(1, 1))),
        (ids[2].clone(), json!(of(2, 0))),
    ]);
    assert_eq!(launched_from(&scenario.cloud.journal(since), &ids), expected);

    // Another server's, one that never was, and a server that is not in the plan.
    let since = scenario.cloud.journal_position();
    for (wrong, code) in [
        (json!({ ids[0].as_str(): of(1, 0), ids[2].as_str(): of(2, 0) }), FindingCode::SnapshotMissing),
        (json!({ ids[0].as_str(): "pit-00000000000000000", ids[2].as_str(): of(2, 0) }), FindingCode::SnapshotMissing),
        (json!({ "s-00000000000000000": of(0, 0), ids[2].as_str(): of(2, 0) }), FindingCode::RecoveryPointInvalid),
    ] {
        let refused = run(&scenario, &choice(wrong));
        assert_ended(&refused, ExecutionStatus::Refused);
        assert_eq!(one(&refused.summary.findings, code).severity, Severity::Blocks);
    }
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn what_cannot_be_meant_starts_nothing() {
    let (scenario, _) = scenario("point-wrong", &[&[2.0]]);
    let token = Some(scenario.cloud.admin_token());
    for (choice, at) in [
        (not_after(now(&scenario) + HOUR), "recoveryPoint.at"),
        (json!({ "kind": "SNAPSHOTS", "snapshots": {} }), "recoveryPoint.snapshots"),
        (json!({ "kind": "NOT_AFTER", "at": "yesterday" }), "recoveryPoint"),
        (json!({ "kind": "LATEST", "at": 5 }), "recoveryPoint"),
    ] {
        for path in ["executions", "preflight?mode=DRILL"] {
            let mut body = json!({ "recoveryPoint": choice });
            if path == "executions" {
                body["mode"] = json!("DRILL");
            }
            let path = format!("/recovery-plans/{}/{path}", scenario.name);
            let (status, problem) = scenario.cloud.request("POST", &path, token, Some(&body.to_string()));
            assert_eq!(status, 422, "{path} {choice}: {problem}");
            assert!(problem["problems"][0]["at"].as_str().unwrap().starts_with(at), "{problem}");
        }
    }
    assert!(scenario.client().executions(Some(&PlanId::from(scenario.name.as_str())), None).unwrap().items.is_empty());
}

#[test]
fn the_input_of_the_state_machine_takes_the_same_choice() {
    let (scenario, ids) = scenario("point-input", &[&[2.0, 10.0]]);
    let begin = |choice: &Value| {
        let input = json!({ "planId": scenario.name, "mode": "DRILL", "recoveryPoint": choice });
        let arn = scenario.cloud.begin("recovery", &input);
        scenario.cloud.ended(&arn);
        let id = ExecutionId::from(arn.rsplit(':').next().unwrap());
        scenario.client().execution(&id).unwrap()
    };
    let wanted = points(&scenario, &ids[0]).swap_remove(1);
    let since = scenario.cloud.journal_position();
    let at = json!({ "kind": "NOT_AFTER", "at": later(&wanted.1) });
    let drill = begin(&at);
    assert_ended(&drill, ExecutionStatus::Completed);
    assert_eq!(drill.summary.started_by, "stepfunctions");
    assert_eq!(drill.summary.recovery_point, read(&at));
    let sent = launched_from(&scenario.cloud.journal(since), &ids);
    assert_eq!(sent[&ids[0]], json!(wanted.0));

    let since = scenario.cloud.journal_position();
    for wrong in [json!("2026-11-22T02:00:00Z"), json!({ "kind": "NOT_AFTER" }), not_after(now(&scenario) + 9 * HOUR)] {
        let refused = begin(&wrong);
        assert_ended(&refused, ExecutionStatus::Refused);
        let said = one(&refused.summary.findings, FindingCode::RecoveryPointInvalid);
        assert_eq!(said.severity, Severity::Blocks, "{wrong}");
    }
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

/// A moment a minute later, in RFC 3339 and in another zone than UTC.
fn later(at: &str) -> String {
    let moment: jiff::Timestamp = at.parse().unwrap();
    let moment = moment + jiff::SignedDuration::from_mins(1) + jiff::SignedDuration::from_hours(2);
    format!("{}+02:00", moment.strftime("%Y-%m-%dT%H:%M:%S"))
}

#[test]
fn a_point_that_expires_before_its_wave_fails_its_server_and_no_other() {
    let scenario = Scenario::new("point-expired");
    let ids = scenario.servers(4, |_, server| server["recoveryPointsHoursAgo"] = json!([2.0, 10.0]));
    let (first, second) = (scenario.group("first", &ids[..1], &[]), scenario.group("second", &ids[1..], &[]));
    scenario.plan(&json!([
        { "name": "first", "groups": [first] },
        { "name": "second", "groups": [second], "dependsOnWaves": ["first"], "onFailure": "CONTINUE" },
    ]));
    let since = scenario.cloud.journal_position();
    let id = start(&scenario, &not_after(now(&scenario) - 6 * HOUR));
    scenario.until(&id, "its first launch", |execution| {
        servers(execution).any(|server| server.status == ServerStatus::Launching)
    });
    scenario.cloud.fault(&[&format!("recovery-points-expire={}", scenario.host(3))]);
    let execution = scenario.end_of(&id);
    let late = wave(&execution, "second");
    let statuses: Vec<ServerStatus> = late.servers.iter().map(|server| server.status).collect();
    assert_eq!(statuses, [ServerStatus::Launched, ServerStatus::Failed, ServerStatus::Launched]);
    let reason = &late.servers[1].reason;
    let snapshot = late.servers[1].recovery_snapshot_id.as_ref().unwrap().as_str();
    assert!(reason.contains(snapshot) && reason.contains("has expired"), "{reason}");
    let journal = scenario.cloud.journal(since);
    let sent = launched_from(&journal, &ids);
    assert!(!sent.contains_key(&ids[2]) && sent.len() == 3, "no other point was taken in its place: {sent:?}");
    assert!(sent.values().all(Value::is_string), "{sent:?}");
    // Refused with all three, and then asked for the two others at once.
    assert_eq!(journal.calls("StartRecovery", &ids[1..]).len(), 2, "{journal:?}");
}

mod alone {
    use super::*;

    #[test]
    fn safety_rule_4_a_launch_from_chosen_points_whose_answer_is_lost_is_adopted() {
        let (scenario, ids) = scenario("point-lost", &[&[2.0, 10.0], &[2.0, 10.0]]);
        let choice = not_after(now(&scenario) - 6 * HOUR);
        let since = scenario.cloud.journal_position();
        let _faults = scenario.cloud.disturb(&["error-after-commit=StartRecovery:1", "page-size=1"]);
        let drill = run(&scenario, &choice);
        assert_ended(&drill, ExecutionStatus::Completed);
        let journal = scenario.cloud.journal(since);
        assert_eq!(journal.changes("JobCreated", &ids).len(), 1, "{journal:?}");
        assert!(servers(&drill).all(|server| server.recovered_from == server.recovery_snapshot_at));
    }
}
