//! The numbers that the design promises, measured on one run of the example's shape and printed. What does not depend
//! on the machine's speed is also demanded.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

use contract::{Execution, ExecutionStatus, Mode};
use e2e::cold_start::{binaries, cold_start, functions};
use e2e::scenario::assert_ended;
use e2e::{Scenario, cloud};
use serde_json::json;

/// What the history of one Step Functions execution shows.
struct History {
    events: usize,
    /// How often each state was entered.
    entered: BTreeMap<String, usize>,
    /// When each state was first entered, in seconds of real time.
    first_entered: BTreeMap<String, f64>,
    /// The longest input or output of any event, in bytes.
    payload: usize,
}

fn history(arn: &str) -> History {
    let events = cloud().history(arn);
    let mut seen =
        History { events: events.len(), entered: BTreeMap::new(), first_entered: BTreeMap::new(), payload: 0 };
    for event in &events {
        let at = event["timestamp"].as_f64().unwrap();
        for details in event.as_object().unwrap().values() {
            for field in ["input", "output", "parameters"] {
                seen.payload = seen.payload.max(details[field].as_str().map_or(0, str::len));
            }
        }
        if let Some(name) = event["stateEnteredEventDetails"]["name"].as_str() {
            *seen.entered.entry(name.to_owned()).or_default() += 1;
            seen.first_entered.entry(name.to_owned()).or_insert(at);
        }
    }
    seen
}

fn waves(execution: &Execution) -> BTreeMap<String, History> {
    let arn =
        |number: u32| cloud().execution_arn("wave", &format!("{}-wave-{number:03}", execution.summary.execution_id));
    execution.waves.iter().map(|wave| (wave.name.clone(), history(&arn(wave.number)))).collect()
}

fn run() -> Execution {
    let scenario = Scenario::new("numbers");
    let servers = scenario.servers(5, |_, _| {});
    let group = |name: &str, of: &[String]| scenario.group(name, of, &[]);
    let checks = json!([
        { "name": "agent", "kind": "ssmAgentOnline" },
        { "name": "shop", "kind": "ssmCommand", "document": "AWS-RunShellScript" },
    ]);
    scenario.plan(&json!([
        { "name": "database", "groups": [group("db", &servers[..2])], "healthChecks": checks },
        { "name": "application", "groups": [group("app", &servers[2..3])], "dependsOnWaves": ["database"], "healthChecks": checks },
        { "name": "web", "groups": [group("web", &servers[3..4])], "dependsOnWaves": ["application"], "healthChecks": checks },
        { "name": "reporting", "groups": [group("rpt", &servers[4..])], "dependsOnWaves": ["database"], "healthChecks": checks },
    ]));
    scenario.run(Mode::Recovery)
}

#[test]
fn step_functions() {
    let _alone = cloud().disturb(&[]);
    let execution = run();
    assert_ended(&execution, ExecutionStatus::Completed);
    let waves = waves(&execution);
    println!("\nStep Functions, 4 waves, 5 servers, RECOVERY with health checks");
    println!("{:<12} {:>6} {:>12} {:>8} {:>15}", "wave", "polls", "transitions", "events", "payload, bytes");
    for (name, seen) in &waves {
        let of = |state: &str| seen.entered.get(state).copied().unwrap_or(0);
        let polls = of("CheckJobs") + of("CheckHealth");
        let transitions: usize = seen.entered.values().sum();
        println!("{name:<12} {polls:>6} {transitions:>12} {:>8} {:>15}", seen.events, seen.payload);
        // A look for dependencies that timed out is paid by time, like a poll; so is each start of more.
        let again = of("AwaitDependencies") - 1 + (of("StartJobs") - 1) + (of("StartHealthChecks") - 1);
        assert!(transitions <= 12 + 3 * polls + again, "{name}: {:?}", seen.entered);
        assert!(seen.events < 5_000 && seen.payload < 16 * 1024);
    }
    let parent = history(&cloud().execution_arn("recovery", execution.summary.execution_id.as_str()));
    let transitions: usize = parent.entered.values().sum();
    println!("{:<12} {:>6} {transitions:>12} {:>8} {:>15}", "execution", "", parent.events, parent.payload);
    assert!(parent.payload < 16 * 1024);

    // Task tokens are a bearer's right to let a wave go on: no answer of the API has one.
    let answer = serde_json::to_string(&execution).unwrap();
    assert!(!answer.to_lowercase().contains("token"), "{answer}");

    println!(
        "\nHand-off, in real seconds: from the beginning of SettleWave to StartJobs of the wave behind (target < 2)"
    );
    for wave in &execution.waves {
        for dependency in &wave.depends_on_waves {
            let handed = waves[&wave.name].first_entered["StartJobs"] - waves[dependency].first_entered["SettleWave"];
            println!("{dependency} → {}: {handed:.3}", wave.name);
            assert!(handed < 2.0, "{dependency} → {}: {handed}", wave.name);
        }
    }
}

#[test]
fn functions_are_small_and_start_fast() {
    let _alone = cloud().disturb(&[]);
    println!("\nFunctions: zip in MB (target < 5) and cold start in ms until the first poll (target < 50)");
    println!("{:<22} {:>14} {:>14} {:>12}", "function", "zip, for AWS", "zip, local", "cold start");
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let megabytes = |path: String| {
        std::fs::metadata(path)
            .map_or_else(|_| "not built".to_owned(), |file| format!("{:.1}", file.len() as f64 / 1e6))
    };
    for function in functions() {
        let mut times: Vec<_> = (0..5).map(|_| cold_start(&binaries().join(&function))).collect();
        times.sort();
        let packaged = megabytes(format!("{repository}/target/lambda/{function}.zip"));
        let local = megabytes(format!("{repository}/.local/functions/{function}.zip"));
        println!("{function:<22} {packaged:>14} {local:>14} {:>12.1}", times[2].as_secs_f64() * 1e3);
        // The binaries here are unoptimised: a bound that only a real mistake breaks.
        assert!(times[2].as_millis() < 1_000, "{function}: {times:?}");
    }
    println!(
        "Cold starts are the median of 5, of the unoptimised build on this machine. `cargo xtask package` makes the zips for AWS."
    );
}
