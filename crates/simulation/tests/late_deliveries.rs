//! What Step Functions or Lambda deliver a second time, late, and by itself: nobody hears what that comes to.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use simulation::caller::Caller;
use simulation::weather::{Conditions, Fate, Weather, Wrong};
use simulation::{Wire, World};
use simulator::Inventory;

const INVENTORY: &str = "{account: \"000000000000\", region: us-east-1, seed: 1, \
    sourceServers: [{id: s-00000000000000001, hostname: app}]}";

/// A drill of one server, just begun, and the path of its execution.
fn drill(weather: impl Weather + 'static, wave: &Value) -> (World, String) {
    let mut world = World::under(1, Inventory::from_yaml(INVENTORY).unwrap(), Arc::new(weather), Wire::Direct).unwrap();
    world.put("protection-groups", &json!({ "name": "app", "servers": [{ "id": "s-00000000000000001" }] })).unwrap();
    world.put("recovery-plans", &json!({ "name": "app", "waves": [wave] })).unwrap();
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/app/executions", Some(&start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    let path = format!("/executions/{}", begun["executionId"].as_str().unwrap());
    (world, path)
}

fn execution(world: &mut World, path: &str) -> Value {
    let (status, execution) = world.request("GET", path, None).unwrap();
    assert_eq!(status, 200, "{execution}");
    execution
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
        if !caller.is_some_and(|caller| caller.function == "start-jobs") {
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
    let (mut world, path) = drill(weather, &json!({ "name": "app", "groups": ["app"] }));
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
    let (mut world, path) = drill(weather, &json!({ "name": "app", "groups": ["app"], "onFailure": "PAUSE" }));
    let (status, answer) = world.simulator("POST", "faults", Some(&json!({ "faults": ["launch-fails=app"] })));
    assert_eq!(status, 200, "{answer}");
    let status = |world: &mut World| execution(world, &path)["waves"][0]["status"].clone();
    while status(&mut world) != "AWAITING_DECISION" {
        world.pass(60);
    }
    world.pass(1_800);
    let (status, answer) = world.request("POST", &format!("{path}/waves/1/skip"), Some(&json!({}))).unwrap();
    assert_eq!(status, 502, "the API was cut off: {answer}");
    world.pass(4 * 3_600);
    let execution = execution(&mut world, &path);
    assert_eq!(execution["status"], "PARTIAL", "{execution:#}\n{:#?}", world.failures());
}
