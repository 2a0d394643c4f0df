//! Programs of this workspace that do one thing by themselves, in virtual time: `cargo xtask chaos` and `cargo xtask bench`.

use std::process::{Command, ExitCode};

use crate::console::print;
use crate::process;
use crate::workspace::Workspace;

/// `crates/chaos`.
pub(crate) const CHAOS: Program = Program("chaos");
/// `crates/bench`.
pub(crate) const BENCH: Program = Program("bench");

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Build it optimised: some ten minutes at the first time, and every run takes a third of the time. Before all else.
    #[arg(long)]
    release: bool,
    /// What to run: `--help` says it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Arguments {
    /// As they were given.
    pub(crate) fn given(&self) -> &[String] {
        &self.arguments
    }
}

/// A program, by the name of its package.
pub(crate) struct Program(&'static str);

impl Program {
    /// Builds it. As a part of the workspace: for a selection of packages cargo builds what they depend on once more.
    pub(crate) fn build(&self, workspace: &Workspace) -> anyhow::Result<()> {
        self.build_as(workspace, false)
    }

    fn build_as(&self, workspace: &Workspace, release: bool) -> anyhow::Result<()> {
        let mut command = process::cargo(workspace);
        command.args(["build", "--locked", "--workspace", "--bin", self.0]);
        command.args(release.then_some("--release"));
        process::run(&mut command, &format!("The build of {}", self.0))
    }

    /// The call of it, which has to be built.
    pub(crate) fn call(&self, workspace: &Workspace) -> Command {
        Command::new(workspace.debug().join(self.0))
    }

    /// Builds and runs it, and ends as it does.
    pub(crate) fn run(&self, arguments: &Arguments) -> anyhow::Result<ExitCode> {
        let workspace = Workspace::here();
        self.build_as(&workspace, arguments.release)?;
        let mut call = match arguments.release {
            true => Command::new(workspace.release().join(self.0)),
            false => self.call(&workspace),
        };
        finish(call.args(&arguments.arguments))
    }
}

/// Runs a call, and ends as it does.
pub(crate) fn finish(call: &mut Command) -> anyhow::Result<ExitCode> {
    let (status, _) = process::run_seen(call, told)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What it says is the result of this command.
fn told(line: &str) {
    // Whoever reads it may have gone.
    let _ = print(line);
}
