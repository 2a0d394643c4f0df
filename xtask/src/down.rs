//! `cargo xtask down`: stops the local cloud, whoever started it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::console::say;
use crate::workspace::Workspace;
use crate::{interrupt, leftovers, lock, up};

/// How long a demo may take to stop its cloud after it was told to.
const PATIENCE: Duration = Duration::from_secs(20);
/// The program of a function, as Lambda names it.
const FUNCTION: &str = "bootstrap";

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let state = Workspace::here().local;
    let start = Instant::now();
    let mut told = false;
    let _lock = loop {
        if let Some(lock) = lock::try_take(&state)? {
            break lock;
        }
        // A demo in another terminal, or an `up` that is not finished: it stops its own cloud.
        let holder = lock::holder(&state).filter(|pid| leftovers::name_of(*pid) == "xtask");
        if let Some(pid) = holder.filter(|_| !told) {
            say(&format!("Ending the `cargo xtask` that uses it (pid {pid}) …"));
            kill(Pid::from_raw(pid), Signal::SIGTERM)?;
            told = true;
        }
        if start.elapsed() > PATIENCE {
            bail!("Another `cargo xtask` does not let go of {}. End it and try again.", state.display());
        }
        interrupt::pause(Duration::from_millis(100))?;
    };
    let stopped = up::stop(&state)?;
    if stopped.is_empty() && !told {
        say("No local cloud is running.");
    }
    // Of functions there are dozens, each process as good as the next.
    let (functions, services): (Vec<_>, Vec<_>) = stopped.into_iter().partition(|one| one.name == FUNCTION);
    for process in services {
        say(&format!("Stopped {} (pid {}).", process.name, process.pid));
    }
    if !functions.is_empty() {
        say(&format!("Stopped {} processes of functions.", functions.len()));
    }
    Ok(ExitCode::SUCCESS)
}
