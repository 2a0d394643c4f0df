//! Readiness runs: what they store, and when somebody hears of it. Started as the schedule starts them.

use e2e::{Cloud, Scenario, cloud};
use serde_json::{Value, json};

/// Looks at every plan. Gives back the events that were put on the bus about `plan`.
fn look(cloud: &Cloud, plan: &str) -> Vec<Value> {
    let execution = cloud.begin("readiness", &json!({}));
    let ended = cloud.ended(&execution);
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let put = |event: &Value| -> Option<Value> {
        let parameters = event["taskScheduledEventDetails"]["parameters"].as_str()?;
        let mut entry = serde_json::from_str::<Value>(parameters).ok()?["Entries"][0].take();
        let ours = entry["DetailType"] == "Recovery Plan Readiness Changed" && entry["Detail"]["planId"] == plan;
        ours.then(|| entry["Detail"].take())
    };
    cloud.history(&execution).iter().filter_map(put).collect()
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

    let first = look(cloud, plan);
    assert_eq!(first, [json!({ "planId": plan, "verdict": "READY", "previousVerdict": null, "findings": 0 })]);
    assert_eq!(look(cloud, plan), Vec::<Value>::new());

    disturbance.add(&[&format!("disconnected={}", scenario.host(1))]);
    let worse = look(cloud, plan);
    assert_eq!(worse.len(), 1, "{worse:?}");
    assert_ne!(worse[0]["verdict"], "READY");
    assert_eq!((&worse[0]["previousVerdict"], &worse[0]["findings"]), (&json!("READY"), &json!(1)));
    assert_eq!(look(cloud, plan), Vec::<Value>::new());

    let stored = results(cloud, plan);
    let changes: Vec<&Value> = stored.iter().map(|result| &result["changed"]).collect();
    assert_eq!(changes, [true, false, true, false]);
    assert_eq!(stored[2]["findings"][0]["code"], "AGENT_DISCONNECTED", "{}", stored[2]);
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
    assert_eq!((&first["changed"], &first["verdict"]), (&json!(true), &json!("READY")), "{first}");
    assert_eq!(cloud.invoke("check-readiness", &request), first);
    assert_eq!(results(cloud, plan).len(), 1);

    let gone = format!("{plan}-gone");
    let answer = cloud.invoke("check-readiness", &json!({ "planId": gone, "run": "one" }));
    assert_eq!((&answer["changed"], &answer["verdict"]), (&json!(false), &Value::Null), "{answer}");
    assert!(results(cloud, &gone).is_empty());
}

#[test]
fn a_plan_that_cannot_be_looked_at_does_not_stop_the_run() {
    let cloud = cloud();
    let disturbance = cloud.disturb(&[]);
    let scenario = Scenario::new("denied");
    scenario.single_wave(1, |_, _| {});
    let plan = scenario.name.as_str();
    disturbance.add(&["access-denied=DescribeJobs"]);
    assert_eq!(look(cloud, plan), Vec::<Value>::new());
    assert!(results(cloud, plan).is_empty());
    drop(disturbance);
    let _undisturbed = cloud.disturb(&[]);
    assert_eq!(look(cloud, plan).len(), 1);
}
