//! What must be on the machine before anything can be built, and how to get it.

use std::process::Command;

use anyhow::bail;
use nix::sys::statvfs::statvfs;

use crate::console::say;
use crate::workspace::Workspace;

/// A program that is needed.
struct Prerequisite {
    program: &'static str,
    /// What it prints its version with.
    arguments: &'static [&'static str],
    /// The lowest version that will do, as major and minor number.
    at_least: (u32, u32),
    /// How to get it on Debian and Ubuntu.
    install: &'static str,
    /// Whether finding none of it is said with the version too.
    what: &'static str,
}

const NODE: &str = "curl -fsSL https://deb.nodesource.com/setup_20.x | sudo bash - && sudo apt-get install -y nodejs";

const PREREQUISITES: &[Prerequisite] = &[
    Prerequisite {
        program: "cargo",
        arguments: &["--version"],
        at_least: (1, 94),
        install: "curl --proto '=https' -sSf https://sh.rustup.rs | sh, or: rustup update stable",
        what: "Rust",
    },
    Prerequisite { program: "node", arguments: &["--version"], at_least: (20, 0), install: NODE, what: "Node.js" },
    Prerequisite { program: "npm", arguments: &["--version"], at_least: (9, 0), install: NODE, what: "npm" },
    Prerequisite {
        program: "python3",
        arguments: &["--version"],
        at_least: (3, 10),
        install: "sudo apt-get install -y python3 python3-venv",
        what: "Python",
    },
    Prerequisite {
        program: "git",
        arguments: &["--version"],
        at_least: (2, 0),
        install: "sudo apt-get install -y git",
        what: "git",
    },
    Prerequisite {
        program: "cc",
        arguments: &["-dumpfullversion", "-dumpversion"],
        at_least: (0, 0),
        install: "sudo apt-get install -y build-essential",
        what: "a C compiler and linker",
    },
];

/// Checks everything, and names all that is missing at once.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut missing: Vec<String> = PREREQUISITES.iter().filter_map(missing).collect();
    let venv = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    if venv.is_ok_and(|output| !output.status.success()) {
        missing.push("  Python's venv module is missing. Install it: sudo apt-get install -y python3-venv".to_owned());
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!("This machine lacks something:\n{}", missing.join("\n"))
}

/// What every check and test needs on the disk at most, with nothing built before: measured, and rounded up.
const ROOM_GB: f64 = 10.0;

/// Says so when the disk may become full on the way. What was built before counts as room, since it is not built again.
pub(crate) fn look_at_room(workspace: &Workspace) {
    let Ok(disk) = statvfs(&workspace.root) else { return };
    let built = workspace.debug().join("chaos").exists();
    let free = disk.blocks_available() as f64 * disk.fragment_size() as f64 / 1e9;
    if !built && free < ROOM_GB {
        say(&format!(
            "The disk has {free:.1} GB left; the whole of this may take {ROOM_GB:.0} GB where nothing is built."
        ));
    }
}

fn missing(prerequisite: &Prerequisite) -> Option<String> {
    let Prerequisite { program, arguments, at_least, install, what } = prerequisite;
    let needed = if *at_least == (0, 0) { String::new() } else { format!(" {}.{} or later", at_least.0, at_least.1) };
    match Command::new(program).args(*arguments).output() {
        Err(_) => Some(format!("  {what}{needed} ({program}) is missing. Install it: {install}")),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            let enough = version(&text).is_none_or(|found| found >= *at_least);
            (!enough).then(|| format!("  {what}{needed} is needed, and this is {text}. Install it: {install}"))
        }
    }
}

/// The first number with a dot, `(3, 11)` of `Python 3.11.7`. What has no version is believed.
fn version(text: &str) -> Option<(u32, u32)> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    words.filter(|word| word.contains('.')).find_map(|word| {
        let mut parts = word.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_print_them() {
        assert_eq!(version("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"), Some((1, 95)));
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.9.18"), Some((3, 9)));
        assert!((3, 9) < (3, 10));
        assert_eq!(version("unknown"), None);
    }
}
