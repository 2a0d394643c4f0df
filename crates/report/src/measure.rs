//! What was reached, and what decided it.

use contract::{Execution, ExecutionSummary, ServerRun, WaveRun};

use crate::model::{ForecastResult, RpoResult, RtoResult, ServerRpo, TargetResult};

pub(crate) fn rto(summary: &ExecutionSummary, target_minutes: Option<u32>) -> RtoResult {
    let reached_seconds = summary.rto_seconds;
    let result = match (target_minutes, reached_seconds) {
        (None, _) => TargetResult::NoTarget,
        (Some(target), Some(reached)) => against(target, reached),
        (Some(_), None) if summary.status.is_terminal() => TargetResult::NotReached,
        (Some(_), None) => TargetResult::Unknown,
    };
    RtoResult { target_minutes, reached_seconds, result }
}

/// How much of a server's data is lost, as `domain::recovery_point` counts it; nothing where its recovery point is not
/// recorded.
#[must_use]
pub fn rpo_seconds(summary: &ExecutionSummary, server: &ServerRun) -> Option<i64> {
    let point = server.recovered_from?;
    Some(summary.recovery_point.rpo_seconds(&server.server_id, summary.started_at, point))
}

pub(crate) fn rpo(execution: &Execution, target_minutes: Option<u32>) -> RpoResult {
    let launched = || execution.waves.iter().flat_map(|wave| &wave.servers).filter(|one| one.launched_at.is_some());
    let servers: Vec<ServerRpo> = launched()
        .filter_map(|server| {
            let seconds = rpo_seconds(&execution.summary, server)?;
            Some(ServerRpo { server_id: server.server_id.clone(), seconds })
        })
        .collect();
    let not_recorded = launched().count() - servers.len();
    let reached_seconds = servers.iter().map(|server| server.seconds).max();
    let missed = |target| servers.iter().filter(|one| against(target, one.seconds) == TargetResult::Missed).count();
    let beyond_target = target_minutes.map_or(0, missed);
    let result = match (target_minutes, reached_seconds) {
        (None, _) => TargetResult::NoTarget,
        (Some(_), None) if execution.summary.status.is_terminal() && not_recorded == 0 => TargetResult::NotReached,
        (Some(_), None) => TargetResult::Unknown,
        (Some(_), Some(_)) if beyond_target > 0 => TargetResult::Missed,
        // One of those that are not recorded may be beyond it.
        (Some(_), Some(_)) if not_recorded > 0 || !execution.summary.status.is_terminal() => TargetResult::Unknown,
        (Some(_), Some(_)) => TargetResult::Met,
    };
    RpoResult { target_minutes, reached_seconds, not_recorded, beyond_target, result, servers }
}

fn against(target_minutes: u32, seconds: i64) -> TargetResult {
    if seconds <= i64::from(target_minutes) * 60 { TargetResult::Met } else { TargetResult::Missed }
}

pub(crate) fn forecast(summary: &ExecutionSummary) -> Option<ForecastResult> {
    let (expected, reached_seconds) = summary.forecast.zip(summary.rto_seconds)?;
    Some(ForecastResult {
        p50_seconds: expected.p50_seconds,
        p90_seconds: expected.p90_seconds,
        reached_seconds,
        within_p90: reached_seconds <= i64::from(expected.p90_seconds),
    })
}

/// The waves that decided how long it took: the one that ended last, before it that of its dependencies that ended
/// last, and so on. Waves that launched nothing decide nothing.
pub(crate) fn critical_path(waves: &[WaveRun]) -> Vec<String> {
    let ran = |wave: &&WaveRun| wave.started_at.is_some() && wave.ended_at.is_some();
    // Of two that end in the same second, the one that comes first in the plan.
    let last = |among: &mut dyn Iterator<Item = &'_ WaveRun>| -> Option<usize> {
        let found = among.filter(ran).max_by_key(|wave| (wave.ended_at, std::cmp::Reverse(wave.number)))?;
        waves.iter().position(|wave| wave.name == found.name)
    };
    let mut path = Vec::new();
    let mut next = last(&mut waves.iter());
    while let Some(wave) = next.map(|index| &waves[index]) {
        path.push(wave.name.clone());
        next = last(
            &mut waves
                .iter()
                .filter(|other| wave.depends_on_waves.contains(&other.name) && !path.contains(&other.name)),
        );
    }
    path.reverse();
    path
}
