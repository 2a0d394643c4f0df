//! Waves that somebody opened again after their end. Each is run by a state machine of its own, which nothing waits for but
//! the end of the execution.

use aws::Clients;
use aws::history::{ExecutionRecords, WaveKey, WaveRecord, in_open_intents};
use aws::sfn::execution_arn;
use domain::status::ExecutionStatus;
use task::TaskError;

use crate::{end_lost_servers, end_lost_waves};

/// Seconds between looks in the beginning.
const SOONEST_LOOK: i64 = 30;
/// Half a day: a wave that was opened again may be held for a year, and a history has an end. A hundredth of the time since
/// makes some thousand looks of that year, and the execution ends at most a hundredth later than its last wave.
const LATEST_LOOK: i64 = 12 * 3_600;

/// After how many seconds to look again whether the waves have ended that were opened again; nothing when none runs. One
/// whose machine was never started is started, one whose machine is over without its end is ended.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn look(clients: &Clients, machine: &str, records: &ExecutionRecords) -> Result<Option<i64>, TaskError> {
    let run = &records.execution;
    if run.status != ExecutionStatus::Running || run.settling {
        return Ok(None);
    }
    let (mut opened_at, mut lost) = (None, Vec::new());
    for wave in records.waves.iter().filter(|wave| is_open(wave)) {
        let (execution_id, plan_id) = (run.execution_id.clone(), run.plan_id.clone());
        let key = WaveKey { execution_id, plan_id, wave: wave.number };
        let arn = execution_arn(machine, &key.machine_name(wave.machine_round));
        match clients.sfn.execution(&arn).await? {
            Some(found) if found.runs() => {}
            // Whoever opened it was cut off before he could start it.
            None if run.cancelled.is_none() => clients.sfn.start_reopened(machine, &key, wave.machine_round).await?,
            Some(_) | None => {
                lost.push(wave.number);
                continue;
            }
        }
        opened_at = opened_at.max(wave.decisions.last().map(|decision| decision.at));
    }
    if !lost.is_empty() {
        end(clients, records, &lost).await?;
    }
    Ok(opened_at.map(|at| ((aws::clock::now() - at) / 100).clamp(SOONEST_LOOK, LATEST_LOOK)))
}

/// Whether a wave that somebody opened again has not ended.
#[must_use]
pub fn is_open(wave: &WaveRecord) -> bool {
    !wave.status.is_terminal() && wave.machine_round > 1
}

/// Ends waves whose machine is over. They are read again: what the machine wrote in its last moments counts.
async fn end(clients: &Clients, records: &ExecutionRecords, lost: &[u32]) -> Result<(), TaskError> {
    let Some(records) = clients.history.everything(&records.execution.execution_id).await? else { return Ok(()) };
    let mut waves: Vec<WaveRecord> =
        records.waves.into_iter().filter(|wave| lost.contains(&wave.number) && is_open(wave)).collect();
    let mut servers = records.servers;
    let mut ended = end_lost_waves(&mut waves, records.execution.cancelled.as_ref(), aws::clock::now())?;
    let before = servers.clone();
    end_lost_servers(&mut servers, &ended, &in_open_intents(&records.batches))?;
    clients.history.save_changed_servers(&before, &servers).await?;
    for wave in &mut ended {
        clients.history.save_wave(wave).await?;
    }
    Ok(())
}
