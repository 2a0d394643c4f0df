//! What waves waited for and did besides launching servers: who approved them, and their actions with what came of them.

use contract::{ActionRun, ActionStatus, Verdict, WaveApproval, WaveRun};

use crate::markup::Markup;
use crate::text::utc;

/// Approvals and actions, wave by wave; nothing where no wave has any.
pub(super) fn section(page: &mut Markup, waves: &[WaveRun]) {
    let has_steps =
        |wave: &&WaveRun| wave.approval.is_some() || !wave.before_actions.is_empty() || !wave.after_actions.is_empty();
    if !waves.iter().any(|wave| has_steps(&wave)) {
        return;
    }
    page.raw("<section><h2>Approvals and actions</h2><table><thead><tr><th>Wave</th><th>What</th><th>When</th>");
    page.raw("<th>What came of it</th></tr></thead><tbody>");
    for wave in waves.iter().filter(has_steps) {
        if let Some(one) = &wave.approval {
            approval(page, wave, one);
        }
        for (when, actions) in [("before", &wave.before_actions), ("after", &wave.after_actions)] {
            for one in actions {
                action(page, wave, when, one);
            }
        }
    }
    page.raw("</tbody></table></section>\n");
}

fn approval(page: &mut Markup, wave: &WaveRun, approval: &WaveApproval) {
    page.raw("<tr>").cell(&wave.name).raw("<td>Approval by <code>").text(&approval.role).raw("</code></td>");
    let Some(decision) = &approval.decision else {
        page.raw("<td>–</td><td>").raw(if approval.asked_at.is_some() { "asked for" } else { "not asked for" });
        page.raw("</td></tr>");
        return;
    };
    let (class, verdict) = match decision.verdict {
        Verdict::Approved => ("good", "approved"),
        Verdict::Rejected => ("bad", "rejected"),
        Verdict::TimedOut => ("fair", "nobody decided in time"),
    };
    page.raw("<td class=\"time\">").text(utc(decision.at)).raw("</td><td><span class=\"badge ").raw(class).raw("\">");
    page.raw(verdict).raw("</span>");
    if !decision.by.is_empty() {
        page.raw(" by ").text(&decision.by);
    }
    if !decision.comment.is_empty() {
        page.raw("<br><span class=\"more\">").text(&decision.comment).raw("</span>");
    }
    page.raw("</td></tr>");
}

fn action(page: &mut Markup, wave: &WaveRun, when: &'static str, action: &ActionRun) {
    page.raw("<tr>").cell(&wave.name).raw("<td>Action ").raw(when).raw(" it: ").text(&action.name);
    if let Some(document) = &action.document {
        page.raw("<br><code>").text(document).raw("</code>");
    }
    if let Some(minutes) = action.delay_minutes {
        page.raw("<br><span class=\"more\">a delay of ").number(minutes as usize).raw(" min</span>");
    }
    let at = action.started_at.map(utc).unwrap_or_default();
    page.raw("</td><td class=\"time\">").text(if at.is_empty() { "–" } else { &at }).raw("</td><td>");
    let (class, status) = status(action.status);
    page.raw("<span class=\"badge ").raw(class).raw("\">").raw(status).raw("</span>");
    for run in &action.runs {
        page.raw(" <code>").text(run).raw("</code>");
    }
    if !action.output.is_empty() {
        page.raw("<pre>").text(&action.output).raw("</pre>");
    }
    page.raw("</td></tr>");
}

/// How an action's status is coloured, and as the API spells it.
fn status(status: ActionStatus) -> (&'static str, &'static str) {
    match status {
        ActionStatus::Pending => ("open", "PENDING"),
        ActionStatus::Running => ("open", "RUNNING"),
        ActionStatus::Succeeded => ("good", "SUCCEEDED"),
        ActionStatus::Failed => ("bad", "FAILED"),
        ActionStatus::TimedOut => ("bad", "TIMED_OUT"),
        ActionStatus::Skipped => ("none", "SKIPPED"),
        ActionStatus::Unknown => ("fair", "UNKNOWN"),
    }
}
