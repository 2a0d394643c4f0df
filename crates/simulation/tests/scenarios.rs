//! `tests/scenarios/*.yaml` in virtual time: each tells what is in the file beside it, with two seeds. `UPDATE_SCENARIOS=1`
//! writes the files.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::path::{Path, PathBuf};

use anyhow::ensure;
use scenario::{Engine, Machine, Scenario};
use serde_json::Value;
use simulation::World;
use simulation::executions::{Execution, execution_arn};
use simulator::Inventory;

/// The account of the local cloud.
const INVENTORY: &str = include_str!("../../../examples/three-tier/inventory.yaml");
/// Seconds between two looks.
const LOOK: u64 = 30;
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

    fn start(&mut self, machine: &str, name: &str, input: &Value) -> anyhow::Result<()> {
        self.world.start(machine, name, input)
    }

    fn stop(&mut self, machine: &str, name: &str) -> anyhow::Result<()> {
        self.world.stop(machine, name);
        Ok(())
    }

    fn machine(&mut self, machine: &str, name: &str) -> anyhow::Result<Option<Machine>> {
        Ok(self.world.executions(|all| all.get(&execution_arn(machine, name)).map(told_of)))
    }

    fn machines_about(&mut self, machine: &str, id: &str) -> anyhow::Result<Vec<Machine>> {
        let about = |one: &&Execution| one.machine == machine && one.input.contains(id);
        // Their names end in a count or in the time.
        Ok(self.world.executions(|all| all.all().filter(about).map(told_of).collect()))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        self.world.pass(LOOK);
        ensure!(self.world.now() < self.end, "a day has passed");
        Ok(())
    }
}

fn told_of(execution: &Execution) -> Machine {
    Machine { status: execution.status().to_owned(), entered: execution.entered() }
}

fn told(name: &str, seed: u64) -> String {
    let file = folder().join(format!("{name}.yaml"));
    let scenario = Scenario::from_yaml(&std::fs::read_to_string(file).unwrap()).unwrap();
    let world = World::new(seed, Inventory::from_yaml(INVENTORY).unwrap()).unwrap();
    let end = world.now() + LATEST;
    scenario::run(&mut Simulated { world, end }, &scenario).unwrap_or_else(|error| panic!("{name}: {error:#}"))
}

fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios")
}

#[test]
fn every_scenario_tells_what_its_file_says_whatever_the_seed() {
    let names = names();
    let [first, second]: [Vec<String>; 2] = std::thread::scope(|scope| {
        let names = &names;
        let all = |seed| scope.spawn(move || names.iter().map(|name| told(name, seed)).collect());
        [1, 2].map(all).map(|thread| thread.join().unwrap())
    });
    let mut wrong = Vec::new();
    for ((name, first), second) in names.iter().zip(first).zip(second) {
        let transcript = folder().join(format!("{name}.transcript"));
        if std::env::var_os("UPDATE_SCENARIOS").is_some() {
            std::fs::write(&transcript, &first).unwrap();
        }
        let written = std::fs::read_to_string(&transcript).unwrap_or_default();
        for (seed, told) in [(1, first), (2, second)] {
            if told != written {
                wrong.push(format!("--- {name}, seed {seed}\n{told}\n--- and not\n{written}"));
            }
        }
    }
    assert!(!names.is_empty(), "there are no scenarios");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
