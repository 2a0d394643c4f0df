//! The scenarios of `tests/scenarios` on MiniStack's Step Functions, DynamoDB and Lambda: they tell what they tell in the
//! simulation (`crates/simulation/tests/scenarios.rs`). So its interpreter of the state machines is not the only one that
//! reads them so.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::{Cloud, cloud};
use scenario::{Engine, Machine, Scenario};
use serde_json::{Value, json};

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

    fn start(&mut self, machine: &str, name: &str, input: &Value) -> anyhow::Result<()> {
        let machine = &self.cloud.state_machines[machine];
        self.cloud
            .sfn("StartExecution", &json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() }));
        Ok(())
    }

    fn stop(&mut self, machine: &str, name: &str) -> anyhow::Result<()> {
        self.cloud.sfn("StopExecution", &json!({ "executionArn": self.cloud.execution_arn(machine, name) }));
        Ok(())
    }

    fn machine(&mut self, machine: &str, name: &str) -> anyhow::Result<Option<Machine>> {
        let Some(described) = self.cloud.described(machine, name) else { return Ok(None) };
        let status = described["status"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Machine { status, entered: self.cloud.entered(machine, name) }))
    }

    fn machines_about(&mut self, machine: &str, id: &str) -> anyhow::Result<Vec<Machine>> {
        let mut about = Vec::new();
        for name in self.cloud.executions_of(machine) {
            let input = self.cloud.described(machine, &name).map(|described| described["input"].to_string());
            if input.is_some_and(|input| input.contains(id)) {
                about.extend(self.machine(machine, &name)?);
            }
        }
        Ok(about)
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        std::thread::park_timeout(Duration::from_millis(300));
        ensure!(self.begin.elapsed() < PATIENCE, "{} s have passed", PATIENCE.as_secs());
        Ok(())
    }
}

/// The states inside of the Map of a machine. MiniStack's histories do not have them, as those of AWS do.
fn in_map(machine: &str) -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../statemachine/{machine}.asl.yaml"));
    let machine: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let states = machine["States"].as_object().unwrap();
    let inside = states.values().filter_map(|state| state["ItemProcessor"]["States"].as_object());
    // One of the same name outside is told.
    inside.flat_map(|inside| inside.keys()).filter(|state| !states.contains_key(*state)).cloned().collect()
}

/// The transcript as MiniStack can tell it.
fn written(file: &Path) -> String {
    let text = std::fs::read_to_string(file.with_extension("transcript")).unwrap();
    let line = |line: &str| {
        let Some((head, states)) = line.strip_prefix("machine ").and_then(|line| line.split_once(": ")) else {
            return format!("{line}\n");
        };
        let inside = in_map(head.split([' ', ',']).next().unwrap());
        let states: Vec<&str> = states.split(' ').filter(|state| !inside.contains(*state)).collect();
        format!("machine {head}: {}\n", states.join(" "))
    };
    text.lines().map(line).collect()
}

/// What MiniStack told, with what AWS has in its place: the cause of a nested execution that did not succeed is how Step Functions
/// describes that, here as much of it as the simulation tells.
fn on_aws(told: &str) -> String {
    let told =
        told.replace(&cloud().execution_arn("wave", ""), "arn:aws:states:us-east-1:000000000000:execution:wave:");
    let line = |line: &str| {
        let (before, nested) = line.split_once("Nested execution ")?;
        let (arn, status) = nested.split_once(" ended with status ")?;
        Some(format!("{before}{}\n", json!({ "ExecutionArn": arn, "Status": status })))
    };
    told.lines().map(|text| line(text).unwrap_or_else(|| format!("{text}\n"))).collect()
}

fn read(name: &str) -> (PathBuf, Scenario) {
    let file = folder().join(format!("{}.yaml", name.replace('_', "-")));
    let scenario = Scenario::from_yaml(&std::fs::read_to_string(&file).unwrap()).unwrap();
    (file, scenario)
}

fn tells_what_it_tells_in_the_simulation(name: &str) {
    let (file, scenario) = read(name);
    // What no other test has is told by the end of this name.
    let unique = e2e::Scenario::new("told").name.rsplit('-').next().unwrap().to_owned();
    let begin = Instant::now();
    let told = scenario::run(&mut OnMiniStack { cloud: cloud(), unique, begin }, &scenario);
    println!("{name}: {:.1} s", begin.elapsed().as_secs_f64());
    let told = told.map_or_else(|error| format!("{error:#}"), |told| on_aws(&told));
    let written = written(&file);
    assert!(told == written, "--- {}\n{told}\n--- and not\n{written}", file.display());
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// A test for each file, so that they run beside others, as many at a time as all tests do; and one for those whose faults
/// others would meet.
macro_rules! scenarios {
    (beside others: $($calm:ident)*, alone: $($disturbing:ident)*) => {
        $(
            #[test]
            fn $calm() {
                assert!(!read(stringify!($calm)).1.disturbs(), "others would meet its faults");
                tells_what_it_tells_in_the_simulation(stringify!($calm));
            }
        )*

        mod alone {
            #[test]
            fn those_that_disturb_others() {
                let _alone = super::cloud().disturb(&[]);
                $(super::tells_what_it_tells_in_the_simulation(stringify!($disturbing));)*
            }
        }

        #[test]
        fn every_file_has_its_test() {
            let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
            let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
            let files: BTreeSet<String> =
                files.map(|file| file.file_stem().unwrap().to_str().unwrap().replace('-', "_")).collect();
            assert_eq!(files, [$(stringify!($calm),)* $(stringify!($disturbing)),*].map(str::to_owned).into());
        }
    };
}

scenarios! {
    beside others:
        actions approval approval_timeout cancel cleanup cleanup_automatic partial paused recheck refused reopened retry schedule stop stopped
        three_tiers unhealthy wave_stopped,
    alone:
        answer_lost throttled
}
