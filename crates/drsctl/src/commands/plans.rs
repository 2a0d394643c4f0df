//! `drsctl plans`.

use std::process::ExitCode;

use clap::Subcommand;
use contract::{FieldChange, Page};
use domain::id::PlanId;
use drsctl::table::{changes, plans as table};
use serde::Serialize;

use super::confirm::Deletion;
use super::output::{Output, note_more, show};
use super::session;

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List recovery plans.
    List,
    /// Show one with its waves, as it is or as it was.
    Show(Show),
    /// List the versions of one, the newest first.
    Versions(Named),
    /// Show how two versions of a plan differ. Exit status 1 if they do.
    Diff(Diff),
    /// List what scheduled preflights found, the newest first.
    Readiness(Limited),
    /// List the runs of one, the newest first: what each promised, was expected to take and took.
    History(Limited),
    /// Delete one. Asks for its name.
    Delete(Deletion),
}

#[derive(clap::Args)]
struct Named {
    /// The plan's name.
    name: String,
}

#[derive(clap::Args)]
struct Show {
    /// The plan's name.
    name: String,
    /// The version, instead of the newest.
    #[arg(long, value_name = "N")]
    version: Option<u64>,
}

#[derive(clap::Args)]
struct Diff {
    /// The plan's name.
    name: String,
    /// The older version.
    #[arg(value_name = "V1")]
    old: u64,
    /// The newer version [default: the one that is stored now]
    #[arg(value_name = "V2")]
    new: Option<u64>,
}

#[derive(clap::Args)]
struct Limited {
    /// The plan's name.
    name: String,
    /// List at most this many.
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

/// How two versions of a plan differ.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionDiff {
    plan_id: PlanId,
    from_version: u64,
    to_version: u64,
    fields: Vec<FieldChange>,
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List => {
            let plans = Page::new(session::client()?.plans()?, None);
            show(output, &plans, |plans| table::list(&plans.items))?;
        }
        Command::Show(Show { name, version }) => {
            let client = session::client()?;
            let name = PlanId::from(name);
            let plan = match version {
                Some(version) => client.plan_version(&name, version)?,
                None => client.plan(&name)?,
            };
            show(output, &plan, table::detail)?;
        }
        Command::Versions(Named { name }) => {
            let versions = Page::new(session::client()?.plan_versions(&PlanId::from(name))?, None);
            show(output, &versions, |versions| table::versions(&versions.items))?;
        }
        Command::Diff(diff) => return self::diff(&diff, output),
        Command::Readiness(Limited { name, limit }) => {
            let (results, more) = session::client()?.readiness(&PlanId::from(name), limit)?;
            show(output, &Page::new(results, None), |results| table::readiness(&results.items))?;
            note_more(limit, more);
        }
        Command::History(Limited { name, limit }) => {
            let (runs, more) = session::client()?.plan_runs(&PlanId::from(name), limit)?;
            show(output, &Page::new(runs, None), |runs| table::history(&runs.items))?;
            note_more(limit, more);
        }
        Command::Delete(deletion) => return delete(&deletion, output),
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(arguments: &Diff, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let plan_id = PlanId::from(arguments.name.as_str());
    let old = client.plan_version(&plan_id, arguments.old)?;
    let new = match arguments.new {
        Some(version) => client.plan_version(&plan_id, version)?,
        None => client.plan(&plan_id)?,
    };
    let fields = contract::differences(&old.document, &new.document);
    let same = fields.is_empty();
    let diff = VersionDiff { plan_id, from_version: old.version, to_version: new.version, fields };
    show(output, &diff, |diff| {
        if diff.fields.is_empty() {
            return format!("Nothing differs between versions {} and {}", diff.from_version, diff.to_version);
        }
        diff.fields.iter().map(changes::field).collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::from(u8::from(!same)))
}

fn delete(deletion: &Deletion, output: Output) -> anyhow::Result<ExitCode> {
    deletion.check()?;
    let client = session::client()?;
    let name = PlanId::from(deletion.name.as_str());
    let plan = client.plan(&name)?;
    deletion.confirm(&table::headline(&plan))?;
    client.delete_plan(&name, plan.version)?;
    deletion.done(output, "recovery plan", plan.version)
}
