//! `cargo xtask bench`: the program of `crates/bench`, with the optimised functions and the local cloud that some of its parts
//! need.

use std::process::ExitCode;

use crate::console::step;
use crate::program::{self, Arguments};
use crate::up::{self, CloudArguments, Wanted};
use crate::workspace::Workspace;
use crate::{functions, lock, process};

/// The parts that need the optimised functions, and a cloud.
const WITH_FUNCTIONS: [&str; 3] = ["functions", "api", "all"];
/// The part that needs a cloud only.
const CONSOLE: &str = "console";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::here();
    let with_functions = arguments.given().iter().any(|given| WITH_FUNCTIONS.contains(&given.as_str()));
    if !with_functions && !arguments.given().iter().any(|given| given == CONSOLE) {
        return program::BENCH.run(arguments);
    }
    // A cloud of its own, so that a demo may run beside it.
    let state = workspace.local.join("bench");
    let _lock = lock::take(&state)?;
    let folder = workspace.target.join("bench");
    if with_functions {
        step("optimised functions (cargo build --profile lambda)", || optimised(&workspace))?;
    }
    program::BENCH.build(&workspace)?;
    let any = Some(0);
    let cloud = CloudArguments { scale: 0.01, faults: Vec::new(), port: any, simulator_port: any, console_port: any };
    let inventory = workspace.root.join("examples/three-tier/inventory.yaml");
    up::start(&workspace, &Wanted { state: &state, arguments: &cloud, inventory: &inventory })?;
    let mut call = program::BENCH.call(&workspace);
    call.args(arguments.given()).env("DRS_LOCAL_CLOUD", state.join("cloud.json"));
    call.arg("--programs").arg(folder.join("lambda")).arg("--zips").arg(folder.join("zips"));
    let done = program::finish(&mut call);
    up::stop(&state)?;
    done
}

/// Builds the functions for this machine as they are built for AWS, and zips them. In a folder of their own: `target/lambda`
/// belongs to `cargo xtask package`.
fn optimised(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.target.join("bench");
    let mut build = process::cargo(workspace);
    build.args(["build", "--locked", "--profile", "lambda", "--target-dir"]).arg(&folder);
    for name in workspace.functions()? {
        build.args(["-p", &name]);
    }
    process::run(&mut build, "Building the optimised functions")?;
    std::fs::create_dir_all(folder.join("zips"))?;
    for name in workspace.functions()? {
        let zip = folder.join("zips").join(format!("{name}.zip"));
        functions::zip(&folder.join("lambda").join(&name), &zip, functions::USUAL)?;
    }
    Ok(())
}
