//! `drsctl executions`.

use std::process::ExitCode;

use contract::Page;
use domain::id::{ExecutionId, PlanId};
use drsctl::table;

use super::output::{Output, show};
use super::session;

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
        show(output, &execution, |execution| {
            let result = table::result(execution);
            if execution.waves.is_empty() { result } else { format!("{}\n{result}", table::servers(execution)) }
        })?;
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
    show(output, &Page::new(items, next), |page| {
        if page.items.is_empty() { "No executions.".to_owned() } else { table::executions(&page.items) }
    })?;
    Ok(ExitCode::SUCCESS)
}
