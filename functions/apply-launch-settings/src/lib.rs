//! `ApplyLaunchSettings`: sets what DRS is to be set to for the servers of a wave, before any of them is launched.
//!
//! DRS writes a version of the server's EC2 launch template for each change, so only what is otherwise is written. A
//! change is recorded before it is made, so that a second delivery still knows what was changed and from what; and DRS
//! is read again after it, since that it took the change is not that it has it.

use aws::drs::Drs;
use aws::history::{ServerRecord, WaveKey, WaveRecord};
use aws::{AwsError, Clients};
use domain::id::ServerId;
use domain::launch_settings::{LaunchSettings, LiveSettings, SettingsOutcome};
use domain::plan::OnLaunchSettingsFailure;
use domain::status::{ServerStatus, WaveStatus};
use futures::{StreamExt, stream};
use serde::Serialize;
use task::TaskError;

mod judge;

use judge::{Refusals, Step};

/// Servers that DRS is asked about at once: as preflight does.
const PARALLEL: usize = 10;
/// Servers whose outcome is recorded together: a function that is cut off loses no more than these have to be read again.
const CHUNK: usize = 50;

/// What was done, over all deliveries.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Servers that were changed.
    pub applied: usize,
    /// Servers that had what is wanted.
    pub unchanged: usize,
    /// Servers that could not be changed.
    pub failed: usize,
}

/// Applies the launch settings of a wave that has not begun to launch. With STOP, a server that cannot be set ends the
/// wave; with WARN it is launched with what DRS has.
///
/// # Errors
/// `LaunchSettings` when the wave must not be launched. When AWS cannot be asked: the retry goes on where this ended.
pub async fn handle(clients: &Clients, key: WaveKey) -> Result<Response, TaskError> {
    let mut servers = clients.history.servers(&key).await?;
    if servers.iter().all(|server| server.launch_settings.is_empty()) {
        return Ok(Response::default());
    }
    let execution = clients.history.running_execution(&key).await?;
    let wave = clients.history.wave(&key).await?;
    // StartJobs moves the wave on before it launches anything: from there on DRS is left alone.
    if wave.status == WaveStatus::Waiting && execution.cancelled.is_none() {
        let drs = clients.at(&wave.region).drs;
        let refusals = Refusals { policy: wave.on_launch_settings_failure, busy: None };
        Applying { clients, key: &key, drs, refusals, servers: &mut servers }.run().await?;
    }
    let count = |outcome| servers.iter().filter(|server| judge::outcome(server) == Some(outcome)).count();
    let response = Response {
        applied: count(SettingsOutcome::Applied),
        unchanged: count(SettingsOutcome::Unchanged),
        failed: count(SettingsOutcome::Failed),
    };
    tracing::info!(applied = response.applied, failed = response.failed, "launch settings are applied");
    stop(clients, &wave, servers).await?;
    Ok(response)
}

/// The servers of a wave, with their settings in the making.
struct Applying<'a> {
    clients: &'a Clients,
    key: &'a WaveKey,
    drs: Drs,
    refusals: Refusals,
    servers: &'a mut [ServerRecord],
}

impl Applying<'_> {
    async fn run(&mut self) -> Result<(), TaskError> {
        let open = |server: &ServerRecord| {
            !server.launch_settings.is_empty()
                && server.status == ServerStatus::Pending
                && judge::outcome(server).is_none()
        };
        let todo: Vec<usize> = (0..self.servers.len()).filter(|index| open(&self.servers[*index])).collect();
        for chunk in todo.chunks(CHUNK) {
            // A large wave takes minutes: what was cancelled meanwhile is not set any further.
            if self.clients.history.running_execution(self.key).await?.cancelled.is_some() {
                break;
            }
            self.apply(chunk).await?;
        }
        Ok(())
    }

    /// Reads, records what is to be changed, changes it, records what came of it.
    async fn apply(&mut self, chunk: &[usize]) -> Result<(), TaskError> {
        let read = self.each(chunk, async |drs, server, _| drs.launch_settings(&server).await).await;
        let to_change = self.record(read, judge::compared).await?;
        let changed = self
            .each(&to_change, async |drs, server, settings| {
                drs.set_launch_settings(&server, &settings).await?;
                drs.launch_settings(&server).await
            })
            .await;
        self.record(changed, judge::read_back).await?;
        Ok(())
    }

    /// Asks DRS about some servers at once. One that fails does not keep the others from being recorded.
    async fn each(
        &self,
        indexes: &[usize],
        ask: impl AsyncFn(Drs, ServerId, LaunchSettings) -> Result<LiveSettings, AwsError>,
    ) -> Vec<(usize, Result<LiveSettings, AwsError>)> {
        let asked: Vec<(usize, ServerId, LaunchSettings)> = indexes
            .iter()
            .map(|index| {
                let server = &self.servers[*index];
                (*index, server.server_id.clone(), server.launch_settings.clone())
            })
            .collect();
        let (drs, ask) = (&self.drs, &ask);
        stream::iter(asked)
            .map(|(index, server, settings)| async move { (index, ask(drs.clone(), server, settings).await) })
            .buffer_unordered(PARALLEL)
            .collect()
            .await
    }

    /// Records what `judge` makes of each answer, and gives back the servers that are to be changed.
    async fn record(
        &mut self,
        answers: Vec<(usize, Result<LiveSettings, AwsError>)>,
        judge: impl Fn(&mut ServerRecord, &LiveSettings) -> Step,
    ) -> Result<Vec<usize>, TaskError> {
        let before = self.servers.to_vec();
        let mut to_change = Vec::new();
        let mut failure = None;
        for (index, answer) in answers {
            let step = match answer {
                Ok(live) => judge(&mut self.servers[index], &live),
                Err(error) => self.refusals.judge(&self.drs, &mut self.servers[index], error).await?,
            };
            match step {
                Step::Change => to_change.push(index),
                Step::Done => {}
                Step::Fails(error) => failure = Some(error),
            }
        }
        self.clients.history.save_changed_servers(&before, self.servers).await?;
        failure.map_or(Ok(to_change), |error| Err(error.into()))
    }
}

/// With STOP, ends the servers that could not be set, and the wave with them.
async fn stop(clients: &Clients, wave: &WaveRecord, mut servers: Vec<ServerRecord>) -> Result<(), TaskError> {
    if wave.on_launch_settings_failure == OnLaunchSettingsFailure::Warn {
        return Ok(());
    }
    let before = servers.clone();
    for server in servers.iter_mut().filter(|server| server.status == ServerStatus::Pending) {
        if let Some(reason) = judge::failure(server) {
            server.set_status(ServerStatus::Failed)?;
            server.reason = reason;
        }
    }
    clients.history.save_changed_servers(&before, &servers).await?;
    match judge::verdict(&servers) {
        Some(reason) => Err(TaskError::LaunchSettings(reason)),
        None => Ok(()),
    }
}
