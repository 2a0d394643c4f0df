//! `drsctl import-native`: a recovery plan of DRS itself becomes one of ours.

use std::process::ExitCode;

use anyhow::bail;
use contract::{ImportNativePlan, NativePlanImport};
use domain::id::{NAME_RULE, PlanId, is_name};
use drsctl::table::changes;
use drsctl::text::printable;

use super::output::{Output, show};
use super::session;

/// Which plan, and what to call it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The ARN of DRS's recovery plan.
    arn: String,
    /// What the plan is to be called here; its groups are called after it [default: made from DRS's name]
    #[arg(long)]
    name: Option<String>,
    /// Store nothing: show what would come of it. With --output yaml: the documents too.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    if let Some(name) = arguments.name.as_deref().filter(|name| !is_name(name)) {
        bail!("{name:?} is no plan's name: {NAME_RULE}");
    }
    let import = ImportNativePlan {
        recovery_plan_arn: arguments.arn,
        name: arguments.name.map(PlanId::from),
        dry_run: arguments.dry_run,
    };
    let import = session::client()?.import_native_plan(&import)?;
    show(output, &import, text)?;
    // What cannot be stored as it is has to be written by hand.
    Ok(ExitCode::from(if import.report.problems.is_empty() { 0 } else { 2 }))
}

fn text(import: &NativePlanImport) -> String {
    let mut lines: Vec<String> = import.notes.iter().map(|note| format!("note: {}", printable(note))).collect();
    let problem = |problem: &contract::FieldProblem| {
        format!("problem: {}: {}", printable(&problem.at), printable(&problem.message))
    };
    lines.extend(import.report.problems.iter().map(problem));
    lines.push(changes::documents(&import.report.changes));
    if import.report.dry_run || !import.report.problems.is_empty() {
        lines.push("Nothing was stored.".to_owned());
    }
    lines.join("\n")
}
