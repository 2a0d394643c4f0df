//! `drsctl cleanup`: terminates what a drill launched.

use std::process::ExitCode;
use std::time::Duration;

use contract::{CleanupStatus, Execution};
use domain::id::ExecutionId;
use drsctl::client::Client;
use drsctl::clock;
use drsctl::table::cleanup as table;
use drsctl::watch::Pace;

use super::output::{Output, note, show};
use super::session;

/// How often a lost connection is tried again before it counts: a cleanup runs on without us.
const RETRIES: u32 = 20;

/// Which drill.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The execution. Only a drill that has ended can be cleaned up.
    id: String,
    /// Wait until it has ended. Exit status 1 unless nothing is left over.
    #[arg(long)]
    watch: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let id = ExecutionId::from(arguments.id.as_str());
    let mut execution = client.clean_up(&id)?;
    if arguments.watch {
        execution = watch(&client, &id, execution)?;
    }
    let completed = execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status == CleanupStatus::Completed);
    show(output, &execution, |execution| {
        execution.cleanup.as_ref().map_or_else(|| "The cleanup has not begun yet.".to_owned(), table::run)
    })?;
    Ok(ExitCode::from(u8::from(arguments.watch && !completed)))
}

/// Looks until the cleanup has ended, and says what changes.
fn watch(client: &Client, id: &ExecutionId, mut execution: Execution) -> anyhow::Result<Execution> {
    let interval = Pace::of(clock::from_environment()?).interval;
    let (mut said, mut lost) = (String::new(), 0);
    loop {
        if let Some(cleanup) = &execution.cleanup {
            if cleanup.status.is_terminal() {
                return Ok(execution);
            }
            let line = table::line(cleanup);
            if line != said {
                note(&line);
                said = line;
            }
        }
        pause(interval);
        match client.execution(id) {
            Ok(found) => (execution, lost) = (found, 0),
            Err(error) if error.is_transient() && lost < RETRIES => lost += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Nothing tells a client when a cleanup has ended, so it waits and asks.
fn pause(interval: Duration) {
    std::thread::park_timeout(interval);
}
