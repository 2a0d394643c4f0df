//! `cargo xtask`: everything that is done with this repository, as one command each. Only what a fresh machine has is
//! needed to build it.

mod bench;
mod cloud;
mod console;
mod demo;
mod down;
mod functions;
mod fuzz;
mod interrupt;
mod leftovers;
mod lock;
mod node;
mod package;
mod ports;
mod prerequisites;
mod process;
mod program;
mod python;
mod summary;
mod supply_chain;
mod test;
mod up;
mod web_console;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::interrupt::Interrupted;

/// Builds, tests, packages and demonstrates the orchestrator.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about,
    disable_help_subcommand = true,
    after_help = "`cargo xtask help` explains everything at once; `cargo xtask COMMAND --help` explains one command."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the local cloud, run a plan on it through the REST API, and show what happens.
    ///
    /// Builds what is needed, starts MiniStack (AWS) and the simulator (DRS, SSM) on 127.0.0.1, deploys the CDK app,
    /// stores the plan, starts an execution as a signed-in user, shows its progress and its result, and stays up until
    /// Ctrl-C. Whatever happens, nothing is left running.
    Demo(demo::Arguments),
    /// Start the local cloud and leave it running.
    ///
    /// The same cloud as the demo's, without running anything on it. Where everything is, is in .local/cloud.json.
    Up(up::Arguments),
    /// Stop the local cloud, whoever started it.
    ///
    /// Ends an `up`, a demo in another terminal, or what a killed one left behind.
    Down,
    /// Look for inputs that the parsers of plans, requests, DRS's answers and timestamps do not withstand.
    ///
    /// Builds the targets of fuzz/ with coverage and runs each under libFuzzer, beginning with what earlier runs learnt
    /// (.local/fuzz). An input that breaks one is kept there, and its path printed. Needs a C++ compiler.
    Fuzz(fuzz::Arguments),
    /// Run every check and test there is.
    ///
    /// Format, clippy, licences and known holes, Rust tests, some seconds of fuzzing, the simulator driven by boto3, CDK and
    /// state machine tests, and the end-to-end tests on a local cloud of their own. Everything runs even if something fails; the last line is `N passed, N failed`.
    Test,
    /// Run random plans under random faults in virtual time, and check the safety rules at every step.
    ///
    /// `cargo xtask chaos --runs 2000 --seed 1`. A run that breaks a rule is printed with its seed, from which it can be
    /// repeated: `--seed N --story` prints every call of AWS in it. `--release`, before all else, is for many runs.
    Chaos(program::Arguments),
    /// Measure drills of many sizes, the functions as processes, and the API and the console at 4,000 servers.
    ///
    /// `bench`, or `bench drills`, runs them in virtual time, in some minutes, and needs nothing else (`--sizes 10:3,1200:30:3`:
    /// servers, the waves that they are in, and over how many Regions). `bench functions`, `bench api` and `bench all` build
    /// the functions as AWS gets them, for this machine (more than half an hour on two cores, once), and start a local cloud of
    /// their own for some minutes; `bench console` needs that alone. `--json FILE` writes the figures.
    Bench(program::Arguments),
    /// Build the functions for AWS (arm64), as the zips that `cdk deploy` uploads.
    ///
    /// They go to target/lambda. Cross-compiles with cargo-lambda and zig, which are installed into .local.
    Package,
    /// Explain all commands.
    Help,
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let done = interrupt::listen().and_then(|()| match command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Up(arguments) => up::run(&arguments),
        Command::Down => down::run(),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Test => test::run(),
        Command::Chaos(arguments) => program::CHAOS.run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Package => package::run(),
        Command::Help => help(),
    });
    done.unwrap_or_else(|error| {
        if error.is::<Interrupted>() {
            console::say("Interrupted. Nothing is left running.");
            return ExitCode::from(130);
        }
        console::say(&format!("\ncargo xtask: {error:#}"));
        ExitCode::FAILURE
    })
}

/// The long help of every command, one after another.
fn help() -> anyhow::Result<ExitCode> {
    use clap::CommandFactory;
    let mut program = Arguments::command();
    program.build();
    console::print(&format!("{}\n", program.render_help()))?;
    for command in program.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        let title = format!("cargo xtask {}", command.get_name());
        console::print(&format!("{title}\n{}\n{}", "-".repeat(title.len()), command.render_long_help()))?;
    }
    Ok(ExitCode::SUCCESS)
}
