//! What people do to an execution that runs: pause, resume, approve, reject. Asked of the API, seen in what DRS was told.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::thread;

use contract::{Execution, ExecutionAction, ExecutionStatus, Mode, ServerStatus, Verdict, WaveAction, WaveStatus};
use domain::id::ExecutionId;
use e2e::Scenario;
use e2e::scenario::{assert_ended, eventually, servers, wave};
use serde_json::{Value, json};

/// Asks for `what` of an execution as `user`; the status and the code of the answer.
fn ask(scenario: &Scenario, user: &str, id: &ExecutionId, what: &str) -> (u16, String) {
    let token = scenario.cloud.token_of(user);
    let body = if what.starts_with("waves") {
        json!({ "comment": format!("says {user}") }).to_string()
    } else {
        String::new()
    };
    let (status, answer) =
        scenario.cloud.request("POST", &format!("/executions/{id}/{what}"), Some(&token), Some(&body));
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

fn done() -> (u16, String) {
    (200, String::new())
}

fn not_now() -> (u16, String) {
    (409, "NOT_POSSIBLE_NOW".to_owned())
}

/// Waits until wave `number` has entered the state `name` at least `times` times.
fn entered(scenario: &Scenario, id: &ExecutionId, number: u32, name: &str, times: usize) {
    let name_of_wave = format!("{id}-wave-{number:03}");
    let arn = scenario.cloud.execution_arn("wave", &name_of_wave);
    scenario.cloud.begun("wave", &name_of_wave);
    eventually(&format!("{name} of wave {number}"), || {
        let events = scenario.cloud.history(&arn);
        let of = |event: &&Value| event["stateEnteredEventDetails"]["name"] == name;
        let seen = events.iter().filter(of).count();
        if seen >= times { Ok(()) } else { Err(format!("{seen} times")) }
    });
}

/// How often the audit log has `action` of an execution.
fn audited(scenario: &Scenario, id: &ExecutionId, action: &str) -> usize {
    let log = scenario.cloud.get(&format!("/audit?subject={id}&action={action}"));
    log["count"].as_u64().unwrap_or_default() as usize
}

fn jobs(scenario: &Scenario, since: u64, ids: &[String]) -> usize {
    scenario.cloud.journal(since).changes("JobCreated", ids).len()
}

fn starts_pausing(scenario: &Scenario) -> ExecutionId {
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    assert_eq!(ask(scenario, "operator", &id, "pause"), done());
    id
}

#[test]
fn a_pause_before_the_first_wave_holds_everything_until_it_is_resumed() {
    let scenario = Scenario::new("early-pause");
    let ids = scenario.single_wave(2, |_, _| {});
    let since = scenario.cloud.journal_position();
    let id = starts_pausing(&scenario);
    // Once more changes nothing, not even who did it.
    assert_eq!(ask(&scenario, "recoverer", &id, "pause"), done());
    entered(&scenario, &id, 1, "AwaitDecision", 1);
    let held = scenario.client().execution(&id).unwrap();
    assert_eq!(held.summary.status, ExecutionStatus::Running);
    assert_eq!(held.summary.paused.as_ref().map(|pause| pause.by.as_str()), Some("operator"));
    assert_eq!(held.summary.allowed_actions, [ExecutionAction::Resume, ExecutionAction::Cancel]);
    assert_eq!(jobs(&scenario, since, &ids), 0);
    let answers = at_once(&scenario, &id, "resume");
    assert!(answers.iter().all(|answer| *answer == done()), "{answers:?}");
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(jobs(&scenario, since, &ids), 1);
    assert!(ended.summary.paused.is_none());
    assert_eq!(ended.summary.allowed_actions, [ExecutionAction::Cleanup]);
    assert_eq!((audited(&scenario, &id, "PauseExecution"), audited(&scenario, &id, "ResumeExecution")), (1, 1));
    for what in ["pause", "resume"] {
        assert_eq!(ask(&scenario, "demo", &id, what), not_now(), "{what}");
    }
}

/// Two people at the same moment.
fn at_once(scenario: &Scenario, id: &ExecutionId, what: &str) -> Vec<(u16, String)> {
    thread::scope(|scope| {
        let asked: Vec<_> = (0..2).map(|_| scope.spawn(|| ask(scenario, "demo", id, what))).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_pause_holds_the_next_jobs_of_every_wave_and_running_ones_are_watched_on() {
    let scenario = Scenario::new("pause");
    let ids = scenario.servers(4, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    scenario.plan(&json!([
        { "name": "left", "groups": [group("l", &ids[..1])] },
        { "name": "right", "groups": [group("r", &ids[1..2])] },
        { "name": "behind-left", "groups": [group("bl", &ids[2..3])], "dependsOnWaves": ["left"] },
        { "name": "behind-right", "groups": [group("br", &ids[3..])], "dependsOnWaves": ["right"] },
    ]));
    let since = scenario.cloud.journal_position();
    // On a slow machine, too, they launch until it is paused.
    let launching = scenario.cloud.wrong(&[&format!("launch-waits={}", ids[0]), &format!("launch-waits={}", ids[1])]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "two launches", |run| {
        servers(run).filter(|server| server.status == ServerStatus::Launching).count() == 2
    });
    for _ in 0..2 {
        assert_eq!(ask(&scenario, "demo", &id, "pause"), done());
        assert_eq!(ask(&scenario, "demo", &id, "resume"), done());
    }
    assert_eq!(ask(&scenario, "demo", &id, "pause"), done());
    drop(launching);
    let held = scenario.until(&id, "the end of what ran", |run| {
        ["left", "right"].iter().all(|name| wave(run, name).status == WaveStatus::Completed)
    });
    entered(&scenario, &id, 3, "AwaitDecision", 1);
    entered(&scenario, &id, 4, "AwaitDecision", 1);
    assert_eq!(wave(&held, "behind-left").status, WaveStatus::Waiting);
    assert_eq!(jobs(&scenario, since, &ids[2..]), 0);
    assert_eq!(ask(&scenario, "demo", &id, "resume"), done());
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);
    assert_eq!(jobs(&scenario, since, &ids), 4);
}

#[test]
fn in_a_pause_a_wave_does_not_launch_the_rest_of_its_servers() {
    let scenario = Scenario::new("pause-more");
    let ids = scenario.single_wave(2, |_, _| {});
    let since = scenario.cloud.journal_position();
    scenario.cloud.fault(&[&format!("foreign-job={}:60", ids[0])]);
    let journal = scenario.cloud.journal(since);
    let foreign = [journal.changes("JobCreated", &ids[..1])[0]["details"]["jobId"].as_str().unwrap().to_owned()];
    let launching = scenario.cloud.wrong(&[&format!("launch-waits={}", ids[1])]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "the launch of the other server", |run| {
        servers(run).any(|server| server.status == ServerStatus::Launching)
    });
    assert_eq!(ask(&scenario, "demo", &id, "pause"), done());
    // The foreign job ends before the wave's own: DRS would take the server by then.
    eventually("the end of the foreign job", || {
        let ended = !scenario.cloud.journal(since).changes("JobCompleted", &foreign).is_empty();
        if ended { Ok(()) } else { Err("it runs".to_owned()) }
    });
    drop(launching);
    entered(&scenario, &id, 1, "AwaitDecision", 1);
    let held = scenario.client().execution(&id).unwrap();
    let mut statuses: Vec<_> = servers(&held).map(|server| server.status).collect();
    statuses.sort();
    assert_eq!(statuses, [ServerStatus::Pending, ServerStatus::Launched]);
    assert_eq!(ask(&scenario, "demo", &id, "resume"), done());
    assert_ended(&scenario.end_of(&id), ExecutionStatus::Completed);
    assert_eq!(scenario.cloud.journal(since).calls("StartRecovery", &ids).len(), 2);
}

#[test]
fn a_lost_token_and_tasks_that_are_delivered_twice_do_not_keep_a_wave_that_is_resumed() {
    let scenario = Scenario::new("lost-token");
    let ids = scenario.single_wave(1, |_, _| {});
    let since = scenario.cloud.journal_position();
    let id = starts_pausing(&scenario);
    entered(&scenario, &id, 1, "AwaitDecision", 1);
    // What is stored now is nobody's token.
    let key = json!({ "executionId": id, "planId": scenario.name, "wave": 1, "token": "lost" });
    for task in ["await-dependencies", "await-decision"] {
        scenario.cloud.invoke(task, &key);
    }
    assert_eq!(ask(&scenario, "demo", &id, "resume"), done());
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(jobs(&scenario, since, &ids), 1);
}

/// A plan of two waves, the second of which needs an approval.
fn asked(name: &str, approval: &Value, four_eyes: bool) -> (Scenario, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario.servers(3, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    scenario.put(
        "recovery-plans",
        &scenario.name,
        &json!({ "name": scenario.name, "fourEyes": four_eyes, "waves": [
            { "name": "first", "groups": [group("a", &ids[..1])] },
            { "name": "asked", "groups": [group("b", &ids[1..2])], "dependsOnWaves": ["first"], "approval": approval },
            { "name": "last", "groups": [group("c", &ids[2..])], "dependsOnWaves": ["asked"] },
        ] }),
    );
    (scenario, ids)
}

fn awaiting(scenario: &Scenario, id: &ExecutionId) -> Execution {
    scenario.until(id, "the question", |run| {
        run.waves.len() == 3 && wave(run, "asked").status == WaveStatus::AwaitingApproval
    })
}

#[test]
fn a_wave_waits_for_its_approval_and_who_decided_is_recorded() {
    let (scenario, ids) = asked("approve", &json!({ "role": "dr-approver", "timeoutMinutes": 600 }), false);
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "its waves", |run| run.summary.status == ExecutionStatus::Running && run.waves.len() == 3);
    for (what, wave) in [("before it is asked for", 2), ("of a wave that needs none", 1)] {
        assert_eq!(ask(&scenario, "demo", &id, &format!("waves/{wave}/approve")), not_now(), "{what}");
    }
    assert_eq!(ask(&scenario, "demo", &id, "waves/9/approve").0, 404);
    let waiting = awaiting(&scenario, &id);
    let question = wave(&waiting, "asked").approval.as_ref().unwrap();
    assert_eq!(question.expires_at.unwrap() - question.asked_at.unwrap(), 36_000);
    assert!(question.asked_at >= wave(&waiting, "first").ended_at, "{question:?}");
    assert_eq!(wave(&waiting, "asked").allowed_actions, [WaveAction::Approve, WaveAction::Reject]);
    assert!(wave(&scenario.cloud.auditor().execution(&id).unwrap(), "asked").allowed_actions.is_empty());
    for user in ["operator", "auditor", "nobody"] {
        assert_eq!(ask(&scenario, user, &id, "waves/2/approve"), (403, "ROLE_MISSING".to_owned()), "{user}");
    }
    entered(&scenario, &id, 2, "AwaitDecision", 1);
    assert_eq!(jobs(&scenario, since, &ids[1..]), 0);
    // Two at once: one decides.
    let mut answers: Vec<_> = thread::scope(|scope| {
        let asked = ["approver", "demo"].map(|user| scope.spawn(|| ask(&scenario, user, &id, "waves/2/approve")));
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    answers.sort();
    assert_eq!(answers, [done(), not_now()]);
    for what in ["approve", "reject"] {
        assert_eq!(ask(&scenario, "demo", &id, &format!("waves/2/{what}")), not_now(), "{what}");
    }
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    let decision = wave(&ended, "asked").approval.as_ref().and_then(|approval| approval.decision.clone()).unwrap();
    assert_eq!(decision.verdict, Verdict::Approved);
    assert_eq!(decision.comment, format!("says {}", decision.by));
    assert!(wave(&ended, "asked").started_at.unwrap() >= decision.at);
    assert_eq!(audited(&scenario, &id, "ApproveWave"), 1);
}

#[test]
fn a_wave_that_is_rejected_fails_and_its_policy_decides_about_those_behind_it() {
    let (scenario, ids) = asked("reject", &json!({}), false);
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    awaiting(&scenario, &id);
    // A refusal starts nothing, so a pause does not hold it.
    assert_eq!(ask(&scenario, "demo", &id, "pause"), done());
    assert_eq!(ask(&scenario, "approver", &id, "waves/2/reject"), done());
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Failed);
    assert_eq!(wave(&ended, "asked").status, WaveStatus::Failed);
    assert_eq!(wave(&ended, "asked").reason, "approver rejected it: says approver");
    assert_eq!(wave(&ended, "last").status, WaveStatus::Skipped);
    assert_eq!(jobs(&scenario, since, &ids[1..]), 0);
    assert_eq!(audited(&scenario, &id, "RejectWave"), 1);
}

#[test]
fn an_approval_that_nobody_gives_ends_as_the_plan_says() {
    for (on_timeout, status, proceeds) in
        [("REJECT", ExecutionStatus::Failed, false), ("PROCEED", ExecutionStatus::Completed, true)]
    {
        let approval = json!({ "timeoutMinutes": 5, "onTimeout": on_timeout });
        let (scenario, _) = asked("no-approval", &approval, false);
        let ended = scenario.run(Mode::Drill);
        assert_ended(&ended, status);
        let asked = wave(&ended, "asked");
        let approval = asked.approval.as_ref().unwrap();
        let decision = approval.decision.as_ref().unwrap();
        assert_eq!((decision.verdict, decision.by.as_str()), (Verdict::TimedOut, ""), "{on_timeout}");
        assert!(decision.at >= approval.expires_at.unwrap());
        assert_eq!(asked.reason.is_empty(), proceeds, "{}", asked.reason);
    }
}

#[test]
fn four_eyes_who_started_a_recovery_does_not_approve_its_waves() {
    let (scenario, _) = asked("four-eyes", &json!({ "role": "dr-recoverer" }), true);
    let token = scenario.cloud.token_of("recoverer");
    let path = format!("/recovery-plans/{}/executions", scenario.name);
    let body = json!({ "mode": "RECOVERY", "confirm": scenario.name }).to_string();
    let (status, answer) = scenario.cloud.request("POST", &path, Some(&token), Some(&body));
    assert_eq!(status, 202, "{answer}");
    let id = ExecutionId::from(answer["executionId"].as_str().unwrap());
    awaiting(&scenario, &id);
    let (_, seen) = scenario.cloud.request("GET", &format!("/executions/{id}"), Some(&token), None);
    assert_eq!(seen["waves"][1]["allowedActions"], json!(["REJECT"]));
    assert_eq!(ask(&scenario, "recoverer", &id, "waves/2/approve"), (403, "FOUR_EYES".to_owned()));
    assert_eq!(ask(&scenario, "demo", &id, "waves/2/approve"), done());
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Completed);
    assert_eq!(wave(&ended, "asked").approval.as_ref().unwrap().decision.as_ref().unwrap().by, "demo");
}
