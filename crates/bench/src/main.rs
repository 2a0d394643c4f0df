//! What an execution takes and costs, by its size, and what the functions take as processes: `cargo xtask bench`.

mod fleet;
mod ledger;
mod processes;
mod schedule;

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Parser;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use simulation::World;
use simulation::weather::Weather;
use simulator::Inventory;

use crate::fleet::Fleet;
use crate::ledger::Ledger;
use crate::processes::Programs;
use crate::processes::events::Drill;
use crate::schedule::Launch;

/// Measures, and prints what it measured.
///
/// `drills` runs drills of many sizes in the simulation, in virtual time: what they take and cost. A minute or two, of nothing
/// but this program.
///
/// `functions` starts each function as a process, as Lambda does: cold start, memory, invocations, zips. `api` reads from the
/// API with 4,000 servers behind it. Both need the optimised functions and a local cloud, which `cargo xtask bench` builds (some
/// 15 minutes the first time) and starts.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// What is measured.
    #[arg(value_enum, default_value = "all")]
    part: Part,
    /// The sizes: servers, and the waves that they are in.
    #[arg(long, value_delimiter = ',', default_values = ["10:3", "100:10", "1000:40", "4000:100"])]
    sizes: Vec<String>,
    /// Where the figures are written, as JSON.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
    #[command(flatten)]
    programs: Programs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    All,
    Drills,
    Functions,
    Api,
}

/// What was measured.
#[derive(Debug, Default, Serialize)]
struct Measured {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drills: Vec<Figures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    functions: Vec<processes::Figures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<processes::api::Figures>,
}

/// Prices of us-east-1, in dollars.
mod price {
    /// A state transition of a standard workflow.
    pub(crate) const TRANSITION: f64 = 0.025 / 1_000.0;
    /// An invocation of a function.
    pub(crate) const INVOCATION: f64 = 0.20 / 1e6;
    /// A second of a function with a quarter of a GiB on arm64, the largest but one that there is here.
    pub(crate) const FUNCTION_SECOND: f64 = 0.25 * 0.000_013_333_4;
    /// A write unit of a table on demand.
    pub(crate) const WRITE: f64 = 0.625 / 1e6;
    /// A read unit.
    pub(crate) const READ: f64 = 0.125 / 1e6;
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    servers: usize,
    waves: usize,
    /// From the start to the end of the execution, in virtual seconds.
    seconds: f64,
    /// No schedule of the same launches is shorter.
    bound_seconds: f64,
    naive_seconds: f64,
    in_order_seconds: f64,
    one_by_one_seconds: f64,
    /// `seconds` by `boundSeconds`.
    overhead: f64,
    transitions: u64,
    most_events: u64,
    most_payload_bytes: u64,
    invocations: u64,
    function_seconds: f64,
    drs_calls: u64,
    dynamodb_calls: u64,
    bytes_written: u64,
    dollars: f64,
    /// What this took on the machine that ran it.
    wall_seconds: f64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut measured = Measured::default();
    if matches!(arguments.part, Part::All | Part::Drills) {
        measured.drills = drills(&arguments.sizes)?;
    }
    if arguments.part != Part::Drills {
        let environment = processes::environment(e2e::cloud());
        let drill = Drill::run(e2e::cloud());
        if arguments.part != Part::Api {
            measured.functions = processes::measure(&arguments.programs, &environment, &drill)?;
        }
        if arguments.part != Part::Functions {
            measured.api = Some(processes::api::measure(&arguments.programs.binary("api"), &environment, &drill)?);
        }
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&measured)?)?;
    }
    Ok(())
}

fn drills(sizes: &[String]) -> anyhow::Result<Vec<Figures>> {
    let mut all = Vec::new();
    println!(
        "servers waves  minutes  bound naive in-order one-by-one overhead  transitions  events payload  invocations    \
         DRS DynamoDB    written dollars"
    );
    for size in sizes {
        let (servers, waves) = size.split_once(':').context("a size is SERVERS:WAVES")?;
        let figures = drill(servers.parse()?, waves.parse()?)?;
        println!(
            "{:>7} {:>5} {:>8.1} {:>6.1} {:>5.1} {:>8.1} {:>10.1} {:>8.3} {:>12} {:>7} {:>7} {:>12} {:>6} {:>8} {:>8} KB {:>7.4}",
            figures.servers,
            figures.waves,
            figures.seconds / 60.0,
            figures.bound_seconds / 60.0,
            figures.naive_seconds / 60.0,
            figures.in_order_seconds / 60.0,
            figures.one_by_one_seconds / 60.0,
            figures.overhead,
            figures.transitions,
            figures.most_events,
            figures.most_payload_bytes,
            figures.invocations,
            figures.drs_calls,
            figures.dynamodb_calls,
            figures.bytes_written / 1_000,
            figures.dollars
        );
        all.push(figures);
    }
    for (name, of) in [
        ("transitions", (|one| one.transitions as f64) as fn(&Figures) -> f64),
        ("invocations", |one| one.invocations as f64),
        ("DRS calls", |one| one.drs_calls as f64),
        ("DynamoDB calls", |one| one.dynamodb_calls as f64),
        ("bytes written", |one| one.bytes_written as f64),
        ("dollars", |one| one.dollars),
    ] {
        if let [first, .., last] = all.as_slice() {
            let exponent = (of(last) / of(first)).ln() / (last.servers as f64 / first.servers as f64).ln();
            println!("{name} grow with the {exponent:.2}th power of the servers");
        }
    }
    Ok(all)
}

fn drill(servers: usize, waves: usize) -> anyhow::Result<Figures> {
    let begin = Instant::now();
    let fleet = Fleet::new(servers, waves);
    let ledger = Arc::new(Ledger::default());
    let weather: Arc<dyn Weather> = Arc::<Ledger>::clone(&ledger);
    let inventory = Inventory::from_yaml(&fleet.inventory.to_string())?;
    let mut world = World::under(1, inventory, weather)?;
    for group in &fleet.groups {
        world.put("protection-groups", group)?;
    }
    world.put("recovery-plans", &fleet.plan)?;
    let start = json!({ "mode": "DRILL" });
    let (status, begun) = world.request("POST", "/recovery-plans/fleet/executions", Some(&start))?;
    ensure!(status == 202, "{status} {begun}");
    let id = begun["executionId"].as_str().context("no id")?.to_owned();
    let path = format!("/executions/{id}");
    let execution = loop {
        world.pass(600);
        let (status, execution) = world.request("GET", &path, None)?;
        ensure!(status == 200, "{status} {execution}");
        if !execution["endedAt"].is_null() {
            break execution;
        }
    };
    ensure!(execution["status"] == "COMPLETED", "{}: {}", execution["status"], execution["reason"]);
    // The report is stored after the end.
    world.pass(120);
    let counts = ledger.read();
    let launches = launches(&world, &counts)?;
    let number = |name: &str| execution[name].as_f64().unwrap_or_default();
    let seconds = number("endedAt") - number("startedAt");
    let bound_seconds = schedule::bound(&fleet.before, &launches);
    let told = world.histories();
    let transitions: u64 = told.iter().map(|one| one.transitions).sum();
    let dollars = transitions as f64 * price::TRANSITION
        + counts.invocations() as f64 * price::INVOCATION
        + counts.function_seconds() * price::FUNCTION_SECOND
        + counts.write_units as f64 * price::WRITE
        + counts.read_units as f64 * price::READ;
    Ok(Figures {
        servers,
        waves,
        seconds,
        bound_seconds,
        naive_seconds: schedule::naive(&fleet.before, &launches),
        in_order_seconds: schedule::in_order(&fleet.before, &launches),
        one_by_one_seconds: schedule::one_by_one(&fleet.before, &launches),
        overhead: seconds / bound_seconds,
        transitions,
        most_events: told.iter().map(|one| one.events).max().unwrap_or_default(),
        most_payload_bytes: told.iter().map(|one| one.most_payload_bytes).max().unwrap_or_default(),
        invocations: counts.invocations(),
        function_seconds: counts.function_seconds(),
        drs_calls: counts.drs,
        dynamodb_calls: counts.dynamodb,
        bytes_written: counts.bytes_written,
        dollars,
        wall_seconds: begin.elapsed().as_secs_f64(),
    })
}

/// The jobs as DRS ran them, from the simulator's own account.
fn launches(world: &World, counts: &ledger::Counts) -> anyhow::Result<Vec<Launch>> {
    let (_, state) = world.simulator("GET", "state", None);
    let moment = |text: &Value| -> anyhow::Result<f64> {
        let at: Timestamp = text.as_str().context("no moment")?.parse()?;
        Ok(at.as_microsecond() as f64 / 1e6)
    };
    let mut launches = Vec::new();
    for job in state["jobs"].as_array().into_iter().flatten() {
        let Some(wave) = job["jobId"].as_str().and_then(|id| counts.jobs.get(id)) else { continue };
        let (created, ended) = (moment(&job["createdAt"])?, moment(&job["endedAt"])?);
        let instances = state["instances"].as_array().into_iter().flatten();
        let servers =
            instances.filter(|one| one["jobId"] == job["jobId"]).map(|one| Ok(moment(&one["launchedAt"])? - created));
        let servers = servers.collect::<anyhow::Result<Vec<f64>>>()?;
        launches.push(Launch { wave: wave - 1, servers, seconds: ended - created });
    }
    Ok(launches)
}
