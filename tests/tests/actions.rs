//! Actions before and after a wave, and what Systems Manager was asked for them.

use contract::{ActionRun, ActionStatus, ExecutionStatus, Mode, ServerStatus, WaveStatus};
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers, wave};
use serde_json::{Value, json};

fn statuses(actions: &[ActionRun]) -> Vec<ActionStatus> {
    actions.iter().map(|action| action.status).collect()
}

fn automation(name: &str, parameters: &Value) -> Value {
    json!({ "name": name, "kind": "ssmAutomation", "document": "Example-SwitchDns", "parameters": parameters })
}

#[test]
fn actions_run_one_after_another_around_a_wave_and_are_given_the_run() {
    let scenario = Scenario::new("actions");
    let ids = scenario.servers(2, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let run = json!({ "Execution": ["{{executionId}}"], "Mode": ["{{mode}}"], "Wave": ["{{wave}}"] });
    let smoke = json!({ "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript",
        "parameters": { "commands": ["true"] } });
    let elsewhere = json!({ "name": "not-now", "kind": "delay", "delayMinutes": 1, "runIn": ["RECOVERY"] });
    scenario.plan(&json!([{ "name": "all", "groups": [group],
        "beforeActions": [automation("prepare", &run), { "name": "settle", "kind": "delay", "delayMinutes": 3 }, elsewhere],
        "afterActions": [automation("dns", &json!({ "InstanceIds": ["{{instanceIds}}"] })), smoke],
    }]));
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    let seen = wave(&execution, "all");
    assert_eq!(statuses(&seen.before_actions), [ActionStatus::Succeeded; 2]);
    assert_eq!(statuses(&seen.after_actions), [ActionStatus::Succeeded; 2]);
    let (before, after) = (&seen.before_actions, &seen.after_actions);
    assert!(before[0].ended_at <= before[1].started_at && before[1].ended_at <= seen.started_at, "{before:?}");
    assert!(before[1].ended_at.unwrap() - before[1].started_at.unwrap() >= 180);
    assert!(seen.launched_at <= after[0].started_at && after[0].ended_at <= after[1].started_at, "{after:?}");
    let mut instances: Vec<String> =
        servers(&execution).map(|server| server.instance_id.as_ref().unwrap().to_string()).collect();
    instances.sort();
    for instance in &instances {
        assert!(after[1].output.contains(instance), "{:?}", after[1]);
    }
    let journal = scenario.cloud.journal(since);
    let id = execution.summary.execution_id.to_string();
    let prepared = journal.calls("StartAutomationExecution", std::slice::from_ref(&id));
    assert_eq!(
        prepared[0]["request"]["Parameters"],
        json!({ "Execution": [id], "Mode": ["DRILL"], "Wave": ["all"] }),
        "{prepared:?}"
    );
    let dns = journal.calls("StartAutomationExecution", &instances);
    assert_eq!(dns[0]["request"]["Parameters"]["InstanceIds"], json!(instances));
    // Refused while an agent was not there yet, and then sent once.
    let commands = journal.calls("SendCommand", &instances);
    let sent = commands.iter().filter(|call| call["outcome"]["status"] == 200).count();
    assert_eq!((prepared.len(), dns.len(), sent), (1, 1, 1), "{commands:?}");
}

/// In a recovery a missing document is a warning, so the action itself has to fail.
#[test]
fn an_action_that_fails_stops_its_wave_before_anything_is_launched_unless_the_plan_says_otherwise() {
    let scenario = Scenario::new("bad-action");
    let ids = scenario.servers(3, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    let missing = |on_failure: &str| json!([{ "name": "gone", "kind": "ssmAutomation", "document": "Never-Written", "onFailure": on_failure }]);
    scenario.plan(&json!([
        { "name": "goes-on", "groups": [group("a", &ids[..1])], "beforeActions": missing("CONTINUE") },
        { "name": "stops", "groups": [group("b", &ids[1..2])], "beforeActions": missing("STOP") },
        { "name": "behind", "groups": [group("c", &ids[2..])], "dependsOnWaves": ["stops"] },
    ]));
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Recovery);
    assert_ended(&execution, ExecutionStatus::Failed);
    assert_eq!(wave(&execution, "goes-on").status, WaveStatus::Completed);
    assert_eq!(statuses(&wave(&execution, "goes-on").before_actions), [ActionStatus::Failed]);
    let stopped = wave(&execution, "stops");
    assert_eq!((stopped.status, stopped.servers[0].status), (WaveStatus::Failed, ServerStatus::Skipped));
    assert!(stopped.reason.starts_with("action \"gone\" failed: "), "{}", stopped.reason);
    assert_eq!(wave(&execution, "behind").status, WaveStatus::Skipped);
    assert_eq!(scenario.cloud.journal(since).changes("JobCreated", &ids[1..]).len(), 0);
}

#[test]
fn an_action_after_a_wave_that_fails_fails_the_wave_and_those_after_it_are_skipped() {
    let scenario = Scenario::new("after-fails");
    let ids = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let smoke = json!({ "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript",
        "parameters": { "commands": ["false"] } });
    scenario
        .plan(&json!([{ "name": "all", "groups": [group], "afterActions": [smoke, automation("dns", &json!({}))] }]));
    scenario.cloud.fault(&[&format!("command-fails={}", ids[0])]);
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Failed);
    let seen = wave(&execution, "all");
    assert_eq!((seen.status, seen.servers[0].status), (WaveStatus::Failed, ServerStatus::Launched));
    assert_eq!(statuses(&seen.after_actions), [ActionStatus::Failed, ActionStatus::Skipped]);
}

#[test]
fn actions_do_not_follow_a_wave_that_failed() {
    let scenario = Scenario::new("no-after");
    let ids = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    scenario.plan(&json!([{ "name": "all", "groups": [group], "afterActions": [automation("dns", &json!({}))] }]));
    scenario.cloud.fault(&[&format!("launch-fails={}", ids[0])]);
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Failed);
    assert_eq!(statuses(&wave(&execution, "all").after_actions), [ActionStatus::Skipped]);
}

#[test]
fn run_actions_delivered_many_times_at_once_is_one_automation() {
    let scenario = Scenario::new("actions-twice");
    let ids = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let run = json!({ "Execution": ["{{executionId}}"] });
    scenario.plan(&json!([{ "name": "all", "groups": [group], "beforeActions": [automation("prepare", &run)] }]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "its run", |run| run.summary.status == ExecutionStatus::Running);
    let cloud = scenario.cloud;
    let key = json!({ "executionId": id, "planId": scenario.name, "wave": 1, "phase": "BEFORE" });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| cloud.invoke("run-actions", &key));
        }
    });
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert_eq!(wave(&execution, "all").before_actions[0].runs.len(), 1);
    let journal = cloud.journal(since);
    let calls = journal.calls("StartAutomationExecution", &[id.to_string()]);
    let tokens: std::collections::BTreeSet<&str> =
        calls.iter().map(|call| call["request"]["ClientToken"].as_str().unwrap()).collect();
    assert_eq!(tokens.len(), 1, "Systems Manager takes one token once: {calls:?}");
}

/// SendCommand takes no token, so the intent is what keeps a second one from being sent.
#[test]
fn run_actions_delivered_many_times_at_once_sends_one_command() {
    let scenario = Scenario::new("command-twice");
    let ids = scenario.servers(1, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    let smoke = json!({ "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript",
        "parameters": { "commands": ["true"] } });
    scenario.plan(&json!([{ "name": "all", "groups": [group], "afterActions": [smoke] }]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let launched = scenario.until(&id, "its launch", |run| servers(run).any(|server| server.instance_id.is_some()));
    let instance = servers(&launched).next().unwrap().instance_id.as_ref().unwrap().to_string();
    let cloud = scenario.cloud;
    let key = json!({ "executionId": id, "planId": scenario.name, "wave": 1, "phase": "AFTER" });
    let ended = || scenario.client().execution(&id).unwrap().summary.status.is_terminal();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !ended() {
                    cloud.invoke("run-actions", &key);
                }
            });
        }
    });
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert_eq!(statuses(&wave(&execution, "all").after_actions), [ActionStatus::Succeeded]);
    let journal = cloud.journal(since);
    let commands = journal.calls("SendCommand", &[instance]);
    // Refused, and sent again, until the agent is there.
    let sent = commands.iter().filter(|call| call["outcome"]["status"] == 200).count();
    assert_eq!(sent, 1, "{commands:?}");
}
