//! `drsctl servers`.

use std::process::ExitCode;

use clap::Subcommand;
use contract::Page;
use domain::id::ServerId;
use drsctl::client::ServerFilter;
use drsctl::table::servers as table;

use super::output::{Output, note, show};
use super::session;

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List source servers as they were last read from DRS. How old that is, is said on standard error.
    List(Filter),
    /// Show one, live from DRS.
    Show(Show),
    /// List the recovery points of one, live from DRS, the newest first.
    Snapshots(Show),
    /// Have DRS read again in the background.
    Refresh,
}

#[derive(clap::Args)]
struct Filter {
    /// Only those that are recovered into this Region.
    #[arg(long)]
    region: Option<String>,
    /// Only those that this AWS account replicates.
    #[arg(long)]
    account: Option<String>,
    /// Only those that have this tag, or with KEY alone: have it with whatever value. Give it once for each tag.
    #[arg(long = "tag", value_name = "KEY[=VALUE]", value_parser = tag)]
    tags: Vec<String>,
    /// Only those in this state, as DRS spells it, for example CONTINUOUS.
    #[arg(long, value_name = "STATE")]
    replication_state: Option<String>,
    /// true: only those that a protection group holds; false: only those that none holds.
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    assigned: Option<bool>,
    /// Only those that this protection group holds.
    #[arg(long)]
    group: Option<String>,
    /// Only those whose host name, id or tags contain this.
    #[arg(long)]
    text: Option<String>,
    /// The order: a field such as hostname or lagSeconds, with - before it for the largest first.
    #[arg(long, value_name = "[-]FIELD", allow_hyphen_values = true)]
    sort: Option<String>,
}

/// As the API wants it: a key alone, or a key and a value.
fn tag(text: &str) -> Result<String, String> {
    let key = text.split_once('=').map_or(text, |(key, _)| key);
    if key.is_empty() { Err("a tag has a key: KEY=VALUE or KEY".to_owned()) } else { Ok(text.to_owned()) }
}

#[derive(clap::Args)]
struct Show {
    /// Its id in DRS.
    id: String,
    /// The Region that it is recovered into, where it is not the deployment's own.
    #[arg(long)]
    region: Option<String>,
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    match arguments.command {
        Command::List(filter) => {
            let inventory = client.source_servers(&filter.into())?;
            show(output, &inventory, table::list)?;
            for notice in table::notices(&inventory.regions) {
                note(&notice);
            }
        }
        Command::Show(Show { id, region }) => {
            show(output, &client.source_server(&ServerId::from(id), region.as_deref())?, table::detail)?;
        }
        Command::Snapshots(Show { id, region }) => {
            let detail = client.source_server(&ServerId::from(id), region.as_deref())?;
            show(output, &Page::new(detail.snapshots, None), |snapshots| table::snapshots(&snapshots.items))?;
        }
        Command::Refresh => {
            show(output, &client.refresh_source_servers()?, |started| {
                let id = drsctl::text::printable(&started.refresh_id);
                format!("DRS is being read in the background ({id}). `drsctl servers list` says how old its answer is.")
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl From<Filter> for ServerFilter {
    fn from(filter: Filter) -> Self {
        let Filter { region, account, tags, replication_state, assigned, group, text, sort } = filter;
        Self { region, account, tags, replication_state, assigned, group, text, sort }
    }
}
