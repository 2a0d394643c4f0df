//! `drsctl quotas`.

use std::process::ExitCode;

use drsctl::table::quotas as table;

use super::output::{Output, show};
use super::session;

pub(crate) fn run(output: Output) -> anyhow::Result<ExitCode> {
    show(output, &session::client()?.quotas()?, |quotas| table::list(&quotas.items))?;
    Ok(ExitCode::SUCCESS)
}
