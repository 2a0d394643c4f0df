//! `cargo xtask chaos`: random plans under random faults, in virtual time. What that is, is `crates/chaos`.

use std::process::{Command, ExitCode};

use crate::console::say;
use crate::process;
use crate::workspace::Workspace;

/// As a part of the workspace: for a selection of packages cargo builds what they depend on once more.
const BUILD: [&str; 5] = ["build", "--locked", "--workspace", "--bin", "chaos"];

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// What to run: `--help` says it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    process::run(&mut build(&workspace), "The build of chaos")?;
    let (status, _) = process::run_seen(runs(&workspace).args(&arguments.arguments), say)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The program, which has to be built.
pub(crate) fn runs(workspace: &Workspace) -> Command {
    Command::new(workspace.debug().join("chaos"))
}

/// The call of cargo that builds it.
pub(crate) fn build(workspace: &Workspace) -> Command {
    let mut command = process::cargo(workspace);
    command.args(BUILD);
    command
}
