//! `drsctl preflight`.

use std::process::ExitCode;

use contract::AskPreflight;
use domain::id::PlanId;
use drsctl::table;
use drsctl::text::counted;

use super::output::{Output, show};
use super::run::ModeArgument;
use super::session;

/// Which plan, and for what.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The plan's name.
    plan: String,
    /// A drill rehearses; a recovery is a real failover.
    #[arg(long, value_enum, ignore_case = true)]
    mode: ModeArgument,
    #[command(flatten)]
    points: super::points::Points,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let asked = AskPreflight { recovery_point: arguments.points.choice()? };
    let client = session::client()?;
    let found = client.preflight_with(&PlanId::from(arguments.plan.as_str()), arguments.mode.into(), &asked)?;
    show(output, &found, |found| {
        let verdict = if found.ready { "nothing blocks it" } else { "it would be REFUSED" };
        let count = counted(found.findings.len(), "finding");
        let mut lines = vec![format!("{} of {}: {verdict}, {count}", found.mode, arguments.plan)];
        if !found.recovery_point.is_latest() {
            lines.push(format!("  recovery points: {}", found.recovery_point));
        }
        lines.extend(table::findings(&found.findings));
        if !found.instances_to_confirm.is_empty() {
            lines.push(table::to_confirm(&found.instances_to_confirm));
        }
        if !found.without_recovery_point.is_empty() {
            lines.push(format!("  without a recovery point: {}", table::joined(&found.without_recovery_point)));
        }
        lines.join("\n")
    })?;
    Ok(if found.ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
