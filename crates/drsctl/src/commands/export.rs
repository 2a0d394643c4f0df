//! `drsctl export`: groups and plans as a file that `drsctl apply` reads.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use contract::PlanDocuments;
use domain::id::{GroupId, PlanId};
use drsctl::document;
use drsctl::manifest::MAX_FILE_BYTES;

use super::output::{Output, note, print};
use super::session;

/// What to write, and where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file to write, instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Overwrite the file if there is one. Comments in it are lost.
    #[arg(long, requires = "file")]
    force: bool,
    /// Only this plan and the groups that it uses. Give it once for each plan.
    #[arg(long = "plan", value_name = "NAME")]
    plans: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    if let Some(file) = &arguments.file
        && !arguments.force
        && file.exists()
    {
        bail!("{} is there already: give --force to overwrite it. Nothing was written.", file.display());
    }
    let stored = session::client()?.export()?;
    let documents = if arguments.plans.is_empty() { stored } else { only(stored, &arguments.plans)? };
    // JSON is YAML too, so apply reads either.
    let text = document::plan_file(&documents, output == Output::Json)?;
    if text.len() as u64 >= MAX_FILE_BYTES {
        note("This is more than apply reads in one file (1 MiB): export single plans (--plan) into a directory.");
    }
    let Some(file) = &arguments.file else {
        print(&text)?;
        return Ok(ExitCode::SUCCESS);
    };
    write(file, &format!("{text}\n")).with_context(|| format!("Cannot write {}", file.display()))?;
    let (groups, plans) = (documents.protection_groups.len(), documents.recovery_plans.len());
    note(&format!("{groups} protection groups and {plans} recovery plans are in {}.", file.display()));
    Ok(ExitCode::SUCCESS)
}

/// The plans of these names, and their groups.
fn only(stored: PlanDocuments, names: &[String]) -> anyhow::Result<PlanDocuments> {
    let wanted: BTreeSet<PlanId> = names.iter().map(|name| PlanId::from(name.as_str())).collect();
    let mut recovery_plans = stored.recovery_plans;
    recovery_plans.retain(|plan| wanted.contains(&plan.name));
    for name in &wanted {
        if recovery_plans.iter().all(|plan| plan.name != *name) {
            bail!("There is no recovery plan {name}: `drsctl plans list` shows them. Nothing was written.");
        }
    }
    let used: BTreeSet<GroupId> = recovery_plans.iter().flat_map(|plan| plan.group_ids()).collect();
    let mut protection_groups = stored.protection_groups;
    protection_groups.retain(|group| used.contains(&group.name));
    Ok(PlanDocuments { protection_groups, recovery_plans })
}

/// Writes a whole file. The old one stays until the new one is whole.
pub(super) fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let draft = file.with_file_name(name);
    let written = std::fs::File::create(&draft)
        .and_then(|mut opened| opened.write_all(text.as_bytes()))
        .and_then(|()| std::fs::rename(&draft, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}
