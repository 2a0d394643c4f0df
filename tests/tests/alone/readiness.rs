//! Readiness runs: what they store, and when somebody hears of it. Started as the schedule starts them.

use e2e::aws::Listener;
use e2e::{Cloud, Scenario, cloud};
use serde_json::{Value, json};

/// Looks at every plan.
fn look(cloud: &Cloud) {
    let ended = cloud.ended(&cloud.begin("readiness", &json!({})));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
}

/// The one event that came since the last time.
fn told_once(listener: &Listener<'_>) -> Value {
    let mut heard = listener.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    heard.remove(0)
}

/// The results of a plan, the oldest first.
fn results(cloud: &Cloud, plan: &str) -> Vec<Value> {
    cloud.items("recoveryPlans", &format!("READINESS#{plan}"))
}

#[test]
fn a_change_is_told_once() {
    let cloud = cloud();
    let disturbance = cloud.disturb(&[]);
    let scenario = Scenario::new("ready");
    scenario.single_wave(2, |_, _| {});
    let plan = scenario.name.as_str();

    let listener = cloud.listen("Recovery Plan Readiness Changed", plan);
    look(cloud);
    let first = told_once(&listener);
    // That nobody has rehearsed it yet is a finding; no server has one.
    assert_eq!((&first["planId"], &first["previousVerdict"]), (&json!(plan), &Value::Null), "{first}");
    assert_ne!(first["verdict"], "NOT_READY", "{first}");
    look(cloud);
    assert_eq!(listener.heard(), Vec::<Value>::new());

    disturbance.add(&[&format!("disconnected={}", scenario.host(1))]);
    look(cloud);
    let worse = told_once(&listener);
    assert_eq!(worse["previousVerdict"], first["verdict"], "{worse}");
    assert!(worse["findings"].as_u64() > first["findings"].as_u64(), "{worse}");
    look(cloud);
    assert_eq!(listener.heard(), Vec::<Value>::new());

    let stored = results(cloud, plan);
    let changes: Vec<&Value> = stored.iter().map(|result| &result["changed"]).collect();
    assert_eq!(changes, [true, false, true, false]);
    let disconnected = |result: &Value| {
        result["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "AGENT_DISCONNECTED")
    };
    assert_eq!(stored.iter().map(disconnected).collect::<Vec<_>>(), [false, false, true, true]);
    for result in &stored {
        let checked_at = result["checkedAt"].as_i64().unwrap();
        assert_eq!(result["expiresAt"].as_i64().unwrap(), checked_at + 90 * 86_400);
        assert_eq!(result["planVersion"], 1);
    }
}

#[test]
fn a_second_delivery_answers_as_the_first_and_a_plan_that_is_gone_leaves_nothing() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("again");
    scenario.single_wave(1, |_, _| {});
    let plan = scenario.name.as_str();
    let request = json!({ "planId": plan, "run": "one" });
    let first = cloud.invoke("check-readiness", &request);
    assert_eq!(first["changed"], true, "{first}");
    assert_eq!(cloud.invoke("check-readiness", &request), first);
    assert_eq!(results(cloud, plan).len(), 1);

    let gone = format!("{plan}-gone");
    let answer = cloud.invoke("check-readiness", &json!({ "planId": gone, "run": "one" }));
    assert_eq!((&answer["changed"], &answer["verdict"]), (&json!(false), &Value::Null), "{answer}");
    assert!(results(cloud, &gone).is_empty());
}

#[test]
fn a_plan_that_cannot_be_looked_at_does_not_stop_the_others() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let broken = Scenario::new("broken");
    broken.single_wave(1, |_, _| {});
    let other = Scenario::new("unbroken");
    other.single_wave(1, |_, _| {});
    // A result that is none: nothing can be compared with it.
    let kind = format!("READINESS#{}", broken.name);
    let item = json!({ "kind": { "S": kind }, "id": { "S": "9" }, "verdict": { "S": "MAYBE" } });
    let request = json!({ "TableName": cloud.tables["recoveryPlans"], "Item": item });
    cloud.aws("dynamodb", "DynamoDB_20120810.PutItem", &request);
    look(cloud);
    assert_eq!(results(cloud, &broken.name).len(), 1);
    assert_eq!(results(cloud, &other.name).len(), 1);
    // Who looks at all plans after this test is to see what they are.
    let key = json!({ "kind": { "S": kind }, "id": { "S": "9" } });
    let request = json!({ "TableName": cloud.tables["recoveryPlans"], "Key": key });
    cloud.aws("dynamodb", "DynamoDB_20120810.DeleteItem", &request);
}

#[test]
fn a_run_whose_task_cannot_work_stores_nothing_and_the_next_one_tells_the_change_once() {
    let cloud = cloud();
    let _undisturbed = cloud.disturb(&[]);
    let scenario = Scenario::new("held");
    scenario.single_wave(1, |_, _| {});
    let plan = scenario.name.as_str();
    let listener = cloud.listen("Recovery Plan Readiness Changed", plan);
    for (task, status) in [("list-plans", "FAILED"), ("check-readiness", "SUCCEEDED")] {
        let _held = cloud.refuse(&[task.to_owned()]);
        let ended = cloud.ended(&cloud.begin("readiness", &json!({})));
        assert_eq!(ended["status"], status, "{task}: {ended}");
        assert!(results(cloud, plan).is_empty(), "{task}");
    }
    assert_eq!(listener.heard(), Vec::<Value>::new());
    look(cloud);
    assert_eq!(told_once(&listener)["previousVerdict"], Value::Null);
    assert_eq!(results(cloud, plan).len(), 1);
    // Which plans there are is only read, so delivered twice it says the same.
    let request = json!({ "nextToken": null });
    assert_eq!(cloud.invoke("list-plans", &request), cloud.invoke("list-plans", &request));
}
