//! The forecast of a stored plan: its waves and servers, with durations from its own earlier executions where there are
//! any, else from the profiles. The computation is `domain::forecast`'s.

use std::collections::BTreeMap;

use domain::action::{Action, ActionKind};
use domain::batch::Quotas;
use domain::check::Os;
use domain::forecast::{
    Basis, Estimate, Forecast, ForecastServer, ForecastWave, PastForecast, TargetVerdict, against_target, estimate,
    forecast, past_forecast, profile_checks, profile_launch,
};
use domain::id::{PlanId, ServerId};
use domain::plan::{Mode, Wave};
use futures::future::try_join_all;

use crate::clients::Clients;
use crate::error::AwsError;
use crate::facts::LoadedPlan;
use crate::history::{ExecutionRecord, WaveRecord};

/// Earlier executions that durations are taken from. More would keep alive what a plan was like a year ago.
const RUNS: usize = 10;
/// Executions that are looked at to find those: refused and failed ones tell nothing.
const LOOKED_AT: i32 = 40;

/// What a run of a plan is expected to take.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The timeline.
    pub forecast: Forecast,
    /// Whether the plan's promise is kept.
    pub target: Option<TargetVerdict>,
    /// How far earlier forecasts were off, the newest first.
    pub past: Vec<PastForecast>,
}

/// The forecast of a run of `loaded` in `mode`, on an account with nothing else in its jobs. `os` is what is known about
/// its servers; one that is not known counts as Linux.
///
/// # Errors
/// When the tables cannot be read.
pub async fn expect(
    clients: &Clients,
    loaded: &LoadedPlan,
    os: &BTreeMap<ServerId, Os>,
    mode: Mode,
) -> Result<Expected, AwsError> {
    let runs = earlier_runs(clients, &loaded.plan.name).await?;
    let waves = waves(loaded, os, mode, &runs);
    let (quotas, idle) = (Quotas::default(), BTreeMap::new());
    let forecast = forecast(&waves, &quotas, &idle);
    let target = loaded.plan.target_rto_minutes.map(|target| against_target(&waves, &quotas, &idle, target, &forecast));
    let past = runs.iter().filter_map(|run| {
        let reached = u32::try_from(run.execution.rto_seconds()?).ok()?;
        Some(past_forecast(run.execution.execution_id.clone(), run.execution.forecast?, reached))
    });
    Ok(Expected { forecast, target, past: past.collect() })
}

/// An execution that came to its end, and its waves.
struct Run {
    execution: ExecutionRecord,
    waves: Vec<WaveRecord>,
}

async fn earlier_runs(clients: &Clients, plan: &PlanId) -> Result<Vec<Run>, AwsError> {
    let recent = clients.history.executions(Some(plan), LOOKED_AT, None).await?.items;
    let told = recent.into_iter().filter(|execution| execution.status.is_recovered()).take(RUNS);
    try_join_all(told.map(|execution| async move {
        let waves = clients.history.waves(&execution.execution_id, plan).await?;
        Ok(Run { execution, waves })
    }))
    .await
}

fn waves(loaded: &LoadedPlan, os: &BTreeMap<ServerId, Os>, mode: Mode, runs: &[Run]) -> Vec<ForecastWave> {
    let Ok(graph) = domain::validate::graph(&loaded.plan) else { return Vec::new() };
    let of = |(index, wave): (usize, &Wave)| {
        let launches = samples(runs, wave, |_, record| record.slowest_launch_seconds);
        // Health checks differ between the modes; launches do not.
        let checks =
            samples(runs, wave, |run, record| record.slowest_check_seconds.filter(|_| run.execution.mode == mode));
        let servers = wave.groups.iter().flat_map(|group| {
            let of_group = loaded.groups.get(group).map(|group| group.health_checks.as_slice()).unwrap_or_default();
            loaded.members(group).iter().map(move |member| (member, of_group))
        });
        let server = |(member, of_group): (&domain::group::Member, &[domain::check::HealthCheck])| {
            let os = os.get(&member.id).copied().unwrap_or(Os::Linux);
            let checked = of_group.iter().chain(&wave.health_checks).any(|check| check.applies(mode, os));
            ForecastServer {
                id: member.id.clone(),
                launch: from_history(&launches, profile_launch(os)),
                checks: if checked { from_history(&checks, profile_checks()) } else { Estimate::default() },
            }
        };
        ForecastWave {
            name: wave.name.clone(),
            depends_on: graph.dependencies(index).clone(),
            region: loaded.wave_region(wave).to_owned(),
            servers: servers.map(server).collect(),
            before: delays(&wave.before_actions, mode),
            after: delays(&wave.after_actions, mode),
            basis: if launches.is_empty() { Basis::Profile } else { Basis::History },
        }
    };
    loaded.plan.waves.iter().enumerate().map(of).collect()
}

/// What the waves of that name took in earlier runs.
fn samples(runs: &[Run], wave: &Wave, of: impl Fn(&Run, &WaveRecord) -> Option<u32>) -> Vec<u32> {
    let records = runs.iter().filter_map(|run| Some((run, run.waves.iter().find(|record| record.name == wave.name)?)));
    records.filter_map(|(run, record)| of(run, record)).collect()
}

/// Percentiles of the samples. One or two say what is usual and not what is slow, so that stays the profile's.
fn from_history(samples: &[u32], profile: Estimate) -> Estimate {
    let Some(slowest) = samples.iter().copied().max() else { return profile };
    estimate(samples).unwrap_or(Estimate { p50_seconds: slowest, p90_seconds: slowest.max(profile.p90_seconds) })
}

/// Delays take what they say. How long a document runs is not known before.
fn delays(actions: &[Action], mode: Mode) -> Estimate {
    let delays = actions.iter().filter(|action| action.kind == ActionKind::Delay && action.run_in.contains(&mode));
    let seconds = delays.filter_map(|action| action.delay_minutes).sum::<u32>().saturating_mul(60);
    Estimate { p50_seconds: seconds, p90_seconds: seconds }
}
