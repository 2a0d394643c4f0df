//! The forecast of a plan: when each wave begins and ends, which waves decide the total, and whether a target is met.
//!
//! Two runs are worked through, wave by wave and job by job ([`run`]): in one of them everything takes its p50, in the
//! other everything takes its p90. The second is cautious. A run in which every server, check and action is slow at
//! once is rarer than one in ten, so a real p90 lies below it; adding up the likelihoods would need to know how
//! durations hang together, and nobody does.
//!
//! Not here: where the estimates come from (the history and the store), nor what would stop a run: that is
//! [`crate::preflight`]. What a forecast does not count: the wait for approvals, the seconds that the functions
//! themselves take, failures and their time-outs, and that Step Functions runs 40 waves at a time.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::batch::{InUse, Quotas};
use crate::id::ServerId;

mod estimates;
pub mod run;
mod target;

pub use estimates::{MIN_SAMPLES, PastForecast, estimate, past_forecast, profile_checks, profile_launch};
pub use target::{TargetVerdict, WaveChange, against_target};

use run::{Pace, WaveRun, simulate};

/// Seconds, as half of the runs and as nine of ten runs keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Half of the runs need no longer.
    pub p50_seconds: u32,
    /// Nine of ten runs need no longer.
    pub p90_seconds: u32,
}

/// Where an estimate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Basis {
    /// From what earlier runs took.
    History,
    /// From what DRS documents and what was observed elsewhere: too few runs were recorded.
    Profile,
}

/// What a server is expected to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastServer {
    /// The source server.
    pub id: ServerId,
    /// From the start of its job until DRS says LAUNCHED.
    pub launch: Estimate,
    /// From the launch of all servers of the wave until its checks have passed; 0 where it has none.
    pub checks: Estimate,
}

/// What a wave is expected to take, before its place in the run is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastWave {
    /// Its name.
    pub name: String,
    /// The waves that must have ended before it begins, by index.
    pub depends_on: BTreeSet<usize>,
    /// The Region whose quotas its jobs count against.
    pub region: String,
    /// What it launches.
    pub servers: Vec<ForecastServer>,
    /// Its before-actions with their delays. An approval is not counted: it takes as long as a person takes.
    pub before: Estimate,
    /// Its after-actions with their delays.
    pub after: Estimate,
    /// Where its estimates come from.
    pub basis: Basis,
}

/// The expected timeline of a run. All times are seconds since its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// The waves, in the order of the plan.
    pub waves: Vec<WaveForecast>,
    /// When the last wave has ended.
    pub total: Estimate,
    /// The names of the waves that decide the total, first to last: each begins when the one before it has ended, and
    /// the last one ends last. Of the p50 run. A wait for quota belongs to the wave that waits.
    pub critical_path: Vec<String>,
}

/// The expected timeline of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveForecast {
    /// Its name.
    pub name: String,
    /// How many servers it launches.
    pub servers: usize,
    /// How many DRS jobs that takes, in the p50 run.
    pub jobs: usize,
    /// When its dependencies have ended.
    pub start: Estimate,
    /// When it has ended.
    pub end: Estimate,
    /// Seconds until the last of its servers is in a job, counted from the moment at which all could have been: the
    /// wait for quota, or for a job of somebody else's that holds a server.
    pub queued: Estimate,
    /// Whether it is on the critical path.
    pub critical: bool,
    /// Where its estimates come from.
    pub basis: Basis,
}

/// The timeline of `waves` under `quotas`, which are per Region, with `in_use` of each Region taken at its start.
///
/// A p90 is never below its p50 here, whatever the two runs say: with quotas a run of longer durations can end earlier,
/// because its jobs are packed differently (Graham, "Bounds on Multiprocessing Timing Anomalies", 1969). What half of
/// the runs need is needed by nine of ten all the more.
#[must_use]
pub fn forecast(waves: &[ForecastWave], quotas: &Quotas, in_use: &BTreeMap<String, InUse>) -> Forecast {
    let half = simulate(waves, quotas, in_use, Pace::P50);
    let most = simulate(waves, quotas, in_use, Pace::P90);
    let path = half.critical_path();
    let both = |of: &dyn Fn(&WaveRun) -> u64, index: usize| ordered(of(&half.waves[index]), of(&most.waves[index]));
    let timeline = |(index, wave): (usize, &ForecastWave)| WaveForecast {
        name: wave.name.clone(),
        servers: wave.servers.len(),
        jobs: half.waves[index].jobs,
        start: both(&|run| run.start, index),
        end: both(&|run| run.end, index),
        queued: both(&WaveRun::queued, index),
        critical: path.contains(&index),
        basis: wave.basis,
    };
    Forecast {
        waves: waves.iter().enumerate().map(timeline).collect(),
        total: ordered(half.total(), most.total()),
        critical_path: path.iter().map(|index| waves[*index].name.clone()).collect(),
    }
}

fn ordered(p50: u64, p90: u64) -> Estimate {
    Estimate { p50_seconds: seconds(p50), p90_seconds: seconds(p90.max(p50)) }
}

/// Runs are worked through in `u64`, where no sum of `u32`s overflows. 136 years are long enough for an answer.
fn seconds(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
