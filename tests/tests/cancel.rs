//! An execution that is cancelled, in every phase: nothing more is begun, what DRS runs is watched to its end, nothing is
//! terminated.

use std::thread;

use contract::{Execution, ExecutionAction, ExecutionStatus, Mode, ServerStatus, WaveStatus};
use domain::id::ExecutionId;
use e2e::scenario::{assert_ended, eventually, servers, wave};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// Cancels as `user`; the status and the code of the answer.
fn cancel(scenario: &Scenario, user: &str, id: &ExecutionId) -> (u16, String) {
    let token = scenario.cloud.token_of(user);
    let body = json!({ "comment": format!("says {user}") }).to_string();
    let (status, answer) =
        scenario.cloud.request("POST", &format!("/executions/{id}/cancel"), Some(&token), Some(&body));
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

fn done() -> (u16, String) {
    (200, String::new())
}

fn not_now() -> (u16, String) {
    (409, "NOT_POSSIBLE_NOW".to_owned())
}

/// How often the audit log has `action` of an execution.
fn audited(scenario: &Scenario, id: &ExecutionId, action: &str) -> usize {
    let log = scenario.cloud.get(&format!("/audit?subject={id}&action={action}"));
    log["count"].as_u64().unwrap_or_default() as usize
}

/// Waits until wave `number` has entered the state `name`.
fn entered(scenario: &Scenario, id: &ExecutionId, number: u32, name: &str) {
    let name_of_wave = format!("{id}-wave-{number:03}");
    let arn = scenario.cloud.execution_arn("wave", &name_of_wave);
    scenario.cloud.begun("wave", &name_of_wave);
    eventually(&format!("{name} of wave {number}"), || {
        let events = scenario.cloud.history(&arn);
        let of = |event: &Value| event["stateEnteredEventDetails"]["name"] == name;
        if events.iter().any(of) { Ok(()) } else { Err("not entered".to_owned()) }
    });
}

/// What holds of every execution that was cancelled, in whatever phase: nothing terminated, nothing held, the machine ended.
fn assert_cancelled(scenario: &Scenario, id: &ExecutionId, ids: &[String], since: u64) -> Execution {
    let ended = scenario.end_of(id);
    assert_ended(&ended, ExecutionStatus::Cancelled);
    assert!(ended.summary.reason.contains("cancelled the execution"), "{}", ended.summary.reason);
    // What it launched can be cleaned up, and nothing else be done to it.
    assert!(ended.summary.allowed_actions.iter().all(|action| *action == ExecutionAction::Cleanup));
    assert!(ended.summary.paused.is_none());
    assert!(ended.waves.iter().all(|wave| wave.status.is_terminal() && wave.allowed_actions.is_empty()));
    assert!(servers(&ended).all(|server| server.status.is_terminal()));
    let journal = scenario.cloud.journal(since);
    for operation in ["TerminateRecoveryInstances", "DeleteRecoveryInstance", "DisconnectRecoveryInstance"] {
        assert!(journal.calls(operation, ids).is_empty(), "{operation}");
    }
    assert_released(scenario);
    ended
}

/// Its claims are released: another run of the same servers is not refused for them.
fn assert_released(scenario: &Scenario) {
    let preflight =
        scenario.cloud.send("POST", &format!("/recovery-plans/{}/preflight?mode=DRILL", scenario.name), &[], None);
    assert_eq!(preflight.status, 200, "{}", preflight.body);
    assert!(!preflight.body.to_string().contains("SERVER_CLAIMED"), "{}", preflight.body);
}

/// How the recovery machine ended: not by a stop.
fn assert_machine(scenario: &Scenario, id: &ExecutionId) {
    let machine = scenario.cloud.ended(&scenario.cloud.execution_arn("recovery", id.as_str()));
    assert_eq!((&machine["status"], &machine["error"]), (&json!("FAILED"), &json!("CANCELLED")), "{machine}");
}

/// Stops an execution of `machine`, as somebody does in the console of Step Functions.
fn stop(scenario: &Scenario, machine: &str, name: &str) {
    let arn = scenario.cloud.execution_arn(machine, name);
    scenario.cloud.sfn("StopExecution", &json!({ "executionArn": arn, "cause": "wrong button" }));
}

fn launching(scenario: &Scenario, id: &ExecutionId, count: usize) {
    scenario.until(id, "its launches", |run| {
        servers(run).filter(|server| server.status == ServerStatus::Launching).count() == count
    });
}

#[test]
fn cancelled_before_its_waves_are_frozen_or_at_their_gate_nothing_is_launched() {
    let scenario = Scenario::new("early-cancel");
    let ids = scenario.single_wave(2, |_, _| {});
    let (since, heard) = (scenario.cloud.journal_position(), scenario.cloud.listen("Execution Ended", &scenario.name));
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    assert_eq!(cancel(&scenario, "auditor", &id), (403, "ROLE_MISSING".to_owned()));
    assert_eq!(cancel(&scenario, "operator", &id), done());
    // Once more changes nothing, not even who did it.
    let again = cancel(&scenario, "demo", &id);
    assert!(again == done() || again == not_now(), "{again:?}");
    let ended = assert_cancelled(&scenario, &id, &ids, since);
    assert_machine(&scenario, &id);
    assert_eq!(ended.summary.reason, "operator cancelled the execution: says operator");
    assert_eq!(ended.summary.cancelled.as_ref().map(|cancelled| cancelled.by.as_str()), Some("operator"));
    assert!(ended.waves.iter().all(|wave| wave.status == WaveStatus::Cancelled));
    assert!(servers(&ended).all(|server| server.status == ServerStatus::Skipped));
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
    assert_eq!(audited(&scenario, &id, "CancelExecution"), 1);
    for action in ["cancel", "pause", "resume"] {
        let path = format!("/executions/{id}/{action}");
        let (status, answer) = scenario.cloud.request("POST", &path, Some(scenario.cloud.admin_token()), Some("{}"));
        assert_eq!((status, answer["code"].as_str()), (409, Some("NOT_POSSIBLE_NOW")), "{action}");
    }
    eventually("the event", || match heard.heard().first() {
        Some(event) if event["status"] == "CANCELLED" => Ok(()),
        Some(event) => Err(event.to_string()),
        None => Err("nothing".to_owned()),
    });
}

#[test]
fn cancelled_while_it_launches_jobs_are_watched_to_their_end_and_no_wave_begins() {
    let scenario = Scenario::new("cancel");
    let ids = scenario.servers(4, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    let check = json!([{ "name": "agent", "kind": "ssmAgentOnline", "runIn": ["DRILL"] }]);
    scenario.plan(&json!([
        { "name": "left", "groups": [group("l", &ids[..1])], "healthChecks": check },
        { "name": "right", "groups": [group("r", &ids[1..2])] },
        { "name": "behind", "groups": [group("b", &ids[2..3])], "dependsOnWaves": ["left"] },
        { "name": "last", "groups": [group("z", &ids[3..])], "dependsOnWaves": ["behind", "right"] },
    ]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    launching(&scenario, &id, 2);
    // Two people at once: one of them cancels it.
    let answers: Vec<_> = thread::scope(|scope| {
        let asked = ["operator", "recoverer"].map(|user| scope.spawn(|| cancel(&scenario, user, &id)));
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers, [done(), done()]);
    let held = scenario.client().execution(&id).unwrap();
    assert_eq!(held.summary.status, ExecutionStatus::Running, "DRS still runs its jobs");
    assert!(!held.summary.allowed_actions.contains(&ExecutionAction::Cancel));
    assert_eq!(audited(&scenario, &id, "CancelExecution"), 1);
    let ended = assert_cancelled(&scenario, &id, &ids, since);
    assert_machine(&scenario, &id);
    for name in ["left", "right", "behind", "last"] {
        assert_eq!(wave(&ended, name).status, WaveStatus::Cancelled, "{name}");
    }
    for name in ["left", "right"] {
        let server = &wave(&ended, name).servers[0];
        assert_eq!(server.status, ServerStatus::Launched, "{name}: {server:?}");
        assert!(server.instance_id.is_some());
    }
    assert!(wave(&ended, "behind").ended_at < wave(&ended, "left").ended_at, "it was woken at once");
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("JobCreated", &ids).len(), 2);
    // What stands can be cleaned up, as after any other drill.
    let left = scenario.cloud.get(&format!("/executions?leftOver=true&planId={}", scenario.name));
    assert_eq!(left["items"][0]["leftOver"]["instances"], 2, "{left}");
}

#[test]
fn cancelled_while_it_is_paused_or_awaits_an_approval_it_ends_at_once() {
    for paused in [true, false] {
        let scenario = Scenario::new("cancel-held");
        let ids = scenario.servers(2, |_, _| {});
        let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
        scenario.plan(&json!([
            { "name": "asked", "groups": [group("a", &ids[..1])], "approval": { "timeoutMinutes": 1000 } },
            { "name": "behind", "groups": [group("b", &ids[1..])], "dependsOnWaves": ["asked"] },
        ]));
        let since = scenario.cloud.journal_position();
        let id = scenario.start(Mode::Drill, &[]).unwrap();
        scenario.until(&id, "the question", |run| {
            run.waves.first().is_some_and(|wave| wave.status == WaveStatus::AwaitingApproval)
        });
        if paused {
            let token = scenario.cloud.admin_token();
            for what in ["pause", "waves/1/approve"] {
                let path = format!("/executions/{id}/{what}");
                let (status, answer) = scenario.cloud.request("POST", &path, Some(token), Some("{}"));
                assert_eq!(status, 200, "{what}: {answer}");
            }
        }
        entered(&scenario, &id, 1, "AwaitDecision");
        assert_eq!(cancel(&scenario, "recoverer", &id), done());
        let ended = assert_cancelled(&scenario, &id, &ids, since);
        assert!(ended.waves.iter().all(|wave| wave.status == WaveStatus::Cancelled && wave.started_at.is_none()));
        assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
    }
}

#[test]
fn cancelled_while_checks_or_actions_run_no_more_are_begun_and_waves_that_had_ended_stay() {
    let scenario = Scenario::new("cancel-late");
    let ids = scenario.servers(2, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    scenario.plan(&json!([
        { "name": "first", "groups": [group("a", &ids[..1])] },
        { "name": "second", "groups": [group("b", &ids[1..])], "dependsOnWaves": ["first"],
          "beforeActions": [{ "name": "rest", "kind": "delay", "delayMinutes": 1000 }] },
    ]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    entered(&scenario, &id, 2, "WaitForActions");
    assert_eq!(cancel(&scenario, "demo", &id), done());
    let ended = assert_cancelled(&scenario, &id, &ids, since);
    assert_eq!(wave(&ended, "first").status, WaveStatus::Completed);
    assert_eq!(wave(&ended, "second").status, WaveStatus::Cancelled);
    assert_eq!(wave(&ended, "second").before_actions[0].output, "the wave ended before its time was over");
    assert_eq!(wave(&ended, "second").servers[0].status, ServerStatus::Skipped);
}

#[test]
fn cancelled_while_health_checks_run_its_servers_are_launched_and_their_health_is_not_known() {
    let scenario = Scenario::new("cancel-checks");
    // Its agent never comes.
    let ids = scenario.servers(1, |_, _| {});
    scenario.cloud.fault(&[&format!("agent-never-online={}", ids[0])]);
    scenario.plan(&json!([{ "name": "all", "groups": [scenario.group("all", &ids, &[])], "healthChecks": [
        { "name": "agent", "kind": "ssmAgentOnline", "runIn": ["DRILL"], "timeoutMinutes": 600 },
    ] }]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "its checks", |run| run.waves.first().is_some_and(|wave| wave.status == WaveStatus::Checking));
    assert_eq!(cancel(&scenario, "demo", &id), done());
    let ended = assert_cancelled(&scenario, &id, &ids, since);
    let server = &ended.waves[0].servers[0];
    assert_eq!(server.status, ServerStatus::Unknown);
    assert!(server.instance_id.is_some() && server.launched_at.is_some(), "{server:?}");
}

/// Two waves, the second after the first.
fn two_waves(name: &str) -> (Scenario, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario.servers(2, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    scenario.plan(&json!([
        { "name": "first", "groups": [group("a", &ids[..1])] },
        { "name": "second", "groups": [group("b", &ids[1..])], "dependsOnWaves": ["first"] },
    ]));
    (scenario, ids)
}

#[test]
fn stopped_the_moment_it_began_it_holds_nothing() {
    let (scenario, ids) = two_waves("stopped-early");
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    stop(&scenario, "recovery", id.as_str());
    assert_cancelled(&scenario, &id, &ids, since);
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn a_wave_whose_machine_is_stopped_fails_and_the_execution_ends() {
    let (scenario, ids) = two_waves("wave-stopped");
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    launching(&scenario, &id, 1);
    stop(&scenario, "wave", &format!("{id}-wave-001"));
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Failed);
    assert_eq!(wave(&ended, "first").servers[0].status, ServerStatus::Unknown, "DRS runs on, and nobody watches");
    assert_eq!(wave(&ended, "second").status, WaveStatus::Skipped);
    assert!(scenario.cloud.journal(since).calls("TerminateRecoveryInstances", &ids).is_empty());
    assert_released(&scenario);
}

#[test]
fn what_was_accepted_and_never_began_is_found_and_fails() {
    let (scenario, _) = two_waves("never-began");
    let id = ExecutionId::from(format!("{}-20260101t000000-0000", scenario.name));
    let item = json!({
        "executionId": id, "planId": scenario.name, "plan": scenario.name, "kind": "EXECUTION", "active": "1",
        "mode": "DRILL", "status": "PENDING", "startedBy": "ada", "startedAt": 1_000, "revision": 1,
    });
    scenario.cloud.put_item("executionHistory", &item);
    // The schedule does this every five minutes.
    let looked = scenario.cloud.ended(&scenario.cloud.begin("stopped", &json!({})));
    assert_eq!(looked["status"], "SUCCEEDED", "{looked}");
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Failed);
    assert!(ended.summary.reason.starts_with("NotStarted: "), "{}", ended.summary.reason);
}

mod alone {
    use super::*;

    #[test]
    fn stopped_in_step_functions_it_is_cancelled_whether_its_waves_run_on_or_not() {
        for with_waves in [false, true] {
            // From the beginning: to wait until it is alone takes longer than its first wave.
            let alone = with_waves.then(|| cloud().disturb(&[]));
            let (scenario, ids) = two_waves("stopped");
            let (since, heard) =
                (scenario.cloud.journal_position(), scenario.cloud.listen("Execution Ended", &scenario.name));
            let id = scenario.start(Mode::Drill, &[]).unwrap();
            launching(&scenario, &id, 1);
            stop(&scenario, "recovery", id.as_str());
            // As AWS does. What is left of the recovery machine here, which AWS leaves nothing of, must not settle them.
            let held = with_waves.then(|| scenario.cloud.refuse(&["settle-wave".to_owned()]));
            if with_waves {
                for wave in ["wave-001", "wave-002"] {
                    stop(&scenario, "wave", &format!("{id}-{wave}"));
                }
            }
            let ended = assert_cancelled(&scenario, &id, &ids, since);
            drop(held);
            assert_eq!(ended.summary.reason, "stepfunctions cancelled the execution: wrong button");
            assert!(ended.waves.iter().all(|wave| wave.status == WaveStatus::Cancelled), "{ended:?}");
            let first = &wave(&ended, "first").servers[0];
            assert_eq!((first.status, first.instance_id.is_some()), (ServerStatus::Launched, true), "{first:?}");
            assert_eq!(wave(&ended, "second").servers[0].status, ServerStatus::Skipped);
            assert_eq!(scenario.cloud.journal(since).changes("JobCreated", &ids).len(), 1);
            assert_eq!(audited(&scenario, &id, "StopExecution"), 1);
            let machine = scenario.cloud.ended(&scenario.cloud.execution_arn("recovery", id.as_str()));
            assert_eq!(machine["status"], "ABORTED");
            eventually("the event", || match heard.heard().first() {
                Some(event) if event["status"] == "CANCELLED" => Ok(()),
                Some(event) => Err(event.to_string()),
                None => Err("nothing".to_owned()),
            });
            scenario.until(&id, "its report", |run| run.reports.len() == 3);
            // CloudTrail says minutes later who it was.
            let arn = scenario.cloud.execution_arn("recovery", id.as_str());
            let ada = "arn:aws:iam::000000000000:user/ada";
            let call = json!({ "eventName": "StopExecution", "userIdentity": { "arn": ada }, "requestParameters": { "executionArn": arn } });
            let named = scenario.cloud.ended(&scenario.cloud.begin("stopped", &call));
            assert_eq!(named["status"], "SUCCEEDED", "{named}");
            let summary = scenario.client().execution(&id).unwrap().summary;
            assert_eq!(summary.cancelled.map(|cancelled| cancelled.by).as_deref(), Some(ada));
            assert_eq!(summary.status, ExecutionStatus::Cancelled);
            drop(alone);
        }
    }
}
