//! Who did what, and who asks.

use contract::{AuditEvent, Me};

use super::{joined, or_nothing, table};
use crate::text::{printable, utc};

/// One row for each event.
#[must_use]
pub fn events(events: &[AuditEvent]) -> String {
    if events.is_empty() {
        return "No events.".to_owned();
    }
    let mut table = table(&["when", "who", "what", "kind", "subject", "from", "detail"]);
    for event in events {
        table.add_row([
            utc(event.at),
            printable(&event.actor),
            printable(&event.action),
            printable(&event.kind),
            printable(&event.subject),
            or_nothing(Some(&event.source_address)),
            or_nothing(Some(&event.detail)),
        ]);
    }
    table.to_string()
}

/// The caller, as the API sees it.
#[must_use]
pub fn me(me: &Me) -> String {
    let name = printable(&me.name);
    if me.roles.is_empty() {
        return format!("{name}, in no role: nothing is allowed. An administrator gives roles.");
    }
    format!("{name}\n  roles    {}\n  may      {}", joined(&me.roles), joined(&me.actions))
}
