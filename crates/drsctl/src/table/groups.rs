//! Protection groups as tables.

use std::collections::BTreeMap;

use contract::{Criticality, GroupLaunchSettings, LaunchSettings, ResolvedGroup, StoredGroup};

use super::{NOTHING, align_right, joined, or_nothing, table};
use crate::text::{counted, printable, utc};

/// One row for each group.
#[must_use]
pub fn list(groups: &[StoredGroup]) -> String {
    if groups.is_empty() {
        return "No protection groups.".to_owned();
    }
    let mut table = table(&["group", "account", "region", "servers", "version", "changed", "by"]);
    align_right(&mut table, [4]);
    for group in groups {
        table.add_row([
            printable(group.document.name.as_str()),
            or_nothing(group.document.account.as_deref()),
            or_nothing(group.document.region.as_deref()),
            servers(group),
            group.version.to_string(),
            utc(group.updated_at),
            printable(&group.updated_by),
        ]);
    }
    table.to_string()
}

/// `2 servers`, or the tags that select them.
fn servers(group: &StoredGroup) -> String {
    if group.document.selects_by_tags() {
        selection(&group.document.selection_tags)
    } else {
        counted(group.document.servers.len(), "server")
    }
}

fn selection(tags: &BTreeMap<String, Vec<String>>) -> String {
    joined(tags.iter().map(|(key, values)| format!("{key}={}", values.join("|"))))
}

/// `database: 2 servers, version 3 of 2026-11-23 16:04:26Z by ada`.
#[must_use]
pub fn headline(group: &StoredGroup) -> String {
    format!(
        "protection group {}: {}, version {} of {} by {}",
        printable(group.document.name.as_str()),
        servers(group),
        group.version,
        utc(group.updated_at),
        printable(&group.updated_by)
    )
}

/// One group with its servers.
#[must_use]
pub fn detail(group: &StoredGroup) -> String {
    let document = &group.document;
    let mut lines = vec![headline(group)];
    let mut say = |name: &str, value: String| {
        if value != NOTHING {
            lines.push(format!("  {name:<18}{value}"));
        }
    };
    say("description", or_nothing(Some(&document.description)));
    say("account", or_nothing(document.account.as_deref()));
    say("region", or_nothing(document.region.as_deref()));
    say("selected by", selection(&document.selection_tags));
    say("launch settings", settings(&document.launch_settings));
    for (server, own) in &document.server_launch_settings {
        say("  of its own", format!("{}: {}", printable(server.as_str()), settings(own)));
    }
    say("health checks", joined(document.health_checks.iter().map(|check| &check.name)));
    if !document.servers.is_empty() {
        let mut table = table(&["server", "criticality"]);
        for member in &document.servers {
            let criticality = match member.criticality {
                Criticality::Critical => "critical",
                Criticality::Optional => "optional",
            };
            table.add_row([printable(member.id.as_str()), criticality.to_owned()]);
        }
        lines.push(table.to_string());
    }
    lines.join("\n")
}

fn settings(settings: &LaunchSettings) -> String {
    joined(settings.wanted().iter().map(|(name, value)| format!("{name}={value}")))
}

/// The servers that a group means now.
#[must_use]
pub fn resolved(group: &ResolvedGroup) -> String {
    let mut lines = Vec::new();
    if !group.items.is_empty() {
        let mut table = table(&["server", "id", "replication", "tags", "also in"]);
        for server in &group.items {
            table.add_row([
                printable(&server.hostname),
                printable(server.id.as_str()),
                printable(&server.replication_state),
                joined(server.tags.iter().map(|(key, value)| format!("{key}={value}"))),
                joined(&server.other_groups),
            ]);
        }
        lines.push(table.to_string());
    }
    for id in &group.missing {
        lines.push(format!("  missing: {}: the group lists it, and DRS does not know it", printable(id.as_str())));
    }
    let in_two = group.items.iter().filter(|server| !server.other_groups.is_empty()).count();
    if in_two > 0 {
        lines.push(format!(
            "  {} in another group too: that blocks every run of both groups",
            if in_two == 1 { "1 server is".to_owned() } else { format!("{in_two} servers are") }
        ));
    }
    lines.push(format!(
        "{}: {} in {} at {}",
        printable(group.group.as_str()),
        counted(group.items.len(), "server"),
        printable(&group.region),
        utc(group.resolved_at)
    ));
    lines.join("\n")
}

/// What launch settings are to be and are: one row for each that is wanted.
#[must_use]
pub fn launch_settings(group: &GroupLaunchSettings) -> String {
    let mut table = table(&["server", "id", "setting", "wanted", "in DRS", ""]);
    let mut lines = Vec::new();
    let (mut drifted, mut rows) = (0, 0);
    for server in &group.items {
        let names = (printable(&server.hostname), printable(server.server_id.as_str()));
        if let Some(error) = &server.error {
            lines.push(format!("  {} ({}) could not be read: {}", names.0, names.1, printable(error)));
        }
        drifted += usize::from(!server.drift.is_empty());
        for (setting, wanted) in &server.wanted {
            let differs = server.drift.iter().any(|drift| drift.setting == *setting);
            table.add_row([
                names.0.clone(),
                names.1.clone(),
                printable(setting),
                printable(wanted),
                or_nothing(server.live.get(setting).map(String::as_str)),
                if differs { "differs" } else { "" }.to_owned(),
            ]);
            rows += 1;
        }
    }
    if rows > 0 {
        lines.insert(0, table.to_string());
    }
    let servers = counted(group.items.len(), "server");
    let name = printable(group.group.as_str());
    lines.push(match (rows, drifted) {
        (0, _) => format!("{name}: {servers}, no launch settings are wanted; DRS's stay as they are"),
        (_, 0) => format!("{name}: {servers}, all as wanted"),
        (_, some) => format!("{name}: {some} of {servers} differ; DRS is corrected before the next launch"),
    });
    lines.join("\n")
}
