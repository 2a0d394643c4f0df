//! Recovery plans, their versions and their readiness as tables.

use contract::{CleanupPolicy, OnDrillFailure, OnFailure, PlanRun, Readiness, ReadinessVerdict, StoredPlan, Wave};

use super::{NOTHING, align_right, findings, joined, or_nothing, table};
use crate::text::{counted, hms, printable, utc};

/// One row for each plan.
#[must_use]
pub fn list(plans: &[StoredPlan]) -> String {
    if plans.is_empty() {
        return "No recovery plans.".to_owned();
    }
    let mut table = table(&["plan", "waves", "groups", "target RTO", "target RPO", "version", "changed", "by"]);
    align_right(&mut table, 1..=5);
    for plan in plans {
        table.add_row([
            printable(plan.document.name.as_str()),
            plan.document.waves.len().to_string(),
            plan.document.group_ids().len().to_string(),
            minutes(plan.document.target_rto_minutes),
            minutes(plan.document.target_rpo_minutes),
            plan.version.to_string(),
            utc(plan.updated_at),
            printable(&plan.updated_by),
        ]);
    }
    table.to_string()
}

/// One row for each version, the newest first.
#[must_use]
pub fn versions(versions: &[StoredPlan]) -> String {
    let mut table = table(&["version", "changed", "by", "waves", "groups"]);
    align_right(&mut table, [0, 3, 4]);
    for plan in versions {
        table.add_row([
            plan.version.to_string(),
            utc(plan.updated_at),
            printable(&plan.updated_by),
            plan.document.waves.len().to_string(),
            plan.document.group_ids().len().to_string(),
        ]);
    }
    table.to_string()
}

/// `recovery plan three-tier: 4 waves, version 3 of 2026-11-23 16:04:26Z by ada`.
#[must_use]
pub fn headline(plan: &StoredPlan) -> String {
    format!(
        "recovery plan {}: {}, version {} of {} by {}",
        printable(plan.document.name.as_str()),
        counted(plan.document.waves.len(), "wave"),
        plan.version,
        utc(plan.updated_at),
        printable(&plan.updated_by)
    )
}

/// One plan with its waves.
#[must_use]
pub fn detail(plan: &StoredPlan) -> String {
    let document = &plan.document;
    let mut lines = vec![headline(plan)];
    if !document.description.is_empty() {
        lines.push(format!("  {}", printable(&document.description)));
    }
    lines.push(format!(
        "  target RTO {}, target RPO {}, a drill every {} days",
        minutes(document.target_rto_minutes),
        minutes(document.target_rpo_minutes),
        document.drill_every_days
    ));
    lines.extend(document.cleanup.as_ref().map(cleanup));
    let mut table =
        table(&["wave", "groups", "after", "on failure", "healthy", "time-out", "checks", "actions", "approval"]);
    align_right(&mut table, [4, 5]);
    for wave in &document.waves {
        table.add_row(wave_row(wave));
    }
    lines.push(table.to_string());
    lines.join("\n")
}

/// `  what a drill launched is terminated 60 min after its end, also when it did not complete`.
fn cleanup(policy: &CleanupPolicy) -> String {
    let failed = match policy.on_failure {
        OnDrillFailure::Keep => "kept when it did not complete",
        OnDrillFailure::Cleanup => "also when it did not complete",
    };
    format!("  what a drill launched is terminated {} min after its end, {failed}", policy.after)
}

fn wave_row(wave: &Wave) -> [String; 9] {
    let on_failure = match wave.on_failure {
        OnFailure::Stop => "STOP",
        OnFailure::Continue => "CONTINUE",
        OnFailure::Pause => "PAUSE",
    };
    let actions = match (wave.before_actions.len(), wave.after_actions.len()) {
        (0, 0) => NOTHING.to_owned(),
        (before, after) => format!("{before} before, {after} after"),
    };
    [
        printable(&wave.name),
        joined(&wave.groups),
        joined(&wave.depends_on_waves),
        on_failure.to_owned(),
        match wave.min_healthy_percent {
            // The critical servers alone decide.
            0 => NOTHING.to_owned(),
            percent => format!("≥ {percent} %"),
        },
        format!("{} min", wave.launch_timeout_minutes),
        joined(wave.health_checks.iter().map(|check| &check.name)),
        actions,
        if wave.approval.is_some() { "yes" } else { NOTHING }.to_owned(),
    ]
}

fn minutes(minutes: Option<u32>) -> String {
    minutes.map_or_else(|| NOTHING.to_owned(), |minutes| format!("{minutes} min"))
}

/// One row for each run, the newest first.
#[must_use]
pub fn history(runs: &[PlanRun]) -> String {
    if runs.is_empty() {
        return "This plan has not run yet.".to_owned();
    }
    let mut table = table(&[
        "started",
        "mode",
        "status",
        "version",
        "servers",
        "RTO",
        "target",
        "RPO",
        "target",
        "p50",
        "p90",
        "execution",
    ]);
    align_right(&mut table, 3..=10);
    let time = |seconds: Option<i64>| seconds.map_or_else(|| NOTHING.to_owned(), hms);
    for run in runs {
        let servers = run.servers.map(|ended| format!("{}/{}", ended.recovered, ended.total));
        table.add_row([
            utc(run.started_at),
            run.mode.to_string(),
            run.status.to_string(),
            or_nothing(run.plan_version.map(|version| version.to_string()).as_deref()),
            or_nothing(servers.as_deref()),
            time(run.rto_seconds),
            time(run.target_rto_minutes.map(|minutes| i64::from(minutes) * 60)),
            time(run.rpo_seconds),
            time(run.target_rpo_minutes.map(|minutes| i64::from(minutes) * 60)),
            time(run.forecast.map(|forecast| i64::from(forecast.p50_seconds))),
            time(run.forecast.map(|forecast| i64::from(forecast.p90_seconds))),
            printable(run.execution_id.as_str()),
        ]);
    }
    table.to_string()
}

/// The results of scheduled preflights, the newest first, and what the newest found.
#[must_use]
pub fn readiness(results: &[Readiness]) -> String {
    let Some(newest) = results.first() else {
        return "No preflight has looked at this plan by schedule yet.".to_owned();
    };
    let mut table = table(&["checked", "version", "verdict", "findings", "changed"]);
    align_right(&mut table, [1, 3]);
    for result in results {
        let version = result.preflight.plan_version.map(|version| version.to_string());
        table.add_row([
            utc(result.preflight.checked_at),
            or_nothing(version.as_deref()),
            verdict(result.verdict).to_owned(),
            result.preflight.findings.len().to_string(),
            if result.changed { "yes" } else { "" }.to_owned(),
        ]);
    }
    let mut lines = vec![table.to_string()];
    lines.extend(findings(&newest.preflight.findings));
    lines.join("\n")
}

fn verdict(verdict: ReadinessVerdict) -> &'static str {
    match verdict {
        ReadinessVerdict::Ready => "READY",
        ReadinessVerdict::Attention => "ATTENTION",
        ReadinessVerdict::NotReady => "NOT_READY",
    }
}
