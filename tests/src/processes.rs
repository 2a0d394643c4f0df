//! The processes of the local cloud, as `/proc` has them: how much memory they take, and killing them.

use std::fs::{File, read, read_link, read_to_string};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cloud::{Cloud, state};
use crate::scenario::eventually;

/// As `cargo xtask` marks what belongs to a cloud.
const MARK: &str = "DRS_LOCAL_CLOUD_STATE";

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// AWS.
    MiniStack,
    /// DRS and SSM.
    Simulator,
    /// A function that MiniStack keeps warm.
    Lambda,
}

/// A process.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// What it is.
    pub part: Part,
    /// Its resident memory, in KiB.
    pub resident: u64,
}

/// Resident memory in MiB, and how many functions are warm.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// MiniStack's.
    pub ministack: u64,
    /// The simulator's.
    pub simulator: u64,
    /// Of all functions.
    pub lambdas: u64,
    /// How many of them there are.
    pub warm: usize,
}

impl Cloud {
    /// Every process of this cloud.
    pub fn processes(&self) -> Vec<Process> {
        let mark = format!("{MARK}={}", state().display());
        let pids =
            Path::new("/proc").read_dir().unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let ours = pids.filter(|pid| variables(*pid).iter().any(|variable| variable == mark.as_bytes()));
        ours.filter_map(|pid| Some(Process { pid, part: part(pid)?, resident: resident(pid)? })).collect()
    }

    /// What they take now.
    pub fn memory(&self) -> Memory {
        let processes = self.processes();
        let of = |part| processes.iter().filter(move |process| process.part == part);
        let mebibytes = |part| of(part).map(|process| process.resident).sum::<u64>() / 1024;
        Memory {
            ministack: mebibytes(Part::MiniStack),
            simulator: mebibytes(Part::Simulator),
            lambdas: mebibytes(Part::Lambda),
            warm: of(Part::Lambda).count(),
        }
    }

    /// Kills every function that is warm, at work or not; how many.
    pub fn kill_lambdas(&self) -> usize {
        let warm: Vec<u32> =
            self.processes().iter().filter(|process| process.part == Part::Lambda).map(|process| process.pid).collect();
        warm.iter().for_each(|pid| kill(*pid));
        warm.len()
    }

    /// Kills the simulator; how to start it again.
    pub fn kill_simulator(&self) -> Killed {
        let simulator = self.processes().into_iter().find(|process| process.part == Part::Simulator);
        let pid = simulator.expect("a simulator runs").pid;
        let killed = Killed {
            arguments: split(read(format!("/proc/{pid}/cmdline")).unwrap()),
            variables: variables(pid),
            log: read_link(format!("/proc/{pid}/fd/2")).unwrap(),
        };
        kill(pid);
        killed
    }
}

/// A simulator that was killed.
#[derive(Debug)]
pub struct Killed {
    arguments: Vec<Vec<u8>>,
    variables: Vec<Vec<u8>>,
    log: PathBuf,
}

impl Killed {
    /// Starts it in the same way, and waits until it answers.
    pub fn start(self, cloud: &Cloud) {
        let text = |bytes: Vec<u8>| std::ffi::OsString::from_vec(bytes);
        let mut arguments = self.arguments.into_iter().map(text);
        let log = || File::options().append(true).open(&self.log).unwrap();
        let mut command = Command::new(arguments.next().unwrap());
        command.args(arguments).env_clear().stdin(Stdio::null()).stdout(log()).stderr(log()).process_group(0);
        for variable in self.variables {
            if let Some(at) = variable.iter().position(|byte| *byte == b'=') {
                command.env(text(variable[..at].to_vec()), text(variable[at + 1..].to_vec()));
            }
        }
        // It outlives this test, and `cargo xtask` finds it by its mark.
        let mut simulator = command.spawn().unwrap();
        std::thread::spawn(move || simulator.wait());
        let health = format!("{}/_simulator/health", cloud.simulator_url.trim_end_matches('/'));
        eventually("the simulator", || ureq::get(&health).call().map(drop).map_err(|error| error.to_string()));
    }
}

fn kill(pid: u32) {
    // One that has just ended is killed too.
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
}

fn split(bytes: Vec<u8>) -> Vec<Vec<u8>> {
    bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
}

fn variables(pid: u32) -> Vec<Vec<u8>> {
    split(read(format!("/proc/{pid}/environ")).unwrap_or_default())
}

fn part(pid: u32) -> Option<Part> {
    let arguments = split(read(format!("/proc/{pid}/cmdline")).ok()?);
    let program = PathBuf::from(std::ffi::OsString::from_vec(arguments.first()?.clone()));
    match program.file_name()?.to_str()? {
        "drs-simulator" => Some(Part::Simulator),
        "bootstrap" => Some(Part::Lambda),
        _ if arguments.iter().any(|argument| argument == b"ministack") => Some(Part::MiniStack),
        _ => None,
    }
}

fn resident(pid: u32) -> Option<u64> {
    let status = read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.parse().ok()
}
