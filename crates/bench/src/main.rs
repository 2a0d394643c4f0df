//! What an execution takes and costs, by its size, and what the functions take as processes: `cargo xtask bench`.

mod fleet;
mod ledger;
mod processes;
mod schedule;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use clap::Parser;
use e2e::{Scenario, load};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use simulation::weather::Weather;
use simulation::{Wire, World};
use simulator::Inventory;

use crate::fleet::{Fleet, Plan};
use crate::ledger::Ledger;
use crate::processes::Programs;
use crate::processes::events::Drills;
use crate::schedule::Launch;

/// Measures, and prints what it measured.
///
/// `drills` runs drills of many sizes in the simulation, in virtual time: what they take and cost. A minute or two, of nothing
/// but this program.
///
/// `functions` starts each function as a process, as Lambda does: cold start, memory, invocations, zips. `api` reads from the
/// API with 4,000 servers behind it. Both need the optimised functions and a local cloud, which `cargo xtask bench` builds (some
/// forty minutes the first time) and starts. `console` loads its pages in Chromium, with the same 4,000 servers, and needs the
/// cloud only.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// What is measured.
    #[arg(value_enum, default_value = "drills")]
    part: Part,
    /// The sizes: servers, the waves that they are in, and the Regions with a plan each, where there is more than one.
    #[arg(long, value_delimiter = ',', default_values = ["10:3", "100:10", "1000:40", "4000:100", "10000:250:3"])]
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
    Console,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    console: Vec<processes::console::Load>,
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

/// The most bytes that a state may be given: states carry ids, whatever the size.
const MAX_PAYLOAD_BYTES: u64 = 16 * 1024;
/// The most events that a history may have.
const MAX_EVENTS: u64 = 5_000;

/// A drill of more virtual seconds than these hangs.
const LATEST: f64 = 6.0 * 3_600.0;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    servers: usize,
    waves: usize,
    regions: usize,
    /// From the first start to the last end of an execution, in virtual seconds.
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
        on_the_local_cloud(&arguments, &mut measured)?;
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&measured)?)?;
    }
    Ok(())
}

fn on_the_local_cloud(arguments: &Arguments, measured: &mut Measured) -> anyhow::Result<()> {
    let wants = |part: Part| arguments.part == Part::All || arguments.part == part;
    let (cloud, programs) = (e2e::cloud(), &arguments.programs);
    let environment = processes::environment(cloud);
    let drills = Drills::run(cloud)?;
    if wants(Part::Functions) {
        measured.functions = processes::measure(programs, &environment, &drills)?;
    }
    if wants(Part::Api) || wants(Part::Console) {
        let scenario = Scenario::new("load");
        eprintln!("storing {} servers, {} groups and {} plans", load::SERVERS, load::GROUPS, load::GROUPS);
        load::prepare(&scenario);
        if wants(Part::Api) {
            measured.api = Some(processes::api::measure(&programs.binary("api"), &environment, &scenario, &drills)?);
        }
        if wants(Part::Console) {
            measured.console = processes::console::measure(&scenario, &drills)?;
        }
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
        let numbers: Vec<usize> = size.split(':').map(str::parse).collect::<Result<_, _>>()?;
        let figures = match numbers.as_slice() {
            [servers, waves] => drill(*servers, *waves, 1)?,
            [servers, waves, regions @ 1..=3] => drill(*servers, *waves, *regions)?,
            _ => bail!("a size is SERVERS:WAVES, or SERVERS:WAVES:REGIONS with at most three"),
        };
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

fn drill(servers: usize, waves: usize, regions: usize) -> anyhow::Result<Figures> {
    let begin = Instant::now();
    let fleet = Fleet::new(servers, waves, regions);
    let ledger = Arc::new(Ledger::default());
    let weather: Arc<dyn Weather> = Arc::<Ledger>::clone(&ledger);
    let inventory = Inventory::from_yaml(&fleet.inventory.to_string())?;
    let mut world = World::under(1, inventory, weather, Wire::Direct)?;
    for plan in &fleet.plans {
        for group in &plan.groups {
            world.put("protection-groups", group)?;
        }
        world.put("recovery-plans", &plan.document)?;
    }
    let mut ids = Vec::new();
    for plan in &fleet.plans {
        let path = format!("/recovery-plans/{}/executions", plan.name);
        let (status, begun) = world.request("POST", &path, Some(&json!({ "mode": "DRILL" })))?;
        ensure!(status == 202, "{status} {begun}");
        ids.push(begun["executionId"].as_str().context("no id")?.to_owned());
    }
    let mut executions = Vec::new();
    for id in &ids {
        executions.push(ended(&mut world, id)?);
    }
    // The report is stored after the end.
    world.pass(120);
    let counts = ledger.read();
    let launches = launches(&world, &counts)?;
    let moment = |execution: &Value, name: &str| execution[name].as_f64().unwrap_or_default();
    let start = executions.iter().map(|execution| moment(execution, "startedAt")).fold(f64::INFINITY, f64::min);
    let seconds = executions.iter().map(|execution| moment(execution, "endedAt")).fold(0.0, f64::max) - start;
    // Quotas are each Region's own, and so are plans here: all together take as long as the longest.
    let longest = |schedule: fn(&[Vec<usize>], &[Launch]) -> f64| {
        let of = |(plan, id): (&Plan, &String)| schedule(&plan.before, launches.get(id).map_or(&[], Vec::as_slice));
        fleet.plans.iter().zip(&ids).map(of).fold(0.0, f64::max)
    };
    let bound_seconds = longest(schedule::bound);
    let told = world.histories();
    let transitions: u64 = told.iter().map(|one| one.transitions).sum();
    let most_events = told.iter().map(|one| one.events).max().unwrap_or_default();
    let most_payload_bytes = told.iter().map(|one| one.most_payload_bytes).max().unwrap_or_default();
    ensure!(most_payload_bytes < MAX_PAYLOAD_BYTES, "a state was given {most_payload_bytes} bytes");
    ensure!(most_events < MAX_EVENTS, "a history has {most_events} events");
    let dollars = transitions as f64 * price::TRANSITION
        + counts.invocations() as f64 * price::INVOCATION
        + counts.function_seconds() * price::FUNCTION_SECOND
        + counts.write_units as f64 * price::WRITE
        + counts.read_units as f64 * price::READ;
    Ok(Figures {
        servers,
        waves,
        regions,
        seconds,
        bound_seconds,
        naive_seconds: longest(schedule::naive),
        in_order_seconds: longest(schedule::in_order),
        one_by_one_seconds: longest(schedule::one_by_one),
        overhead: seconds / bound_seconds,
        transitions,
        most_events,
        most_payload_bytes,
        invocations: counts.invocations(),
        function_seconds: counts.function_seconds(),
        drs_calls: counts.drs,
        dynamodb_calls: counts.dynamodb,
        bytes_written: counts.bytes_written,
        dollars,
        wall_seconds: begin.elapsed().as_secs_f64(),
    })
}

/// The execution, once it has ended well.
fn ended(world: &mut World, id: &str) -> anyhow::Result<Value> {
    let path = format!("/executions/{id}");
    let latest = world.now() + LATEST;
    loop {
        let (status, execution) = world.request("GET", &path, None)?;
        ensure!(status == 200, "{status} {execution}");
        if !execution["endedAt"].is_null() {
            ensure!(execution["status"] == "COMPLETED", "{}: {}", execution["status"], execution["reason"]);
            return Ok(execution);
        }
        ensure!(
            world.now() < latest,
            "{id} is {} after {LATEST} s: {:?}",
            execution["status"],
            world.failures().last()
        );
        world.pass(600);
    }
}

/// The jobs as DRS ran them for each execution, from the simulator's own account.
fn launches(world: &World, counts: &ledger::Counts) -> anyhow::Result<BTreeMap<String, Vec<Launch>>> {
    let (_, state) = world.simulator("GET", "state", None);
    let moment = |text: &Value| -> anyhow::Result<f64> {
        let at: Timestamp = text.as_str().context("no moment")?.parse()?;
        Ok(at.as_microsecond() as f64 / 1e6)
    };
    let mut launches: BTreeMap<String, Vec<Launch>> = BTreeMap::new();
    for job in state["jobs"].as_array().into_iter().flatten() {
        let Some((execution, wave)) = job["jobId"].as_str().and_then(|id| counts.jobs.get(id)) else { continue };
        let (created, ended) = (moment(&job["createdAt"])?, moment(&job["endedAt"])?);
        let instances = state["instances"].as_array().into_iter().flatten();
        let servers =
            instances.filter(|one| one["jobId"] == job["jobId"]).map(|one| Ok(moment(&one["launchedAt"])? - created));
        let servers = servers.collect::<anyhow::Result<Vec<f64>>>()?;
        let launch = Launch { wave: wave - 1, servers, seconds: ended - created };
        launches.entry(execution.clone()).or_default().push(launch);
    }
    Ok(launches)
}
