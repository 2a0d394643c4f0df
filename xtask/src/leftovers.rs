//! The processes of a local cloud. Each carries the cloud's directory in its environment, and so do the Lambda
//! processes that MiniStack starts: they are found again even when nothing was recorded, and nothing else is ever taken
//! for one of them.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::bail;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The environment variable that marks a process as part of the local cloud whose directory it names.
pub(crate) const MARK: &str = "DRS_LOCAL_CLOUD_STATE";

/// How long they may take to stop by themselves before they are killed, and again until we give up.
const PATIENCE: Duration = Duration::from_secs(4);

/// One running process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its id.
    pub(crate) pid: i32,
    /// The name of its program.
    pub(crate) name: String,
}

/// The running processes of the cloud in `state`. `recorded` are the ids of its services, for systems without `/proc`.
pub(crate) fn find(state: &Path, recorded: &[u32]) -> Vec<Process> {
    let Ok(entries) = Path::new("/proc").read_dir() else {
        return recorded.iter().filter_map(|pid| recorded_service(*pid)).collect();
    };
    let mark = format!("{MARK}={}", state.display());
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let marked = pids.filter(|pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    });
    marked.map(|pid| Process { pid, name: name_of(pid) }).collect()
}

/// The name of a program by its process, as far as the system says.
pub(crate) fn name_of(pid: i32) -> String {
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if arguments.split(|byte| *byte == 0).any(|argument| argument == b"ministack") {
        return "MiniStack".to_owned();
    }
    std::fs::read_to_string(format!("/proc/{pid}/comm")).map_or_else(|_| "?".to_owned(), |name| name.trim().to_owned())
}

/// A recorded id may belong to another program by now, so its command line must be one of ours.
fn recorded_service(pid: u32) -> Option<Process> {
    let command = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    let command = String::from_utf8_lossy(&command.stdout).into_owned();
    let ours = ["ministack", "drs-simulator", "vite"].iter().any(|name| command.contains(name));
    ours.then(|| Process { pid: pid.cast_signed(), name: command.trim().to_owned() })
}

/// Stops the processes of the cloud in `state`, first politely; returns those that were running.
pub(crate) fn stop(state: &Path, recorded: &[u32]) -> anyhow::Result<Vec<Process>> {
    let found = find(state, recorded);
    let start = Instant::now();
    let mut running = found.clone();
    let mut signalled = Vec::new();
    while !running.is_empty() {
        let signal = if start.elapsed() < PATIENCE { Signal::SIGTERM } else { Signal::SIGKILL };
        for Process { pid, .. } in &running {
            if !signalled.contains(&(*pid, signal)) {
                // An error means that it has just ended.
                let _ = kill(Pid::from_raw(*pid), signal);
                signalled.push((*pid, signal));
            }
        }
        if start.elapsed() > 2 * PATIENCE {
            let names: Vec<String> = running.iter().map(|one| format!("{} (pid {})", one.name, one.pid)).collect();
            bail!("These processes of the local cloud do not stop: {}. Look at them with ps.", names.join(", "));
        }
        drsctl::clock::pause(Duration::from_millis(50));
        // Looked for again, since MiniStack may have started a function in the meantime.
        running = find(state, recorded);
    }
    Ok(found)
}
