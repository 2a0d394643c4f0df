//! The report as one HTML file: no scripts, nothing that is loaded, readable in light and dark, and printed on A4. What
//! stands at the top answers what is asked first: did it work, how long did it take, how much was lost.

use contract::{Execution, ExecutionStatus, InstanceCleanup, Mode};

use crate::markup::Markup;
use crate::model::{Report, TargetResult};
use crate::text::{duration, utc};

mod events;
mod servers;
mod steps;
mod timeline;
mod waves;

const STYLE: &str = include_str!("html/style.css");

/// The document.
pub(crate) fn page(report: &Report) -> String {
    let mut page = Markup::default();
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        // Once more what a browser is told when it gets this from the API; a file that was saved has no headers.
        .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        .raw("<meta name=\"color-scheme\" content=\"light dark\"><title>")
        .text(title(report))
        .raw(" ")
        .text(report.execution.summary.execution_id.as_str())
        .raw("</title><style>")
        .raw(STYLE)
        .raw("</style></head>\n<body><main>\n");
    header(&mut page, report);
    tiles(&mut page, report);
    facts(&mut page, report);
    events::findings(&mut page, &report.execution.summary.findings);
    timeline::section(&mut page, report);
    waves::section(&mut page, report);
    steps::section(&mut page, &report.execution.waves);
    servers::sections(&mut page, report);
    events::actions(&mut page, &report.events);
    notes(&mut page, report);
    page.raw("</main></body></html>\n");
    page.into_string()
}

fn title(report: &Report) -> &'static str {
    match report.execution.summary.mode {
        Mode::Drill => "Drill report",
        Mode::Recovery => "Recovery report",
    }
}

fn header(page: &mut Markup, report: &Report) {
    let summary = &report.execution.summary;
    page.raw("<header><div><p class=\"kind\">").text(title(report)).raw("</p><h1>").text(summary.plan_id.as_str());
    page.raw("</h1><p class=\"id\">").text(summary.execution_id.as_str()).raw("</p></div><p class=\"outcome ");
    page.raw(execution_class(summary.status)).raw("\">").text(summary.status.as_str()).raw("</p></header>\n");
}

/// How a status is coloured. By what it means, so that a status that comes later has a colour too.
fn execution_class(status: ExecutionStatus) -> &'static str {
    match (status.is_terminal(), status == ExecutionStatus::Completed, status.is_recovered()) {
        (false, ..) => "open",
        (true, true, _) => "good",
        (true, false, true) => "fair",
        (true, false, false) => "bad",
    }
}

fn tile(page: &mut Markup, name: &'static str, class: &'static str, value: &str, below: &str) {
    page.raw("<div class=\"tile ").raw(class).raw("\"><h2>").raw(name).raw("</h2><p class=\"value\">").text(value);
    page.raw("</p><p>").text(below).raw("</p></div>");
}

fn tiles(page: &mut Markup, report: &Report) {
    let Report { rto, rpo, execution, .. } = report;
    page.raw("<section class=\"tiles\">");
    let reached = |seconds: Option<i64>| seconds.map_or_else(|| "–".to_owned(), duration);
    tile(
        page,
        "Recovery time (RTO)",
        class(rto.result),
        &reached(rto.reached_seconds),
        &judged(rto.result, rto.target_minutes),
    );
    let worst = reached(rpo.reached_seconds);
    tile(page, "Data loss (RPO), worst server", class(rpo.result), &worst, &judged(rpo.result, rpo.target_minutes));
    let (total, recovered) = counts(execution);
    let share = if recovered == total { "good" } else { execution_class(execution.summary.status) };
    let not = match total - recovered {
        0 => "All of them".to_owned(),
        failed => format!("{failed} not recovered"),
    };
    let share = if total == 0 { "none" } else { share };
    tile(page, "Servers recovered", share, &format!("{recovered} of {total}"), &not);
    if let Some(forecast) = &report.forecast {
        let within = if forecast.within_p90 { "Took no longer than expected" } else { "Took longer than expected" };
        let value = format!("{} – {}", short(forecast.p50_seconds), short(forecast.p90_seconds));
        tile(page, "Forecast (p50 – p90)", if forecast.within_p90 { "good" } else { "fair" }, &value, within);
    } else {
        tile(page, "Forecast (p50 – p90)", "none", "–", "Nothing to compare");
    }
    page.raw("</section>\n");
}

/// A duration without seconds: a forecast is not that exact.
fn short(seconds: u32) -> String {
    if seconds < 3_600 { format!("{} min", seconds.div_ceil(60)) } else { duration(i64::from(seconds)) }
}

fn counts(execution: &Execution) -> (usize, usize) {
    // What the execution recorded at its end counts before what is listed here, which may be shortened.
    if let Some(ended) = execution.summary.servers {
        return (ended.total as usize, ended.recovered as usize);
    }
    let servers = || execution.waves.iter().flat_map(|wave| &wave.servers);
    (servers().count(), servers().filter(|server| server.status.is_success()).count())
}

fn class(result: TargetResult) -> &'static str {
    match result {
        TargetResult::Met => "good",
        TargetResult::Missed | TargetResult::NotReached => "bad",
        TargetResult::NoTarget => "none",
        TargetResult::Unknown => "open",
    }
}

fn judged(result: TargetResult, target_minutes: Option<u32>) -> String {
    let target = target_minutes.map(|minutes| duration(i64::from(minutes) * 60)).unwrap_or_default();
    match result {
        TargetResult::Met => format!("Target of {target} met"),
        TargetResult::Missed => format!("Target of {target} missed"),
        TargetResult::NotReached => format!("Target of {target} not reached"),
        TargetResult::NoTarget => "The plan sets no target".to_owned(),
        TargetResult::Unknown => format!("Target of {target}: cannot be judged"),
    }
}

fn fact(page: &mut Markup, name: &'static str, value: impl AsRef<str>) {
    if !value.as_ref().is_empty() {
        page.raw("<dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd>");
    }
}

fn facts(page: &mut Markup, report: &Report) {
    let summary = &report.execution.summary;
    page.raw("<section><h2>Execution</h2><dl>");
    fact(
        page,
        "Mode",
        match summary.mode {
            Mode::Drill => "DRILL: a rehearsal. Instances were launched beside what was running.",
            Mode::Recovery => "RECOVERY: a real failover.",
        },
    );
    if let Some(plan) = &report.plan {
        fact(page, "Plan", &plan.description);
        let stored = format!("{}, stored {} by {}", plan.version, utc(plan.updated_at), plan.updated_by);
        fact(page, "Plan version", stored);
    } else {
        let version = summary.plan_version.map(|version| format!("{version} (no longer stored)"));
        fact(page, "Plan version", version.as_deref().unwrap_or("none: it ended before the plan was frozen"));
    }
    fact(page, "Started", format!("{} by {}", utc(summary.started_at), summary.started_by));
    let ended = summary.ended_at.map(|ended| format!("{}, after {}", utc(ended), duration(ended - summary.started_at)));
    fact(page, "Ended", ended.as_deref().unwrap_or("not yet"));
    if !summary.recovery_point.is_latest() {
        fact(page, "Recovery points", format!("{}, as {} chose", summary.recovery_point, summary.started_by));
    }
    fact(page, "Outcome", summary.status.as_str());
    fact(page, "Reason", &summary.reason);
    fact(page, "Cleanup", cleaned_up(&report.execution));
    fact(page, "Critical path", report.critical_path.join(" → "));
    page.raw("</dl></section>\n");
}

/// What became of the instances of a drill.
fn cleaned_up(execution: &Execution) -> String {
    let Some(cleanup) = &execution.cleanup else {
        let due = execution.summary.cleanup_due_at.map(|due| format!("by itself from {}", utc(due)));
        return due.unwrap_or_default();
    };
    let gone = cleanup.servers.iter().filter(|one| one.status == InstanceCleanup::Terminated).count();
    let at = utc(cleanup.ended_at.unwrap_or(cleanup.started_at));
    let (status, by, all) = (cleanup.status, &cleanup.started_by, cleanup.servers.len());
    format!("{status} {at} by {by}: {gone} of {all} instances terminated. {}", cleanup.reason).trim_end().to_owned()
}

fn notes(page: &mut Markup, report: &Report) {
    page.raw("<section class=\"notes\"><h2>Notes</h2><ul><li>All times are UTC. This report was made ");
    page.text(utc(report.generated_at)).raw(" from what was recorded while the execution ran.</li>");
    page.raw("<li>The recovery time (RTO) runs from the acceptance of the execution to the end of its last wave, with the health checks. It counts only when the plan’s demands were met.</li>");
    page.raw("<li>The data loss (RPO) of a server runs from the recovery point it was launched from to the start of the execution, or to the moment that was chosen for its recovery point where that is earlier; 0 where it was taken later. Targets are those of the plan version that ran.</li>");
    page.raw("<li>The critical path is the chain of waves that decided how long it took.</li>");
    if report.rpo.not_recorded > 0 {
        page.raw("<li>For ").number(report.rpo.not_recorded);
        page.raw(" launched servers the recovery point was not recorded; their data loss is not known.</li>");
    }
    for line in &report.shortened {
        page.raw("<li><strong>Shortened.</strong> ").text(line).raw("</li>");
    }
    page.raw("</ul></section>\n");
}
