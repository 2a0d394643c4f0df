//! The scenarios of `tests/scenarios` on MiniStack's Step Functions, DynamoDB and Lambda: they tell what they tell in the
//! simulation (`crates/simulation/tests/scenarios.rs`). So its interpreter of the state machines is not the only one that
//! reads them so.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::{Cloud, cloud};
use scenario::{Engine, Scenario};
use serde_json::Value;

/// A scenario that takes longer has gone wrong: an hour is 36 s here.
const PATIENCE: Duration = Duration::from_secs(300);

struct OnMiniStack {
    cloud: &'static Cloud,
    unique: String,
    begin: Instant,
}

impl Engine for OnMiniStack {
    fn unique(&self) -> String {
        self.unique.clone()
    }

    fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        let body = body.map(Value::to_string);
        Ok(self.cloud.request(method, path, Some(self.cloud.admin_token()), body.as_deref()))
    }

    fn simulator(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        Ok(self.cloud.simulator(method, path, body))
    }

    fn entered(&mut self, machine: &str, name: &str) -> anyhow::Result<Vec<String>> {
        Ok(self.cloud.entered(machine, name))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        std::thread::park_timeout(Duration::from_millis(200));
        ensure!(self.begin.elapsed() < PATIENCE, "{} s have passed", PATIENCE.as_secs());
        Ok(())
    }
}

/// The states inside of the Map of the recovery machine. MiniStack's histories do not have them, as those of AWS do.
fn in_map() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../statemachine/recovery.asl.yaml");
    let machine: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let states = machine["States"].as_object().unwrap().values();
    let inside = states.filter_map(|state| state["ItemProcessor"]["States"].as_object());
    inside.flat_map(|states| states.keys().cloned()).collect()
}

/// The transcript as MiniStack can tell it.
fn written(file: &Path) -> String {
    let text = std::fs::read_to_string(file.with_extension("transcript")).unwrap();
    let inside = in_map();
    assert!(!inside.is_empty(), "the recovery machine has no Map");
    let line = |line: &str| match line.strip_prefix("machine recovery: ") {
        Some(states) => {
            let states = states.split(' ').filter(|state| !inside.iter().any(|inside| inside == state));
            format!("machine recovery: {}\n", states.collect::<Vec<_>>().join(" "))
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// What differs from the file beside it.
fn differs(file: &Path, scenario: &Scenario, unique: &str) -> Option<String> {
    let mut engine = OnMiniStack { cloud: cloud(), unique: unique.to_owned(), begin: Instant::now() };
    let told = scenario::run(&mut engine, scenario).unwrap_or_else(|error| format!("{error:#}"));
    println!("{}: {} s", file.display(), engine.begin.elapsed().as_secs());
    let written = written(file);
    (told != written).then(|| format!("--- {}\n{told}\n--- and not\n{written}", file.display()))
}

#[test]
fn every_scenario_tells_on_ministack_what_it_tells_in_the_simulation() {
    // Faults are the whole cloud's, and a scenario ends all of them.
    let _alone = cloud().disturb(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let read = |file: PathBuf| {
        let scenario = Scenario::from_yaml(&std::fs::read_to_string(&file).unwrap()).unwrap();
        // What no other test has is told by the end of this name.
        let name = e2e::Scenario::new("told").name;
        (file, scenario, name.rsplit('-').next().unwrap().to_owned())
    };
    let all: Vec<(PathBuf, Scenario, String)> = files.into_iter().map(read).collect();
    assert!(all.len() >= 7, "{} scenarios", all.len());
    let (calm, others): (Vec<_>, Vec<_>) = all.iter().partition(|(_, scenario, _)| scenario.faults.is_empty());
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = calm
            .into_iter()
            .map(|(file, scenario, unique)| scope.spawn(move || differs(file, scenario, unique)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    wrong.extend(others.into_iter().filter_map(|(file, scenario, unique)| differs(file, scenario, unique)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
