//! The report of a run, as the API gives it, and the runs of a plan.

use contract::{ExecutionStatus, Mode};
use e2e::scenario::{assert_ended, servers};
use e2e::{Scenario, cloud};
use serde_json::json;

#[test]
fn a_run_is_reported_against_the_version_of_the_plan_that_ran() {
    let scenario = Scenario::new("report");
    let ids = scenario.servers(2, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let plan = |minutes: u32| {
        let waves = json!([{ "name": "all", "groups": [group] }]);
        json!({ "name": scenario.name, "targetRtoMinutes": minutes, "targetRpoMinutes": 600, "waves": waves })
    };
    scenario.put("recovery-plans", &scenario.name, &plan(240));
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    for server in servers(&execution) {
        assert!(server.recovered_from.is_some(), "{server:?}");
    }
    // What the plan promises later does not change what was promised then.
    scenario.put("recovery-plans", &scenario.name, &plan(1));

    let path = format!("/executions/{}/report", execution.summary.execution_id);
    let report = cloud().get(&path);
    assert_eq!(report["rto"]["targetMinutes"], 240, "{report}");
    assert_eq!((&report["rto"]["result"], &report["rpo"]["result"]), (&json!("MET"), &json!("MET")), "{report}");
    assert_eq!(report["rto"]["reachedSeconds"].as_i64(), execution.summary.rto_seconds);
    assert_eq!((report["plan"]["version"].as_u64(), report["criticalPath"][0].as_str()), (Some(1), Some("all")));
    assert_eq!(report["events"][0]["action"], "StartExecution", "{report}");
    assert_eq!(report["rpo"]["servers"].as_array().unwrap().len(), 2);

    let html = text(&format!("{path}?format=html"));
    assert!(html.starts_with("<!doctype html>") && html.contains("Target of 4 h met"), "{html}");
    assert!(html.contains(&scenario.host(1)) && !html.contains("<script"));
    let csv = text(&format!("{path}?format=csv"));
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert_eq!(cloud().send("GET", &format!("{path}?format=pdf"), &[], None).status, 400);
    assert_eq!(cloud().send("GET", "/executions/nothing/report", &[], None).status, 404);

    let history = cloud().get(&format!("/recovery-plans/{}/history", scenario.name));
    assert_eq!(history["count"], 1, "{history}");
    let run = &history["items"][0];
    assert_eq!((&run["targetRtoMinutes"], &run["rtoSeconds"]), (&json!(240), &report["rto"]["reachedSeconds"]));
    assert_eq!(run["servers"], json!({ "total": 2, "recovered": 2 }));
    assert_eq!(cloud().send("GET", "/recovery-plans/nothing/history", &[], None).status, 404);
}

fn text(path: &str) -> String {
    let answer = cloud().get(path);
    answer.as_str().unwrap_or_else(|| panic!("{path} is JSON: {answer}")).to_owned()
}
