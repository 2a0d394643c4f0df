//! What preflight found and the execution ran with, and who did what.

use contract::{AuditEvent, Finding, Severity};

use crate::markup::Markup;
use crate::text::utc;

/// Findings: what was known before anything was launched.
pub(super) fn findings(page: &mut Markup, findings: &[Finding]) {
    page.raw("<section><h2>Findings of preflight</h2>");
    if findings.is_empty() {
        page.raw("<p>None: nothing stood in the way when it began.</p></section>\n");
        return;
    }
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    page.raw("<table><thead><tr><th>Severity</th><th>Subject</th><th>Finding</th></tr></thead><tbody>");
    for finding in sorted {
        let (class, severity) = match finding.severity {
            Severity::Blocks => ("bad", "blocks"),
            Severity::Warns => ("fair", "accepted"),
        };
        page.raw("<tr><td><span class=\"badge ").raw(class).raw("\">").raw(severity).raw("</span></td>");
        page.cell(&finding.subject).raw("<td>").text(&finding.message);
        page.raw("<br><span class=\"more\">").text(&finding.remedy).raw("</span></td></tr>");
    }
    page.raw("</tbody></table></section>\n");
}

/// The audit log, as far as it is about this execution: who started it, and who approved or stopped what.
pub(super) fn actions(page: &mut Markup, events: &[AuditEvent]) {
    page.raw("<section><h2>Who did what</h2>");
    if events.is_empty() {
        page.raw("<p>The audit log has nothing about this execution.</p></section>\n");
        return;
    }
    page.raw("<table><thead><tr><th>When</th><th>Who</th><th>Roles</th><th>What</th><th>From</th></tr></thead><tbody>");
    for event in events {
        page.raw("<tr><td class=\"time\">").text(utc(event.at)).raw("</td>").cell(&event.actor);
        page.cell(event.roles.join(", ")).raw("<td>").text(&event.action);
        if !event.detail.is_empty() {
            page.raw("<br><span class=\"more\">").text(&event.detail).raw("</span>");
        }
        page.raw("</td>").cell(&event.source_address).raw("</tr>");
    }
    page.raw("</tbody></table></section>\n");
}
