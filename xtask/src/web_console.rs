//! The web console: built when its sources changed, and served to this machine by the program that builds it. That one
//! also passes the API and the sign-in through the console's own origin, as CloudFront does in the deployment.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::cloud::Cloud;
use crate::leftovers::MARK;
use crate::ports::Wish;
use crate::up::services::await_answer;
use crate::workspace::Workspace;
use crate::{node, process};

/// The folder of the console.
const PART: &str = "console";

/// What `dist` is made from.
const SOURCES: [&str; 7] =
    ["src", "public", "server", "index.html", "vite.config.ts", "package-lock.json", "tsconfig.json"];

/// Installs what the console needs and builds it, unless `dist` is newer than everything that it is made from.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    node::ready(workspace, PART)?;
    let folder = workspace.root.join(PART);
    let built = modified(&folder.join("dist").join("index.html"));
    let newest = SOURCES.iter().filter_map(|source| newest(&folder.join(source))).max();
    if built.is_some_and(|built| newest.is_none_or(|newest| newest < built)) {
        return Ok(());
    }
    let log = workspace.local.join("logs").join("console-build.log");
    process::run_logged(&mut npm(workspace, "build"), "Building the web console", &log)
}

/// A script of the console's `package.json`.
pub(crate) fn npm(workspace: &Workspace, script: &str) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(workspace.root.join(PART)).args(["run", "--silent", script]);
    command
}

/// Serves what was built as the console of `cloud`, whose `cloud.json` is written.
pub(crate) fn start(workspace: &Workspace, state: &Path, port: Option<u16>, cloud: &mut Cloud) -> anyhow::Result<()> {
    let port =
        Wish { service: "the web console", option: "--console-port", chosen: port, usual: 4588 }.grant()?.to_string();
    let mut server = node::program(workspace, PART, "vite");
    server.args(["preview", "--port", &port]).current_dir(workspace.root.join(PART));
    server.env("DRS_LOCAL_CLOUD", state.join("cloud.json")).env(MARK, state);
    let log = cloud.logs.join("console.log");
    let mut server = process::start(&mut server, &log)?;
    let url = format!("http://127.0.0.1:{port}");
    await_answer(&mut server, "The web console", &url, &log)?;
    cloud.console_url = url;
    cloud.pids.insert(PART.to_owned(), server.id());
    Ok(())
}

/// When the newest file below `path` was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = path.read_dir() else { return modified(path) };
    let paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.iter().filter_map(|path| newest(path)).max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
