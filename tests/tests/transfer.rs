//! Export and import, and recovery plans of DRS itself.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn import(yaml: &str, dry_run: bool) -> (u16, Value) {
    let path = format!("/import?dryRun={dry_run}");
    let answer = cloud().send("POST", &path, &[("Content-Type", "application/yaml")], Some(yaml));
    (answer.status, answer.body)
}

fn changes(report: &Value) -> Vec<(&str, &str)> {
    let text = |value: &'_ Value| -> &str { Box::leak(value.as_str().unwrap().to_owned().into_boxed_str()) };
    report["changes"].as_array().unwrap().iter().map(|one| (text(&one["name"]), text(&one["change"]))).collect()
}

#[test]
fn an_export_is_imported_without_changing_anything_and_a_change_is_said_field_by_field() {
    let scenario = Scenario::new("transfer");
    scenario.single_wave(2, |_, _| {});
    let (group, plan) = (format!("{}-all", scenario.name), scenario.name.clone());
    let export = cloud().send("GET", &format!("/export?plan={plan}"), &[], None);
    let yaml = export.body.as_str().unwrap().to_owned();
    assert!(yaml.contains("protectionGroups:") && yaml.contains("recoveryPlans:"), "{yaml}");
    for dry_run in [true, false] {
        let (status, report) = import(&yaml, dry_run);
        assert_eq!(status, 200, "{report}");
        assert_eq!(changes(&report), [(group.as_str(), "UNCHANGED"), (plan.as_str(), "UNCHANGED")]);
    }
    assert_eq!(cloud().get(&format!("/recovery-plans/{plan}"))["version"], 1);

    let changed = yaml.replace("onFailure: STOP", "onFailure: CONTINUE");
    assert_ne!(changed, yaml);
    let (_, report) = import(&changed, true);
    assert_eq!(changes(&report)[1], (plan.as_str(), "UPDATE"));
    let field = &report["changes"][1]["fields"][0];
    assert_eq!(*field, json!({ "at": "waves.all.onFailure", "from": "\"STOP\"", "to": "\"CONTINUE\"" }));
    assert_eq!(cloud().get(&format!("/recovery-plans/{plan}"))["version"], 1, "a dry run stores nothing");
    let (_, report) = import(&changed, false);
    assert_eq!(report["changes"][1]["version"], 2, "{report}");
    assert_eq!(cloud().get(&format!("/recovery-plans/{plan}"))["waves"][0]["onFailure"], "CONTINUE");
}

#[test]
fn an_import_with_problems_stores_nothing_and_says_all_of_them() {
    let scenario = Scenario::new("wrong-import");
    let servers = scenario.servers(2, |_, _| {});
    let holder = scenario.group("holder", &servers[..1], &[]);
    let name = &scenario.name;
    let yaml = format!(
        "protectionGroups:\n- name: {name}-a\n  servers: [{{id: {}}}, {{id: s-nowhere0000000000}}]\n\
         - name: {name}-b\n  servers: [{{id: {}}}]\nrecoveryPlans:\n- name: {name}\n  waves:\n  - {{name: w, groups: [{name}-b, nowhere]}}\n",
        servers[0], servers[1]
    );
    let expected = [
        format!("protectionGroups[0] ({name}-a).servers[1].id"),
        format!("protectionGroups[0] ({name}-a).servers[0].id"),
        format!("recoveryPlans[0] ({name}).waves[0] (w).groups[1]"),
    ];
    let places = |problems: &Value| -> Vec<String> {
        problems.as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()).collect()
    };
    let (status, report) = import(&yaml, true);
    assert_eq!((status, places(&report["problems"])), (200, expected.to_vec()), "{report}");
    assert!(report["problems"].to_string().contains(&holder));
    let (status, problem) = import(&yaml, false);
    assert_eq!((status, places(&problem["problems"])), (422, expected.to_vec()));
    assert_eq!(cloud().send("GET", &format!("/protection-groups/{name}-b"), &[], None).status, 404);
    for (text, status) in [("protectionGroups: [", 422), ("nonsense: 1", 422), ("\u{0}", 422), ("- a\n- b", 422)] {
        assert_eq!(import(text, false).0, status, "{text}");
    }
}

#[test]
fn a_recovery_plan_of_drs_becomes_one_of_ours() {
    let scenario = Scenario::new("native");
    let servers = scenario.servers(3, |_, _| {});
    let native = json!({ "name": format!("Native {}", scenario.name), "description": "from DRS", "steps": [
        { "name": "Databases", "servers": [{ "id": servers[0], "impactLevel": "CRITICAL" }] },
        { "name": "settle", "waitMinutes": 5 },
        { "name": "Web", "servers": [{ "id": servers[1], "impactLevel": "OPTIONAL" }, { "id": servers[2], "impactLevel": "CRITICAL" }] },
    ] });
    cloud().simulator("POST", "inventory", Some(&json!({ "recoveryPlans": [native] })));
    let plans = cloud().drs("ListRecoveryPlans", &json!({}));
    let plans = plans["recoveryPlans"].as_array().or_else(|| plans["items"].as_array()).unwrap();
    let arn = plans.iter().find(|plan| plan["name"] == native["name"]).unwrap()["recoveryPlanArn"].as_str().unwrap();
    let request =
        |dry_run: bool| json!({ "recoveryPlanArn": arn, "name": scenario.name, "dryRun": dry_run }).to_string();
    let dry = cloud().send("POST", "/import/native-plan", &[], Some(&request(true)));
    assert_eq!(dry.status, 200, "{}", dry.body);
    assert_eq!(cloud().send("GET", &format!("/recovery-plans/{}", scenario.name), &[], None).status, 404);
    let stored = cloud().send("POST", "/import/native-plan", &[], Some(&request(false)));
    assert_eq!(stored.status, 200, "{}", stored.body);
    let plan = cloud().get(&format!("/recovery-plans/{}", scenario.name));
    let waves = plan["waves"].as_array().unwrap();
    assert_eq!((waves.len(), &waves[0]["name"], &waves[1]["name"]), (2, &json!("databases"), &json!("web")));
    assert_eq!(waves[1]["dependsOnWaves"], json!(["databases"]));
    assert_eq!(
        (&waves[1]["beforeActions"][0]["kind"], &waves[1]["beforeActions"][0]["delayMinutes"]),
        (&json!("delay"), &json!(5))
    );
    let group = cloud().get(&format!("/protection-groups/{}-web", scenario.name));
    assert_eq!(group["servers"][0], json!({ "id": servers[1], "criticality": "optional" }));
    // Again: nothing changes.
    let again = cloud().send("POST", "/import/native-plan", &[], Some(&request(false)));
    assert!(changes(&again.body["report"]).iter().all(|(_, change)| *change == "UNCHANGED"), "{}", again.body);
    for (arn, status) in [(format!("{arn}0"), 404), ("arn:aws:ec2:us-east-1:0:x".to_owned(), 422), (String::new(), 422)]
    {
        let body = json!({ "recoveryPlanArn": arn }).to_string();
        assert_eq!(cloud().send("POST", "/import/native-plan", &[], Some(&body)).status, status, "{arn}");
    }
}
