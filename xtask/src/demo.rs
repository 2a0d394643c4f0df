//! `cargo xtask demo`: one plan from file to result, as an operator would run it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use contract::{Execution, ExecutionStatus, Mode, StartExecution};
use domain::id::PlanId;
use drsctl::client::Client;
use drsctl::cognito::UserPool;
use drsctl::manifest::Manifest;
use drsctl::progress::View;
use drsctl::table;
use drsctl::upload::upload;
use drsctl::watch::{Pace, watch};

use crate::cloud::Cloud;
use crate::console::{print, say, step};
use crate::interrupt::{self, Interrupted};
use crate::lock;
use crate::up::{self, CloudArguments, Wanted};
use crate::workspace::Workspace;

/// What to run, and on what cloud.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// A drill rehearses; a recovery also checks the health of what came up.
    #[arg(long, value_enum, default_value_t = ModeArgument::Drill)]
    mode: ModeArgument,
    /// A directory with plan files and inventory.yaml, the servers that DRS knows.
    #[arg(long, value_name = "DIR", default_value = "examples/three-tier")]
    plan: PathBuf,
    #[command(flatten)]
    cloud: CloudArguments,
    /// Stop when done, instead of staying up until Ctrl-C. The exit status is 0 only if the execution COMPLETED.
    #[arg(long)]
    exit: bool,
    /// Write the execution document to standard output; everything else goes to standard error.
    #[arg(long)]
    json: bool,
}

/// As people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ModeArgument {
    Drill,
    Recovery,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    let state = workspace.local.clone();
    let _lock = lock::take(&state)?;
    let folder = up::existing_file(&workspace, &arguments.plan)?;
    let inventory = up::existing_file(&workspace, &folder.join("inventory.yaml"))?;
    // Before anything is built: a mistake in a plan shows at once.
    let manifest = Manifest::read(&folder)?;
    let plan = manifest.plans().next().map(|plan| plan.name.clone());
    let plan = plan.with_context(|| format!("{} has no recovery plan to run.", folder.display()))?;

    let wanted = Wanted { state: &state, arguments: &arguments.cloud, inventory: &inventory };
    let cloud = up::start(&workspace, &wanted)?;
    let shown = show(&workspace, arguments, &cloud, &manifest, &plan);
    let stopped = up::stop(&state);
    if !stopped?.is_empty() && shown.is_ok() {
        say("The local cloud is stopped.");
    }
    shown
}

fn show(
    workspace: &Workspace,
    arguments: &Arguments,
    cloud: &Cloud,
    manifest: &Manifest,
    plan: &PlanId,
) -> anyhow::Result<ExitCode> {
    let client = client(cloud)?;
    step("protection groups and plan stored through the REST API", || Ok(upload(&client, manifest, |_| {})?))?;
    let start = match arguments.mode {
        ModeArgument::Drill => StartExecution::of(Mode::Drill),
        ModeArgument::Recovery => {
            say(&format!("A recovery has to be confirmed with the plan's name; the demo answers {plan}."));
            StartExecution { confirm: Some(plan.to_string()), ..StartExecution::of(Mode::Recovery) }
        }
    };
    let started = client.start(plan, &start)?;
    let id = &started.summary.execution_id;
    say(&format!("\nStarted {id}. Time runs {} times as fast as on AWS.", (1.0 / cloud.scale).round()));
    let watched = watch(&client, id, Pace::of(cloud.clock()?), &mut View::for_stderr(), &interrupt::requested)?;
    let execution = watched.ok_or(Interrupted)?;
    report(&execution, arguments.json)?;
    if !arguments.exit {
        say(&up::usage(workspace, cloud)?);
        say("It stays up until Ctrl-C.");
        stay(cloud)?;
    }
    let completed = execution.summary.status == ExecutionStatus::Completed;
    Ok(if completed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A client that signs in again when its token has ended.
fn client(cloud: &Cloud) -> anyhow::Result<Client> {
    let settings = up::deploy::sign_in(cloud)?;
    let again = cloud.clone();
    Ok(Client::new(&cloud.api_url, &settings.id_token).with_renewal(move || {
        let pool = UserPool { endpoint: again.cognito_endpoint.clone(), client_id: again.client_id.clone() };
        pool.login(&again.username, &again.password).ok().map(|tokens| tokens.id_token)
    }))
}

fn report(execution: &Execution, json: bool) -> anyhow::Result<()> {
    let table = table::result(execution);
    if json {
        say(&format!("\n{table}"));
        return print(&serde_json::to_string_pretty(execution)?);
    }
    say("");
    print(&table)
}

/// Waits for Ctrl-C, or until a service dies. The end that was asked for is no error.
fn stay(cloud: &Cloud) -> anyhow::Result<()> {
    let alive = |pid: &u32| !Path::new("/proc").exists() || Path::new(&format!("/proc/{pid}/cmdline")).exists();
    while interrupt::pause(Duration::from_millis(500)).is_ok() {
        if let Some((name, _)) = cloud.pids.iter().find(|(_, pid)| !alive(pid)) {
            anyhow::bail!("{name} has ended. Its log is in {}.", cloud.logs.display());
        }
    }
    Ok(())
}
