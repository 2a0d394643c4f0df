//! The forecast of a plan: from profiles before anything ran, from its own executions afterwards, and how far it was off.

use contract::{ExecutionStatus, Mode};
use e2e::scenario::assert_ended;
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn forecast(scenario: &Scenario, mode: &str) -> Value {
    cloud().get(&format!("/recovery-plans/{}/forecast?mode={mode}", scenario.name))
}

#[test]
fn a_forecast_learns_from_the_plans_own_executions() {
    let scenario = Scenario::new("forecast");
    let servers = scenario.servers(3, |_, _| {});
    let groups = [scenario.group("db", &servers[..1], &[]), scenario.group("web", &servers[1..], &[])];
    let plan = |target: u32| {
        json!({ "name": scenario.name, "targetRtoMinutes": target, "waves": [
            { "name": "db", "groups": [groups[0]] },
            { "name": "web", "groups": [groups[1]], "dependsOnWaves": ["db"] },
        ] })
    };
    scenario.put("recovery-plans", &scenario.name, &plan(60));
    let before = forecast(&scenario, "DRILL");
    assert_eq!((&before["criticalPath"], &before["past"]), (&json!(["db", "web"]), &json!([])));
    assert!(before["waves"].as_array().unwrap().iter().all(|wave| wave["basis"] == "PROFILE"), "{before}");
    // Two launches of nine minutes, one after the other.
    assert_eq!(before["total"]["p50Seconds"], 1080);
    assert_eq!((&before["target"]["metP50"], &before["target"]["metP90"]), (&json!(true), &json!(true)));

    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    let expected = execution.summary.forecast.map(|forecast| forecast.p50_seconds);
    assert_eq!(expected, Some(1080), "an execution records what was expected of it");

    scenario.put("recovery-plans", &scenario.name, &plan(10));
    let after = forecast(&scenario, "DRILL");
    assert!(after["waves"].as_array().unwrap().iter().all(|wave| wave["basis"] == "HISTORY"), "{after}");
    let past = &after["past"][0];
    let reached = execution.summary.rto_seconds.unwrap();
    assert_eq!(
        (&past["executionId"], &past["reachedSeconds"]),
        (&json!(execution.summary.execution_id), &json!(reached))
    );
    let error = (reached - 1080) as f64 / 1080.0 * 100.0;
    assert!((past["errorPercent"].as_f64().unwrap() - error).abs() <= 1.0, "{past} {error}");
    let target = &after["target"];
    assert_eq!((&target["metP50"], &target["metP90"]), (&json!(false), &json!(false)), "{target}");
    assert!(["db", "web"].contains(&target["change"]["wave"].as_str().unwrap()), "{target}");
}

#[test]
fn a_plan_without_a_forecast_says_why() {
    let path = "/recovery-plans/never-was/forecast?mode=DRILL";
    assert_eq!(cloud().send("GET", path, &[], None).status, 404);
    let scenario = Scenario::new("no-mode");
    scenario.single_wave(1, |_, _| {});
    let path = format!("/recovery-plans/{}/forecast", scenario.name);
    assert_eq!(cloud().send("GET", &path, &[], None).status, 400);
    assert_eq!(cloud().send("GET", &format!("{path}?mode=MAYBE"), &[], None).status, 400);
}
