//! `drsctl pause`, `resume`, `cancel`, `approve` and `reject`, and the decisions about a wave that failed: `retry`,
//! `recheck`, `skip` and `abort`. What is possible when is the API's to say.

use std::process::ExitCode;

use anyhow::bail;
use contract::{CancelExecution, Execution, RetryWave, WaveDecision};
use domain::id::{ExecutionId, InstanceId, ServerId};
use drsctl::client::Client;
use drsctl::table;

use super::output::{Output, show};
use super::session;

/// Which execution.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// The execution's id.
    id: String,
}

/// Which execution, and why.
#[derive(clap::Args)]
pub(crate) struct Cancel {
    /// The execution's id.
    id: String,
    /// Why; recorded beside your name.
    #[arg(long, default_value = "")]
    comment: String,
}

/// Which wave, and why.
#[derive(clap::Args)]
pub(crate) struct Decision {
    /// The execution's id.
    id: String,
    /// The wave's name, or its number in the plan.
    wave: String,
    /// Why; recorded beside your name.
    #[arg(long, default_value = "")]
    comment: String,
}

/// Which wave, which servers of it, and why.
#[derive(clap::Args)]
pub(crate) struct Retry {
    #[command(flatten)]
    wave: Decision,
    /// A server to launch again, by its id; all that did not succeed if left out. May be given more than once.
    #[arg(long = "server", value_name = "SERVER")]
    servers: Vec<String>,
    /// In a RECOVERY: a live recovery instance that DRS will terminate and that may go. May be given more than once.
    #[arg(long, value_name = "INSTANCE")]
    replace: Vec<String>,
}

pub(crate) fn pause(arguments: &Which, output: Output) -> anyhow::Result<ExitCode> {
    state(output, &session::client()?.pause(&ExecutionId::from(arguments.id.as_str()))?)
}

pub(crate) fn resume(arguments: &Which, output: Output) -> anyhow::Result<ExitCode> {
    state(output, &session::client()?.resume(&ExecutionId::from(arguments.id.as_str()))?)
}

pub(crate) fn cancel(arguments: &Cancel, output: Output) -> anyhow::Result<ExitCode> {
    let request = CancelExecution { comment: arguments.comment.clone() };
    state(output, &session::client()?.cancel(&ExecutionId::from(arguments.id.as_str()), &request)?)
}

pub(crate) fn approve(arguments: &Decision, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let (id, wave) = (ExecutionId::from(arguments.id.as_str()), number(&client, arguments)?);
    state(output, &client.approve(&id, wave, &WaveDecision { comment: arguments.comment.clone() })?)
}

pub(crate) fn reject(arguments: &Decision, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let (id, wave) = (ExecutionId::from(arguments.id.as_str()), number(&client, arguments)?);
    state(output, &client.reject(&id, wave, &WaveDecision { comment: arguments.comment.clone() })?)
}

pub(crate) fn retry(arguments: &Retry, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let which = &arguments.wave;
    let (id, wave) = (ExecutionId::from(which.id.as_str()), number(&client, which)?);
    let retry = RetryWave {
        comment: which.comment.clone(),
        servers: arguments.servers.iter().map(|server| ServerId::from(server.as_str())).collect(),
        replace_instances: arguments.replace.iter().map(|instance| InstanceId::from(instance.as_str())).collect(),
    };
    state(output, &client.retry(&id, wave, &retry)?)
}

pub(crate) fn recheck(arguments: &Decision, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let (id, wave) = (ExecutionId::from(arguments.id.as_str()), number(&client, arguments)?);
    state(output, &client.recheck(&id, wave, &WaveDecision { comment: arguments.comment.clone() })?)
}

pub(crate) fn skip(arguments: &Decision, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let (id, wave) = (ExecutionId::from(arguments.id.as_str()), number(&client, arguments)?);
    state(output, &client.skip(&id, wave, &WaveDecision { comment: arguments.comment.clone() })?)
}

pub(crate) fn abort(arguments: &Decision, output: Output) -> anyhow::Result<ExitCode> {
    let client = session::client()?;
    let (id, wave) = (ExecutionId::from(arguments.id.as_str()), number(&client, arguments)?);
    state(output, &client.abort(&id, wave, &WaveDecision { comment: arguments.comment.clone() })?)
}

/// A name may look like a number, and names are what people know: they are looked for first.
fn number(client: &Client, arguments: &Decision) -> anyhow::Result<u32> {
    let execution = client.execution(&ExecutionId::from(arguments.id.as_str()))?;
    if let Some(wave) = execution.waves.iter().find(|wave| wave.name == arguments.wave) {
        return Ok(wave.number);
    }
    match arguments.wave.parse() {
        Ok(number) => Ok(number),
        Err(_) => {
            let names: Vec<&str> = execution.waves.iter().map(|wave| wave.name.as_str()).collect();
            bail!("{} has no wave {:?}; its waves are {}", arguments.id, arguments.wave, names.join(", "))
        }
    }
}

fn state(output: Output, execution: &Execution) -> anyhow::Result<ExitCode> {
    show(output, execution, table::result)?;
    Ok(ExitCode::SUCCESS)
}
