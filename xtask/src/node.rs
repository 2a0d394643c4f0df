//! The Node packages of the CDK app.

use std::path::Path;
use std::process::Command;

use crate::process;
use crate::workspace::Workspace;

/// Installs what `cdk/package-lock.json` pins, unless it is what was installed last.
pub(crate) fn ready(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.root.join("cdk");
    let wanted = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules").join(".made-from.json");
    if std::fs::read(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(());
    }
    let log = workspace.local.join("logs").join("npm.log");
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    process::run_logged(&mut install, "Installing the Node packages of cdk/", &log)?;
    std::fs::write(stamp, wanted)?;
    Ok(())
}

/// A call of a program that `cdk/` installed.
pub(crate) fn program(workspace: &Workspace, name: &str) -> Command {
    let programs = workspace.root.join("cdk").join("node_modules").join(".bin");
    let mut command = Command::new(programs.join(name));
    // The CDK starts tsx by name.
    command.env("PATH", path_with(&programs));
    command
}

fn path_with(first: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}
