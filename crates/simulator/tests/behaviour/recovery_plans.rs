//! DRS's own recovery plans, which can be read.

use serde_json::{Value, json};

use crate::support::{Bench, DB, MIXED, WEB, WIN, good, refusal, text};

const PLANS: &str = "
recoveryPlans:
- name: shop
  description: The shop, database first
  tags: {app: shop}
  steps:
  - {name: database, servers: [{id: s-3tierdb0000000001, impactLevel: CRITICAL}]}
  - {name: let it settle, waitMinutes: 5}
  - name: front
    servers: [{id: s-3tierapp000000002}, {id: s-3tierweb000000001, impactLevel: OPTIONAL}]
- {name: empty}
";

fn bench() -> Bench {
    Bench::new(&format!("{MIXED}{PLANS}"))
}

fn plans(bench: &Bench) -> Vec<Value> {
    good(bench.drs("ListRecoveryPlans", json!({})))["recoveryPlans"].as_array().unwrap().clone()
}

#[test]
fn a_plan_is_listed_and_read() {
    let bench = bench();
    let listed = plans(&bench);
    let names: Vec<String> = listed.iter().map(|plan| text(&plan["name"])).collect();
    assert_eq!(names, ["empty", "shop"]);
    let arn = listed[1]["recoveryPlanArn"].clone();
    assert!(text(&arn).starts_with("arn:aws:drs:us-east-1:000000000000:recovery-plan/rp-"), "{arn}");
    let at = "2026-03-02T12:00:00.000000+00:00";
    let summary = json!({"recoveryPlanArn": arn, "name": "shop", "status": "ACTIVE", "createdAt": at, "updatedAt": at});
    assert_eq!(listed[1], summary);
    let mut whole = summary;
    whole["description"] = json!("The shop, database first");
    whole["tags"] = json!({"app": "shop"});
    let got = good(bench.drs("GetRecoveryPlan", json!({"recoveryPlanArn": arn})));
    assert_eq!(got, json!({"recoveryPlan": whole}));
    let empty = good(bench.drs("GetRecoveryPlan", json!({"recoveryPlanArn": listed[0]["recoveryPlanArn"]})));
    assert_eq!(empty["recoveryPlan"].get("description"), None, "what is not said is left out");
}

#[test]
fn steps_come_in_order_with_their_configuration() {
    let bench = bench();
    let arn = plans(&bench)[1]["recoveryPlanArn"].clone();
    let list = good(bench.drs("ListRecoveryPlanSteps", json!({"recoveryPlanArn": arn})));
    let steps = list["recoveryPlanSteps"].as_array().unwrap();
    let brief = |step: &Value| format!("{} {}", step["stepOrder"], text(&step["stepName"]));
    assert_eq!(steps.iter().map(brief).collect::<Vec<_>>(), ["1 database", "2 let it settle", "3 front"]);
    let server = |id: &str, level: &str| {
        let arn = format!("arn:aws:drs:us-east-1:000000000000:source-server/{id}");
        json!({"serverArn": arn, "impactLevel": level})
    };
    let servers = |servers: Value| json!({"serverStepConfiguration": {"servers": servers}});
    assert_eq!(steps[0]["configuration"], servers(json!([server(DB, "CRITICAL")])));
    assert_eq!(steps[1]["configuration"], json!({"waitStepConfiguration": {"waitDurationMinutes": 5}}));
    let front = json!([server(WIN, "CRITICAL"), server(WEB, "OPTIONAL")]);
    assert_eq!(steps[2]["configuration"], servers(front), "CRITICAL unless said");
    for step in steps {
        let request = json!({"recoveryPlanStepArn": step["recoveryPlanStepArn"]});
        assert_eq!(good(bench.drs("GetRecoveryPlanStep", request)), json!({"recoveryPlanStep": step}));
    }
}

#[test]
fn plans_and_steps_come_in_pages() {
    let bench = bench();
    bench.add_faults(&["page-size=1"]);
    let arn = good(bench.drs("ListRecoveryPlans", json!({})))["recoveryPlans"][0]["recoveryPlanArn"].clone();
    let mut pages = 0;
    let mut request = json!({});
    loop {
        let page = good(bench.drs("ListRecoveryPlans", request));
        assert_eq!(page["recoveryPlans"].as_array().unwrap().len(), 1);
        pages += 1;
        match page.get("nextToken") {
            Some(token) => request = json!({"nextToken": token}),
            None => break,
        }
    }
    assert_eq!(pages, 2);
    let steps = good(bench.drs("ListRecoveryPlanSteps", json!({"recoveryPlanArn": arn, "maxResults": 5})));
    assert_eq!(steps, json!({"recoveryPlanSteps": []}), "a plan need not have steps");
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_arn_is_invalid() {
    let bench = bench();
    for (operation, member) in [
        ("GetRecoveryPlan", "recoveryPlanArn"),
        ("ListRecoveryPlanSteps", "recoveryPlanArn"),
        ("GetRecoveryPlanStep", "recoveryPlanStepArn"),
    ] {
        let missing = "arn:aws:drs:us-east-1:000000000000:recovery-plan/rp-00000000000000000";
        let reply = bench.drs(operation, json!({ member: missing }));
        assert_eq!(refusal(&reply), (404, "ResourceNotFoundException"), "{operation}");
        assert_eq!(reply.body["resourceId"], missing);
        for wrong in [json!({ member: "shop" }), json!({})] {
            assert_eq!(refusal(&bench.drs(operation, wrong)), (400, "ValidationException"), "{operation}");
        }
    }
    let none = Bench::new(&format!("initialized: false\n{MIXED}{PLANS}"));
    assert_eq!(refusal(&none.drs("ListRecoveryPlans", json!({}))), (400, "UninitializedAccountException"));
    let token = json!({"nextToken": "nonsense"});
    assert_eq!(refusal(&bench.drs("ListRecoveryPlans", token)), (400, "ValidationException"));
}

#[test]
fn a_plan_is_in_one_region_and_has_tags() {
    let bench = bench();
    let arn = plans(&bench)[1]["recoveryPlanArn"].clone();
    let away = bench.signed("eu-west-1", "drs", "GetRecoveryPlan", json!({"recoveryPlanArn": arn}));
    assert_eq!(refusal(&away), (404, "ResourceNotFoundException"));
    let list = good(bench.signed("eu-west-1", "drs", "ListRecoveryPlans", json!({})));
    assert_eq!(list, json!({"recoveryPlans": []}));
    let path = format!("/tags/{}", text(&arn).replace(':', "%3A").replace('/', "%2F"));
    good(bench.http("POST", &path, &json!({"tags": {"owner": "ada"}})));
    let got = good(bench.drs("GetRecoveryPlan", json!({"recoveryPlanArn": arn})));
    assert_eq!(got["recoveryPlan"]["tags"], json!({"app": "shop", "owner": "ada"}));
}

#[test]
fn plans_are_added_while_it_runs_with_their_servers_or_not_at_all() {
    let bench = Bench::mixed();
    let plan = |name: &str, server: &str, region: &str| {
        let steps = format!("steps: [{{name: one, servers: [{{id: {server}}}]}}]");
        format!("recoveryPlans:\n- {{name: {name}, region: {region}, {steps}}}\n")
    };
    let new = "s-more0000000000001";
    let server = format!("sourceServers:\n- {{id: {new}, hostname: more-1, region: eu-west-1}}\n");
    let early = bench.add(&plan("away", new, "eu-west-1"));
    assert_eq!(early.status, 400);
    assert!(text(&early.body["message"]).contains("which is not in eu-west-1"), "{}", early.body);
    let elsewhere = bench.add(&format!("{server}{}", plan("away", new, "us-east-1")));
    assert_eq!(elsewhere.status, 400, "the server would be in another Region than the plan");
    assert_eq!(bench.simulator.world().find_server("more-1"), None, "all or nothing");

    assert_eq!(good(bench.add(&format!("{server}{}", plan("away", new, "eu-west-1")))), json!({"added": 2}));
    assert_eq!(good(bench.add(&plan("home", DB, "us-east-1"))), json!({"added": 1}), "without sourceServers");
    assert_eq!(good(bench.add(&plan("away", DB, "us-east-1"))), json!({"added": 1}), "a name is of one Region");
    let again = bench.add(&plan("home", DB, "us-east-1"));
    assert!(text(&again.body["message"]).contains("already a recovery plan `home`"), "{}", again.body);
    let away = good(bench.signed("eu-west-1", "drs", "ListRecoveryPlans", json!({})));
    assert!(text(&away["recoveryPlans"][0]["recoveryPlanArn"]).starts_with("arn:aws:drs:eu-west-1:"));
    assert_eq!(plans(&bench).len(), 2);
    assert_eq!(bench.state()["recoveryPlans"].as_array().unwrap().len(), 3);
}

#[test]
fn the_example_has_a_plan() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/three-tier/inventory.yaml");
    let bench = Bench::new(&std::fs::read_to_string(path).unwrap());
    let plans = plans(&bench);
    assert_eq!((plans.len(), &plans[0]["name"]), (1, &json!("three-tier")));
    let request = json!({"recoveryPlanArn": plans[0]["recoveryPlanArn"]});
    let steps = good(bench.drs("ListRecoveryPlanSteps", request));
    let names: Vec<String> =
        steps["recoveryPlanSteps"].as_array().unwrap().iter().map(|step| text(&step["stepName"])).collect();
    assert_eq!(names, ["database", "database settles", "application", "web"]);
    assert_eq!(
        steps["recoveryPlanSteps"][1]["configuration"]["waitStepConfiguration"]["waitDurationMinutes"],
        json!(5)
    );
}
