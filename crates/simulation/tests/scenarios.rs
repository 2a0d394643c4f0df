//! `tests/scenarios/*.yaml` in virtual time: each tells what is in the file beside it, with two seeds. `UPDATE_SCENARIOS=1`
//! writes the files.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::path::Path;

use anyhow::ensure;
use scenario::{Engine, Scenario};
use serde_json::Value;
use simulation::World;
use simulator::Inventory;

/// Seconds between two looks.
const LOOK: u64 = 10;
/// A scenario of more virtual time than a day has gone wrong.
const LATEST: f64 = 86_400.0;

struct Simulated {
    world: World,
    end: f64,
}

impl Engine for Simulated {
    fn unique(&self) -> String {
        "1".to_owned()
    }

    fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        self.world.request(method, path, body)
    }

    fn simulator(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.world.simulator(method, path, body);
        ensure!(status == 200, "{answer}");
        Ok(answer)
    }

    fn entered(&mut self, machine: &str, name: &str) -> anyhow::Result<Vec<String>> {
        Ok(self.world.entered(machine, name))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        self.world.pass(LOOK);
        ensure!(self.world.now() < self.end, "a day has passed");
        Ok(())
    }
}

fn told(name: &str, seed: u64) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/scenarios/{name}.yaml"));
    let scenario = Scenario::from_yaml(&std::fs::read_to_string(file).unwrap()).unwrap();
    let inventory = Inventory::from_yaml("{account: \"000000000000\", region: us-east-1, seed: 1, sourceServers: []}");
    let world = World::new(seed, inventory.unwrap()).unwrap();
    let end = world.now() + LATEST;
    scenario::run(&mut Simulated { world, end }, &scenario).unwrap_or_else(|error| panic!("{name}: {error:#}"))
}

#[test]
fn every_scenario_tells_what_its_file_says_whatever_the_seed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        count += 1;
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let transcript = file.with_extension("transcript");
        let first = told(&name, 1);
        if std::env::var_os("UPDATE_SCENARIOS").is_some() {
            std::fs::write(&transcript, &first).unwrap();
        }
        let written = std::fs::read_to_string(&transcript).unwrap_or_default();
        for (seed, told) in [(1, first), (2, told(&name, 2))] {
            if told != written {
                wrong.push(format!("--- {name}, seed {seed}\n{told}\n--- and not\n{written}"));
            }
        }
    }
    assert!(count >= 7, "{count} scenarios");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
