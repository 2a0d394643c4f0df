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
    /// List only drills of which something stands that `cleanup` would terminate, with its running hours.
    #[arg(long, conflicts_with = "id")]
    left_over: bool,
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
            let parts = [
                (!execution.waves.is_empty()).then(|| table::servers(execution)),
                Some(result),
                execution.cleanup.as_ref().map(table::cleanup::run),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = arguments.plan.as_deref().map(PlanId::from);
    let mut items = Vec::new();
    let mut next = None;
    loop {
        let page = if arguments.left_over {
            client.left_over(plan.as_ref(), next.as_deref())?
        } else {
            client.executions(plan.as_ref(), next.as_deref())?
        };
        items.extend(page.items);
        next = page.next_token;
        if next.is_none() || items.len() >= arguments.limit {
            break;
        }
    }
    items.truncate(arguments.limit);
    show(output, &Page::new(items, next), |page| match (page.items.is_empty(), arguments.left_over) {
        (true, true) => "No drill has anything standing.".to_owned(),
        (true, false) => "No executions.".to_owned(),
        (false, true) => table::cleanup::left_over(&page.items),
        (false, false) => table::executions(&page.items),
    })?;
    Ok(ExitCode::SUCCESS)
}
