//! `drsctl run`.

use std::process::ExitCode;

use anyhow::bail;
use contract::{Execution, ExecutionStatus, Mode, StartExecution};
use domain::id::{InstanceId, PlanId};
use drsctl::progress::View;
use drsctl::text::printable;
use drsctl::watch::{Pace, watch};
use drsctl::{clock, table};

use super::confirm::ask;
use super::output::{Output, note, show};
use super::session;

/// Which plan, and how.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The plan's name.
    plan: String,
    /// A drill rehearses; a recovery is a real failover.
    #[arg(long, value_enum, ignore_case = true)]
    mode: ModeArgument,
    /// Show progress until the execution has ended. Ctrl-C ends only the watching.
    #[arg(long)]
    watch: bool,
    /// For a recovery: the plan's name, instead of typing it when asked.
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// For a recovery: a live recovery instance that DRS may terminate. Give it once for each.
    #[arg(long = "replace-instance", value_name = "ID")]
    replace_instances: Vec<String>,
    #[command(flatten)]
    points: super::points::Points,
}

/// As people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ModeArgument {
    Drill,
    Recovery,
}

impl From<ModeArgument> for Mode {
    fn from(mode: ModeArgument) -> Self {
        match mode {
            ModeArgument::Drill => Self::Drill,
            ModeArgument::Recovery => Self::Recovery,
        }
    }
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let plan = PlanId::from(arguments.plan.as_str());
    if !domain::id::is_name(plan.as_str()) {
        bail!("{plan:?} is no plan's name: {}", domain::id::NAME_RULE);
    }
    let recovery_point = arguments.points.choice()?;
    let client = session::client()?;
    let start = match arguments.mode {
        ModeArgument::Drill if !arguments.replace_instances.is_empty() => {
            bail!("--replace-instance is for a recovery: a drill never replaces a live recovery instance");
        }
        ModeArgument::Drill => StartExecution { recovery_point, ..StartExecution::of(Mode::Drill) },
        ModeArgument::Recovery => StartExecution {
            recovery_point,
            confirm: Some(confirmed(&plan, arguments.confirm)?),
            replace_instances: arguments.replace_instances.into_iter().map(InstanceId::from).collect(),
            ..StartExecution::of(Mode::Recovery)
        },
    };
    let started = client.start(&plan, &start)?;
    let id = started.summary.execution_id.clone();
    if !arguments.watch {
        return show(output, &started, |_| printable(id.as_str())).map(|()| ExitCode::SUCCESS);
    }
    note(&format!("Started {}. It runs on if you stop watching (Ctrl-C).", printable(id.as_str())));
    let pace = Pace::of(clock::from_environment()?);
    // Nothing has to be tidied up when watching is interrupted, so the default of Ctrl-C, the end, is right.
    let ended = watch(&client, &id, pace, &mut View::for_stderr(), &|| false)?;
    ended.map_or(Ok(ExitCode::from(130)), |execution| finish(&execution, output))
}

fn finish(execution: &Execution, output: Output) -> anyhow::Result<ExitCode> {
    show(output, execution, table::result)?;
    let completed = execution.summary.status == ExecutionStatus::Completed;
    Ok(if completed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A real failover needs the plan's name typed back. The API checks it again.
fn confirmed(plan: &PlanId, given: Option<String>) -> anyhow::Result<String> {
    let prompt = format!(
        "This is a real failover. It launches recovery instances of every server of {plan}.\n\
         Type the plan's name to go on: "
    );
    let typed = match given {
        Some(given) => Some(given),
        None => ask(&prompt)?,
    };
    let Some(typed) = typed else {
        bail!(
            "A recovery must be confirmed, and there is no terminal to ask: give --confirm {plan}. Nothing was started."
        );
    };
    if typed != plan.as_str() {
        bail!("{typed:?} is not {:?}. Nothing was started.", plan.as_str());
    }
    Ok(typed)
}
