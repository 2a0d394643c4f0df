//! Room that a wave leaves in the quotas of its Region for waves that go before it: list scheduling along the critical
//! path, without a scheduler. Each wave judges for itself whenever it could start jobs. The one with the most waves one
//! after another behind it goes first, then the plan's order; so the order is total, and no two waves leave room for
//! each other.
//!
//! Room is left for a wave that may come for it at any moment, and for [`SECONDS`] at most: what holds it up beyond
//! that, or whether its state machine is lost, is not to be known here. What has been free for longer is anybody's.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::batch::{InUse, Packing, Quotas, WaitReason, pack};
use crate::graph::ways;
use crate::id::ServerId;
use crate::outcome::{Decision, Dependency, decide};
use crate::plan::OnFailure;
use crate::status::WaveStatus;

/// How long room is left for a wave: three polls. A wave that runs comes for it at its next one.
pub const SECONDS: i64 = 90;

/// Room in the quotas of a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    /// Jobs.
    pub jobs: usize,
    /// Servers in jobs.
    pub servers: usize,
}

impl Room {
    fn plus(self, other: Self) -> Self {
        Self { jobs: self.jobs + other.jobs, servers: self.servers + other.servers }
    }

    fn at_most(self, other: Self) -> Self {
        Self { jobs: self.jobs.min(other.jobs), servers: self.servers.min(other.servers) }
    }
}

/// A wave of an execution, as far as others leave room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contender<'a> {
    /// Its position in the plan, from 1.
    pub number: u32,
    /// The Region of its servers.
    pub region: &'a str,
    /// The waves it waits for.
    pub depends_on: &'a BTreeSet<u32>,
    /// What its failure means for those behind.
    pub on_failure: OnFailure,
    /// Where it is.
    pub status: WaveStatus,
    /// Whether it needs an approval that nobody has given.
    pub needs_approval: bool,
    /// When somebody last let it go on: an approval, or a decision after a failure.
    pub let_go_at: Option<i64>,
    /// When its first servers were to be launched.
    pub started_at: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<i64>,
    /// The servers that it launches in this round.
    pub servers: usize,
    /// Those of them that are or were in its jobs.
    pub in_jobs: usize,
    /// When the last of these jobs ended; missing while one runs.
    pub jobs_ended_at: Option<i64>,
}

impl Contender<'_> {
    /// What its servers in no job yet will take.
    fn need(&self, quotas: &Quotas) -> Room {
        let servers = self.servers.saturating_sub(self.in_jobs);
        Room { jobs: servers.div_ceil(quotas.servers_per_job.max(1)), servers }
    }

    /// When all that it launches was over in DRS, although its own next poll has yet to see that.
    fn over_at(&self) -> Option<i64> {
        let over = self.status == WaveStatus::Launching && self.servers > 0 && self.in_jobs >= self.servers;
        self.jobs_ended_at.filter(|_| over)
    }
}

/// The room that wave `number` leaves for others. `freed` is what jobs held that ended in the last [`SECONDS`].
#[must_use]
pub fn reserved(number: u32, waves: &[Contender<'_>], freed: Room, quotas: &Quotas, now: i64) -> Room {
    let way = ways(waves.iter().map(|wave| (wave.number, wave.depends_on)));
    let rank = |wave: &Contender<'_>| (Reverse(way.get(&wave.number).copied().unwrap_or_default()), wave.number);
    let Some(own) = waves.iter().find(|wave| wave.number == number) else { return Room::default() };
    let (mut coming, mut queued) = (Room::default(), Room::default());
    for wave in waves.iter().filter(|wave| wave.region == own.region && rank(wave) < rank(own)) {
        if comes_since(wave, waves).is_some_and(|since| now - since <= SECONDS) {
            coming = coming.plus(wave.need(quotas));
        } else if wave.status == WaveStatus::Launching {
            queued = queued.plus(wave.need(quotas));
        }
    }
    // A wave that queues would have come by now for what has been free for longer.
    coming.plus(queued.at_most(freed))
}

/// As [`pack`], with `reserved` left free.
#[must_use]
pub fn pack_beside(reserved: Room, servers: &[ServerId], in_use: &InUse, quotas: &Quotas) -> Packing {
    let left = Quotas {
        jobs: quotas.jobs.saturating_sub(reserved.jobs),
        servers_in_jobs: quotas.servers_in_jobs.saturating_sub(reserved.servers),
        ..*quotas
    };
    let mut packing = pack(servers, in_use, &left);
    let alone: BTreeSet<ServerId> = pack(servers, in_use, quotas).batches.into_iter().flatten().collect();
    for (_, reason) in packing.waiting.iter_mut().filter(|(server, _)| alone.contains(server)) {
        *reason = WaitReason::Reserved;
    }
    packing
}

/// Since when `wave` is on its way to its first job of this round, when nothing is known to hold it.
fn comes_since(wave: &Contender<'_>, waves: &[Contender<'_>]) -> Option<i64> {
    match wave.status {
        WaveStatus::Launching => wave.started_at,
        WaveStatus::Waiting if !wave.needs_approval => {
            opens_at(wave, waves).map(|opens| wave.let_go_at.map_or(opens, |let_go| let_go.max(opens)))
        }
        WaveStatus::Waiting
        | WaveStatus::AwaitingApproval
        | WaveStatus::Checking
        | WaveStatus::AwaitingDecision
        | WaveStatus::Completed
        | WaveStatus::Partial
        | WaveStatus::Failed
        | WaveStatus::Skipped
        | WaveStatus::Cancelled => None,
    }
}

/// When the last of its dependencies ended, or all that this dependency launches was over in DRS. A wave without any
/// could begin when the first of the execution did.
fn opens_at(wave: &Contender<'_>, waves: &[Contender<'_>]) -> Option<i64> {
    let (settled, open): (Vec<_>, Vec<_>) = waves
        .iter()
        .filter(|other| wave.depends_on.contains(&other.number))
        .partition(|other| other.status.is_terminal());
    let dependency =
        |other: &&Contender<'_>| Dependency { name: String::new(), status: other.status, on_failure: other.on_failure };
    if decide(&settled.iter().map(dependency).collect::<Vec<_>>()) != Decision::Run {
        return None;
    }
    let over: Option<Vec<i64>> = open.into_iter().map(Contender::over_at).collect();
    let ends = over?.into_iter().chain(settled.into_iter().filter_map(|other| other.ended_at));
    ends.max().or_else(|| waves.iter().filter_map(|other| other.started_at).min())
}
