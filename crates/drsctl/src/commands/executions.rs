//! `drsctl executions`.

use std::process::ExitCode;

use contract::Page;
use domain::id::{ExecutionId, PlanId};
use drsctl::table;

use super::{Output, print, session};

/// Which executions.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Show this one, with its waves and servers.
    id: Option<String>,
    /// List only the executions of this plan.
    #[arg(long, conflicts_with = "id")]
    plan: Option<String>,
    /// List at most this many, the newest first.
    #[arg(long, default_value_t = 20, conflicts_with = "id")]
    limit: usize,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    if let Some(id) = &arguments.id {
        let execution = client.execution(&ExecutionId::from(id.as_str()))?;
        match output {
            Output::Table if execution.waves.is_empty() => print(&table::result(&execution))?,
            Output::Table => print(&format!("{}\n{}", table::servers(&execution), table::result(&execution)))?,
            Output::Json => print(&serde_json::to_string_pretty(&execution)?)?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let plan = arguments.plan.as_deref().map(PlanId::from);
    let mut items = Vec::new();
    let mut next = None;
    loop {
        let page = client.executions(plan.as_ref(), next.as_deref())?;
        items.extend(page.items);
        next = page.next_token;
        if next.is_none() || items.len() >= arguments.limit {
            break;
        }
    }
    items.truncate(arguments.limit);
    match output {
        Output::Table if items.is_empty() => print("No executions.")?,
        Output::Table => print(&table::executions(&items))?,
        Output::Json => print(&serde_json::to_string_pretty(&Page::new(items, next))?)?,
    }
    Ok(ExitCode::SUCCESS)
}
