//! `drs-simulator`: the simulator as a process. What it does is in the library.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use simulator::clock::CLOCK_VARIABLE;
use simulator::fault::SYNTAX;
use simulator::{Clock, Fault, Inventory, Options, Simulator};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A simulator of AWS Elastic Disaster Recovery and Systems Manager.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve DRS, SSM and /_simulator/* on one port of 127.0.0.1, until SIGTERM or SIGINT.
    #[command(after_help = SYNTAX)]
    Serve {
        /// The port; 0 takes a free one.
        #[arg(long, default_value_t = 4577)]
        port: u16,
        /// The source servers and the account, in YAML.
        #[arg(long)]
        inventory: PathBuf,
        /// Something that goes wrong; can be given again. The syntax is below.
        #[arg(long = "fault", value_name = "SPEC")]
        faults: Vec<Fault>,
        /// Decides every made-up id and duration, instead of the inventory's seed.
        #[arg(long)]
        seed: Option<u64>,
        /// Every call is written here, and what is here is gone through at the start: a simulator that is killed and started
        /// again in the same way goes on where it was.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Command::Serve { port, inventory, faults, seed, record } = Arguments::parse().command;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    let text = std::fs::read_to_string(&inventory).with_context(|| format!("cannot read {}", inventory.display()))?;
    let mut inventory = Inventory::from_yaml(&text).with_context(|| inventory.display().to_string())?;
    inventory.faults.extend(faults);
    inventory.seed = seed.unwrap_or(inventory.seed);
    let clock = Clock::from_setting(std::env::var(CLOCK_VARIABLE).ok().as_deref())?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = Simulator::start(inventory, Options { port, clock, record }).await?;
    // On standard output, so that a script which asked for any free port can read which one it got.
    println!("drs-simulator listens on {}", running.endpoint_url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}
