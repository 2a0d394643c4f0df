//! How long a run takes in this engine. It asserts that the run is whole, and prints the rest: `--nocapture` shows it.

use std::time::Instant;

use serde_json::{Value, json};
use simulation::World;
use simulator::Inventory;

const SERVERS: usize = 20;
const WAVES: usize = 4;

#[test]
fn a_drill_of_twenty_servers() {
    let servers: Vec<Value> = (0..SERVERS)
        .map(|number| json!({ "id": format!("s-{number:017}"), "hostname": format!("host-{number}"), "os": "linux" }))
        .collect();
    let inventory = json!({ "account": "000000000000", "region": "us-east-1", "seed": 1, "sourceServers": servers });
    let begin = Instant::now();
    let mut world = World::new(1, Inventory::from_yaml(&inventory.to_string()).unwrap()).unwrap();
    let made = begin.elapsed();
    let mut waves = Vec::new();
    for wave in 0..WAVES {
        let members: Vec<Value> =
            servers.iter().skip(wave).step_by(WAVES).map(|one| json!({ "id": one["id"] })).collect();
        let name = format!("group-{wave}");
        let body = json!({ "name": name, "servers": members });
        world.put("protection-groups", &body).unwrap();
        let before: Vec<String> = wave.checked_sub(1).map(|before| format!("wave-{before}")).into_iter().collect();
        waves.push(json!({ "name": format!("wave-{wave}"), "groups": [name], "dependsOnWaves": before }));
    }
    let plan = json!({ "name": "pace", "waves": waves });
    world.put("recovery-plans", &plan).unwrap();
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/pace/executions", Some(&start)).unwrap();
    assert_eq!(status, 202, "{begun}");
    let (began, path) = (world.now(), format!("/executions/{}", begun["executionId"].as_str().unwrap()));
    let running = Instant::now();
    // Nobody looks meanwhile: four waves of some ten minutes are over in two hours.
    world.pass(7_200);
    let ran = running.elapsed();
    let (_, execution) = world.request("GET", &path, None).unwrap();
    assert_eq!(execution["status"], "COMPLETED", "{execution:#}\n{:#?}", world.failures());
    let (_, journal) = world.simulator("GET", "journal?since=0", None);
    let calls = journal["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "call").count();
    let took = execution["endedAt"].as_f64().unwrap() - began;
    println!(
        "{SERVERS} servers in {WAVES} waves: a world is made in {} ms, {took} s of virtual time take {} ms, with {calls} \
         calls of DRS and SSM",
        made.as_millis(),
        ran.as_millis()
    );
}
