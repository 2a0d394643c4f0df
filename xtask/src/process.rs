//! Other programs: run to their end, or as services. Each is a process group of its own, so that Ctrl-C reaches only
//! us, and stopping one stops what it started.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::interrupt::{self, Interrupted};
use crate::workspace::Workspace;

/// How long a program may take to stop by itself. MiniStack waits for requests under way.
const PATIENCE: Duration = Duration::from_secs(3);
/// How much of a log is shown when its program failed.
const LOG_LINES: usize = 30;

/// A call of cargo, as if it were called from a shell. `cargo xtask` runs with variables of its own, and build scripts
/// that look at them (ring's does) would build everything again whenever a person calls cargo in between.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(&workspace.root);
    without_cargo_run(&mut command);
    command
}

/// Takes away what `cargo run` tells the program that it runs.
pub(crate) fn without_cargo_run(command: &mut Command) {
    const SET: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_"];
    for (name, _) in std::env::vars_os() {
        let known = name.to_string_lossy();
        if SET.iter().any(|prefix| known.starts_with(prefix)) || known == "CARGO" {
            command.env_remove(&name);
        }
    }
}

/// Runs `command` to its end, its output on standard error.
pub(crate) fn run(command: &mut Command, what: &str) -> anyhow::Result<()> {
    command.stdout(Stdio::from(std::io::stderr())).stderr(Stdio::inherit());
    let status = to_its_end(command)?;
    if status.success() { Ok(()) } else { bail!("{what} failed ({}).", ending(status)) }
}

/// Runs `command` to its end, its output in `log`, whose end is shown if it fails.
pub(crate) fn run_logged(command: &mut Command, what: &str, log: &Path) -> anyhow::Result<()> {
    let file = new_file(log)?;
    command.stdout(file.try_clone()?).stderr(file);
    let status = to_its_end(command)?;
    if status.success() {
        return Ok(());
    }
    bail!("{what} failed ({}). The end of {}:\n{}", ending(status), log.display(), end_of(log))
}

/// Runs `command` to its end and returns what it wrote to standard output.
pub(crate) fn output(command: &mut Command, what: &str) -> anyhow::Result<String> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reader = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            // What cannot be read is missing in the message, no more.
            let _ = stream.map(|mut stream| stream.read_to_string(&mut text));
            text
        })
    };
    let out = reader(out.map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    let err = reader(err.map(|stream| Box::new(stream) as Box<dyn Read + Send>));
    let status = wait(&mut child)?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() { Ok(out) } else { bail!("{what} failed ({}):\n{}", ending(status), err.trim_end()) }
}

/// Runs `command` to its end, hands each line of its output to `seen` and returns it all, both streams as one.
pub(crate) fn run_seen(command: &mut Command, seen: fn(&str)) -> anyhow::Result<(ExitStatus, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let (sender, lines) = mpsc::channel::<String>();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                seen(&text);
                if sender.send(text).is_err() {
                    break;
                }
                line.clear();
            }
        });
    }
    drop(sender);
    let status = wait(&mut child)?;
    // A process that outlives its parent may keep the pipe open: what came until now is what counts.
    let mut text = String::new();
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        text.push_str(&line);
        text.push('\n');
    }
    Ok((status, text))
}

/// Starts a service, its output in `log`. It outlives this program.
pub(crate) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Child> {
    let file = new_file(log)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
    command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))
}

/// The last lines of a log.
pub(crate) fn end_of(log: &Path) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

fn to_its_end(command: &mut Command) -> anyhow::Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {:?}", command.get_program()))?;
    wait(&mut child)
}

/// Waits for `child`; stops it with all it started when somebody wants us to end.
fn wait(child: &mut Child) -> anyhow::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::requested() {
            stop(child);
            return Err(Interrupted.into());
        }
        drsctl::clock::pause(Duration::from_millis(20));
    }
}

fn stop(child: &mut Child) {
    let group = Pid::from_raw(child.id().cast_signed());
    // An error means that it has just ended.
    let _ = killpg(group, Signal::SIGTERM);
    let start = Instant::now();
    while start.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
        drsctl::clock::pause(Duration::from_millis(20));
    }
    let _ = killpg(group, Signal::SIGKILL);
    let _ = child.wait();
}

/// `exit status 2` or `killed by signal 9`.
fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "no exit status".to_owned(),
    }
}

fn new_file(path: &Path) -> anyhow::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    File::create(path).with_context(|| path.display().to_string())
}
