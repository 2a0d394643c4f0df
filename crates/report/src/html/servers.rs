//! The servers of each wave: launch settings, launch, health checks, instance, and why something went wrong.

use contract::{CheckRun, Criticality, ServerAttempt, ServerRun, SettingsRun, WaveRun};
use domain::health::CheckStatus;
use domain::launch_settings::SettingsOutcome;

use super::waves::server_class;
use crate::csv::{check_status, settings_outcome};
use crate::markup::Markup;
use crate::model::Report;
use crate::text::{duration, utc};

/// Characters of an output that stand beside the name of its check.
const ONE_LINE: usize = 70;

/// A table for each wave that has servers.
pub(super) fn sections(page: &mut Markup, report: &Report) {
    for wave in report.execution.waves.iter().filter(|wave| !wave.servers.is_empty()) {
        section(page, report, wave);
    }
}

fn section(page: &mut Markup, report: &Report, wave: &WaveRun) {
    page.raw("<section><h2>Servers of wave ").text(&wave.name).raw("</h2><table class=\"servers\"><thead><tr>");
    page.raw("<th>Server</th><th>Recovery point and data loss</th><th>Launch</th><th>DRS job and instance</th>");
    page.raw("<th>Status</th></tr></thead>\n");
    for server in &wave.servers {
        page.raw("<tbody>");
        row(page, report, server);
        below(page, server);
        page.raw("</tbody>\n");
    }
    page.raw("</table></section>\n");
}

fn row(page: &mut Markup, report: &Report, server: &ServerRun) {
    page.raw("<tr><td><strong>").text(&server.hostname).raw("</strong>");
    if server.criticality == Criticality::Optional {
        page.raw(" <span class=\"more\">optional</span>");
    }
    page.raw("<br><code>").text(server.server_id.as_str()).raw("</code><br><span class=\"more\">group ");
    page.text(server.group.as_str()).raw("</span></td><td class=\"time\">");
    match (server.recovered_from, crate::rpo_seconds(&report.execution.summary, server)) {
        (Some(point), Some(lost)) => {
            let beyond = report.rpo.target_minutes.is_some_and(|target| lost > i64::from(target) * 60);
            page.text(utc(point)).raw(if beyond { "<br><strong class=\"bad\">" } else { "<br><span>" });
            page.text(duration(lost)).raw(" lost");
            page.raw(if beyond { ", beyond target</strong>" } else { "</span>" })
        }
        _ if server.launched_at.is_some() => page.raw("<span class=\"more\">not recorded</span>"),
        _ => page.raw("–"),
    };
    chosen(page, server);
    page.raw("</td><td class=\"time\">");
    match (server.started_at, server.launched_at) {
        (Some(started), Some(launched)) => {
            page.text(utc(started)).raw("<br>").text(utc(launched)).raw("<br>took ").text(duration(launched - started))
        }
        (Some(started), None) => page.text(utc(started)).raw("<br>not launched"),
        _ => page.raw("–"),
    };
    page.raw("</td><td>");
    code(page, server.job_id.as_ref().map(AsRef::as_ref));
    page.raw("<br>");
    code(page, server.instance_id.as_ref().map(AsRef::as_ref));
    page.raw("</td><td><span class=\"badge ").raw(server_class(server.status)).raw("\">");
    page.text(server.status.as_str()).raw("</span></td></tr>");
}

/// How far the moments of DRS for one recovery point may be apart: when it was wanted, and when it was taken.
const SAME_POINT_SECONDS: i64 = 60;

/// The recovery point that was chosen, and whether DRS says that the server came from a newer one: whoever chose it must
/// not believe that nothing later came back.
fn chosen(page: &mut Markup, server: &ServerRun) {
    let Some(snapshot) = &server.recovery_snapshot_id else { return };
    page.raw("<br><code>").text(snapshot.as_str()).raw("</code>");
    if let (Some(chosen), Some(from)) = (server.recovery_snapshot_at, server.recovered_from)
        && from - chosen > SAME_POINT_SECONDS
    {
        page.raw("<br><strong class=\"bad\">chosen was ").text(utc(chosen)).raw("</strong>");
    }
}

fn code(page: &mut Markup, text: Option<&str>) {
    match text {
        Some(text) => page.raw("<code>").text(text).raw("</code>"),
        None => page.raw("–"),
    };
}

/// What does not fit into a column, in a row of its own.
fn below(page: &mut Markup, server: &ServerRun) {
    let nothing = server.launch_settings.is_none() && server.checks.is_empty() && server.attempts.is_empty();
    if server.reason.is_empty() && nothing {
        return;
    }
    page.raw("<tr class=\"below\"><td colspan=\"5\">");
    if !server.reason.is_empty() {
        page.raw("<p class=\"reason\">").text(&server.reason).raw("</p>");
    }
    if let Some(settings) = &server.launch_settings {
        launch_settings(page, settings);
    }
    for one in &server.checks {
        check(page, one);
    }
    for (index, one) in server.attempts.iter().enumerate() {
        attempt(page, index + 1, one);
    }
    page.raw("</td></tr>");
}

/// How an earlier attempt ended; what stands above it is the newest.
fn attempt(page: &mut Markup, number: usize, attempt: &ServerAttempt) {
    page.raw("<p><span class=\"dot ")
        .raw(server_class(attempt.status))
        .raw("\"></span>Attempt ")
        .number(number)
        .raw(": ");
    page.text(attempt.status.as_str());
    if let Some(started) = attempt.started_at {
        page.raw(" <span class=\"more\">").text(utc(started)).raw("</span>");
    }
    for id in [attempt.job_id.as_ref().map(AsRef::as_ref), attempt.instance_id.as_ref().map(AsRef::as_ref)] {
        if id.is_some() {
            page.raw(" ");
            code(page, id);
        }
    }
    if !attempt.reason.is_empty() {
        page.raw(" – ").text(&attempt.reason);
    }
    page.raw("</p>");
}

fn launch_settings(page: &mut Markup, settings: &SettingsRun) {
    let outcome = settings.outcome.map_or("outcome not known", settings_outcome);
    let class = match settings.outcome {
        Some(SettingsOutcome::Applied | SettingsOutcome::Unchanged) => "good",
        Some(SettingsOutcome::Failed) => "bad",
        None => "open",
    };
    page.raw("<p><span class=\"dot ").raw(class).raw("\"></span>Launch settings ").text(outcome);
    for (index, change) in settings.changes.iter().enumerate() {
        page.raw(if index == 0 { ": " } else { ", " }).text(&change.setting).raw(" ");
        page.text(change.from.as_deref().unwrap_or("not set")).raw(" → ").text(&change.to);
    }
    if !settings.reason.is_empty() {
        page.raw(" – ").text(&settings.reason);
    }
    page.raw("</p>");
}

fn check(page: &mut Markup, check: &CheckRun) {
    let class = match check.status {
        CheckStatus::Passed => "good",
        CheckStatus::Failed | CheckStatus::TimedOut if check.required => "bad",
        CheckStatus::Failed | CheckStatus::TimedOut => "fair",
        CheckStatus::Pending | CheckStatus::Running => "open",
    };
    page.raw("<p><span class=\"dot ").raw(class).raw("\"></span>Check ").text(&check.name).raw(" ");
    page.text(check_status(check.status));
    if !check.required {
        page.raw(" <span class=\"more\">(not required)</span>");
    }
    if let Some(ended) = check.ended_at {
        page.raw(" <span class=\"more\">").text(utc(ended)).raw("</span>");
    }
    let one_line = check.output.chars().count() <= ONE_LINE && !check.output.contains('\n');
    if !check.output.is_empty() && one_line {
        page.raw(" <code>").text(&check.output).raw("</code>");
    }
    page.raw("</p>");
    if !check.output.is_empty() && !one_line {
        page.raw("<pre>").text(&check.output).raw("</pre>");
    }
}
