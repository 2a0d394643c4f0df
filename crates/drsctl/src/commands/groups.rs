//! `drsctl groups`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Subcommand;
use contract::{Page, ResolveGroup};
use domain::id::GroupId;
use drsctl::client::Client;
use drsctl::table::groups as table;

use super::confirm::Deletion;
use super::output::{Output, show};
use super::session;

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List protection groups.
    List,
    /// Show one with its servers.
    Show(Named),
    /// Show the servers that a group means now, live from DRS.
    Resolve(Resolve),
    /// Show what the launch settings of its servers are to be and are in DRS.
    LaunchSettings(Named),
    /// Delete one that no plan uses. Asks for its name.
    Delete(Deletion),
}

#[derive(clap::Args)]
struct Named {
    /// The group's name.
    name: String,
}

#[derive(clap::Args)]
struct Resolve {
    /// The group's name.
    name: String,
    /// Try another selection than the stored one: servers that have, for every key, one of its values. Give it once for
    /// each value.
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = tag)]
    tags: Vec<(String, String)>,
    /// The Region to look in, instead of the group's.
    #[arg(long)]
    region: Option<String>,
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a selection needs KEY=VALUE".to_owned()),
    }
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List => {
            let groups = Page::new(session::client()?.groups()?, None);
            show(output, &groups, |groups| table::list(&groups.items))?;
        }
        Command::Show(Named { name }) => {
            show(output, &session::client()?.existing_group(&GroupId::from(name))?, table::detail)?;
        }
        Command::Resolve(resolve) => self::resolve(&session::client()?, resolve, output)?,
        Command::LaunchSettings(Named { name }) => {
            show(output, &session::client()?.launch_settings(&GroupId::from(name))?, table::launch_settings)?;
        }
        Command::Delete(deletion) => return delete(&deletion, output),
    }
    Ok(ExitCode::SUCCESS)
}

fn resolve(client: &Client, arguments: Resolve, output: Output) -> anyhow::Result<()> {
    let mut selection_tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in arguments.tags {
        selection_tags.entry(key).or_default().push(value);
    }
    let selection = ResolveGroup { selection_tags, region: arguments.region };
    show(output, &client.resolve_group(&GroupId::from(arguments.name), &selection)?, table::resolved)
}

fn delete(deletion: &Deletion, output: Output) -> anyhow::Result<ExitCode> {
    deletion.check()?;
    let client = session::client()?;
    let name = GroupId::from(deletion.name.as_str());
    let group = client.existing_group(&name)?;
    deletion.confirm(&table::headline(&group))?;
    client.delete_group(&name, group.version)?;
    deletion.done(output, "protection group", group.version)
}
