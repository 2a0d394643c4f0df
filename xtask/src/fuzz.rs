//! The targets of `fuzz/` under libFuzzer. Only this workspace's own code is compiled with coverage, by a wrapper around
//! rustc, so that a stable toolchain will do and what it depends on is built already.

use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::Args;

use crate::console::say;
use crate::process;
use crate::workspace::Workspace;

/// The programs without their prefix, which are the names of their seeds.
const TARGETS: [&str; 4] = ["plan_yaml", "api_bodies", "drs_responses", "timestamps"];
/// An input that takes this long is a finding.
const SLOWEST_SECONDS: &str = "-timeout=10";
/// Lines of what libFuzzer says about a finding.
const SHOWN: usize = 40;

/// How long, and what.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only this target.
    #[arg(long, value_parser = TARGETS)]
    target: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    build(&workspace)?;
    let (found_none, _) = match &arguments.target {
        Some(target) => look(&workspace, target, arguments.seconds)?,
        None => look_at_all(&workspace, arguments.seconds)?,
    };
    Ok(if found_none { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A C++ compiler, for libFuzzer: nothing else needs one.
pub(crate) fn can_build() -> bool {
    Command::new("c++").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Builds the targets.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    if !can_build() {
        bail!("A C++ compiler (c++) is missing. Install it: sudo apt-get install -y build-essential");
    }
    let mut cargo = process::cargo(workspace);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", workspace.root.join("fuzz").join("rustc-with-coverage"));
    // As a part of the workspace, so that what they depend on is what was built already.
    cargo.args(["build", "--locked", "--workspace", "--features", "fuzz/libfuzzer"]);
    for target in TARGETS {
        cargo.args(["--bin", &format!("fuzz_{target}")]);
    }
    process::run(&mut cargo, "Building the fuzz targets")
}

/// Each target for `seconds`: whether nothing was found, and what was done.
pub(crate) fn look_at_all(workspace: &Workspace, seconds: u32) -> anyhow::Result<(bool, String)> {
    let mut all = (true, String::new());
    for target in TARGETS {
        let (found_none, said) = look(workspace, target, seconds)?;
        all = (all.0 && found_none, all.1 + &said + "\n");
    }
    Ok(all)
}

fn look(workspace: &Workspace, target: &str, seconds: u32) -> anyhow::Result<(bool, String)> {
    let own = workspace.local.join("fuzz").join(target);
    let learnt = own.join("corpus");
    std::fs::create_dir_all(&learnt).with_context(|| learnt.display().to_string())?;
    let mut program = Command::new(workspace.debug().join(format!("fuzz_{target}")));
    program.arg(&learnt).arg(workspace.root.join("fuzz").join("seeds").join(target));
    program.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", own.display()));
    program.args([SLOWEST_SECONDS, "-print_final_stats=1"]);
    let (status, output) = process::run_seen(&mut program, |_| ())?;
    let executed = output.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executed = executed.map_or("?", str::trim);
    let said = if status.success() {
        format!("{target}: {executed} inputs in {seconds} s, none broke it")
    } else {
        let told = |line: &&str| !line.starts_with('#') && !line.starts_with("stat::");
        let lines: Vec<&str> = output.lines().filter(told).collect();
        let end = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        format!("{end}\n{target}: broken after {executed} inputs. Mend it, and keep the input in fuzz/seeds/{target}")
    };
    say(&said);
    Ok((status.success(), said))
}
