//! `drsctl preflight`.

use std::process::ExitCode;

use domain::id::PlanId;
use drsctl::table;

use super::run::ModeArgument;
use super::{Output, print, session};

/// Which plan, and for what.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The plan's name.
    plan: String,
    /// A drill rehearses; a recovery is a real failover.
    #[arg(long, value_enum, ignore_case = true)]
    mode: ModeArgument,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let found = client.preflight(&PlanId::from(arguments.plan.as_str()), arguments.mode.into())?;
    match output {
        Output::Table => {
            let verdict = if found.ready { "nothing blocks it" } else { "it would be REFUSED" };
            let count = match found.findings.len() {
                1 => "1 finding".to_owned(),
                more => format!("{more} findings"),
            };
            print(&format!("{} of {}: {verdict}, {count}", found.mode, arguments.plan))?;
            for line in table::findings(&found.findings) {
                print(&line)?;
            }
        }
        Output::Json => print(&serde_json::to_string_pretty(&found)?)?,
    }
    Ok(if found.ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
