//! `drsctl audit` and `drsctl whoami`.

use std::process::ExitCode;

use contract::Page;
use drsctl::client::AuditFilter;
use drsctl::table::audit as table;

use super::output::{Output, note_more, show};
use super::session;

/// Which events.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only what this user did.
    #[arg(long)]
    actor: Option<String>,
    /// Only this action, for example PutRecoveryPlan.
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this kind of thing: protection-group, recovery-plan, execution or inventory.
    #[arg(long, value_parser = kind)]
    kind: Option<String>,
    /// Only what was done to this plan, group or execution.
    #[arg(long)]
    subject: Option<String>,
    /// Not before this: 2026-11-23, 2026-11-23T16:00:00Z, or Unix seconds. Dates are UTC.
    #[arg(long, value_name = "TIME", value_parser = since)]
    from: Option<i64>,
    /// Not after this. A date means its end.
    #[arg(long, value_name = "TIME", value_parser = until)]
    to: Option<i64>,
    /// List at most this many, the newest first.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// `recovery-plan` is `RECOVERY_PLAN`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a value parser")]
fn kind(text: &str) -> Result<String, String> {
    Ok(text.to_uppercase().replace('-', "_"))
}

const SECONDS_OF_A_DAY: i64 = 86_400;

fn since(text: &str) -> Result<i64, String> {
    time(text, 0)
}

fn until(text: &str) -> Result<i64, String> {
    time(text, SECONDS_OF_A_DAY - 1)
}

fn time(text: &str, into_the_day: i64) -> Result<i64, String> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_second());
    }
    let midnight = format!("{text}T00:00:00Z").parse::<jiff::Timestamp>();
    midnight.map(|time| time.as_second() + into_the_day).map_err(|_| {
        "a time is a date (2026-11-23), a date and time with its zone (2026-11-23T16:00:00Z), or Unix seconds"
            .to_owned()
    })
}

pub(crate) fn run(arguments: Arguments, output: Output) -> anyhow::Result<ExitCode> {
    let Arguments { actor, action, kind, subject, from, to, limit } = arguments;
    let filter = AuditFilter { actor, action, kind, subject, from, to };
    let (events, more) = session::client()?.audit(&filter, limit)?;
    show(output, &Page::new(events, None), |page| table::events(&page.items))?;
    note_more(limit, more);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn whoami(output: Output) -> anyhow::Result<ExitCode> {
    show(output, &session::client()?.me()?, table::me)?;
    Ok(ExitCode::SUCCESS)
}
