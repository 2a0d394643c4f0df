//! What the REST API refuses, what it says then, and that nothing is stored.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{Mode, StartExecution};
use domain::id::PlanId;
use drsctl::client::ClientError;
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn put(path: &str, body: &str) -> (u16, Value) {
    cloud().request("PUT", path, Some(cloud().admin_token()), Some(body))
}

fn refused(path: &str, body: &Value) -> (u16, Value) {
    let (status, problem) = put(path, &body.to_string());
    let (stored, _) = cloud().request("GET", path, Some(cloud().admin_token()), None);
    assert_eq!(stored, 404, "{path} was stored: {problem}");
    (status, problem)
}

fn places(problem: &Value) -> Vec<&str> {
    problem["problems"].as_array().unwrap().iter().map(|field| field["at"].as_str().unwrap()).collect()
}

#[test]
fn without_a_token_nothing_is_answered() {
    for (method, path) in
        [("GET", "/executions"), ("PUT", "/recovery-plans/x"), ("POST", "/recovery-plans/x/executions")]
    {
        assert_eq!(cloud().request(method, path, None, None).0, 401, "{method} {path}");
        assert_eq!(cloud().request(method, path, Some("nonsense"), None).0, 401, "{method} {path}");
    }
}

#[test]
fn safety_rule_8_a_recovery_needs_the_role_and_the_plans_name() {
    let scenario = Scenario::new("rule-8");
    scenario.single_wave(1, |_, _| {});
    let plan = PlanId::from(scenario.name.as_str());
    let start = |mode, confirm: Option<&str>| StartExecution {
        confirm: confirm.map(str::to_owned),
        ..StartExecution::of(mode)
    };
    let code = |result: Result<_, ClientError>| match result {
        Err(ClientError::Refused(problem)) => (problem.status, problem.code),
        other => panic!("{:?}", other.map(|execution: contract::Execution| execution.summary)),
    };
    let auditor = cloud().auditor();
    assert_eq!(code(auditor.start(&plan, &start(Mode::Recovery, Some(&scenario.name)))), (403, "ROLE_MISSING".into()));
    assert_eq!(code(auditor.start(&plan, &start(Mode::Drill, None))), (403, "ROLE_MISSING".into()));
    assert!(auditor.executions(None, None).is_ok());
    for confirm in [None, Some("three-tier"), Some("")] {
        let result = scenario.client().start(&plan, &start(Mode::Recovery, confirm));
        assert_eq!(code(result), (422, "NOT_CONFIRMED".into()));
    }
    // Who started it comes from the token: the body has no place for it.
    let body = json!({ "mode": "DRILL", "startedBy": "somebody else" }).to_string();
    let path = format!("/recovery-plans/{plan}/executions");
    assert_eq!(cloud().request("POST", &path, Some(cloud().admin_token()), Some(&body)).0, 422);
    assert_eq!(scenario.client().executions(Some(&plan), None).unwrap().count, 0);
}

#[test]
fn a_wrong_plan_is_refused_with_every_place() {
    let scenario = Scenario::new("wrong-plan");
    let servers = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &servers, &[]);
    let path = format!("/recovery-plans/{}", scenario.name);
    let plan = |waves: Value| json!({ "name": scenario.name, "waves": waves });

    let circle = plan(json!([
        { "name": "a", "groups": [group], "dependsOnWaves": ["b"] },
        { "name": "b", "groups": [], "dependsOnWaves": ["a"] },
    ]));
    let (status, problem) = refused(&path, &circle);
    assert_eq!((status, &problem["code"]), (422, &json!("INVALID_DOCUMENT")));
    assert_eq!(places(&problem), ["waves[1] (b).groups", "waves[0] (a).dependsOnWaves"]);
    assert!(problem["problems"][1]["message"].as_str().unwrap().contains("a → b → a"), "{problem}");

    let duplicate = plan(json!([{ "name": "a", "groups": [group] }, { "name": "a", "groups": ["nowhere"] }]));
    assert_eq!(places(&refused(&path, &duplicate).1), ["waves[1] (a).groups[0]", "waves[1] (a).name"]);

    let unknown = plan(json!([{ "name": "a", "groups": [group], "dependsOn": [] }]));
    let (status, problem) = refused(&path, &unknown);
    assert_eq!((status, places(&problem)), (422, vec!["waves[0].dependsOn"]));
    assert!(problem["problems"][0]["message"].as_str().unwrap().contains("dependsOnWaves"), "{problem}");

    let other_name = json!({ "name": "another", "waves": [{ "name": "a", "groups": [group] }] });
    assert_eq!(places(&refused(&path, &other_name).1), ["name"]);
}

#[test]
fn a_wrong_group_is_refused_with_every_place() {
    let scenario = Scenario::new("wrong-group");
    let servers = scenario.servers(2, |_, _| {});
    let path = format!("/protection-groups/{}", scenario.name);
    let group = |ids: &[&str]| json!({ "name": scenario.name, "servers": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() });

    let (status, problem) = refused(&path, &group(&[&servers[0], "s-nowhere0000000001", "s-nowhere0000000002"]));
    assert_eq!((status, places(&problem)), (422, vec!["servers[1].id", "servers[2].id"]));

    let holder = scenario.group("holder", &servers[1..], &[]);
    let (status, problem) = refused(&path, &group(&[&servers[0], &servers[1]]));
    assert_eq!((status, &problem["code"]), (409, &json!("SERVER_IN_OTHER_GROUP")));
    assert!(problem["detail"].as_str().unwrap().contains(&format!("{} in {holder}", servers[1])), "{problem}");
    // The free server was not kept by the group that was refused.
    scenario.group("free", &servers[..1], &[]);
}

#[test]
fn what_is_no_document_is_refused() {
    let path = "/recovery-plans/never";
    for (body, status, code) in [
        ("", 400, "INVALID_JSON"),
        ("name: never", 400, "INVALID_JSON"),
        ("[]", 422, "INVALID_DOCUMENT"),
        ("{}", 422, "INVALID_DOCUMENT"),
        (r#"{"name":"never","waves":[]} trailing"#, 400, "INVALID_JSON"),
    ] {
        let (answered, problem) = put(path, body);
        assert_eq!((answered, problem["code"].as_str()), (status, Some(code)), "{body}: {problem}");
    }
    let large = format!(r#"{{"name":"never","description":"{}","waves":[]}}"#, "x".repeat(5 * 1024 * 1024));
    let (status, problem) = put(path, &large);
    assert_eq!((status, problem["code"].as_str()), (413, Some("BODY_TOO_LARGE")), "{problem}");
    assert_eq!(cloud().request("GET", path, Some(cloud().admin_token()), None).0, 404);
    let (status, problem) = cloud().request("GET", "/nowhere", Some(cloud().admin_token()), None);
    assert_eq!((status, problem["code"].as_str()), (404, Some("NO_SUCH_ROUTE")));
    for path in ["/executions?plan=x", "/protection-groups?planId=x", "/executions?nextToken=zz"] {
        let (status, problem) = cloud().request("GET", path, Some(cloud().admin_token()), None);
        assert_eq!((status, problem["code"].as_str()), (400, Some("INVALID_REQUEST")), "{path}");
    }
    let (status, problem) = cloud().request("DELETE", "/executions", Some(cloud().admin_token()), None);
    assert_eq!((status, problem["code"].as_str()), (405, Some("METHOD_NOT_ALLOWED")));
}

#[test]
fn the_same_document_again_changes_nothing_and_another_is_a_version() {
    let scenario = Scenario::new("versions");
    let servers = scenario.servers(2, |_, _| {});
    let name = scenario.group("all", &servers[..1], &[]);
    let path = format!("/protection-groups/{name}");
    let document = |ids: &[String]| {
        json!({ "name": name, "servers": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() }).to_string()
    };
    assert_eq!(put(&path, &document(&servers[..1])).1["version"], 1);
    let (status, changed) = put(&path, &document(&servers));
    assert_eq!((status, &changed["version"], &changed["updatedBy"]), (200, &json!(2), &json!("demo")));
    // The server that it gave up is free for another group.
    assert_eq!(put(&path, &document(&servers[1..])).1["version"], 3);
    scenario.group("other", &servers[..1], &[]);
}

/// Fifty writers want one server for fifty groups: one gets it.
#[test]
fn a_server_is_in_one_group_under_concurrent_writers_too() {
    let scenario = Scenario::new("race");
    let servers = scenario.servers(1, |_, _| {});
    let token = cloud().admin_token();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let write = |number: usize| {
            let name = format!("{}-{number}", scenario.name);
            let body = json!({ "name": name, "servers": [{ "id": servers[0] }] }).to_string();
            cloud().request("PUT", &format!("/protection-groups/{name}"), Some(token), Some(&body)).0
        };
        let writers: Vec<_> = (0..50).map(|number| scope.spawn(move || write(number))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 49, "{answers:?}");
}
