//! `cargo xtask package`: the functions as they go to AWS: arm64, small, one zip each.

use std::process::{Command, ExitCode};

use comfy_table::{CellAlignment, Table, presets};

use crate::console::{print, say, step};
use crate::workspace::Workspace;
use crate::{functions, prerequisites, process, python};

/// The Rust target that Lambda's arm64 is.
const TARGET: &str = "aarch64-unknown-linux-gnu";

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    step("prerequisites", prerequisites::check)?;
    let environment = step("cargo-lambda and zig (.local/venv-package)", || python::packaging(&workspace))?;
    step("Rust target", target)?;
    step("functions for arm64 (cargo lambda build)", || {
        let mut build = Command::new(environment.programs().join("cargo-lambda"));
        build.current_dir(&workspace.root).args(["lambda", "build", "--arm64", "--profile", "lambda", "--locked"]);
        process::without_cargo_run(&mut build);
        // zig is found beside the Python that ziglang belongs to.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(environment.programs()).chain(std::env::split_paths(&path));
        build.env("PATH", std::env::join_paths(folders)?);
        for name in workspace.functions()? {
            build.args(["-p", &name]);
        }
        process::run(&mut build, "Building the functions for arm64")
    })?;
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["function", "zip"]);
    for name in workspace.functions()? {
        let folder = workspace.target.join("lambda");
        let zip = folder.join(format!("{name}.zip"));
        functions::zip(&folder.join(&name).join("bootstrap"), &zip, functions::USUAL)?;
        table.add_row([name, format!("{:.2} MB", zip.metadata()?.len() as f64 / 1e6)]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    print(&table.to_string())?;
    say(&format!(
        "The zips are in {}. `cd cdk && npx cdk deploy` uploads them.",
        workspace.shown(&workspace.target.join("lambda"))
    ));
    Ok(ExitCode::SUCCESS)
}

/// The standard library for the target. Without rustup, whoever installed Rust has to provide it.
fn target() -> anyhow::Result<()> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]), "rustc")?;
    if std::path::Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", TARGET]), "rustup target add")
}
