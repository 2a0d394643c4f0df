//! The API at the size of a large company, without API Gateway: the process of `api`, and behind it the local cloud's DynamoDB.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use axum::body::Bytes;
use e2e::{Scenario, load};
use serde::Serialize;
use serde_json::{Value, from_slice};

use super::events::{self, Drills};
use super::function::Function;
use super::{Environment, Times};

/// How often each path is read one after another.
const READS: usize = 100;
/// How long processes read side by side.
const WHILE: Duration = Duration::from_secs(10);

/// What reads of a path take.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Read {
    path: String,
    bytes: usize,
    /// Milliseconds, one after another.
    #[serde(flatten)]
    alone: Times,
    /// A second, of all processes together.
    requests_per_second: f64,
    /// Milliseconds, all processes side by side.
    side_by_side: Times,
}

/// What all of them took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    servers: usize,
    groups: usize,
    plans: usize,
    processes: usize,
    reads: Vec<Read>,
}

/// Reads and prints. `scenario` is what [`load::prepare`] has filled the local cloud with.
pub(crate) fn measure(
    binary: &Path,
    environment: &Environment,
    scenario: &Scenario,
    drills: &Drills,
) -> anyhow::Result<Figures> {
    let processes = std::thread::available_parallelism()?.get();
    let paths = [
        ("source servers, 200", "/source-servers?limit=200".to_owned()),
        ("source servers, one", format!("/source-servers/{}", scenario.server(1))),
        ("plans, 50", "/recovery-plans".to_owned()),
        ("plans, 200", "/recovery-plans?limit=200".to_owned()),
        ("plan", format!("/recovery-plans/{}-007", scenario.name)),
        ("execution with its waves", drills.path()),
        ("who I am (reads nothing)", "/me".to_owned()),
    ];
    println!(
        "{:<26} {:>7} {:>7} {:>7} {:>10} {:>7} {:>7}",
        "API", "KB", "p50 ms", "p99 ms", "requests/s", "p50 ms", "p99 ms"
    );
    let reads = paths.iter().map(|(name, path)| {
        let event = events::request(path);
        let mut one = Function::start(binary, environment)?;
        let bytes = read(&mut one, &event)?.1;
        let alone = (0..READS).map(|_| Ok(read(&mut one, &event)?.0)).collect::<anyhow::Result<Vec<_>>>()?;
        drop(one);
        let (rate, beside) = side_by_side(binary, environment, &event, processes)?;
        let read = Read {
            path: (*name).to_owned(),
            bytes,
            alone: Times::of(alone).context("no reads")?,
            requests_per_second: rate,
            side_by_side: Times::of(beside).context("no reads")?,
        };
        println!(
            "{name:<26} {:>7.1} {:>7.1} {:>7.1} {rate:>10.0} {:>7.1} {:>7.1}",
            bytes as f64 / 1e3,
            read.alone.p50,
            read.alone.p99,
            read.side_by_side.p50,
            read.side_by_side.p99
        );
        Ok(read)
    });
    let reads = reads.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Figures { servers: load::SERVERS, groups: load::GROUPS, plans: load::GROUPS, processes, reads })
}

/// How many requests a second `processes` serve together, each one at a time, as Lambda does it; and what each took.
fn side_by_side(
    binary: &Path,
    environment: &Environment,
    event: &Value,
    processes: usize,
) -> anyhow::Result<(f64, Vec<Duration>)> {
    let mut functions = (0..processes).map(|_| Function::start(binary, environment)).collect::<Result<Vec<_>, _>>()?;
    for function in &mut functions {
        // Its connections are made by the first.
        read(function, event)?;
    }
    let begin = Instant::now();
    let times = std::thread::scope(|scope| {
        let readers = functions.into_iter().map(|mut function| {
            scope.spawn(move || {
                let mut times = Vec::new();
                while begin.elapsed() < WHILE {
                    times.push(read(&mut function, event)?.0);
                }
                anyhow::Ok(times)
            })
        });
        let readers: Vec<_> = readers.collect();
        let mut all = Vec::new();
        for reader in readers {
            all.extend(reader.join().ok().context("a reader broke off")??);
        }
        anyhow::Ok(all)
    })?;
    Ok((times.len() as f64 / begin.elapsed().as_secs_f64(), times))
}

/// A read that has to succeed: how long, and how many bytes.
fn read(function: &mut Function, event: &Value) -> anyhow::Result<(Duration, usize)> {
    let done = function.invoke(event)?;
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let answer = done.answer.as_ref().map_err(|error| anyhow::anyhow!("{}", text(error)))?;
    let answer: Value = from_slice(answer)?;
    ensure!(answer["statusCode"] == 200, "{}: {answer}", event["path"]);
    Ok((done.took, answer["body"].as_str().map_or(0, str::len)))
}
