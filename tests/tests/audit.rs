//! The audit log: every change once, by whom, from what to what.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::Mode;
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn events(query: &str) -> Vec<Value> {
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let next = token.map(|token| format!("&nextToken={token}")).unwrap_or_default();
        let page = cloud().get(&format!("/audit?limit=2&{query}{next}"));
        assert!(page["items"].as_array().unwrap().len() <= 2);
        events.extend(page["items"].as_array().unwrap().clone());
        token = page["nextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            return events;
        }
    }
}

fn actions(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[test]
fn every_change_and_every_start_is_one_event_with_hashes_that_chain() {
    let scenario = Scenario::new("audited");
    scenario.single_wave(1, |_, _| {});
    let name = &scenario.name;
    let waves = json!([{ "name": "all", "groups": [format!("{name}-all")], "onFailure": "CONTINUE" }]);
    scenario.plan(&waves);
    scenario.plan(&waves); // The same again changes nothing.
    let refused = cloud().send("PUT", &format!("/recovery-plans/{name}"), &[], Some("{}"));
    assert_eq!(refused.status, 422);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.end_of(&id);
    assert_eq!(cloud().send("DELETE", &format!("/recovery-plans/{name}"), &[], None).status, 204);

    let of_plan = events(&format!("subject={name}"));
    assert_eq!(actions(&of_plan), ["DeleteRecoveryPlan", "PutRecoveryPlan", "PutRecoveryPlan"]);
    assert_eq!((&of_plan[2]["beforeHash"], &of_plan[0]["afterHash"]), (&Value::Null, &Value::Null));
    for (later, earlier) in [(0, 1), (1, 2)] {
        assert_eq!(of_plan[later]["beforeHash"], of_plan[earlier]["afterHash"]);
    }
    for event in &of_plan {
        assert_eq!((&event["actor"], &event["kind"]), (&json!("demo"), &json!("RECOVERY_PLAN")));
        assert_eq!(event["roles"], json!(["dr-admin"]));
        assert_eq!(event["sourceAddress"], "127.0.0.1", "{event}");
    }
    let started = events(&format!("subject={id}"));
    assert_eq!((started.len(), &started[0]["detail"]), (1, &json!(format!("DRILL of {name}"))));
    let at = of_plan[1]["at"].as_i64().unwrap();
    assert_eq!(events(&format!("subject={name}&from={at}&action=DeleteRecoveryPlan")).len(), 1);
    assert!(events(&format!("subject={name}&to={}", at - 1)).len() <= 1);
    assert!(events(&format!("subject={name}&actor=auditor")).is_empty());
}

#[test]
fn a_start_without_the_api_is_an_event_too() {
    let scenario = Scenario::new("by-event");
    scenario.single_wave(1, |_, _| {});
    cloud().put_event("Start Recovery Plan", &json!({ "planId": scenario.name, "mode": "DRILL" }));
    let found = e2e::scenario::eventually("an execution", || {
        let page = cloud().get(&format!("/executions?planId={}", scenario.name));
        page["items"].get(0).cloned().ok_or_else(|| page.to_string())
    });
    let id = found["executionId"].as_str().unwrap();
    scenario.end_of(&id.into());
    let events = events(&format!("subject={id}"));
    assert_eq!((actions(&events), &events[0]["actor"]), (vec!["StartExecution"], &json!("stepfunctions")));
}
