//! What nobody does by hand: cleaning up after drills whose time has come, and saying which stand for long. The sweep is
//! started as its schedule starts it, only sooner.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{CleanupStatus, Execution, ExecutionStatus, Mode};
use domain::id::ExecutionId;
use e2e::scenario::{assert_ended, servers};
use e2e::{Cloud, Scenario, cloud};
use serde_json::{Value, json};

/// A sweep in which people hear of drills that have stood for `left_over_hours`.
fn sweep(cloud: &Cloud, left_over_hours: u32) {
    let ended = cloud.ended(&cloud.begin("sweep", &json!({ "leftOverHours": left_over_hours })));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
}

/// Years: nobody hears of a drill.
const NEVER: u32 = 99_999;

/// One wave of `count` servers, and what the plan says about cleaning up.
fn plan(scenario: &Scenario, count: usize, cleanup: &Value) -> Vec<String> {
    let servers = scenario.single_wave(count, |_, _| {});
    let waves = json!([{ "name": "all", "groups": [format!("{}-all", scenario.name)] }]);
    let plan = json!({ "name": scenario.name, "waves": waves, "cleanup": cleanup });
    scenario.put("recovery-plans", &scenario.name, &plan);
    servers
}

fn instances(execution: &Execution) -> Vec<String> {
    servers(execution).filter_map(|server| server.instance_id.as_ref().map(ToString::to_string)).collect()
}

fn of(scenario: &Scenario, id: &ExecutionId) -> Execution {
    scenario.client().execution(id).unwrap()
}

#[test]
fn safety_rule_2_a_drill_is_cleaned_up_when_its_time_has_come_and_nothing_else_is() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let due = Scenario::new("sweep-due");
    plan(&due, 2, &json!({ "after": 0 }));
    let later = Scenario::new("sweep-later");
    plan(&later, 1, &json!({ "after": 43_200 }));
    let never = Scenario::new("sweep-never");
    never.single_wave(1, |_, _| {});
    let others: Vec<(&Scenario, Execution)> =
        [&later, &never].into_iter().map(|scenario| (scenario, scenario.run(Mode::Drill))).collect();
    let drill = due.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Completed);
    assert_eq!(drill.summary.cleanup_due_at, drill.summary.ended_at);
    let id = &drill.summary.execution_id;

    let since = cloud.journal_position();
    // Twice at once is once.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| sweep(cloud, NEVER));
        }
    });
    let ended = due.until(id, "its cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status.is_terminal())
    });
    let cleanup = ended.cleanup.unwrap();
    assert_eq!((cleanup.status, cleanup.started_by), (CleanupStatus::Completed, format!("plan:{}", due.name)));
    let launched = instances(&drill);
    assert_eq!(cloud.journal(since).changes("InstanceTerminated", &launched).len(), 2);
    assert_eq!(cloud.journal(since).calls("TerminateRecoveryInstances", &launched).len(), 1);
    let audited = cloud.get(&format!("/audit?action=StartCleanup&subject={id}"));
    assert_eq!((&audited["count"], &audited["items"][0]["actor"]), (&json!(1), &json!(format!("plan:{}", due.name))));

    sweep(cloud, NEVER);
    for (scenario, drill) in &others {
        assert!(cloud.journal(since).changes("InstanceTerminated", &instances(drill)).is_empty(), "{}", scenario.name);
        assert_eq!(of(scenario, &drill.summary.execution_id).cleanup, None, "{}", scenario.name);
    }
    assert_eq!(cloud.journal(since).calls("TerminateRecoveryInstances", &launched).len(), 1);
}

#[test]
fn a_drill_that_failed_is_kept_unless_the_plan_says_otherwise_and_a_recovery_is_always() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let keep = Scenario::new("sweep-keep");
    let kept = plan(&keep, 2, &json!({ "after": 0 }));
    let clean = Scenario::new("sweep-clean");
    let cleaned = plan(&clean, 2, &json!({ "after": 0, "onFailure": "CLEANUP" }));
    cloud.fault(&[&format!("launch-fails={}", kept[0]), &format!("launch-fails={}", cleaned[0])]);
    let (kept, cleaned) = (keep.run(Mode::Drill), clean.run(Mode::Drill));
    assert_ended(&kept, ExecutionStatus::Failed);
    assert_ended(&cleaned, ExecutionStatus::Failed);
    assert_eq!((kept.summary.cleanup_due_at, cleaned.summary.cleanup_due_at), (None, cleaned.summary.ended_at));
    let recover = Scenario::new("sweep-recovery");
    plan(&recover, 1, &json!({ "after": 0, "onFailure": "CLEANUP" }));
    let recovery = recover.run(Mode::Recovery);
    assert_ended(&recovery, ExecutionStatus::Completed);

    let since = cloud.journal_position();
    sweep(cloud, NEVER);
    clean.until(&cleaned.summary.execution_id, "its cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status == CleanupStatus::Completed)
    });
    assert_eq!(of(&keep, &kept.summary.execution_id).cleanup, None);
    let recovered = of(&recover, &recovery.summary.execution_id);
    assert_eq!((recovered.cleanup, recovered.summary.cleanup_due_at), (None, None));
    let standing = [instances(&kept), instances(&recovery)].concat();
    assert!(cloud.journal(since).changes("InstanceTerminated", &standing).is_empty());
}

#[test]
fn people_hear_once_of_a_drill_that_stands() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("sweep-left");
    scenario.single_wave(2, |_, _| {});
    let listener = cloud.listen("Drill Left Over", &scenario.name);
    let drill = scenario.run(Mode::Drill);
    sweep(cloud, NEVER);
    assert_eq!(listener.heard(), Vec::<Value>::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| sweep(cloud, 0));
        }
    });
    sweep(cloud, 0);
    let heard = listener.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0]["executionId"], json!(drill.summary.execution_id));
    assert_eq!((&heard[0]["instances"], &heard[0]["startedBy"]), (&json!(2), &json!("demo")), "{heard:?}");
    let oldest = servers(&drill).filter_map(|server| server.launched_at).min();
    assert_eq!((heard[0]["since"].as_i64(), heard[0]["runningHours"].is_number()), (oldest, true), "{heard:?}");
}

#[test]
fn a_cleanup_that_was_recorded_and_not_started_is_started_by_the_next_sweep() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("sweep-mend");
    plan(&scenario, 1, &json!({ "after": 0 }));
    let drill = scenario.run(Mode::Drill);
    let id = &drill.summary.execution_id;
    // What is there when whoever began it was cut off before it called Step Functions.
    let item = json!({
        "executionId": { "S": id }, "planId": { "S": format!("{}#cleanup", scenario.name) },
        "attempt": { "N": "1" }, "status": { "S": "RUNNING" }, "reason": { "S": "" },
        "startedBy": { "S": "ada" }, "startedAt": { "N": "1" },
    });
    let request = json!({ "TableName": cloud.tables["executionHistory"], "Item": item });
    cloud.aws("dynamodb", "DynamoDB_20120810.PutItem", &request);
    sweep(cloud, NEVER);
    let ended = scenario.until(id, "its cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status.is_terminal())
    });
    let cleanup = ended.cleanup.unwrap();
    assert_eq!((cleanup.status, cleanup.started_by.as_str()), (CleanupStatus::Completed, "ada"));
}

#[test]
fn a_drill_of_which_nothing_stands_leaves_the_list_and_one_that_stands_does_not() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("sweep-gone");
    scenario.single_wave(1, |_, _| {});
    // DRS replaces what the first has launched.
    let drills = [scenario.run(Mode::Drill), scenario.run(Mode::Drill)];
    let active = |drill: &Execution| cloud.recorded(&drill.summary.execution_id, &scenario.name)["active"]["S"].take();
    sweep(cloud, NEVER);
    assert_eq!(drills.each_ref().map(active), [json!("LEFT_OVER"), json!("LEFT_OVER")], "they have just ended");
    for drill in &drills {
        let request = json!({
            "TableName": cloud.tables["executionHistory"], "UpdateExpression": "SET endedAt = :long",
            "Key": { "executionId": { "S": drill.summary.execution_id }, "planId": { "S": scenario.name } },
            "ExpressionAttributeValues": { ":long": { "N": "1" } },
        });
        cloud.aws("dynamodb", "DynamoDB_20120810.UpdateItem", &request);
    }
    sweep(cloud, NEVER);
    assert_eq!(drills.each_ref().map(active), [Value::Null, json!("LEFT_OVER")]);
}
