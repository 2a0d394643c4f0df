//! Durations: from earlier runs, or from what is known of DRS when there are too few; and by how much they were wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Estimate;
use crate::check::Os;
use crate::id::ExecutionId;

/// How many samples make an estimate. Three is the least number of which one freak run cannot be the median. More would
/// leave a plan that is drilled once a quarter, the default, on the profiles for over a year. With fewer than ten
/// samples the p90 is the slowest of them.
pub const MIN_SAMPLES: usize = 3;

/// Percentiles of earlier runs' durations, by nearest rank, so that each is a duration that was seen. None when there
/// are fewer than [`MIN_SAMPLES`].
#[must_use]
pub fn estimate(samples: &[u32]) -> Option<Estimate> {
    if samples.len() < MIN_SAMPLES {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let rank = |percent: usize| (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    Some(Estimate { p50_seconds: *sorted.get(rank(50))?, p90_seconds: *sorted.get(rank(90))? })
}

/// 9 minutes: the jobs of AWS's published run of two small Linux servers from one Region to another took 533 s and
/// 539 s (aws-samples/drs-tools, `drs-plan-automation/samples/sample_data/sample_result.json`, 2022-12-07).
const LINUX_P50_SECONDS: u32 = 540;

/// 20 minutes: the upper end of the recovery time that DRS documents as typical, 5 to 20 minutes (user guide, "CloudEndure
/// concepts"). A slow drill seen in the field took 19.
const LINUX_P90_SECONDS: u32 = 1_200;

/// 25 minutes. The documented boot times are about 5 minutes for Linux and 20 for Windows (user guide, "CloudEndure
/// concepts"): 15 more than the 9 of Linux, and a minute for a conversion that has more to do.
const WINDOWS_P50_SECONDS: u32 = 1_500;

/// 50 minutes: a first Windows boot takes up to 45 (user guide, "Target related FAQ"), and snapshot and conversion
/// before it took 4 in the published run, rounded up.
const WINDOWS_P90_SECONDS: u32 = 3_000;

/// 5 minutes: the documented boot of a Linux server (user guide, "CloudEndure concepts"). DRS may say LAUNCHED before
/// the operating system is up, and a check waits for its SSM agent.
const CHECKS_P50_SECONDS: u32 = 300;

/// 20 minutes: the documented boot of a Windows server, and the default time-out of a health check, after which it has
/// ended too.
const CHECKS_P90_SECONDS: u32 = 1_200;

/// What a launch takes, from the start of the job to LAUNCHED, when too few were recorded.
#[must_use]
pub fn profile_launch(os: Os) -> Estimate {
    match os {
        Os::Linux => Estimate { p50_seconds: LINUX_P50_SECONDS, p90_seconds: LINUX_P90_SECONDS },
        Os::Windows => Estimate { p50_seconds: WINDOWS_P50_SECONDS, p90_seconds: WINDOWS_P90_SECONDS },
    }
}

/// What the health checks of a server take, from the launch of the wave, when too few were recorded.
#[must_use]
pub fn profile_checks() -> Estimate {
    Estimate { p50_seconds: CHECKS_P50_SECONDS, p90_seconds: CHECKS_P90_SECONDS }
}

/// How far a past forecast was off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastForecast {
    /// The execution that it was made for.
    pub execution_id: ExecutionId,
    /// The total that was forecast, p50.
    pub forecast_p50_seconds: u32,
    /// The total that was forecast, p90.
    pub forecast_p90_seconds: u32,
    /// The RTO that was reached.
    pub reached_seconds: u32,
    /// By how many percent of the p50 the run took longer; negative when it was faster. Rounded towards 0.
    pub error_percent: i32,
}

/// Compares what was `forecast` for an execution with what it reached.
#[must_use]
pub fn past_forecast(execution_id: ExecutionId, forecast: Estimate, reached_seconds: u32) -> PastForecast {
    let expected = i64::from(forecast.p50_seconds);
    // A forecast of 0 s would make every run infinitely late: it counts as one of 1 s.
    let percent = (i64::from(reached_seconds) - expected) * 100 / expected.max(1);
    PastForecast {
        execution_id,
        forecast_p50_seconds: forecast.p50_seconds,
        forecast_p90_seconds: forecast.p90_seconds,
        reached_seconds,
        error_percent: i32::try_from(percent).unwrap_or(i32::MAX),
    }
}
