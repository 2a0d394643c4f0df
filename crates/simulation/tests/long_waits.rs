//! What a wave costs that waits for hours: the history of an execution of Step Functions holds 25,000 events and no more.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use serde_json::{Value, json};
use simulation::World;
use simulator::Inventory;

const HOUR: u64 = 3_600;
const INVENTORY: &str = "{account: \"000000000000\", region: us-east-1, seed: 1, \
    sourceServers: [{id: s-00000000000000001, hostname: app}]}";

/// A drill of one server that a job of somebody else holds for so many hours: its events, and the seconds that it took.
fn held(hours: u64) -> (u64, f64) {
    let mut world = World::new(1, Inventory::from_yaml(INVENTORY).unwrap()).unwrap();
    world.put("protection-groups", &json!({ "name": "app", "servers": [{ "id": "s-00000000000000001" }] })).unwrap();
    let wave = json!({ "name": "app", "groups": ["app"], "launchTimeoutMinutes": 1_440 });
    world.put("recovery-plans", &json!({ "name": "app", "waves": [wave] })).unwrap();
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/app/executions", Some(&start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    // After preflight, and before the wave asks for its job.
    let fault = json!({ "faults": [format!("foreign-job=app:{}", hours * 60)] });
    let (status, answer) = world.simulator("POST", "faults", Some(&fault));
    assert_eq!(status, 200, "{answer}");
    world.pass((hours + 1) * HOUR);
    let path = format!("/executions/{}", begun["executionId"].as_str().unwrap());
    let (_, execution): (u16, Value) = world.request("GET", &path, None).unwrap();
    assert_eq!(execution["status"], "COMPLETED", "{execution:#}\n{:#?}", world.failures());
    let events = world.histories().iter().map(|one| one.events).max().unwrap();
    (events, execution["endedAt"].as_f64().unwrap() - execution["startedAt"].as_f64().unwrap())
}

#[test]
fn a_wave_that_waits_for_hours_keeps_its_history_small_and_ends_in_time() {
    for hours in [1, 8, 23] {
        let (events, seconds) = held(hours);
        println!("{hours} h: {events} events, {seconds} s");
        assert!(events < 5_000, "{hours} h: {events} events");
        let job = 900.0;
        let waited = (hours * HOUR) as f64;
        // Two polls that come late, that for the server and that for its launch.
        assert!(seconds > waited && seconds < waited * 1.02 + job + 60.0, "{hours} h: {seconds} s");
    }
}
