//! The waves, one row each.

use contract::{Decided, ServerStatus, WaveRun, WaveStatus};

use crate::markup::Markup;
use crate::model::Report;
use crate::text::{clock, duration, utc};

/// How a wave's status is coloured.
pub(super) fn wave_class(status: WaveStatus) -> &'static str {
    let neutral = matches!(status, WaveStatus::Skipped | WaveStatus::Cancelled);
    match (status.is_terminal(), status == WaveStatus::Completed, status == WaveStatus::Partial) {
        (false, ..) => "open",
        (true, true, _) => "good",
        (true, _, true) => "fair",
        (true, false, false) if neutral => "none",
        (true, false, false) => "bad",
    }
}

/// How a server's status is coloured.
pub(super) fn server_class(status: ServerStatus) -> &'static str {
    match (status.is_success(), status.is_terminal()) {
        (true, _) => "good",
        (false, false) => "open",
        (false, true) if status == ServerStatus::Skipped => "none",
        (false, true) => "bad",
    }
}

/// Which of `wave`'s servers stand where they should.
fn recovered(wave: &WaveRun) -> usize {
    wave.servers.iter().filter(|server| server.status.is_success()).count()
}

/// The table of the waves.
pub(super) fn section(page: &mut Markup, report: &Report) {
    let waves = &report.execution.waves;
    if waves.is_empty() {
        page.raw("<section><h2>Waves</h2><p>None: nothing was launched.</p></section>\n");
        return;
    }
    page.raw("<section><h2>Waves</h2><table><thead><tr><th>Wave</th><th>After</th><th>Region</th>");
    page.raw("<th class=\"number\">Servers</th><th class=\"number\">Started</th><th class=\"number\">Launched</th>");
    page.raw("<th class=\"number\">Ended</th><th class=\"number\">Took</th><th>Status</th></tr></thead>");
    for wave in waves {
        row(page, report, wave);
    }
    page.raw(
        "</table><p class=\"more\">Started, launched and ended: time since the start of the execution.</p></section>\n",
    );
}

fn row(page: &mut Markup, report: &Report, wave: &WaveRun) {
    let since = |at: Option<i64>| at.map(|at| clock(at - report.execution.summary.started_at)).unwrap_or_default();
    page.raw("<tbody><tr><td><strong>").text(&wave.name).raw("</strong>");
    if report.critical_path.contains(&wave.name) {
        page.raw("<span class=\"critical\" title=\"on the critical path\"> ◆</span>");
    }
    page.raw("</td>").cell(wave.depends_on_waves.join(", ")).cell(&wave.region);
    page.raw("<td class=\"number\">");
    // Where servers are left out, what is listed are those that failed: a share of them would be wrong.
    if report.shortened.is_empty() {
        page.number(recovered(wave)).raw("/").number(wave.servers.len());
    } else {
        page.number(wave.servers.len()).raw(" listed");
    }
    page.raw("</td>");
    let took = wave.started_at.zip(wave.ended_at).map(|(from, to)| duration(to - from)).unwrap_or_default();
    for time in [since(wave.started_at), since(wave.launched_at), since(wave.ended_at), took] {
        page.raw("<td class=\"number time\">").text(if time.is_empty() { "–" } else { &time }).raw("</td>");
    }
    page.raw("<td><span class=\"badge ").raw(wave_class(wave.status)).raw("\">").text(wave.status.as_str());
    page.raw("</span></td></tr>");
    if !wave.reason.is_empty() {
        page.raw("<tr class=\"below\"><td></td><td colspan=\"8\">").text(&wave.reason).raw("</td></tr>");
    }
    for decision in &wave.decisions {
        page.raw("<tr class=\"below\"><td></td><td colspan=\"8\">").text(utc(decision.at)).raw(" ");
        page.text(&decision.by).raw(decided(decision.decided));
        if decision.decided.begins_anew() {
            page.raw(" (").number(decision.servers as usize).raw(" servers)");
        }
        if !decision.comment.is_empty() {
            page.raw(": ").text(&decision.comment);
        }
        page.raw(" <span class=\"more\">It had failed: ").text(&decision.reason).raw("</span></td></tr>");
    }
    page.raw("</tbody>");
}

/// What somebody did about a failure.
fn decided(decided: Decided) -> &'static str {
    match decided {
        Decided::Retry => " had what failed launched again",
        Decided::Recheck => " had the health checks run again",
        Decided::Skip => " let the waves behind it go on",
        Decided::Abort => " let the waves behind it be skipped",
    }
}
