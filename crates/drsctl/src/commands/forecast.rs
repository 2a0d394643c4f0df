//! `drsctl forecast`.

use std::process::ExitCode;

use domain::id::PlanId;
use drsctl::table;

use super::output::{Output, show};
use super::run::ModeArgument;
use super::session;

/// Which plan, and for what.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The plan's name.
    plan: String,
    /// A drill rehearses; a recovery is a real failover. Health checks and actions differ.
    #[arg(long, value_enum, ignore_case = true)]
    mode: ModeArgument,
    /// Exit with 1 if nine of ten runs would not meet the plan's target. A plan without one misses nothing.
    #[arg(long)]
    fail_if_missed: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let plan = PlanId::from(arguments.plan.as_str());
    let forecast = session::client()?.forecast(&plan, arguments.mode.into())?;
    show(output, &forecast, table::forecast::forecast)?;
    let missed = forecast.target.as_ref().is_some_and(|target| !target.met_p90);
    Ok(ExitCode::from(u8::from(missed && arguments.fail_if_missed)))
}
