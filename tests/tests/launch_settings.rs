//! Launch settings: DRS is set before anything is launched, and only where it is otherwise.

use contract::{Execution, ExecutionStatus, Mode, ServerStatus, WaveStatus};
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers};
use serde_json::{Value, json};

/// A plan of one wave over a group that wants `copyTags`, which DRS has otherwise, and `launchDisposition` as DRS has it.
fn scenario(name: &str, count: usize, policy: &str) -> (Scenario, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario.servers(count, |_, _| {});
    let group = group(&scenario, "all", &ids);
    put_plan(&scenario, policy, &json!([{ "name": "all", "groups": [group] }]));
    (scenario, ids)
}

fn group(scenario: &Scenario, suffix: &str, ids: &[String]) -> String {
    let name = format!("{}-{suffix}", scenario.name);
    let members: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    let wanted = json!({ "copyTags": true, "launchDisposition": "STARTED" });
    scenario.put("protection-groups", &name, &json!({ "name": name, "servers": members, "launchSettings": wanted }));
    name
}

fn put_plan(scenario: &Scenario, policy: &str, waves: &Value) {
    let name = &scenario.name;
    let plan = json!({ "name": name, "onLaunchSettingsFailure": policy, "waves": waves });
    scenario.put("recovery-plans", name, &plan);
}

/// What the record of a server says of its launch settings.
fn settings(scenario: &Scenario, execution: &Execution, wave: u32, server: &str) -> Value {
    let plan = format!("{}#server#{wave:03}#{server}", scenario.name);
    scenario.cloud.recorded(&execution.summary.execution_id, &plan)["settings"]["M"].take()
}

#[test]
fn what_differs_is_set_before_the_launch_and_nothing_else_is_written() {
    let (scenario, ids) = scenario("settings", 2, "STOP");
    // One of them has all of it already.
    scenario.cloud.drs("UpdateLaunchConfiguration", &json!({ "sourceServerID": ids[1], "copyTags": true }));
    let since = scenario.cloud.journal_position();
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Completed);

    let journal = scenario.cloud.journal(since);
    let updates = journal.calls("UpdateLaunchConfiguration", &ids);
    assert_eq!(updates.len(), 1, "{journal:?}");
    let wanted = json!({ "sourceServerID": ids[0], "copyTags": true, "launchDisposition": "STARTED" });
    assert_eq!(updates[0]["request"], wanted, "only what is wanted is written");
    let start = journal.calls("StartRecovery", &ids)[0]["seq"].as_u64().unwrap();
    assert!(updates[0]["seq"].as_u64().unwrap() < start, "before the launch");
    let live = scenario.cloud.drs("GetLaunchConfiguration", &json!({ "sourceServerID": ids[0] }));
    assert_eq!((&live["copyTags"], &live["copyPrivateIp"]), (&json!(true), &json!(false)));

    let applied = settings(&scenario, &drill, 1, &ids[0]);
    assert_eq!(applied["outcome"]["S"], "APPLIED", "{applied}");
    let changes = applied["changes"]["L"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    let change = &changes[0]["M"];
    assert_eq!([&change["setting"]["S"], &change["from"]["S"], &change["to"]["S"]], ["copyTags", "false", "true"]);
    assert_eq!(settings(&scenario, &drill, 1, &ids[1])["outcome"]["S"], "UNCHANGED");

    let since = scenario.cloud.journal_position();
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Completed);
    assert!(scenario.cloud.journal(since).calls("UpdateLaunchConfiguration", &ids).is_empty());
}

#[test]
fn with_stop_a_refused_setting_ends_the_wave_before_anything_is_launched() {
    let (scenario, ids) = scenario("settings-stop", 3, "STOP");
    scenario.cloud.fault(&[&format!("launch-settings-refused={}", scenario.host(2))]);
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Failed);
    assert_eq!(execution.waves[0].status, WaveStatus::Failed);
    let statuses: Vec<ServerStatus> = servers(&execution).map(|server| server.status).collect();
    assert_eq!(statuses, [ServerStatus::Skipped, ServerStatus::Failed, ServerStatus::Skipped]);
    for server in servers(&execution) {
        for part in ["copyTags", "ConflictException", "onLaunchSettingsFailure", "launchSettings"] {
            assert!(server.reason.contains(part), "{part}: {}", server.reason);
        }
    }
    assert!(execution.waves[0].reason.contains(&ids[1]), "{}", execution.waves[0].reason);
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn with_stop_a_setting_that_does_not_stick_ends_the_wave() {
    let (scenario, ids) = scenario("settings-ignored", 1, "STOP");
    scenario.cloud.fault(&[&format!("launch-settings-ignored={}", scenario.host(1))]);
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Failed);
    let reason = &execution.waves[0].servers[0].reason;
    assert!(reason.contains("copyTags is false and is to be true"), "{reason}");
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn with_warn_the_failure_is_recorded_and_the_server_launched_all_the_same() {
    let (scenario, ids) = scenario("settings-warn", 3, "WARN");
    let faults = [
        format!("launch-settings-refused={}", scenario.host(1)),
        format!("launch-settings-ignored={}", scenario.host(2)),
    ];
    scenario.cloud.fault(&faults.each_ref().map(String::as_str));
    let execution = scenario.run(Mode::Recovery);
    assert_ended(&execution, ExecutionStatus::Completed);
    let outcomes: Vec<Value> =
        ids.iter().map(|id| settings(&scenario, &execution, 1, id)["outcome"]["S"].clone()).collect();
    assert_eq!(outcomes, ["FAILED", "FAILED", "APPLIED"]);
    let refused = settings(&scenario, &execution, 1, &ids[0]);
    assert!(refused["reason"]["S"].as_str().unwrap().contains("refused to set copyTags to true"), "{refused}");
}

#[test]
fn delivered_twice_it_writes_once_and_what_is_launching_is_left_alone() {
    let scenario = Scenario::new("settings-twice");
    let ids = scenario.servers(2, |_, _| {});
    let (first, second) = (group(&scenario, "first", &ids[..1]), group(&scenario, "second", &ids[1..]));
    let waves = json!([
        { "name": "first", "groups": [first] },
        { "name": "second", "groups": [second], "dependsOnWaves": ["first"] },
    ]);
    put_plan(&scenario, "STOP", &waves);
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let launching = scenario.until(&id, "its first launch", |execution| {
        servers(execution).any(|server| server.status == ServerStatus::Launching)
    });
    let key =
        |wave: u32| json!({ "executionId": launching.summary.execution_id, "planId": scenario.name, "wave": wave });

    // The second wave waits: what comes early does its work, and coming again changes nothing.
    for _ in 0..2 {
        let answer = scenario.cloud.invoke("apply-launch-settings", &key(2));
        assert_eq!(answer, json!({ "applied": 1, "unchanged": 0, "failed": 0 }));
    }
    // The first is launched. Somebody sets DRS otherwise now: that is theirs.
    let by_hand = json!({ "sourceServerID": ids[0], "copyTags": false });
    scenario.cloud.drs("UpdateLaunchConfiguration", &by_hand);
    let answer = scenario.cloud.invoke("apply-launch-settings", &key(1));
    assert_eq!(answer, json!({ "applied": 1, "unchanged": 0, "failed": 0 }));
    // Its report is stored after its end.
    let execution = scenario.until(&id, "the report", |execution| execution.reports.len() == 3);
    assert_ended(&execution, ExecutionStatus::Completed);
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.calls("UpdateLaunchConfiguration", &ids[1..]).len(), 1);
    let of_first = journal.calls("UpdateLaunchConfiguration", &ids[..1]);
    assert_eq!(of_first.iter().map(|call| &call["request"]["copyTags"]).collect::<Vec<_>>(), [true, false]);

    // Long after the end, too.
    let since = scenario.cloud.journal_position();
    let late = scenario.cloud.invoke("apply-launch-settings", &key(2));
    assert_eq!(late["errorType"], "Invalid", "{late}");
    assert_eq!(scenario.client().execution(&id).unwrap(), execution);
    assert!(scenario.cloud.journal(since).calls("UpdateLaunchConfiguration", &ids).is_empty());
}
