//! What is delivered a second time, late, when nobody hears what that comes to; and what is cut off before its end. Each was
//! found by a long run of chaos.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use simulation::caller::Caller;
use simulation::weather::{Calm, Conditions, Fate, Weather, Wrong};
use simulation::{Wire, World};
use simulator::Inventory;

/// Each server is a protection group of its own.
const INVENTORY: &str = "{account: \"000000000000\", region: us-east-1, seed: 1, \
    sourceServers: [{id: s-00000000000000001, hostname: app}, {id: s-00000000000000002, hostname: db}, \
        {id: s-00000000000000003, hostname: web}]}";

/// A drill of these waves, just begun, and the path of its execution.
fn drill(weather: impl Weather + 'static, waves: &[Value]) -> (World, String) {
    let mut world = World::under(1, Inventory::from_yaml(INVENTORY).unwrap(), Arc::new(weather), Wire::Direct).unwrap();
    world.every(300, "stopped", &json!({})).unwrap();
    for (name, id) in [("app", 1), ("db", 2), ("web", 3)] {
        let servers = json!([{ "id": format!("s-{id:017}") }]);
        world.put("protection-groups", &json!({ "name": name, "servers": servers })).unwrap();
    }
    world.put("recovery-plans", &json!({ "name": "plan", "waves": waves })).unwrap();
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/plan/executions", Some(&start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    let path = format!("/executions/{}", begun["executionId"].as_str().unwrap());
    (world, path)
}

fn execution(world: &mut World, path: &str) -> Value {
    let (status, execution) = world.request("GET", path, None).unwrap();
    assert_eq!(status, 200, "{execution}");
    execution
}

fn inject(world: &World, fault: &str) {
    let (status, answer) = world.simulator("POST", "faults", Some(&json!({ "faults": [fault] })));
    assert_eq!(status, 200, "{answer}");
}

/// Lets time pass until wave `number` is `wanted`.
fn until(world: &mut World, path: &str, number: usize, wanted: &str) {
    for _ in 0..300 {
        let execution = execution(world, path);
        if execution["waves"][number - 1]["status"] == wanted {
            return;
        }
        world.pass(60);
    }
    panic!("wave {number} is not {wanted}: {:#}", execution(world, path));
}

/// DRS takes no job at first. The second delivery of StartJobs starts it, and is killed when it has written the server.
#[derive(Debug, Default)]
struct StartedLate {
    invocations: AtomicUsize,
    starts: AtomicUsize,
}

impl Weather for StartedLate {
    fn invocation(&self, function: &str) -> Conditions {
        let first = function == "start-jobs" && self.invocations.fetch_add(1, Ordering::Relaxed) == 0;
        Conditions { again_after: first.then_some(Duration::from_secs(10)), skew_seconds: 0 }
    }

    fn call(&self, caller: Option<&Caller>, _service: &str, operation: &str) -> Fate {
        if caller.is_none_or(|caller| caller.function != "start-jobs") {
            return Fate::Answered;
        }
        match (operation, self.starts.load(Ordering::Relaxed)) {
            ("StartRecovery", starts) => {
                self.starts.store(starts + 1, Ordering::Relaxed);
                if starts == 0 { Fate::Throttled } else { Fate::Answered }
            }
            ("PutItem" | "TransactWriteItems", 2) => {
                self.starts.store(3, Ordering::Relaxed);
                Fate::Wrong { how: Wrong::Killed, committed: true }
            }
            _ => Fate::Answered,
        }
    }
}

#[test]
fn a_job_that_was_not_written_down_to_its_end_is_followed_all_the_same() {
    let weather = StartedLate::default();
    let (mut world, path) = drill(weather, &[json!({ "name": "app", "groups": ["app"] })]);
    world.pass(7_200);
    let execution = execution(&mut world, &path);
    assert_eq!(execution["status"], "COMPLETED", "{execution:#}\n{:#?}", world.failures());
}

/// SettleWave, which holds the wave, is delivered once more, half an hour later; and the API is cut off when it has written what
/// was decided in between, before it wakes the wave.
#[derive(Debug, Default)]
struct SettledLate {
    settled: AtomicUsize,
    decided: AtomicUsize,
}

impl Weather for SettledLate {
    fn invocation(&self, function: &str) -> Conditions {
        let first = function == "settle-wave" && self.settled.fetch_add(1, Ordering::Relaxed) == 0;
        Conditions { again_after: first.then_some(Duration::from_secs(2_000)), skew_seconds: 0 }
    }

    fn call(&self, caller: Option<&Caller>, _service: &str, operation: &str) -> Fate {
        let decides =
            caller.is_some_and(|caller| caller.function == "api" && caller.payload.to_string().contains("/skip"));
        let first = decides
            && matches!(operation, "PutItem" | "TransactWriteItems")
            && self.decided.fetch_add(1, Ordering::Relaxed) == 0;
        if first { Fate::Wrong { how: Wrong::Killed, committed: true } } else { Fate::Answered }
    }
}

#[test]
fn a_wave_that_was_settled_without_its_machine_lets_it_end() {
    let weather = SettledLate::default();
    let (mut world, path) = drill(weather, &[json!({ "name": "app", "groups": ["app"], "onFailure": "PAUSE" })]);
    inject(&world, "launch-fails=app");
    until(&mut world, &path, 1, "AWAITING_DECISION");
    world.pass(1_800);
    let (status, answer) = world.request("POST", &format!("{path}/waves/1/skip"), Some(&json!({}))).unwrap();
    assert_eq!(status, 502, "the API was cut off: {answer}");
    // The late delivery comes in between. By itself the machine looks when it was held for 2,400 s.
    world.pass(400);
    let execution = execution(&mut world, &path);
    assert_eq!(execution["status"], "PARTIAL", "{execution:#}\n{:#?}", world.failures());
}

#[test]
fn a_server_that_is_launched_again_is_judged_by_its_own_job() {
    let (mut world, path) =
        drill(Calm, &[json!({ "name": "app", "groups": ["app"] }), json!({ "name": "db", "groups": ["db"] })]);
    inject(&world, "foreign-job=db:300");
    until(&mut world, &path, 1, "LAUNCHING");
    world.pass(120);
    // Nobody sees how the first job ends: the wave is given up.
    inject(&world, "region-down=us-east-1");
    until(&mut world, &path, 1, "FAILED");
    assert_eq!(execution(&mut world, &path)["waves"][0]["servers"][0]["status"], "UNKNOWN");
    world.simulator("DELETE", "faults", None);
    let (status, answer) = world.request("POST", &format!("{path}/waves/1/retry"), Some(&json!({}))).unwrap();
    assert_eq!(status, 200, "{answer}");
    until(&mut world, &path, 1, "COMPLETED");
    let server = execution(&mut world, &path)["waves"][0]["servers"][0].clone();
    let (_, state) = world.simulator("GET", "state", None);
    let instances = state["instances"].as_array().unwrap();
    let instance = instances.iter().find(|instance| instance["instanceId"] == server["instanceId"]).unwrap();
    assert_eq!(instance["jobId"], server["jobId"], "{server:#}");
}

/// The API is cut off before it starts the state machine of a wave that it has opened again.
#[derive(Debug, Default)]
struct NotStarted(AtomicUsize);

impl Weather for NotStarted {
    fn call(&self, caller: Option<&Caller>, _service: &str, operation: &str) -> Fate {
        let opens =
            operation == "StartExecution" && caller.is_some_and(|caller| caller.payload.to_string().contains("/retry"));
        if opens && self.0.fetch_add(1, Ordering::Relaxed) == 0 {
            return Fate::Wrong { how: Wrong::Killed, committed: false };
        }
        Fate::Answered
    }
}

#[test]
fn a_wave_that_was_opened_again_and_not_started_does_not_hold_up_those_behind_it() {
    let waves = [
        json!({ "name": "app", "groups": ["app"] }),
        json!({ "name": "db", "groups": ["db"] }),
        json!({ "name": "web", "groups": ["web"], "dependsOnWaves": ["app", "db"] }),
    ];
    let (mut world, path) = drill(NotStarted::default(), &waves);
    inject(&world, "launch-fails=app");
    inject(&world, "foreign-job=db:300");
    until(&mut world, &path, 1, "FAILED");
    world.simulator("DELETE", "faults", None);
    let (status, answer) = world.request("POST", &format!("{path}/waves/1/retry"), Some(&json!({}))).unwrap();
    assert_eq!(status, 502, "the API was cut off: {answer}");
    world.pass(24 * 3_600);
    let execution = execution(&mut world, &path);
    assert_eq!(execution["status"], "COMPLETED", "{execution:#}\n{:#?}", world.failures());
}

/// Step Functions starts a cleanup, or not, and the API does not hear of it.
#[derive(Debug)]
struct CleanupUnheard {
    started: bool,
    calls: AtomicUsize,
}

impl Weather for CleanupUnheard {
    fn call(&self, caller: Option<&Caller>, _service: &str, operation: &str) -> Fate {
        let cleans = caller.is_some_and(|caller| caller.payload.to_string().contains("/cleanup"));
        if operation != "StartExecution" || !cleans {
            return Fate::Answered;
        }
        let first = self.calls.fetch_add(1, Ordering::Relaxed) == 0;
        if first && self.started { Fate::Wrong { how: Wrong::Reset, committed: true } } else { Fate::Throttled }
    }
}

#[test]
fn a_cleanup_of_whose_start_nothing_is_heard_ends() {
    for started in [true, false] {
        let weather = CleanupUnheard { started, calls: AtomicUsize::default() };
        let (mut world, path) = drill(weather, &[json!({ "name": "app", "groups": ["app"] })]);
        world.every(900, "sweep", &json!({ "leftOverHours": 24 })).unwrap();
        until(&mut world, &path, 1, "COMPLETED");
        world.pass(60);
        let (status, answer) = world.request("POST", &format!("{path}/cleanup"), None).unwrap();
        assert_eq!(status, 429, "{answer}");
        world.pass(3_600);
        assert_eq!(execution(&mut world, &path)["cleanup"]["status"], "COMPLETED", "started: {started}");
        let claims = world
            .tables(|tables| tables.items("ExecutionHistory").filter(|item| item["planId"]["S"] == "claim").count());
        assert_eq!(claims, 0, "started: {started}");
    }
}

#[test]
fn a_cleanup_whose_machine_another_has_started_already_is_begun_all_the_same() {
    let (mut world, path) = drill(Calm, &[json!({ "name": "app", "groups": ["app"] })]);
    world.every(900, "sweep", &json!({ "leftOverHours": 24 })).unwrap();
    inject(&world, "launch-fails=app");
    until(&mut world, &path, 1, "FAILED");
    // Of two who ask at the same time, one records it, and the other one may find the record and be the first to start the
    // machine, which is over by the time that the one who recorded it gets there.
    let id = path.trim_start_matches("/executions/");
    let name = format!("{id}-clean001");
    world.start("cleanup", &name, &json!({ "executionId": id, "planId": "plan", "attempt": 1 })).unwrap();
    world.stop("cleanup", &name);
    world.pass(1);
    let (status, answer) = world.request("POST", &format!("{path}/cleanup"), None).unwrap();
    assert_eq!((status, &answer["cleanup"]["status"]), (202, &json!("RUNNING")), "{answer}");
    world.pass(3_600);
    let ended = &execution(&mut world, &path)["cleanup"];
    assert_ne!(ended["status"], "RUNNING", "{ended}");
    assert!(!ended["reason"].as_str().unwrap().contains("did not start"), "{ended}");
}
