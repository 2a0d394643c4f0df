//! Many runs of [`chaos::run`], on all cores: `cargo xtask chaos`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Sender};
use std::time::Instant;

use anyhow::Context;
use chaos::{Story, run};
use clap::Parser;
use fork::{Fork, fork, waitpid};
use simulation::Wire;

/// Runs random plans under random faults, and checks the safety rules at every step.
///
/// A run that breaks a rule is printed with its seed, and ends this with 1; `--runs 1 --seed N` repeats it exactly.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask chaos")]
struct Arguments {
    /// How many runs.
    #[arg(long, default_value_t = 200)]
    runs: u64,
    /// The first seed; each run has the next one.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The most source servers of a run.
    #[arg(long, default_value_t = 2_000)]
    servers: usize,
    /// How many at a time: all cores, unless said.
    #[arg(long)]
    jobs: Option<u64>,
    /// Call the tables through the SDK too, as production does: takes more time.
    #[arg(long)]
    sdk: bool,
    /// Print every call of AWS, of one run.
    #[arg(long)]
    story: bool,
    /// One of the processes of this command: prints each story as a line of JSON.
    #[arg(long, hide = true)]
    worker: Option<u64>,
}

impl Arguments {
    fn wire(&self) -> Wire {
        if self.sdk { Wire::Sdk } else { Wire::Direct }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(worker) = arguments.worker {
        return work(&arguments, worker);
    }
    if arguments.story {
        let story = run(arguments.seed, arguments.servers, arguments.wire(), true);
        print!("{story}");
        return Ok(if story.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let jobs =
        arguments.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64));
    let begin = Instant::now();
    let (sender, stories) = mpsc::channel();
    for worker in 0..jobs {
        let (worker, sender) = (start(&arguments, worker, jobs)?, sender.clone());
        std::thread::spawn(move || told(worker, &sender));
    }
    drop(sender);
    let mut total = Total::default();
    for story in stories {
        total.add(&story?);
    }
    total.print(begin.elapsed().as_secs_f64());
    println!("{} passed, {} failed", total.runs - total.failed, total.failed);
    anyhow::ensure!(total.runs == arguments.runs, "{} of {} runs came to an end", total.runs, arguments.runs);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `worker` of `jobs` has every so-manieth seed.
fn start(arguments: &Arguments, worker: u64, jobs: u64) -> anyhow::Result<Child> {
    let seed = arguments.seed + worker;
    let runs = (arguments.runs + jobs - 1 - worker) / jobs;
    let number = |number: u64| number.to_string();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--seed", &number(seed), "--runs", &number(runs), "--worker", &number(jobs)]);
    command.args(["--servers", &arguments.servers.to_string()]);
    command.args(arguments.sdk.then_some("--sdk"));
    command.stdout(Stdio::piped()).spawn().context("cannot start a process of this program")
}

/// Each run has a process of its own. The SDK keeps in its process how often it may still try again, so what came before a
/// run would tell in it, and its seed alone would not repeat it.
fn work(arguments: &Arguments, step: u64) -> anyhow::Result<ExitCode> {
    // What panics is told as a violation.
    std::panic::set_hook(Box::new(|_| ()));
    chaos::warm_up()?;
    for number in 0..arguments.runs {
        match fork()? {
            Fork::Child => {
                let story = run(arguments.seed + number * step, arguments.servers, arguments.wire(), false);
                println!("{}", serde_json::to_string(&story)?);
                return Ok(ExitCode::SUCCESS);
            }
            // One that was killed has told no story, and is missed.
            Fork::Parent(process) => drop(waitpid(process)?),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Passes on what a worker tells, as it does.
fn told(mut worker: Child, sender: &Sender<anyhow::Result<Story>>) {
    let lines = worker.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines());
    for line in lines {
        let story = line.map_err(anyhow::Error::from).and_then(|line| Ok(serde_json::from_str(&line)?));
        // Nobody listens any more when something went wrong before.
        let _ = sender.send(story);
    }
    if let Err(error) = worker.wait() {
        let _ = sender.send(Err(error.into()));
    }
}

#[derive(Default)]
struct Total {
    runs: u64,
    failed: u64,
    servers: usize,
    calls: u64,
    wrong: u64,
    jobs: usize,
    refused_for_quota: u64,
    seconds: u64,
    ended: std::collections::BTreeMap<String, u64>,
}

impl Total {
    fn add(&mut self, story: &Story) {
        self.runs += 1;
        self.servers += story.servers;
        self.calls += story.calls;
        self.wrong += story.wrong;
        self.jobs += story.jobs;
        self.refused_for_quota += story.refused_for_quota;
        self.seconds += story.seconds;
        for ended in &story.executions {
            *self.ended.entry(ended.clone()).or_default() += 1;
        }
        if !story.violations.is_empty() {
            self.failed += 1;
            print!("{story}");
        }
    }

    fn print(&self, seconds: f64) {
        println!(
            "{} runs in {seconds:.0} s: {} servers, {} calls of AWS, {} of them wrong, {} jobs ({} more refused for a quota), \
             {} days of virtual time",
            self.runs,
            self.servers,
            self.calls,
            self.wrong,
            self.jobs,
            self.refused_for_quota,
            self.seconds / 86_400
        );
        for (ended, count) in &self.ended {
            println!("  {count:>7} {ended}");
        }
    }
}
