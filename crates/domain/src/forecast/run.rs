//! One run of a plan on one clock, in which everything takes exactly as long as it is estimated to.
//!
//! A wave behaves as `statemachine/wave.asl.yaml` does. It begins when its dependencies have ended, and its
//! before-actions pass. Then its servers are packed into jobs ([`crate::batch::pack`], as StartJobs and CheckJobs do)
//! with what is in use in its Region. It looks every 30 s: what waits is packed again, and when all its servers are
//! launched the health checks begin, as slow as the slowest server's and seen at a look as well. Its after-actions
//! follow, and it has ended. A job holds its servers and its quota until the slowest of them is launched.
//!
//! Only moments at which something can change are worked through: a wave that waits for quota does not look before a
//! job of its Region has ended. Waves that look at the same moment do so in the order of [`crate::reservation`]. That a real
//! wave also leaves room for one that comes a few polls later is not here.
//!
//! Not here: percentiles and verdicts. Those are made of such runs in [`super`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Estimate, ForecastWave};
use crate::batch::{InUse, Quotas};
use crate::id::ServerId;

mod simulation;

use simulation::Simulation;

/// How often a wave looks: the Wait states of `statemachine/wave.asl.yaml`.
pub const POLL_SECONDS: u64 = 30;

/// Which of the two durations of an estimate everything takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Everything takes its p50.
    P50,
    /// Everything takes its p90.
    P90,
}

impl Pace {
    /// The duration of `estimate` in a run of this pace.
    #[must_use]
    pub fn of(self, estimate: Estimate) -> u64 {
        match self {
            Self::P50 => estimate.p50_seconds.into(),
            Self::P90 => estimate.p90_seconds.into(),
        }
    }
}

/// What happened in a run. All times are seconds since its start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The waves, in the order of the plan.
    pub waves: Vec<WaveRun>,
    /// The jobs, in the order of their starts.
    pub jobs: Vec<JobRun>,
    /// When what was in use at the start is free again, by Region.
    pub free_at: BTreeMap<String, u64>,
}

/// What happened to a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaveRun {
    /// Its dependencies had ended.
    pub start: u64,
    /// Its before-actions had ended: all its servers could be launched.
    pub ready: u64,
    /// The last of its servers was in a job.
    pub all_in_jobs: u64,
    /// It saw that all its servers were launched.
    pub launched: u64,
    /// It saw that all health checks had ended.
    pub checked: u64,
    /// Its after-actions had ended.
    pub end: u64,
    /// How many jobs it started.
    pub jobs: usize,
    /// The dependency that ended last.
    pub released_by: Option<usize>,
}

impl WaveRun {
    /// How long servers of it waited for quota, or for a job that held them.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.all_in_jobs.saturating_sub(self.ready)
    }
}

/// A job of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// The wave, by index.
    pub wave: usize,
    /// When it started.
    pub start: u64,
    /// When its slowest server was launched.
    pub end: u64,
    /// Its servers.
    pub servers: Vec<ServerId>,
}

impl Run {
    /// When the last wave had ended.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.waves.iter().map(|wave| wave.end).max().unwrap_or_default()
    }

    /// The waves that decided the total, first to last: from the wave that ended last (of several, the first of the
    /// plan) back along the dependencies that ended last.
    #[must_use]
    pub fn critical_path(&self) -> Vec<usize> {
        let last = (0..self.waves.len()).max_by_key(|index| (self.waves[*index].end, Reverse(*index)));
        let mut path: Vec<usize> = std::iter::successors(last, |index| self.waves[*index].released_by).collect();
        path.reverse();
        path
    }
}

/// The run of `waves` at `pace`, with `in_use` of each Region taken at its start.
///
/// How long jobs of others have been running is not known: what is in use is assumed to be free after one median
/// launch of the plan's own servers in that Region.
#[must_use]
pub fn simulate(waves: &[ForecastWave], quotas: &Quotas, in_use: &BTreeMap<String, InUse>, pace: Pace) -> Run {
    Simulation::new(waves, quotas, in_use, pace, None).run()
}

/// As [`simulate`], but wave `gone` launches nothing and ends when it begins.
pub(super) fn simulate_without(
    gone: usize,
    waves: &[ForecastWave],
    quotas: &Quotas,
    in_use: &BTreeMap<String, InUse>,
    pace: Pace,
) -> Run {
    Simulation::new(waves, quotas, in_use, pace, Some(gone)).run()
}
