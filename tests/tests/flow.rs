//! The chain from plan to recorded result, as a user sees it.

use std::time::Instant;

use contract::{ExecutionStatus, Mode, ServerStatus, WaveStatus};
use domain::health::CheckStatus;
use domain::id::{ExecutionId, PlanId};
use e2e::Scenario;
use e2e::scenario::{assert_ended, eventually, servers, wave};
use serde_json::json;

/// database → application → web, and reporting beside application: the example's shape.
fn three_tier(scenario: &Scenario) -> Vec<String> {
    let servers = scenario.servers(5, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    let (database, application) = (group("db", &servers[..2]), group("app", &servers[2..3]));
    let (web, reporting) = (group("web", &servers[3..4]), scenario.group("rpt", &servers[4..], &servers[4..]));
    scenario.plan(&json!([
        // Not in the order in which they run: dependencies decide.
        { "name": "web", "groups": [web], "dependsOnWaves": ["application"] },
        { "name": "application", "groups": [application], "dependsOnWaves": ["database"] },
        { "name": "database", "groups": [database] },
        { "name": "reporting", "groups": [reporting], "dependsOnWaves": ["database"] },
    ]));
    servers
}

#[test]
fn waves_run_in_the_order_of_their_dependencies_and_branches_overlap() {
    let scenario = Scenario::new("order");
    let ids = three_tier(&scenario);
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    for run in &execution.waves {
        assert_eq!(run.status, WaveStatus::Completed, "{}", run.name);
        for dependency in &run.depends_on_waves {
            let (started, ended) = (run.started_at.unwrap(), wave(&execution, dependency).ended_at.unwrap());
            assert!(started >= ended, "{} began before {dependency} was settled", run.name);
        }
    }
    let (application, reporting) = (wave(&execution, "application"), wave(&execution, "reporting"));
    assert!(application.started_at < reporting.ended_at && reporting.started_at < application.ended_at, "no overlap");
    // The record says it; DRS says it too. No server of a wave was launched before those it depends on were.
    let journal = scenario.cloud.journal(since);
    let first_start = |servers: &[String]| journal.changes("JobCreated", servers)[0]["time"].as_f64().unwrap();
    let last_launch = |servers: &[String]| {
        journal
            .changes("InstanceLaunched", servers)
            .iter()
            .map(|entry| entry["time"].as_f64().unwrap())
            .fold(0.0, f64::max)
    };
    assert!(first_start(&ids[2..3]) > last_launch(&ids[..2]) && first_start(&ids[3..4]) > last_launch(&ids[2..3]));
    assert!(first_start(&ids[4..]) > last_launch(&ids[..2]));
    for server in servers(&execution) {
        assert_eq!(server.status, ServerStatus::Launched);
        assert!(server.instance_id.is_some() && server.launched_at > server.started_at, "{server:?}");
    }
}

#[test]
fn a_start_answers_at_once_and_the_answer_can_be_looked_up() {
    let scenario = Scenario::new("at-once");
    scenario.single_wave(1, |_, _| {});
    let begin = Instant::now();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let elapsed = begin.elapsed();
    // A launch takes minutes, 5 s here: an answer within 3 s did not wait for one, on a machine that is busy.
    assert!(elapsed.as_secs_f64() < 3.0, "{elapsed:?}");
    assert_eq!(scenario.client().execution(&id).unwrap().summary.execution_id, id);
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);
    let page = scenario.client().executions(Some(&PlanId::from(scenario.name.as_str())), None).unwrap();
    assert_eq!(page.items.iter().map(|item| item.execution_id.clone()).collect::<Vec<_>>(), [id]);
    assert_eq!(page.items[0].started_by, "demo");
}

#[test]
fn the_failure_of_an_optional_server_makes_the_execution_partial() {
    let scenario = Scenario::new("optional");
    let servers_ = scenario.servers(2, |_, _| {});
    let group = scenario.group("all", &servers_, &servers_[1..]);
    let behind = Scenario::new("optional-behind");
    let later = behind.servers(1, |_, _| {});
    let group_behind = scenario.group("behind", &later, &[]);
    scenario.plan(&json!([
        { "name": "first", "groups": [group] },
        { "name": "second", "groups": [group_behind], "dependsOnWaves": ["first"] },
    ]));
    scenario.cloud.fault(&[&format!("launch-fails={}", servers_[1])]);
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Partial);
    assert_eq!(wave(&execution, "first").status, WaveStatus::Partial);
    assert_eq!(wave(&execution, "second").status, WaveStatus::Completed);
    let failed = servers(&execution).find(|server| server.server_id.as_str() == servers_[1]).unwrap();
    assert_eq!(failed.status, ServerStatus::Failed);
    assert!(failed.reason.starts_with("LAUNCH_FAILED"), "{}", failed.reason);
}

fn with_checks(scenario: &Scenario, count: usize) -> Vec<String> {
    let ids = scenario.servers(count, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let command = json!({ "commands": ["systemctl is-active shop"] });
    scenario.plan(&json!([{ "name": "all", "groups": [group], "onFailure": "CONTINUE", "healthChecks": [
        { "name": "agent", "kind": "ssmAgentOnline", "timeoutMinutes": 10, "runIn": ["DRILL", "RECOVERY"] },
        { "name": "shop", "kind": "ssmCommand", "document": "AWS-RunShellScript", "parameters": command,
          "timeoutMinutes": 10, "runIn": ["DRILL", "RECOVERY"] },
        { "name": "nice", "kind": "ssmCommand", "document": "AWS-RunShellScript", "parameters": command,
          "timeoutMinutes": 10, "required": false },
    ] }]));
    ids
}

#[test]
fn health_decides_over_a_launched_server() {
    let scenario = Scenario::new("health");
    let ids = with_checks(&scenario, 3);
    scenario.cloud.fault(&[&format!("agent-never-online={}", ids[1]), &format!("command-fails={}", ids[2])]);
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Partial);
    let run = &execution.waves[0];
    assert_eq!(run.status, WaveStatus::Failed);
    let [good, no_agent, failing] = &run.servers[..] else { panic!("{run:?}") };
    assert_eq!(good.status, ServerStatus::Healthy);
    assert_eq!(
        good.checks.iter().map(|check| check.name.as_str()).collect::<Vec<_>>(),
        ["agent", "shop"],
        "nice is not for drills"
    );
    assert!(good.checks.iter().all(|check| check.status == CheckStatus::Passed));
    assert_eq!((no_agent.status, no_agent.checks[0].status), (ServerStatus::Unhealthy, CheckStatus::TimedOut));
    assert!(no_agent.reason.contains("not Online within 10 minutes"), "{}", no_agent.reason);
    assert_eq!((failing.status, failing.checks[1].status), (ServerStatus::Unhealthy, CheckStatus::Failed));
    assert!(!failing.checks[1].output.is_empty());
}

#[test]
fn a_check_that_is_not_required_only_records() {
    let scenario = Scenario::new("not-required");
    let ids = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    scenario.plan(&json!([{ "name": "all", "groups": [group], "healthChecks": [
        { "name": "nice", "kind": "ssmCommand", "document": "AWS-RunShellScript", "required": false },
    ] }]));
    scenario.cloud.fault(&[&format!("command-fails={}", ids[0])]);
    let execution = scenario.run(Mode::Recovery);
    assert_ended(&execution, ExecutionStatus::Completed);
    let server = &execution.waves[0].servers[0];
    assert_eq!((server.status, server.checks[0].status), (ServerStatus::Healthy, CheckStatus::Failed));
}

/// EventBridge and the Step Functions console start the same machine with the same small input.
#[test]
fn an_event_and_the_console_start_the_same_execution() {
    let scenario = Scenario::new("event");
    scenario.single_wave(1, |_, _| {});
    scenario.cloud.put_event("Start Recovery Plan", &json!({ "planId": scenario.name, "mode": "DRILL" }));
    let plan = PlanId::from(scenario.name.as_str());
    let id = eventually("the execution that the event starts", || {
        let page = scenario.client().executions(Some(&plan), None).unwrap();
        page.items.first().map(|item| item.execution_id.clone()).ok_or_else(|| "none".to_owned())
    });
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert_eq!(execution.summary.started_by, "stepfunctions");

    let name = format!("{}-by-hand", scenario.name);
    let start = |name: &str, input: serde_json::Value| {
        let machine = &scenario.cloud.state_machines["recovery"];
        scenario
            .cloud
            .sfn("StartExecution", &json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() }));
    };
    // Safety rule 8: without the plan's name no recovery, whoever starts it.
    start(&name, json!({ "planId": scenario.name, "mode": "RECOVERY" }));
    let id = ExecutionId::from(name);
    let refused = eventually("the record of the execution started by hand", || {
        let execution = scenario.client().execution(&id).map_err(|error| error.to_string())?;
        if execution.summary.status.is_terminal() { Ok(execution) } else { Err("it runs".to_owned()) }
    });
    assert_ended(&refused, ExecutionStatus::Refused);
    assert!(refused.summary.reason.contains("typed back"), "{}", refused.summary.reason);

    // Input that names no plan is no execution of any: it ends in Step Functions, and nothing is recorded.
    for (index, input) in
        [json!({}), json!({ "planId": scenario.name, "mode": "drill" }), json!({ "planId": "a#b", "mode": "DRILL" })]
            .into_iter()
            .enumerate()
    {
        let name = format!("{}-wrong-{index}", scenario.name);
        start(&name, input);
        let arn = scenario.cloud.execution_arn("recovery", &name);
        let ended = eventually("the end of a wrong input", || {
            let described = scenario.cloud.sfn("DescribeExecution", &json!({ "executionArn": arn }));
            if described["status"] == "RUNNING" { Err("it runs".to_owned()) } else { Ok(described) }
        });
        assert_eq!((&ended["status"], &ended["error"]), (&json!("FAILED"), &json!("InvalidInput")), "{ended}");
        assert!(scenario.client().execution(&ExecutionId::from(name)).is_err());
    }
}
