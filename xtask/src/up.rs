//! `cargo xtask up`: MiniStack as AWS, the simulator as DRS and SSM, and on them the same CDK app that production uses.

pub(crate) mod deploy;
pub(crate) mod services;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use drsctl::clock;

use crate::cloud::Cloud;
use crate::console::{say, step};
use crate::interrupt::{self, Interrupted};
use crate::workspace::Workspace;
use crate::{functions, leftovers, lock, node, prerequisites, python, web_console};

/// How the local cloud is to be.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// The servers that DRS knows.
    #[arg(long, value_name = "FILE", default_value = "examples/three-tier/inventory.yaml")]
    inventory: PathBuf,
}

/// What `up` and `demo` have in common.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CloudArguments {
    /// How long a second of the scenario lasts, in real seconds: at 0.01, 20 minutes last 12 s. 1 is real time.
    #[arg(long, default_value_t = 0.01, value_parser = scale)]
    pub(crate) scale: f64,
    /// Something that goes wrong, such as launch-fails=web-1; can be given again. `drs-simulator serve --help` lists all.
    #[arg(long = "fault", value_name = "SPEC")]
    pub(crate) faults: Vec<String>,
    /// The port of AWS and the REST API, 0 for any [default: 4566, or a free one]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    /// The port of the simulator, 0 for any [default: 4577, or a free one]
    #[arg(long, value_name = "N")]
    pub(crate) simulator_port: Option<u16>,
    /// The port of the web console, 0 for any [default: 4588, or a free one]
    #[arg(long, value_name = "N")]
    pub(crate) console_port: Option<u16>,
}

/// Below 0.001 the machine cannot keep up; above 1 would be slower than AWS.
fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.001..=1.0).contains(&scale) { Ok(scale) } else { Err("a number from 0.001 to 1".to_owned()) }
}

/// A cloud to start.
pub(crate) struct Wanted<'a> {
    /// Where its state is kept.
    pub(crate) state: &'a Path,
    /// How it is to be.
    pub(crate) arguments: &'a CloudArguments,
    /// The servers that DRS knows.
    pub(crate) inventory: &'a Path,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    let state = workspace.local.clone();
    let _lock = lock::take(&state)?;
    let inventory = existing_file(&workspace, &arguments.inventory)?;
    let cloud = start(&workspace, &Wanted { state: &state, arguments: &arguments.cloud, inventory: &inventory })?;
    say(&usage(&workspace, &cloud)?);
    say("Stop it with `cargo xtask down`.");
    Ok(ExitCode::SUCCESS)
}

/// Builds what is needed and starts the cloud. If that fails or is interrupted, nothing is left running.
pub(crate) fn start(workspace: &Workspace, wanted: &Wanted<'_>) -> anyhow::Result<Cloud> {
    clean_up_earlier(wanted.state)?;
    prepare(workspace)?;
    start_prepared(workspace, wanted)
}

/// Starts the cloud from what [`prepare`] made.
pub(crate) fn start_prepared(workspace: &Workspace, wanted: &Wanted<'_>) -> anyhow::Result<Cloud> {
    let started = start_services(workspace, wanted);
    if started.is_err() {
        stop(wanted.state)?;
    }
    started
}

/// Stops every process of the cloud in `state` and forgets it.
pub(crate) fn stop(state: &Path) -> anyhow::Result<Vec<leftovers::Process>> {
    let stopped = leftovers::stop(state, &Cloud::recorded_pids(state))?;
    Cloud::forget(state);
    // What MiniStack unpacked and CDK staged: a gigabyte, and of no use to the next start.
    for scratch in [services::temporary(state), deploy::staging(state)] {
        let _ = std::fs::remove_dir_all(scratch);
    }
    Ok(stopped)
}

/// A run that was killed, or `up` before `demo`.
pub(crate) fn clean_up_earlier(state: &Path) -> anyhow::Result<()> {
    let stopped = stop(state)?;
    if !stopped.is_empty() {
        let names: Vec<String> = stopped.iter().map(|one| format!("{} {}", one.name, one.pid)).collect();
        say(&format!("An earlier local cloud was still running; stopped it: {}.", names.join(", ")));
    }
    Ok(())
}

/// Checks the machine, installs what the cloud needs and builds it. Installing waits for the network and building for
/// the processor, so they go on at the same time.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<()> {
    step("prerequisites", prerequisites::check)?;
    std::thread::scope(|scope| {
        let python = scope.spawn(|| step("Python packages (.local/venv)", || python::local_cloud(workspace).map(drop)));
        let node = scope.spawn(|| {
            step("Node packages (cdk/node_modules)", || node::ready(workspace, "cdk"))?;
            step("web console (console/dist)", || web_console::build(workspace))
        });
        let built = step("functions and simulator (cargo build)", || functions::build(workspace));
        let joined = [python.join(), node.join()].into_iter().collect::<Result<Vec<_>, _>>();
        let Ok(installed) = joined else { bail!("An installation step broke off. Look at .local/logs.") };
        built?;
        installed.into_iter().collect()
    })
}

fn start_services(workspace: &Workspace, wanted: &Wanted<'_>) -> anyhow::Result<Cloud> {
    let environment = python::local_cloud(workspace)?;
    let assets = step("zips of the functions", || functions::zip_for_local_cloud(workspace))?;
    let clock = format!("{:.3},{}", clock::unix_seconds(), wanted.arguments.scale);
    let services =
        step("MiniStack and simulator", || services::Services::start(workspace, wanted, &environment, &clock))?;
    let outputs = step("CDK deploy", || deploy::deploy(workspace, wanted, &services, &assets))?;
    let mut cloud = step("users", || deploy::describe(workspace, wanted, &services, &environment, outputs, &clock))?;
    if interrupt::requested() {
        return Err(Interrupted.into());
    }
    // The console reads where everything is from there, and is then a part of it.
    cloud.save(wanted.state)?;
    step("web console", || web_console::start(workspace, wanted.state, wanted.arguments.console_port, &mut cloud))?;
    cloud.save(wanted.state)?;
    Ok(cloud)
}

/// `path` as given, from where the command was called or from the repository.
pub(crate) fn existing_file(workspace: &Workspace, path: &Path) -> anyhow::Result<PathBuf> {
    let candidates = [std::path::absolute(path)?, workspace.root.join(path)];
    let found = candidates.into_iter().find(|candidate| candidate.exists());
    found.ok_or_else(|| anyhow::anyhow!("{} does not exist.", path.display()))
}

/// Signs in for drsctl, and says how to use the cloud.
pub(crate) fn usage(workspace: &Workspace, cloud: &Cloud) -> anyhow::Result<String> {
    let config = workspace.local.join("drsctl.json");
    deploy::sign_in(cloud)?.save(&config)?;
    Ok(format!(
        "\n\
         The local cloud is up. In another terminal:\n  \
         export DRSCTL_CONFIG={} DRS_CLOCK={}\n  \
         {drsctl} executions\n  \
         {drsctl} apply -f examples/three-tier\n  \
         {drsctl} run three-tier --mode drill --watch\n  \
         {drsctl} run three-tier --mode recovery --watch\n\
         Console    {}   (user {}, password {})\n\
         REST API   {}/v1\n\
         Simulator  {}/_simulator/journal\n\
         Logs       {}\n",
        config.display(),
        cloud.clock,
        cloud.console_url,
        cloud.username,
        cloud.password,
        cloud.api_url.trim_end_matches('/'),
        cloud.simulator_url,
        workspace.shown(&cloud.logs),
        drsctl = workspace.shown(&workspace.debug().join("drsctl")),
    ))
}
