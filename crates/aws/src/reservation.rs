//! What of a wave goes into jobs now: what the quotas let through, less what it leaves for waves that go before it. How
//! much that is, is [`domain::reservation`]'s to say. The facts are the jobs of DRS that are read for the quotas anyway,
//! which name their wave in their tag, and the waves of the execution, read only where something could start.

use domain::batch::{self, Packing, Quotas};
use domain::id::ServerId;
use domain::reservation::{Contender, Room, SECONDS, pack_beside, reserved};

use crate::adopt::TAG;
use crate::clients::Clients;
use crate::clock;
use crate::drs::{Drs, JOB_HORIZON_SECONDS, Job};
use crate::error::AwsError;
use crate::history::{BatchRecord, WaveKey, WaveRecord};

/// Packs `pending` servers of a wave.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn pack(clients: &Clients, drs: &Drs, key: &WaveKey, pending: &[ServerId]) -> Result<Packing, AwsError> {
    let now = clock::now();
    let jobs = drs.jobs_since(now - JOB_HORIZON_SECONDS).await?;
    let (in_use, quotas) = (Job::in_use(&jobs), Quotas::default());
    let alone = batch::pack(pending, &in_use, &quotas);
    if alone.batches.is_empty() {
        return Ok(alone);
    }
    let waves = clients.history.waves(&key.execution_id, &key.plan_id).await?;
    let contenders: Vec<Contender> = waves.iter().map(|wave| contender(key, wave, &jobs)).collect();
    let room = reserved(key.wave, &contenders, freed(&jobs, now), &quotas, now);
    Ok(pack_beside(room, pending, &in_use, &quotas))
}

/// What jobs held that ended just now, whoever started them.
fn freed(jobs: &[Job], now: i64) -> Room {
    let ended = jobs.iter().filter(|job| job.is_completed() && job.ended_at.is_some_and(|at| now - at <= SECONDS));
    ended.fold(Room::default(), |room, job| Room { jobs: room.jobs + 1, servers: room.servers + job.servers.len() })
}

/// A wave of the execution of `key` with its jobs of this round.
fn contender<'a>(key: &WaveKey, wave: &'a WaveRecord, jobs: &[Job]) -> Contender<'a> {
    let tag = BatchRecord::tag_of_wave(&WaveKey { wave: wave.number, ..key.clone() });
    let round = wave.begun_anew_at();
    let of_round = |job: &&Job| round.is_none_or(|begun| job.created_at.is_some_and(|at| at >= begun));
    let own: Vec<&Job> =
        jobs.iter().filter(|job| job.tags.get(TAG).is_some_and(|of| of.starts_with(&tag))).filter(of_round).collect();
    let approval = wave.approval.as_ref();
    let approved = approval.and_then(|approval| approval.decision.as_ref()).map(|decision| decision.at);
    Contender {
        number: wave.number,
        region: &wave.region,
        depends_on: &wave.depends_on,
        on_failure: wave.policy(),
        status: wave.status,
        needs_approval: approval.is_some() && approved.is_none(),
        let_go_at: approved.max(round),
        started_at: wave.started_at,
        ended_at: wave.ended_at,
        servers: if round.is_some() { wave.scope.servers.len() } else { wave.servers as usize },
        in_jobs: own.iter().map(|job| job.servers.len()).sum(),
        jobs_ended_at: own
            .iter()
            .map(|job| job.ended_at)
            .collect::<Option<Vec<_>>>()
            .and_then(|ends| ends.into_iter().max()),
    }
}

#[cfg(test)]
mod tests {
    use domain::decision::{Decided, FailureDecision};
    use domain::plan::{Mode, Wave};

    use super::*;
    use crate::drs::JobServer;

    fn key(wave: u32) -> WaveKey {
        WaveKey { execution_id: "e".into(), plan_id: "p".into(), wave }
    }

    fn job(tag: &str, created_at: i64, ended_at: Option<i64>) -> Job {
        let server = |id: &str| JobServer { id: id.into(), launch_status: String::new(), instance: None };
        Job {
            id: "drsjob-1".into(),
            kind: "LAUNCH".into(),
            initiated_by: "START_DRILL".into(),
            status: if ended_at.is_some() { "COMPLETED" } else { "STARTED" }.into(),
            created_at: Some(created_at),
            ended_at,
            servers: ["s-1", "s-2"].map(server).into(),
            tags: [(TAG.to_owned(), tag.to_owned())].into(),
        }
    }

    #[test]
    fn jobs_are_those_of_their_wave_by_tag_and_of_its_round() {
        let mut wave = WaveRecord::new(&key(1), &Wave::default(), Mode::Drill);
        wave.servers = 5;
        let intent = BatchRecord::new(&key(1), 1, ["s-1".into(), "s-2".into()].into(), 100);
        let mut jobs = vec![
            job(&intent.tag(), 100, Some(700)),
            job("e/p/batch/001/0002/101", 101, Some(710)),
            job("e/p/batch/011/0001/100", 100, None),
            job("another/p/batch/001/0001/100", 100, None),
        ];
        // Asked by another wave of the execution.
        let seen = |wave: &WaveRecord, jobs: &[Job]| {
            let contender = contender(&key(7), wave, jobs);
            (contender.servers, contender.in_jobs, contender.jobs_ended_at)
        };
        assert_eq!(seen(&wave, &jobs), (5, 4, Some(710)));
        jobs.push(job("e/p/batch/001/0003/800", 800, None));
        assert_eq!(seen(&wave, &jobs), (5, 6, None), "one runs");
        wave.scope.servers = ["s-1".into()].into();
        wave.decisions.push(FailureDecision {
            decided: Decided::Retry,
            by: "ada".into(),
            at: 720,
            comment: String::new(),
            reason: String::new(),
            servers: 1,
        });
        assert_eq!(seen(&wave, &jobs), (1, 2, None), "what was launched before the retry is of another round");
        assert_eq!(seen(&wave, &jobs[..4]), (1, 0, None), "no job yet");
    }

    #[test]
    fn what_came_free_just_now_is_counted_whoever_held_it() {
        let jobs = [job("x", 0, Some(1_000)), job("y", 0, Some(1_000 - SECONDS)), job("z", 0, None)];
        assert_eq!(freed(&jobs, 1_000), Room { jobs: 2, servers: 4 });
        assert_eq!(freed(&jobs, 1_001), Room { jobs: 1, servers: 2 });
    }
}
