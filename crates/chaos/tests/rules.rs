//! The rules see what must not be: each is broken here once, and nothing else is said then.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use aws::adopt::TAG;
use chaos::rules::{HISTORY, Rules};
use serde_json::{Value, json};
use simulation::EXECUTION_HISTORY;
use simulation::caller::Caller;
use simulation::dynamodb::DynamoDb;
use simulation::weather::{Seen, state};
use simulator::{Clock, Inventory, ManualClock, Simulator};

const SERVER: &str = "s-00000000000000001";
const INVENTORY: &str = r#"
account: "000000000000"
region: us-east-1
seed: 1
sourceServers:
  - { id: s-00000000000000001, hostname: one }
  - { id: s-00000000000000002, hostname: two, recoveryInstance: { isDrill: false, launchedHoursAgo: 3 } }
"#;

/// A drill `run` whose second wave is ready to launch its server, as the records have it.
struct Scene {
    dynamodb: DynamoDb,
    simulator: Simulator,
    rules: Rules,
}

fn wave(number: u64, status: &str, before: &[u64]) -> Value {
    let before: Vec<Value> = before.iter().map(|number| json!({ "N": number.to_string() })).collect();
    json!({
        "executionId": { "S": "run" }, "planId": { "S": format!("plan#wave#{number:03}") },
        "number": { "N": number.to_string() }, "status": { "S": status }, "onFailure": { "S": "STOP" },
        "dependsOn": { "L": before },
    })
}

impl Scene {
    fn new() -> Self {
        let mut dynamodb = DynamoDb::default();
        dynamodb.create(HISTORY, EXECUTION_HISTORY);
        let clock = ManualClock::at("2026-01-02T09:00:00Z".parse().unwrap());
        let simulator = Simulator::new(Inventory::from_yaml(INVENTORY).unwrap(), Clock::Manual(clock)).unwrap();
        let mut scene = Self { dynamodb, simulator, rules: Rules::default() };
        scene.write(&json!({
            "executionId": { "S": "run" }, "planId": { "S": "plan" }, "mode": { "S": "DRILL" }, "startedBy": { "S": "ada" },
        }));
        scene.write(&wave(1, "COMPLETED", &[]));
        scene.write(&wave(2, "LAUNCHING", &[1]));
        for server in [SERVER, "s-00000000000000002"] {
            scene.write(&json!({
                "executionId": { "S": "run" }, "planId": { "S": format!("plan#server#002#{server}") },
                "serverId": { "S": server }, "wave": { "N": "2" },
            }));
            scene.write(&json!({
                "executionId": { "S": format!("claim#{server}") }, "planId": { "S": "claim" }, "holder": { "S": "run" },
            }));
        }
        scene
    }

    /// A write, seen as every other.
    fn write(&mut self, item: &Value) {
        self.call("PutItem", &json!({ "TableName": HISTORY, "Item": item }));
    }

    fn call(&mut self, operation: &str, request: &Value) {
        let reply = self.dynamodb.call(operation, request).unwrap();
        self.see("settle-wave", ("dynamodb", operation), request, &reply);
    }

    fn see(&mut self, function: &str, (service, operation): (&str, &str), request: &Value, reply: &Value) {
        let caller = Caller::new(1, function, json!({ "executionId": "run", "planId": "plan", "wave": 2 }), 0);
        self.rules.see(&Seen {
            at_micros: 0,
            caller: Some(&caller),
            service,
            region: "us-east-1",
            operation,
            request,
            status: 200,
            reply,
            dynamodb: &self.dynamodb,
            simulator: &self.simulator,
        });
    }

    fn launch(&mut self, function: &str, drill: bool, server: &str) {
        self.launch_tagged(function, drill, server, "run/plan/batch/002/0001/0");
    }

    fn launch_tagged(&mut self, function: &str, drill: bool, server: &str, tag: &str) {
        let tags = json!({ TAG: tag });
        let request = json!({ "isDrill": drill, "sourceServers": [{ "sourceServerID": server }], "tags": tags });
        self.see(function, ("drs", "StartRecovery"), &request, &json!({ "job": { "jobID": "drsjob-1" } }));
    }

    /// That exactly one thing was wrong, and which.
    fn broke(&self, rule: &str) {
        let violations = self.rules.violations();
        assert!(violations.len() == 1 && violations[0].starts_with(rule), "{rule}: {violations:#?}");
    }
}

#[test]
fn a_launch_by_the_rules_is_none_of_their_business() {
    let mut scene = Scene::new();
    scene.launch("start-jobs", true, SERVER);
    assert_eq!(scene.rules.violations(), [""; 0]);
    assert_eq!(scene.rules.jobs()["drsjob-1"].execution, "run");
    // Another attempt is another launch.
    scene.write(&json!({
        "executionId": { "S": "run" }, "planId": { "S": format!("plan#server#002#{SERVER}") },
        "serverId": { "S": SERVER }, "wave": { "N": "2" }, "attempts": { "L": [{ "M": {} }] },
    }));
    scene.launch("start-jobs", true, SERVER);
    assert_eq!(scene.rules.violations(), [""; 0]);
}

#[test]
fn a_second_launch_in_one_attempt_is_seen() {
    let mut scene = Scene::new();
    scene.launch("start-jobs", true, SERVER);
    scene.launch("start-jobs", true, SERVER);
    scene.broke("4 one launch per attempt");
}

#[test]
fn a_job_that_does_not_say_whose_it_is_is_seen() {
    for tag in ["", "another/plan/batch/002/0001/0"] {
        let mut scene = Scene::new();
        scene.launch_tagged("start-jobs", true, SERVER, tag);
        scene.broke("4 every job says whose it is");
    }
}

#[test]
fn a_launch_by_another_function_is_seen() {
    let mut scene = Scene::new();
    scene.launch("check-jobs", true, SERVER);
    scene.broke("only StartJobs launches");
}

#[test]
fn a_launch_without_a_claim_is_seen() {
    let mut scene = Scene::new();
    scene.write(&json!({
        "executionId": { "S": format!("claim#{SERVER}") }, "planId": { "S": "claim" }, "holder": { "S": "another" },
    }));
    scene.launch("start-jobs", true, SERVER);
    scene.broke("3 one execution per server");
}

#[test]
fn a_launch_before_its_dependency_is_seen() {
    for status in ["LAUNCHING", "FAILED", "SKIPPED", "CANCELLED"] {
        let mut scene = Scene::new();
        scene.rules = Rules::default();
        scene.write(&wave(1, status, &[]));
        scene.launch("start-jobs", true, SERVER);
        scene.broke("waves in order");
    }
}

#[test]
fn the_end_of_a_live_failover_is_seen() {
    let mut scene = Scene::new();
    scene.launch("start-jobs", true, "s-00000000000000002");
    scene.broke("1 never kill a live failover");
}

#[test]
fn a_recovery_that_nobody_asked_for_is_seen() {
    let mut scene = Scene::new();
    scene.launch("start-jobs", false, SERVER);
    scene.broke("8 no person, no recovery");
}

#[test]
fn the_termination_of_what_this_drill_did_not_launch_is_seen() {
    let mut scene = Scene::new();
    let request = json!({ "recoveryInstanceIDs": [state(&scene.simulator)["instances"][0]["instanceId"]] });
    scene.see("start-terminations", ("drs", "TerminateRecoveryInstances"), &request, &json!({}));
    scene.broke("2 terminate only what this drill launched");
}

#[test]
fn a_server_that_goes_back_is_seen_and_a_transaction_that_is_sent_again_is_no_write() {
    let server = |status: &str| {
        json!({ "executionId": { "S": "run" }, "planId": { "S": format!("plan#server#002#{SERVER}") },
            "serverId": { "S": SERVER }, "round": { "N": "1" }, "status": { "S": status } })
    };
    let put = json!({ "Put": { "TableName": HISTORY, "Item": server("LAUNCHING") } });
    let transaction = json!({ "ClientRequestToken": "token", "TransactItems": [put] });
    let mut scene = Scene::new();
    scene.call("TransactWriteItems", &transaction);
    scene.write(&server("LAUNCHED"));
    scene.call("TransactWriteItems", &transaction);
    assert_eq!(scene.rules.violations(), [""; 0]);
    scene.write(&server("LAUNCHING"));
    scene.broke("a server goes forward");
}
