//! `drsctl schedule`: when a plan is run as a DRILL by itself.

use std::process::ExitCode;

use clap::Subcommand;
use contract::{Page, PlanSchedule, Schedule};
use domain::id::{PlanId, ScheduleId};
use drsctl::table::schedules as table;

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
    /// List the schedules of a plan: when each starts the next drill, its last start, and those that were missed.
    List(Plan),
    /// Store a schedule of a plan. What is left out is as the default, and not as it was.
    Set(Set),
    /// Delete a schedule of a plan. Asks for its name.
    Delete(Delete),
}

#[derive(clap::Args)]
struct Plan {
    /// The plan's name.
    plan: String,
}

#[derive(clap::Args)]
struct Set {
    /// The plan's name.
    plan: String,
    /// The schedule's name.
    name: String,
    /// When: `cron(0 3 ? * SUN *)` (minute, hour, day, month, weekday, year) or `rate(7 days)`.
    #[arg(long)]
    expression: String,
    /// The time zone of a cron expression.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Terminate what its drills launched this many minutes after their end, instead of what the plan says.
    #[arg(long, value_name = "MINUTES")]
    cleanup_after: Option<u32>,
    /// For people.
    #[arg(long, default_value = "")]
    description: String,
    /// Start nothing until it is set again without this.
    #[arg(long)]
    disabled: bool,
}

#[derive(clap::Args)]
struct Delete {
    /// The plan's name.
    plan: String,
    #[command(flatten)]
    deletion: Deletion,
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List(Plan { plan }) => {
            let schedules = Page::new(session::client()?.schedules(&PlanId::from(plan))?, None);
            show(output, &schedules, |schedules| table::list(&schedules.items))?;
        }
        Command::Set(set) => {
            let schedule = Schedule {
                expression: set.expression,
                time_zone: set.time_zone,
                enabled: !set.disabled,
                cleanup_after_minutes: set.cleanup_after,
                description: set.description,
            };
            let (plan, name) = (PlanId::from(set.plan), ScheduleId::from(set.name));
            let stored = session::client()?.put_schedule(&plan, &name, &schedule)?;
            show(output, &stored, |stored: &PlanSchedule| table::list(std::slice::from_ref(stored)))?;
        }
        Command::Delete(Delete { plan, deletion }) => return delete(&PlanId::from(plan), &deletion, output),
    }
    Ok(ExitCode::SUCCESS)
}

fn delete(plan: &PlanId, deletion: &Deletion, output: Output) -> anyhow::Result<ExitCode> {
    deletion.check()?;
    let client = session::client()?;
    let name = ScheduleId::from(deletion.name.as_str());
    let found = client.schedule(plan, &name)?;
    deletion.confirm(&table::headline(&found))?;
    client.delete_schedule(plan, &name, found.stored.version)?;
    deletion.done(output, "schedule", found.stored.version)
}
