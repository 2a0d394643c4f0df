//! The commands, their options and their exit statuses. What they do is the library's.

mod apply;
mod audit;
mod cleanup;
mod completion;
mod confirm;
mod control;
mod diff;
#[cfg(feature = "direct")]
mod direct;
mod executions;
mod export;
mod forecast;
mod groups;
mod import_native;
mod login;
mod output;
mod plans;
mod points;
mod preflight;
mod quotas;
mod report;
mod run;
mod schedule;
mod servers;
mod session;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use drsctl::client::ClientError;
use drsctl::cognito::LoginError;
#[cfg(feature = "direct")]
use drsctl::direct::DirectError;
use drsctl::upload::UploadError;
use output::Output;

const EXIT_STATUSES: &str = "\
Exit status:
  0  done, and where something is judged or compared: good, or nothing differs
  1  done, and the answer is no:
       run --watch                the execution ended as PARTIAL, FAILED, REFUSED or CANCELLED
       cleanup --watch            something is left over, or it FAILED
       preflight                  something blocks a run
       diff, plans diff           something differs
       forecast --fail-if-missed  nine of ten runs would not meet the target
  2  wrong usage or input; nothing was stored, deleted or started
  3  the API or Cognito refused, or could not be reached
  130  interrupted; an execution that was started runs on

Environment:
  DRSCTL_API_URL, DRSCTL_CLIENT_ID, DRSCTL_COGNITO_ENDPOINT  as the options of login
  DRSCTL_PASSWORD  the password for login
  DRSCTL_CONFIG    the file that login writes, instead of ~/.config/drsctl/config.json
  DRS_CLOCK        <unix epoch>,<scale> of a local cloud whose time runs fast";

const COMPLETION: &str = "\
  bash  drsctl completion bash > ~/.local/share/bash-completion/completions/drsctl
  zsh   drsctl completion zsh > ~/.zfunc/_drsctl      (with ~/.zfunc in fpath before compinit)
  fish  drsctl completion fish > ~/.config/fish/completions/drsctl.fish";

/// Runs recovery plans for AWS Elastic Disaster Recovery.
#[derive(Parser)]
#[command(name = "drsctl", version, about, after_help = EXIT_STATUSES)]
struct Arguments {
    /// How results are written to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sign in, and remember the deployment.
    Login(login::Arguments),
    /// Store the protection groups and recovery plans of a file or directory.
    Apply(apply::Arguments),
    /// Show what apply would change, field by field. Exit status 1 if anything differs.
    Diff(diff::Arguments),
    /// Write groups and plans as a file that apply reads.
    Export(export::Arguments),
    /// Make a plan and its groups of a recovery plan of DRS itself.
    ImportNative(import_native::Arguments),
    /// Source servers: list, show, snapshots, refresh.
    Servers(servers::Arguments),
    /// How much of DRS's quotas is in use in each Region.
    Quotas,
    /// Protection groups: list, show, resolve, launch-settings, delete.
    Groups(groups::Arguments),
    /// Recovery plans: list, show, versions, diff, readiness, history, delete.
    Plans(plans::Arguments),
    /// Schedules of drills: list, set, delete.
    Schedule(schedule::Arguments),
    /// Say what a run of a plan would meet now, without starting anything.
    Preflight(preflight::Arguments),
    /// Say how long a run of a plan would take, wave by wave.
    Forecast(forecast::Arguments),
    /// Start an execution of a plan.
    Run(run::Arguments),
    /// List executions, or show one.
    Executions(executions::Arguments),
    /// Terminate the recovery instances that a drill launched, and no others.
    Cleanup(cleanup::Arguments),
    /// Write what an execution came to, against what its plan promised: for auditors.
    Report(report::Arguments),
    /// Hold an execution: it starts no new job until it is resumed.
    Pause(control::Which),
    /// Let a paused execution go on.
    Resume(control::Which),
    /// End an execution before its time. Nothing is terminated, and DRS jobs that run are watched to their end.
    Cancel(control::Cancel),
    /// Let a wave begin that awaits an approval.
    Approve(control::Decision),
    /// Do not let a wave begin that awaits an approval.
    Reject(control::Decision),
    /// Launch again what did not succeed of a wave that failed and awaits a decision.
    Retry(control::Retry),
    /// Check the health again of what was launched of a wave that failed and awaits a decision.
    Recheck(control::Decision),
    /// Let a wave that failed and awaits a decision end so; the waves behind it go on.
    Skip(control::Decision),
    /// Let a wave that failed and awaits a decision end so; the waves behind it are skipped.
    Abort(control::Decision),
    /// Start, watch and cancel with IAM credentials when the API is down.
    #[cfg(feature = "direct")]
    Direct(direct::Arguments),
    /// List who changed or started what, the newest first.
    Audit(audit::Arguments),
    /// Say who the API takes you for, and what you may do.
    Whoami,
    /// Print a script that completes commands and options in a shell.
    #[command(after_help = COMPLETION)]
    Completion(completion::Arguments),
}

/// Parses the command line, runs it, and says what went wrong.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = arguments.output;
    let done = match arguments.command {
        Command::Login(arguments) => login::run(arguments),
        Command::Apply(arguments) => apply::run(&arguments, output),
        Command::Diff(arguments) => diff::run(&arguments, output),
        Command::Export(arguments) => export::run(&arguments, output),
        Command::ImportNative(arguments) => import_native::run(arguments, output),
        Command::Servers(arguments) => servers::run(arguments, output),
        Command::Quotas => quotas::run(output),
        Command::Groups(arguments) => groups::run(arguments, output),
        Command::Plans(arguments) => plans::run(arguments, output),
        Command::Schedule(arguments) => schedule::run(arguments, output),
        Command::Preflight(arguments) => preflight::run(&arguments, output),
        Command::Forecast(arguments) => forecast::run(&arguments, output),
        Command::Run(arguments) => run::run(arguments, output),
        Command::Executions(arguments) => executions::run(&arguments, output),
        Command::Cleanup(arguments) => cleanup::run(&arguments, output),
        Command::Report(arguments) => report::run(&arguments, output),
        Command::Pause(arguments) => control::pause(&arguments, output),
        Command::Resume(arguments) => control::resume(&arguments, output),
        Command::Cancel(arguments) => control::cancel(&arguments, output),
        Command::Approve(arguments) => control::approve(&arguments, output),
        Command::Reject(arguments) => control::reject(&arguments, output),
        Command::Retry(arguments) => control::retry(&arguments, output),
        Command::Recheck(arguments) => control::recheck(&arguments, output),
        Command::Skip(arguments) => control::skip(&arguments, output),
        Command::Abort(arguments) => control::abort(&arguments, output),
        #[cfg(feature = "direct")]
        Command::Direct(arguments) => direct::run(arguments, output),
        Command::Audit(arguments) => audit::run(arguments, output),
        Command::Whoami => audit::whoami(output),
        Command::Completion(arguments) => completion::run(&arguments, Arguments::command()),
    };
    done.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "drsctl: {error:#}");
        ExitCode::from(exit_status(&error))
    })
}

/// 3 when somebody else said no, 2 when it is the caller's to correct.
fn exit_status(error: &anyhow::Error) -> u8 {
    if error.is::<ClientError>() || error.is::<LoginError>() {
        return 3;
    }
    #[cfg(feature = "direct")]
    if let Some(DirectError::Aws(_) | DirectError::NotPossible(_)) = error.downcast_ref::<DirectError>() {
        return 3;
    }
    match error.downcast_ref::<UploadError>() {
        Some(UploadError::NotStored { .. } | UploadError::NotRead(_)) => 3,
        Some(UploadError::Invalid(_)) | None => 2,
    }
}
