//! The commands, their options and their exit statuses. What they do is the library's.

mod apply;
mod executions;
mod login;
mod preflight;
mod run;
mod session;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use drsctl::client::ClientError;
use drsctl::cognito::LoginError;
use drsctl::upload::UploadError;

const EXIT_STATUSES: &str = "\
Exit status:
  0  done; with --watch: the execution COMPLETED
  1  the execution ended otherwise (PARTIAL, FAILED, REFUSED), or preflight found something that blocks
  2  wrong usage or input; nothing was sent
  3  the API or Cognito refused, or could not be reached
  130  interrupted; an execution that was started runs on

Environment:
  DRSCTL_API_URL, DRSCTL_CLIENT_ID, DRSCTL_COGNITO_ENDPOINT  as the options of login
  DRSCTL_PASSWORD  the password for login
  DRSCTL_CONFIG    the file that login writes, instead of ~/.config/drsctl/config.json
  DRS_CLOCK        <unix epoch>,<scale> of a local cloud whose time runs fast";

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

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// For programs: the API's documents.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Sign in, and remember the deployment.
    Login(login::Arguments),
    /// Store the protection groups and recovery plans of a file or directory.
    Apply(apply::Arguments),
    /// Say what a run of a plan would meet now, without starting anything.
    Preflight(preflight::Arguments),
    /// Start an execution of a plan.
    Run(run::Arguments),
    /// List executions, or show one.
    Executions(executions::Arguments),
}

/// Parses the command line, runs it, and says what went wrong.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = arguments.output;
    let done = match arguments.command {
        Command::Login(arguments) => login::run(arguments),
        Command::Apply(arguments) => apply::run(&arguments, output),
        Command::Preflight(arguments) => preflight::run(&arguments, output),
        Command::Run(arguments) => run::run(arguments, output),
        Command::Executions(arguments) => executions::run(&arguments, output),
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
    match error.downcast_ref::<UploadError>() {
        Some(UploadError::NotStored { .. } | UploadError::NotRead(_)) => 3,
        Some(UploadError::Invalid(_)) | None => 2,
    }
}

/// Writes a result to standard output. A reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
