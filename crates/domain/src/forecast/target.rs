//! Whether a forecast keeps to a target, and if not, which wave to change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::run::{Pace, Run, simulate, simulate_without};
use super::{Forecast, ForecastServer, ForecastWave, seconds};
use crate::batch::{InUse, Quotas};

/// How many waves of the critical path are tried, those that take longest first. Each costs a run, about 3 ms at 4,000
/// servers, and a chain may have a hundred waves: reads of the API are to stay under 200 ms. What gains most is hardly
/// ever a wave that ten others outlast.
const MOST_TRIED: usize = 10;

/// A forecast against `targetRtoMinutes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetVerdict {
    /// The target.
    pub target_rto_minutes: u32,
    /// Whether half of the runs keep to it.
    pub met_p50: bool,
    /// Whether nine of ten runs keep to it.
    pub met_p90: bool,
    /// What to change when one of them misses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<WaveChange>,
}

/// The wave on the critical path that costs most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveChange {
    /// Its name.
    pub wave: String,
    /// By how much the run would be shorter if the wave took no time at all: the most that a change of it can gain.
    pub gain_seconds: u32,
    /// What takes the time, and what to do about it. For people.
    pub message: String,
}

/// Judges `forecast`, which was made of the same `waves`, `quotas` and `in_use`. The change is looked for in the p50 run
/// when that misses the target, else in the p90 run, by working through the run again without each of the longest waves
/// of its critical path.
#[must_use]
pub fn against_target(
    waves: &[ForecastWave],
    quotas: &Quotas,
    in_use: &BTreeMap<String, InUse>,
    target_rto_minutes: u32,
    forecast: &Forecast,
) -> TargetVerdict {
    let target = u64::from(target_rto_minutes) * 60;
    let met_p50 = u64::from(forecast.total.p50_seconds) <= target;
    let met_p90 = u64::from(forecast.total.p90_seconds) <= target;
    let pace = if met_p50 { Pace::P90 } else { Pace::P50 };
    let change = if met_p50 && met_p90 {
        None
    } else {
        costliest(waves, quotas, in_use, pace).map(|(run, index, gain)| WaveChange {
            wave: waves[index].name.clone(),
            gain_seconds: seconds(gain),
            message: message(waves, &run, index, gain, target, pace),
        })
    };
    TargetVerdict { target_rto_minutes, met_p50, met_p90, change }
}

/// The run, and that of the longest waves of its critical path without which it would be shortest, with the difference.
/// Of equals, the one that takes longest itself.
fn costliest(
    waves: &[ForecastWave],
    quotas: &Quotas,
    in_use: &BTreeMap<String, InUse>,
    pace: Pace,
) -> Option<(Run, usize, u64)> {
    let run = simulate(waves, quotas, in_use, pace);
    let takes = |index: usize| run.waves[index].end - run.waves[index].start;
    let mut path = run.critical_path();
    path.sort_by_key(|index| (std::cmp::Reverse(takes(*index)), *index));
    let queues = run.waves.iter().any(|wave| wave.queued() > 0);
    let mut best: Option<(usize, u64)> = None;
    for index in path.into_iter().take(MOST_TRIED) {
        // Where nobody waits for quota, a run shrinks by no more than its wave takes: the rest cannot gain more.
        if !queues && best.is_some_and(|(_, gain)| gain >= takes(index)) {
            break;
        }
        let without = simulate_without(index, waves, quotas, in_use, pace).total();
        let gain = run.total().saturating_sub(without);
        if best.is_none_or(|(_, most)| gain > most) {
            best = Some((index, gain));
        }
    }
    best.map(|(index, gain)| (run, index, gain))
}

/// What takes most of a wave.
enum Part {
    Actions,
    Queue,
    Launch,
    Checks,
}

fn message(waves: &[ForecastWave], run: &Run, index: usize, gain: u64, target: u64, pace: Pace) -> String {
    let (wave, times, total) = (&waves[index], &run.waves[index], run.total());
    let parts = [
        (Part::Launch, times.launched - times.all_in_jobs),
        (Part::Queue, times.queued()),
        (Part::Checks, times.checked - times.launched),
        (Part::Actions, times.ready - times.start + times.end - times.checked),
    ];
    // The first of equals: max_by_key takes the last.
    let largest = parts.into_iter().rev().max_by_key(|(_, takes)| *takes);
    let worth = match total - gain {
        _ if gain == 0 => {
            "Without it the run would be no shorter, since another chain of waves takes as long".to_owned()
        }
        left if left <= target => format!("Without it the run would take {} less and meet the target", duration(gain)),
        _ => format!("Without it the run would take {} less, which alone does not meet the target", duration(gain)),
    };
    format!(
        "Wave {:?} takes {} of {}{}. {worth}. {}{}",
        wave.name,
        duration(times.end - times.start),
        duration(total),
        if pace == Pace::P90 { " in a slow run (p90)" } else { "" },
        largest.map(|(part, takes)| remedy(wave, &part, takes, pace)).unwrap_or_default(),
        earlier(waves, wave),
    )
}

fn remedy(wave: &ForecastWave, part: &Part, takes: u64, pace: Pace) -> String {
    let takes = duration(takes);
    match part {
        Part::Actions => {
            format!("The largest part is its actions, {takes}: shorten them, or begin them elsewhere in the plan.")
        }
        Part::Queue => format!(
            "The largest part is the wait for DRS quotas, {takes}: let fewer servers launch at the same time as this wave, or spread them over Regions."
        ),
        Part::Checks => format!(
            "The largest part is its health checks, {takes}: keep those that the waves behind it rely on, or split off the servers that are slow to pass."
        ),
        Part::Launch => {
            let launch = |server: &&ForecastServer| pace.of(server.launch);
            let slowest = wave.servers.iter().rev().max_by_key(launch);
            let names = slowest
                .map(|server| format!(" (its slowest server {} takes {})", server.id, duration(launch(&server))));
            format!(
                "The largest part is the launch, {takes}{}: split it, so that the waves behind it wait only for the servers that they need.",
                names.unwrap_or_default()
            )
        }
    }
}

fn earlier(waves: &[ForecastWave], wave: &ForecastWave) -> String {
    let names: Vec<String> =
        wave.depends_on.iter().filter_map(|index| waves.get(*index)).map(|other| format!("{:?}", other.name)).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" Or let it begin earlier, with fewer dependencies than {}.", names.join(", "))
}

/// For people: the two largest units.
fn duration(seconds: u64) -> String {
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
