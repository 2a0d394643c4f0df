//! Whole runs of the example plan in virtual time.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use serde_json::{Value, json};
use simulation::World;
use simulator::Inventory;

const INVENTORY: &str = include_str!("../../../examples/three-tier/inventory.yaml");
const PLAN: &str = include_str!("../../../examples/three-tier/plan.yaml");

fn drill(seed: u64) -> (World, Value) {
    let mut world = World::new(seed, Inventory::from_yaml(INVENTORY).unwrap()).unwrap();
    let plan: Value = serde_saphyr::from_str(PLAN).unwrap();
    for group in plan["protectionGroups"].as_array().unwrap() {
        world.put("protection-groups", group).unwrap();
    }
    world.put("recovery-plans", &plan["recoveryPlans"][0]).unwrap();
    let start = json!({ "mode": "RECOVERY", "confirm": "three-tier" });
    let (status, begun) = world.request("POST", "/recovery-plans/three-tier/executions", Some(&start)).unwrap();
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
    let (world, execution) = drill(1);
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
        let (world, execution) = drill(seed);
        let (_, journal) = world.simulator("GET", "journal?since=0", None);
        (execution, world.events(), journal)
    };
    let (one, other) = (story(7), story(7));
    assert_eq!(one.0, other.0);
    assert_eq!(one.1, other.1);
    assert_eq!(one.2, other.2);
    assert_ne!(one.2, story(8).2, "another seed tells another one");
}
