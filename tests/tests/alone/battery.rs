//! The battery: every task of a run delivered twice, and every task failed once. The run still ends with what it should: its
//! status recorded, its claims released, no server launched twice. The tasks are read off the state machines, so a new one is
//! in it by itself; the plan below has to lead through it.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeSet;

use contract::{Execution, ExecutionStatus, Mode, ServerStatus, WaveStatus};
use domain::id::ExecutionId;
use e2e::cloud::Disturbance;
use e2e::scenario::{assert_ended, eventually, servers};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// The tasks of a machine that are functions, by the names of their states: one name in five places.
fn tasks(machine: &str) -> BTreeSet<String> {
    let file = format!("{}/../statemachine/{machine}.asl.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(file).unwrap();
    let found = text.lines().filter_map(|line| line.trim().strip_prefix("FunctionName: ${")?.strip_suffix("Function}"));
    found.map(str::to_owned).collect()
}

fn all_tasks() -> BTreeSet<String> {
    let all: BTreeSet<String> = tasks("recovery").union(&tasks("wave")).cloned().collect();
    assert!(all.len() > 10, "{all:?}");
    all
}

/// `StartJobs` is the function `start-jobs`.
fn function(state: &str) -> String {
    let mut name = String::new();
    for letter in state.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// A plan of one wave whose run goes through every task: an approval that nobody gives, an action, launch settings, and a
/// check that fails at first, so that the wave is held until somebody has it checked again.
fn everything(name: &str, faults: &Disturbance) -> (Scenario, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario.servers(2, |_, _| {});
    faults.add(&[&format!("command-fails={}", scenario.host(1))]);
    let group = format!("{}-all", scenario.name);
    let members = json!([{ "id": ids[0] }, { "id": ids[1] }]);
    let document = json!({ "name": group, "servers": members, "launchSettings": { "copyTags": true } });
    scenario.put("protection-groups", &group, &document);
    scenario.plan(&json!([{
        "name": "all", "groups": [group], "onFailure": "PAUSE",
        "approval": { "timeoutMinutes": 5, "onTimeout": "PROCEED" },
        "beforeActions": [{ "name": "rest", "kind": "delay", "delayMinutes": 1 }],
        "healthChecks": [{ "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript",
            "parameters": { "commands": ["true"] }, "runIn": ["DRILL"] }],
    }]));
    (scenario, ids)
}

/// Mends what makes the check fail and has it run again, once the wave is held for that.
fn mend(scenario: &Scenario, now: &Execution) {
    let held = now.waves.first().is_some_and(|wave| wave.status == WaveStatus::AwaitingDecision && wave.round == 1);
    if held && now.waves[0].decisions.is_empty() {
        scenario.cloud.simulator("DELETE", "faults", None);
        let path = format!("/executions/{}/waves/1/recheck", now.summary.execution_id);
        let answer = scenario.cloud.send("POST", &path, &[], Some("{}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

/// What has happened in both machines of an execution.
fn events(scenario: &Scenario, id: &ExecutionId) -> Vec<Value> {
    let cloud = scenario.cloud;
    let mut events = cloud.history(&cloud.execution_arn("recovery", id.as_str()));
    let name = format!("{id}-wave-001");
    let request = json!({ "stateMachineArn": cloud.state_machines["wave"], "maxResults": 1000 });
    let begun = cloud.sfn("ListExecutions", &request)["executions"]
        .as_array()
        .is_some_and(|listed| listed.iter().any(|execution| execution["name"] == name));
    if begun {
        events.extend(cloud.history(&cloud.execution_arn("wave", &name)));
    }
    events
}

/// The names of the states that were entered.
fn entered(events: &[Value]) -> BTreeSet<String> {
    let names = events.iter().filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
    names.map(str::to_owned).collect()
}

fn assert_whole(scenario: &Scenario, ended: &Execution, ids: &[String], since: u64) {
    assert_ended(ended, ExecutionStatus::Completed);
    assert!(servers(ended).all(|server| server.status == ServerStatus::Healthy && server.instance_id.is_some()));
    let journal = scenario.cloud.journal(since);
    let created = journal.changes("JobCreated", ids);
    assert_eq!(created.len(), 1, "no server is launched twice: {created:?}");
    assert!(journal.calls("TerminateRecoveryInstances", ids).is_empty());
    let path = format!("/recovery-plans/{}/preflight?mode=DRILL", scenario.name);
    let preflight = scenario.cloud.send("POST", &path, &[], None);
    assert!(!preflight.body.to_string().contains("SERVER_CLAIMED"), "{}", preflight.body);
}

#[test]
fn every_task_delivered_twice() {
    let alone = cloud().disturb(&[]);
    let (scenario, ids) = everything("twice-all", &alone);
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let (all, mut done) = (all_tasks(), BTreeSet::new());
    let key = json!({
        "executionId": id, "planId": scenario.name, "wave": 1, "round": 1, "mode": "DRILL", "phase": "BEFORE",
        "token": "of another delivery",
    });
    let ended = eventually("the end of the run", || {
        let entered = entered(&events(&scenario, &id));
        for state in all.intersection(&entered) {
            if done.insert(state.clone()) {
                std::thread::scope(|scope| {
                    let again = || scenario.cloud.invoke(&function(state), &key);
                    let both = [scope.spawn(again), scope.spawn(again)];
                    both.into_iter().for_each(|thread| drop(thread.join().unwrap()));
                });
            }
        }
        let now = scenario.client().execution(&id).unwrap();
        mend(&scenario, &now);
        if now.summary.status.is_terminal() && done.len() >= all.len() { Ok(now) } else { Err(format!("{done:?}")) }
    });
    assert_eq!(done, all, "the run went through every task");
    assert_whole(&scenario, &ended, &ids, since);
}

#[test]
fn every_task_failed_once() {
    let alone = cloud().disturb(&[]);
    let (scenario, ids) = everything("failed-all", &alone);
    let since = scenario.cloud.journal_position();
    let (all, mut failed) = (all_tasks(), BTreeSet::new());
    let mut refused = scenario.cloud.refuse(&all.iter().map(|state| function(state)).collect::<Vec<_>>());
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let ended = eventually("the end of the run", || {
        // Whatever was refused is told by the last state that was entered before.
        let mut state = String::new();
        for event in events(&scenario, &id) {
            if let Some(name) = event["stateEnteredEventDetails"]["name"].as_str() {
                name.clone_into(&mut state);
            }
            let kind = event["type"].as_str().unwrap_or_default();
            if kind.ends_with("Failed") && all.contains(&state) {
                failed.insert(state.clone());
                refused.let_go(&function(&state));
            }
        }
        let now = scenario.client().execution(&id).unwrap();
        mend(&scenario, &now);
        // The last task comes after the end is recorded.
        if now.summary.status.is_terminal() && failed.len() >= all.len() { Ok(now) } else { Err(format!("{failed:?}")) }
    });
    assert_eq!(failed, all, "each was refused once");
    assert_whole(&scenario, &ended, &ids, since);
}
