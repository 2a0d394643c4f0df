//! What people decide about a wave that failed and whose plan says `onFailure: PAUSE`. Asked of the API, seen in what DRS
//! was told.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::thread;

use contract::{
    ActionStatus, Decided, Execution, ExecutionStatus, Mode, ServerRun, ServerStatus, WaveAction, WaveStatus,
};
use domain::id::ExecutionId;
use e2e::scenario::{assert_ended, wave};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// Asks for `what` of the first wave as `user`: the status, the code and the detail of the answer.
fn ask(scenario: &Scenario, user: &str, id: &ExecutionId, what: &str, body: &Value) -> (u16, String, String) {
    let token = scenario.cloud.token_of(user);
    let path = format!("/executions/{id}/waves/1/{what}");
    let (status, answer) = scenario.cloud.request("POST", &path, Some(&token), Some(&body.to_string()));
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("detail"))
}

/// Two people decide the same at the same moment: one is told that the other has.
fn two_at_once(scenario: &Scenario, id: &ExecutionId, what: &str) {
    let mut answers: Vec<(u16, String, String)> = thread::scope(|scope| {
        let asked = ["demo", "operator"]
            .map(|user| scope.spawn(move || ask(scenario, user, id, what, &json!({ "comment": "says one" }))));
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    answers.sort();
    assert_eq!((answers[0].0, answers[1].0), (200, 409), "{what}: {answers:?}");
    assert_eq!(answers[1].1, "NOT_POSSIBLE_NOW", "{answers:?}");
}

fn audited(scenario: &Scenario, id: &ExecutionId, action: &str) -> u64 {
    scenario.cloud.get(&format!("/audit?subject={id}&action={action}"))["count"].as_u64().unwrap_or_default()
}

fn smoke() -> Value {
    json!([{ "name": "smoke", "kind": "ssmCommand", "document": "AWS-RunShellScript", "timeoutMinutes": 30,
        "parameters": { "commands": ["true"] }, "runIn": ["DRILL", "RECOVERY"] }])
}

/// Two waves: `first` of all servers but the last, held when it fails, and `behind` of the last.
fn held_plan(scenario: &Scenario, ids: &[String], checks: &Value) {
    let (last, first) = ids.split_last().unwrap();
    let (first, behind) = (scenario.group("a", first, &[]), scenario.group("b", std::slice::from_ref(last), &[]));
    scenario.plan(&json!([
        { "name": "first", "groups": [first], "onFailure": "PAUSE", "healthChecks": checks },
        { "name": "behind", "groups": [behind], "dependsOnWaves": ["first"] },
    ]));
}

fn held(scenario: &Scenario, id: &ExecutionId, round: u32) -> Execution {
    scenario.until(id, "the question", |run| {
        run.waves.iter().any(|wave| wave.status == WaveStatus::AwaitingDecision && wave.round == round)
    })
}

fn statuses(execution: &Execution) -> Vec<ServerStatus> {
    wave(execution, "first").servers.iter().map(|server| server.status).collect()
}

fn decisions(execution: &Execution) -> Vec<Decided> {
    wave(execution, "first").decisions.iter().map(|decision| decision.decided).collect()
}

fn instance(server: &ServerRun) -> String {
    server.instance_id.as_ref().unwrap().to_string()
}

#[test]
fn a_retry_launches_what_failed_and_nothing_else_and_the_waves_behind_go_on() {
    let scenario = Scenario::new("retry");
    let ids = scenario.servers(3, |_, _| {});
    held_plan(&scenario, &ids, &json!([]));
    let since = scenario.cloud.journal_position();
    let fault = cloud().wrong(&[&format!("launch-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let waiting = held(&scenario, &id, 1);
    let first = wave(&waiting, "first");
    assert_eq!(waiting.summary.status, ExecutionStatus::Running);
    assert!(first.reason.contains("1 of 2 servers did not succeed"), "{}", first.reason);
    assert_eq!(first.allowed_actions, [WaveAction::Retry, WaveAction::Skip, WaveAction::Abort]);
    assert_eq!(statuses(&waiting), [ServerStatus::Failed, ServerStatus::Launched]);
    assert_eq!(wave(&waiting, "behind").status, WaveStatus::Waiting);
    for (user, what, body, expected) in [
        ("approver", "retry", json!({}), (403, "ROLE_MISSING")),
        ("demo", "recheck", json!({}), (409, "NOT_POSSIBLE_NOW")),
        ("demo", "approve", json!({}), (409, "NOT_POSSIBLE_NOW")),
        ("demo", "retry", json!({ "servers": [ids[1]] }), (409, "NOT_POSSIBLE_NOW")),
        ("demo", "retry", json!({ "servers": [ids[2]] }), (409, "NOT_POSSIBLE_NOW")),
        ("demo", "retry", json!({ "replaceInstances": ["i-0123456789abcdef0"] }), (422, "NOT_CONFIRMED")),
    ] {
        let (status, code, detail) = ask(&scenario, user, &id, what, &body);
        assert_eq!((status, code.as_str()), expected, "{user} {what}: {detail}");
    }
    // Once more in vain: the fault is still there.
    two_at_once(&scenario, &id, "retry");
    let again = held(&scenario, &id, 2);
    assert_eq!(statuses(&again), [ServerStatus::Failed, ServerStatus::Launched]);
    drop(fault);
    assert_eq!(ask(&scenario, "demo", &id, "retry", &json!({ "servers": [ids[0]] })).0, 200);
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    let first = wave(&ended, "first");
    let attempts: Vec<(ServerStatus, bool)> =
        first.servers[0].attempts.iter().map(|one| (one.status, one.job_id.is_some())).collect();
    assert_eq!(attempts, [(ServerStatus::Failed, true); 2]);
    assert_ne!(first.servers[0].job_id, first.servers[0].attempts[1].job_id);
    assert_eq!((first.servers[1].attempts.len(), first.servers[1].status), (0, ServerStatus::Launched));
    assert_eq!(decisions(&ended), [Decided::Retry; 2]);
    assert_eq!((first.decisions[0].servers, first.decisions[0].comment.as_str()), (1, "says one"));
    assert_eq!(audited(&scenario, &id, "RetryWave"), 2);
    let journal = scenario.cloud.journal(since);
    let calls = journal.calls("StartRecovery", &ids);
    let asked: Vec<usize> =
        calls.iter().map(|call| call["request"]["sourceServers"].as_array().unwrap().len()).collect();
    assert_eq!(asked, [2, 1, 1, 1], "the wave, its server twice more, the wave behind");
}

#[test]
fn a_recheck_runs_the_checks_of_the_same_instance_again() {
    let scenario = Scenario::new("recheck");
    let ids = scenario.servers(3, |_, _| {});
    held_plan(&scenario, &ids, &smoke());
    let since = scenario.cloud.journal_position();
    let fault = cloud().wrong(&[&format!("command-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let waiting = held(&scenario, &id, 1);
    assert_eq!(statuses(&waiting), [ServerStatus::Unhealthy, ServerStatus::Healthy]);
    drop(fault);
    two_at_once(&scenario, &id, "recheck");
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(statuses(&ended), [ServerStatus::Healthy; 2]);
    let (before, after) = (&wave(&waiting, "first").servers[0], &wave(&ended, "first").servers[0]);
    assert_eq!((instance(before), &before.job_id), (instance(after), &after.job_id));
    assert_eq!(after.attempts.len(), 1);
    assert_eq!(after.attempts[0].status, ServerStatus::Unhealthy);
    assert_eq!(scenario.cloud.journal(since).calls("StartRecovery", &ids).len(), 2, "one a wave");
    assert_eq!((audited(&scenario, &id, "RecheckWave"), decisions(&ended)), (1, vec![Decided::Recheck]));
}

#[test]
fn a_wave_that_is_skipped_lets_the_ones_behind_it_go_on_and_one_that_is_aborted_does_not() {
    for (what, decided, status, behind) in [
        ("skip", Decided::Skip, ExecutionStatus::Partial, WaveStatus::Completed),
        ("abort", Decided::Abort, ExecutionStatus::Failed, WaveStatus::Skipped),
    ] {
        let scenario = Scenario::new(what);
        let ids = scenario.servers(2, |_, _| {});
        held_plan(&scenario, &ids, &json!([]));
        scenario.cloud.fault(&[&format!("launch-fails={}", scenario.host(1))]);
        let id = scenario.start(Mode::Drill, &[]).unwrap();
        let waiting = held(&scenario, &id, 1);
        two_at_once(&scenario, &id, what);
        let ended = scenario.end_of(&id);
        assert_ended(&ended, status);
        assert_eq!(wave(&ended, "first").status, WaveStatus::Failed, "{what}");
        assert_eq!(wave(&ended, "first").reason, wave(&waiting, "first").reason);
        assert_eq!(wave(&ended, "behind").status, behind, "{what}");
        assert_eq!(decisions(&ended), [decided]);
        for action in ["retry", "recheck", "skip", "abort"] {
            let (status, code, detail) = ask(&scenario, "demo", &id, action, &json!({}));
            assert_eq!((status, code.as_str()), (409, "NOT_POSSIBLE_NOW"), "{action}: {detail}");
            assert!(detail.contains("FAILED"), "{detail}");
        }
    }
}

#[test]
fn safety_rule_1_a_retry_in_a_recovery_replaces_exactly_the_instances_that_are_confirmed() {
    let scenario = Scenario::new("retry-live");
    let ids = scenario.servers(2, |_, _| {});
    held_plan(&scenario, &ids, &smoke());
    let fault = cloud().wrong(&[&format!("command-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Recovery, &[]).unwrap();
    let waiting = held(&scenario, &id, 1);
    drop(fault);
    let live = instance(&wave(&waiting, "first").servers[0]);
    let since = scenario.cloud.journal_position();
    // Whoever may not start a recovery launches nothing in one.
    let confirmed = json!({ "replaceInstances": [live] });
    for what in ["retry", "skip"] {
        let body = if what == "retry" { &confirmed } else { &json!({}) };
        assert_eq!(ask(&scenario, "operator", &id, what, body).1, "ROLE_MISSING", "{what}");
    }
    for body in [json!({}), json!({ "replaceInstances": [live, "i-0123456789abcdef0"] })] {
        let (status, code, detail) = ask(&scenario, "recoverer", &id, "retry", &body);
        assert_eq!((status, code.as_str()), (422, "NOT_CONFIRMED"));
        assert!(detail.contains(&live), "{detail}");
    }
    let path = format!("/executions/{id}/waves/1/retry");
    let (_, problem) = scenario.cloud.request("POST", &path, Some(&scenario.cloud.token_of("recoverer")), Some("{}"));
    assert_eq!(problem["instancesToConfirm"], json!([{ "serverId": ids[0], "instanceId": live }]), "{problem}");
    assert!(scenario.cloud.journal(since).changes("InstanceTerminated", std::slice::from_ref(&live)).is_empty());
    assert_eq!(ask(&scenario, "recoverer", &id, "retry", &confirmed).0, 200);
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    let server = &wave(&ended, "first").servers[0];
    assert_ne!(instance(server), live);
    assert_eq!(server.attempts[0].instance_id.as_ref().map(AsRef::as_ref), Some(live.as_str()));
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("InstanceTerminated", std::slice::from_ref(&live)).len(), 1);
    assert_eq!(journal.calls("StartRecovery", &ids[..1]).len(), 1);
}

#[test]
fn a_lost_token_and_tasks_that_are_delivered_late_or_twice_change_nothing_about_a_wave_that_is_held() {
    let scenario = Scenario::new("held-twice");
    let ids = scenario.servers(2, |_, _| {});
    held_plan(&scenario, &ids, &json!([]));
    let since = scenario.cloud.journal_position();
    let fault = cloud().wrong(&[&format!("launch-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let before = held(&scenario, &id, 1);
    let late = json!({ "executionId": id, "planId": scenario.name, "wave": 1, "round": 1, "phase": "AFTER",
        "token": "lost", "error": { "Error": "States.Timeout", "Cause": "delivered late" } });
    for task in
        ["run-actions", "start-jobs", "check-jobs", "check-health", "settle-wave", "reopen-servers", "await-decision"]
    {
        let answer = scenario.cloud.invoke(task, &late);
        let after = scenario.client().execution(&id).unwrap();
        assert_eq!(after.waves[0], before.waves[0], "{task} answered {answer}");
    }
    // The token that is stored now is nobody's: the wave finds out by itself.
    drop(fault);
    assert_eq!(ask(&scenario, "demo", &id, "retry", &json!({})).0, 200);
    let cloud = scenario.cloud;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for task in ["settle-wave", "reopen-servers"] {
                    cloud.invoke(task, &late);
                }
            });
        }
    });
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(wave(&ended, "first").servers[0].attempts.len(), 1);
    assert_eq!(cloud.journal(since).changes("JobCreated", &ids[..1]).len(), 2);
}

#[test]
fn an_intent_of_whose_call_nothing_was_heard_is_withdrawn_before_its_servers_are_launched_again() {
    let scenario = Scenario::new("held-intent");
    let ids = scenario.servers(2, |_, _| {});
    held_plan(&scenario, &ids, &json!([]));
    let fault = cloud().wrong(&[&format!("launch-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let waiting = held(&scenario, &id, 1);
    drop(fault);
    // What a StartJobs leaves that DRS did not hear, and that was not called again.
    let item = json!({
        "executionId": id, "planId": format!("{}#batch#001#0099", scenario.name), "servers": [ids[0]],
        "intendedAt": wave(&waiting, "first").started_at, "settled": false,
    });
    scenario.cloud.put_item("executionHistory", &item);
    let since = scenario.cloud.journal_position();
    assert_eq!(ask(&scenario, "demo", &id, "retry", &json!({})).0, 200);
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);
    assert_eq!(scenario.cloud.journal(since).calls("StartRecovery", &ids[..1]).len(), 1);
    let left = scenario.cloud.recorded(&id, item["planId"].as_str().unwrap());
    assert!(left.is_null(), "{left}");
}

/// A document that is missing is a warning in a recovery, so the action fails by itself each time.
#[test]
fn an_action_that_failed_is_begun_again_with_a_retry_and_a_rejected_wave_is_not_held() {
    let scenario = Scenario::new("held-action");
    let ids = scenario.servers(2, |_, _| {});
    let (first, second) = (scenario.group("a", &ids[..1], &[]), scenario.group("b", &ids[1..], &[]));
    let missing = json!([{ "name": "gone", "kind": "ssmAutomation", "document": "Never-Written" }]);
    scenario.plan(&json!([
        { "name": "first", "groups": [first], "onFailure": "PAUSE", "beforeActions": missing },
        { "name": "asked", "groups": [second], "onFailure": "PAUSE", "approval": {} },
    ]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Recovery, &[]).unwrap();
    let waiting = held(&scenario, &id, 1);
    assert_eq!(statuses(&waiting), [ServerStatus::Skipped]);
    assert_eq!(ask(&scenario, "demo", &id, "retry", &json!({})).0, 200);
    let again = held(&scenario, &id, 2);
    let action = &wave(&again, "first").before_actions[0];
    assert_eq!((action.status, action.attempt), (ActionStatus::Failed, 2));
    assert_eq!(ask(&scenario, "demo", &id, "abort", &json!({})).0, 200);
    scenario.until(&id, "the approval", |run| wave(run, "asked").status == WaveStatus::AwaitingApproval);
    let path = format!("/executions/{id}/waves/2/reject");
    let token = scenario.cloud.token_of("approver");
    assert_eq!(scenario.cloud.request("POST", &path, Some(&token), Some("{}")).0, 200);
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Failed);
    assert_eq!((wave(&ended, "first").status, wave(&ended, "asked").status), (WaveStatus::Failed, WaveStatus::Failed));
    assert!(wave(&ended, "asked").decisions.is_empty());
    assert_eq!(scenario.cloud.journal(since).changes("JobCreated", &ids).len(), 0);
}

/// Three waves that are on their own, and of which the last takes long: it keeps the execution running.
fn stopping_plan(scenario: &Scenario) -> Vec<String> {
    let ids = scenario.servers(3, |number, server| {
        if number == 3 {
            server["os"] = json!("windows"); // Takes 25 minutes, the others 9.
        }
    });
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    scenario.plan(&json!([
        { "name": "first", "groups": [group("a", &ids[..1])] },
        { "name": "behind", "groups": [group("b", &ids[1..2])], "dependsOnWaves": ["first"] },
        { "name": "beside", "groups": [group("c", &ids[2..])] },
    ]));
    ids
}

#[test]
fn a_wave_that_has_ended_failed_is_opened_again_with_those_behind_it_and_the_execution_waits_for_them() {
    let scenario = Scenario::new("reopen");
    let ids = stopping_plan(&scenario);
    let since = scenario.cloud.journal_position();
    let fault = cloud().wrong(&[&format!("launch-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    let failed = scenario.until(&id, "the end of two waves", |run| {
        run.waves.len() == 3 && wave(run, "behind").status == WaveStatus::Skipped
    });
    assert_eq!(wave(&failed, "first").status, WaveStatus::Failed);
    assert_eq!(wave(&failed, "first").allowed_actions, [WaveAction::Retry]);
    assert!(wave(&failed, "behind").allowed_actions.is_empty());
    drop(fault);
    two_at_once(&scenario, &id, "retry");
    let opened = scenario.client().execution(&id).unwrap();
    assert_eq!((wave(&opened, "first").round, wave(&opened, "behind").status), (2, WaveStatus::Waiting));
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(wave(&ended, "behind").servers[0].attempts[0].status, ServerStatus::Skipped);
    assert!(wave(&ended, "beside").ended_at < wave(&ended, "behind").ended_at, "the execution has waited");
    assert_eq!(ended.summary.ended_at, wave(&ended, "behind").ended_at);
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("JobCreated", &ids).len(), 4);
    assert_eq!(audited(&scenario, &id, "RetryWave"), 1);
    let (status, code, _) = ask(&scenario, "demo", &id, "retry", &json!({}));
    assert_eq!((status, code.as_str()), (409, "NOT_POSSIBLE_NOW"));
}

#[test]
fn a_wave_whose_new_state_machine_is_lost_is_settled_with_its_execution() {
    let scenario = Scenario::new("reopen-lost");
    stopping_plan(&scenario);
    scenario.cloud.fault(&[&format!("launch-fails={}", scenario.host(1))]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "the end of two waves", |run| {
        run.waves.len() == 3 && wave(run, "behind").status == WaveStatus::Skipped
    });
    assert_eq!(ask(&scenario, "demo", &id, "retry", &json!({})).0, 200);
    for number in [1, 2] {
        // The end of the id, as far as 80 characters have room.
        let name = format!("{id}-wave-{number:03}-2");
        assert!(name.len() <= 80, "{name}");
        scenario.cloud.begun("wave", &name);
        let arn = scenario.cloud.execution_arn("wave", &name);
        scenario.cloud.sfn("StopExecution", &json!({ "executionArn": arn }));
    }
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Failed);
    assert_eq!((wave(&ended, "first").status, wave(&ended, "behind").status), (WaveStatus::Failed, WaveStatus::Failed));
    assert!(wave(&ended, "first").reason.contains("without settling this wave"), "{}", wave(&ended, "first").reason);
    assert!(wave(&ended, "first").servers.iter().all(|server| server.status.is_terminal()));
}
