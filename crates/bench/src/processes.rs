//! Functions as whole processes, in the build that goes to AWS, under a Runtime API; behind them the local cloud that
//! `DRS_LOCAL_CLOUD` names.

pub(crate) mod api;
pub(crate) mod console;
pub(crate) mod events;
mod function;
mod runtime_api;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use e2e::{Cloud, cold_start};
use serde::Serialize;

use self::events::Drills;
use self::function::Function;

/// How often each is started, and invoked after its first invocation.
const STARTS: usize = 7;
const INVOCATIONS: usize = 100;

/// Names and values, all that a process is given.
pub(crate) type Environment = [(String, String)];

/// Where the optimised programs and their zips are.
#[derive(Debug, clap::Args)]
pub(crate) struct Programs {
    /// The folder of the optimised functions. `cargo xtask bench` gives it.
    #[arg(long, default_value = "target/bench/lambda")]
    programs: PathBuf,
    /// The folder of their zips. `cargo xtask bench` gives it.
    #[arg(long, default_value = "target/bench/zips")]
    zips: PathBuf,
}

impl Programs {
    /// The function `name`.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Times {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Times {
    /// Nothing where nothing was measured.
    pub(crate) fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let at = |percent: usize| {
            Some(times.get((times.len() * percent / 100).min(times.len().checked_sub(1)?))?.as_secs_f64() * 1e3)
        };
        Some(Self { p50: at(50)?, p99: at(99)? })
    }
}

/// What a function takes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    name: String,
    zip_bytes: Option<u64>,
    program_bytes: u64,
    /// From the start of the process to its first request for work, in milliseconds.
    cold: Times,
    /// Before the first invocation.
    idle_bytes: u64,
    /// After the last.
    peak_bytes: u64,
    /// The first invocation, which makes the connections, in milliseconds.
    first: f64,
    /// The later ones.
    warm: Times,
}

/// Measures every function and prints what it took.
pub(crate) fn measure(programs: &Programs, environment: &Environment, drills: &Drills) -> anyhow::Result<Vec<Figures>> {
    println!(
        "{:<22} {:>7} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "function", "zip MB", "program MB", "cold ms", "idle MB", "peak MB", "first ms", "p50 ms", "p99 ms"
    );
    let mut all = Vec::new();
    for name in cold_start::functions() {
        let one = function(&name, programs, environment, drills).with_context(|| name.clone())?;
        println!(
            "{name:<22} {:>7} {:>10.2} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.1}",
            one.zip_bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{:.2}", bytes as f64 / 1e6)),
            one.program_bytes as f64 / 1e6,
            one.cold.p50,
            one.idle_bytes as f64 / 1e6,
            one.peak_bytes as f64 / 1e6,
            one.first,
            one.warm.p50,
            one.warm.p99,
        );
        all.push(one);
    }
    Ok(all)
}

fn function(name: &str, programs: &Programs, environment: &Environment, drills: &Drills) -> anyhow::Result<Figures> {
    let binary = programs.binary(name);
    let mut cold = Vec::new();
    for _ in 1..STARTS {
        cold.push(Function::start(&binary, environment)?.cold);
    }
    let mut process = Function::start(&binary, environment)?;
    cold.push(process.cold);
    let idle_bytes = process.peak_memory()?;
    let mut times = Vec::new();
    for number in 0..=INVOCATIONS {
        let done = process.invoke(&drills.event(name, number))?;
        if let Err(error) = done.answer {
            bail!("invocation {number}: {}", String::from_utf8_lossy(&error));
        }
        times.push(done.took);
    }
    let first = times.remove(0).as_secs_f64() * 1e3;
    Ok(Figures {
        name: name.to_owned(),
        zip_bytes: programs.zips.join(format!("{name}.zip")).metadata().ok().map(|zip| zip.len()),
        program_bytes: binary.metadata()?.len(),
        cold: Times::of(cold).context("no starts")?,
        idle_bytes,
        peak_bytes: process.peak_memory()?,
        first,
        warm: Times::of(times).context("no invocations")?,
    })
}

/// What CDK sets (`cdk/lib/functions.ts`) and the local cloud adds, the same for all: none reads what it does not need.
pub(crate) fn environment(cloud: &Cloud) -> Vec<(String, String)> {
    let table = |name: &str| cloud.tables[name].as_str();
    let machine = |name: &str| cloud.state_machines[name].as_str();
    let stack = machine("wave").rsplit(':').next().unwrap_or_default().trim_end_matches("-wave");
    let pairs = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &cloud.aws_endpoint),
        ("AWS_ENDPOINT_URL_S3", &cloud.aws_endpoint),
        ("AWS_ENDPOINT_URL_DRS", &cloud.simulator_url),
        ("AWS_ENDPOINT_URL_SSM", &cloud.simulator_url),
        ("DRS_CLOCK", &cloud.clock),
        ("PROTECTION_GROUPS_TABLE", table("protectionGroups")),
        ("RECOVERY_PLANS_TABLE", table("recoveryPlans")),
        ("EXECUTION_HISTORY_TABLE", table("executionHistory")),
        ("AUDIT_LOG_TABLE", table("auditLog")),
        ("INVENTORY_TABLE", table("inventory")),
        ("DRS_ACCOUNT", "000000000000"),
        ("DRS_REGIONS", "us-east-1,eu-central-1"),
        ("RUST_LOG", "info"),
        ("RECOVERY_STATE_MACHINE_ARN", machine("recovery")),
        ("WAVE_STATE_MACHINE_ARN", machine("wave")),
        ("CLEANUP_STATE_MACHINE_ARN", machine("cleanup")),
        ("INVENTORY_STATE_MACHINE_ARN", machine("inventory")),
        ("SCHEDULE_GROUP", &cloud.drills()),
        ("SCHEDULE_ROLE_ARN", &format!("arn:aws:iam::000000000000:role/{stack}-drills")),
        ("REPORTS_BUCKET", cloud.outputs.get("ReportsBucket").map_or("", String::as_str)),
        ("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let millis = |numbers: std::ops::RangeInclusive<u64>| numbers.rev().map(Duration::from_millis).collect();
        let times = Times::of(millis(1..=100));
        assert_eq!(times.map(|times| (times.p50, times.p99)), Some((51.0, 100.0)));
        assert!(Times::of(millis(7..=7)).is_some_and(|times| times.p50 == times.p99));
        assert!(Times::of(Vec::new()).is_none());
    }
}
