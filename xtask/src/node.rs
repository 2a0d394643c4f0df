//! The Node packages of the CDK app and of the web console.

use std::path::Path;
use std::process::Command;

use crate::process;
use crate::workspace::Workspace;

/// Installs what `package-lock.json` of `part` (`cdk`, `console`) pins, unless it is what was installed last.
pub(crate) fn ready(workspace: &Workspace, part: &str) -> anyhow::Result<()> {
    let folder = workspace.root.join(part);
    let wanted = std::fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules").join(".made-from.json");
    if std::fs::read(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(());
    }
    let log = workspace.local.join("logs").join(format!("npm-{part}.log"));
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    process::run_logged(&mut install, &format!("Installing the Node packages of {part}/"), &log)?;
    std::fs::write(stamp, wanted)?;
    Ok(())
}

/// A call of a program that `part` installed.
pub(crate) fn program(workspace: &Workspace, part: &str, name: &str) -> Command {
    let programs = workspace.root.join(part).join("node_modules").join(".bin");
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
