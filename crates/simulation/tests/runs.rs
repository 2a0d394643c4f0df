//! Whole runs of the example plan in virtual time.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use serde_json::{Value, json};
use simulation::World;
use simulator::Inventory;

const INVENTORY: &str = include_str!("../../../examples/three-tier/inventory.yaml");
const PLAN: &str = include_str!("../../../examples/three-tier/plan.yaml");

/// A recovery of the example, to its end.
fn recovery(seed: u64) -> (World, Value) {
    run(seed, &json!({ "mode": "RECOVERY", "confirm": "three-tier" }))
}

fn run(seed: u64, start: &Value) -> (World, Value) {
    let mut world = World::new(seed, Inventory::from_yaml(INVENTORY).unwrap()).unwrap();
    let plan: Value = serde_saphyr::from_str(PLAN).unwrap();
    for group in plan["protectionGroups"].as_array().unwrap() {
        world.put("protection-groups", group).unwrap();
    }
    world.put("recovery-plans", &plan["recoveryPlans"][0]).unwrap();
    let (status, begun) = world.request("POST", "/recovery-plans/three-tier/executions", Some(start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    let path = format!("/executions/{}", begun["executionId"].as_str().unwrap());
    loop {
        world.pass(60);
        let (status, execution) = world.request("GET", &path, None).unwrap();
        assert_eq!(status, 200, "{execution}");
        if !matches!(execution["status"].as_str().unwrap(), "PENDING" | "RUNNING") {
            world.pass(60);
            return (world, execution);
        }
    }
}

#[test]
fn the_example_recovers_in_virtual_time() {
    let (world, execution) = recovery(1);
    assert_eq!(execution["status"], "COMPLETED", "{execution:#}\n{:#?}", world.failures());
    let id = execution["executionId"].as_str().unwrap();
    let recovery = world.entered("recovery", id);
    assert_eq!(recovery.last().unwrap(), "ExecutionSucceeded", "{recovery:?}");
    let wave = world.entered("wave", &format!("{id}-wave-001"));
    assert_eq!(wave.first().unwrap(), "BeginWave", "{wave:?}");
    assert_eq!(wave.last().unwrap(), "WaveSettled", "{wave:?}");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| {
        let (world, execution) = recovery(seed);
        let (_, journal) = world.simulator("GET", "journal?since=0", None);
        (execution, world.events(), journal)
    };
    let (one, other) = (story(7), story(7));
    assert_eq!(one.0, other.0);
    assert_eq!(one.1, other.1);
    assert_eq!(one.2, other.2);
    assert_ne!(one.2, story(8).2, "another seed tells another one");
}

#[test]
fn a_cleanup_whose_machine_was_stopped_ends_and_can_be_begun_anew() {
    let (mut world, execution) = run(1, &json!({ "mode": "DRILL" }));
    let id = execution["executionId"].as_str().unwrap();
    let path = format!("/executions/{id}/cleanup");
    assert_eq!(world.request("POST", &path, None).unwrap().0, 202);
    world.pass(40);
    world.stop("cleanup", &format!("{id}-clean001"));
    let cleanup =
        |world: &mut World| world.request("GET", &format!("/executions/{id}"), None).unwrap().1["cleanup"].take();
    assert_eq!(cleanup(&mut world)["status"], "RUNNING");
    world.every(900, "sweep", &json!({ "leftOverHours": 24 })).unwrap();
    world.pass(1_000);
    let stopped = cleanup(&mut world);
    assert_eq!(stopped["status"], "FAILED", "{stopped:#}");
    assert_eq!(stopped["reason"], "Stopped: its state machine was stopped or failed before it was settled");
    let claims =
        world.tables(|tables| tables.items("ExecutionHistory").filter(|item| item["planId"]["S"] == "claim").count());
    assert_eq!(claims, 0, "nobody holds the servers any more");
    assert_eq!(world.request("POST", &path, None).unwrap().0, 202);
    world.pass(600);
    assert_eq!(cleanup(&mut world)["status"], "COMPLETED");
}
