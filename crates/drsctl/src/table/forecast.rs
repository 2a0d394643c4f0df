//! How long a run would take: a timeline of waves, and whether the plan keeps its promise.

use contract::PlanForecast;
use domain::forecast::{Basis, Estimate, PastForecast, TargetVerdict, WaveForecast};

use super::{NOTHING, align_right, table};
use crate::text::{hms, printable, utc};

/// The whole forecast.
#[must_use]
pub fn forecast(plan: &PlanForecast) -> String {
    let mut table = table(&[
        "wave",
        "servers",
        "jobs",
        "start p50",
        "start p90",
        "end p50",
        "end p90",
        "queued p50",
        "queued p90",
        "critical",
        "basis",
    ]);
    align_right(&mut table, 1..=8);
    for wave in &plan.forecast.waves {
        table.add_row(row(wave));
    }
    let path: Vec<String> = plan.forecast.critical_path.iter().map(|wave| printable(wave)).collect();
    let mut lines = vec![
        format!(
            "{} of {} (version {}), forecast of {}",
            plan.mode,
            printable(plan.plan_id.as_str()),
            plan.plan_version,
            utc(plan.computed_at)
        ),
        table.to_string(),
        format!("Total: {}. Critical path: {}", both(plan.forecast.total), path.join(" → ")),
        target(plan.target.as_ref()),
    ];
    if !plan.past.is_empty() {
        lines.push("Earlier forecasts:".to_owned());
        lines.extend(plan.past.iter().map(past));
    }
    lines.join("\n")
}

fn row(wave: &WaveForecast) -> [String; 11] {
    let basis = match wave.basis {
        Basis::History => "history",
        Basis::Profile => "profile",
    };
    let queued = |seconds: u32| if seconds == 0 { NOTHING.to_owned() } else { clock(seconds) };
    [
        printable(&wave.name),
        wave.servers.to_string(),
        wave.jobs.to_string(),
        clock(wave.start.p50_seconds),
        clock(wave.start.p90_seconds),
        clock(wave.end.p50_seconds),
        clock(wave.end.p90_seconds),
        queued(wave.queued.p50_seconds),
        queued(wave.queued.p90_seconds),
        if wave.critical { "●" } else { "" }.to_owned(),
        basis.to_owned(),
    ]
}

fn both(estimate: Estimate) -> String {
    format!(
        "{} for half of the runs (p50), {} for nine of ten (p90)",
        clock(estimate.p50_seconds),
        clock(estimate.p90_seconds)
    )
}

/// Whether the target is met, and if not, which wave to change.
fn target(verdict: Option<&TargetVerdict>) -> String {
    let Some(verdict) = verdict else {
        return "The plan promises no recovery time (targetRtoMinutes).".to_owned();
    };
    let met = match (verdict.met_p50, verdict.met_p90) {
        (true, true) => "nine of ten runs meet it (p90)",
        (true, false) => "half of the runs meet it (p50), but not nine of ten (p90)",
        (false, _) => "not even half of the runs meet it (p50)",
    };
    let mut text = format!("Target of {} min: {met}.", verdict.target_rto_minutes);
    if let Some(change) = &verdict.change {
        // How much it is worth is in the message.
        text.push_str(&format!(" Change wave {}: {}", printable(&change.wave), printable(&change.message)));
    }
    text
}

fn past(past: &PastForecast) -> String {
    let error = match past.error_percent {
        0 => "as forecast".to_owned(),
        more @ 1.. => format!("{more} % longer than p50"),
        less => format!("{} % shorter than p50", less.unsigned_abs()),
    };
    format!(
        "  {}: p50 {}, p90 {}, reached {}: {error}",
        printable(past.execution_id.as_str()),
        clock(past.forecast_p50_seconds),
        clock(past.forecast_p90_seconds),
        clock(past.reached_seconds)
    )
}

fn clock(seconds: u32) -> String {
    hms(i64::from(seconds))
}
