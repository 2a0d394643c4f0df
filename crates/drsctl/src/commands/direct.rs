//! `drsctl direct`: past the API, when Cognito or API Gateway is down.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use contract::{Execution, ExecutionStatus, StartExecution};
use domain::id::{ExecutionId, PlanId};
use drsctl::direct::{self, Direct, DirectError};
use drsctl::progress::View;
use drsctl::text::printable;
use drsctl::watch::{Pace, watch_by};
use drsctl::{clock, table};

use super::output::{Output, note, show};
use super::run::{Arguments as Starting, request};

const SETUP: &str = "\
Get the outputs once, while all is well, with
  aws cloudformation describe-stacks --stack-name drs-orchestrator --query 'Stacks[0].Outputs' --output json > outputs.json
They hold no secrets. Credentials are found as by the AWS command line; docs/OPERATIONS.md has the policy that they need.";

/// What to do past the API.
#[derive(clap::Args)]
#[command(after_help = SETUP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Keep what the stack's outputs say about the deployment, for the other commands.
    Setup {
        /// The outputs, as a JSON list.
        file: PathBuf,
    },
    /// Start an execution of a plan.
    Start(Starting),
    /// Show progress of an execution until it has ended. Ctrl-C ends only the watching.
    Watch {
        /// The execution's id.
        id: String,
    },
    /// End an execution before its time. Nothing is terminated, and DRS jobs that run are watched to their end.
    Cancel {
        /// The execution's id.
        id: String,
        /// Why; recorded with it.
        #[arg(long, default_value = "")]
        comment: String,
    },
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let kept = direct::path()?;
    match arguments.command {
        Command::Setup { file } => {
            let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            direct::outputs(&text)?;
            if let Some(folder) = kept.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&kept, text).with_context(|| format!("cannot write {}", kept.display()))?;
            Direct::connect(&kept)?;
            note(&format!("Kept in {}.", kept.display()));
            Ok(ExitCode::SUCCESS)
        }
        Command::Start(arguments) => start(&Direct::connect(&kept)?, arguments, output),
        Command::Watch { id } => follow(&Direct::connect(&kept)?, &ExecutionId::from(id), output),
        Command::Cancel { id, comment } => {
            let (direct, id) = (Direct::connect(&kept)?, ExecutionId::from(id));
            direct.cancel(&id, &comment)?;
            show(output, &found(&direct, &id)?, table::result)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn start(direct: &Direct, arguments: Starting, output: Output) -> anyhow::Result<ExitCode> {
    let watched = arguments.watch;
    let (plan, start): (PlanId, StartExecution) = request(arguments)?;
    let id = direct.start(&plan, &start)?;
    if watched {
        note(&format!("Started {}. It runs on if you stop watching (Ctrl-C).", printable(id.as_str())));
        return follow(direct, &id, output);
    }
    show(output, &serde_json::json!({ "executionId": id }), |_| printable(id.as_str()))?;
    Ok(ExitCode::SUCCESS)
}

fn follow(direct: &Direct, id: &ExecutionId, output: Output) -> anyhow::Result<ExitCode> {
    let pace = Pace::of(clock::from_environment()?);
    let look = || found(direct, id);
    let ended = watch_by(&look, &DirectError::is_transient, pace, &mut View::for_stderr(), &|| false)?;
    let Some(execution) = ended else { return Ok(ExitCode::from(130)) };
    show(output, &execution, table::result)?;
    let completed = execution.summary.status == ExecutionStatus::Completed;
    Ok(if completed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The record is written by the first task of the recovery machine, so right after a start there may be none.
fn found(direct: &Direct, id: &ExecutionId) -> Result<Execution, DirectError> {
    const LOOKS: u32 = 20;
    for _ in 0..LOOKS {
        if let Some(execution) = direct.execution(id)? {
            return Ok(execution);
        }
        clock::pause(std::time::Duration::from_millis(500));
    }
    Err(DirectError::NotPossible(format!("there is no execution {id}; look at it in Step Functions")))
}
