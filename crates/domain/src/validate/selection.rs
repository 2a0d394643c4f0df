//! Which servers a group has, and what their launch settings say.

use std::collections::BTreeSet;

use super::texts::check_value;
use super::{MAX_SERVERS, Problem, problem};
use crate::group::ProtectionGroup;
use crate::id::ServerId;

/// Keys of a selection, and values of a key. A selection that needs more is a list of servers in disguise.
const MAX_TAGS: usize = 20;
/// Source: AWS tags: keys to 128 characters, values to 256.
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

pub(super) fn check(group: &ProtectionGroup, problems: &mut Vec<Problem>) {
    match (group.servers.is_empty(), group.selection_tags.is_empty()) {
        (true, true) => {
            problems.push(problem("servers", "a protection group has at least one source server, or selectionTags"));
        }
        (false, false) => {
            problems.push(problem("selectionTags", "a group lists its servers or selects them by tags, not both"));
        }
        (true, false) => check_tags(group, problems),
        (false, true) => {}
    }
    if group.servers.len() > MAX_SERVERS {
        problems.push(problem("servers", format!("{} servers: at most {MAX_SERVERS}", group.servers.len())));
    }
    check_place(group, problems);
    let listed: BTreeSet<&ServerId> = group.servers.iter().map(|member| &member.id).collect();
    let own = group.server_launch_settings.len();
    if own > MAX_SERVERS {
        problems.push(problem("serverLaunchSettings", format!("{own} servers: at most {MAX_SERVERS}")));
    }
    for server in group.server_launch_settings.keys() {
        let at = format!("serverLaunchSettings ({server})");
        if !server.is_well_formed() || (!listed.is_empty() && !listed.contains(server)) {
            problems.push(problem(at, "the group does not list this server"));
        }
    }
}

fn check_tags(group: &ProtectionGroup, problems: &mut Vec<Problem>) {
    if group.selection_tags.len() > MAX_TAGS {
        problems.push(problem("selectionTags", format!("{} keys: at most {MAX_TAGS}", group.selection_tags.len())));
    }
    for (key, values) in &group.selection_tags {
        let at = format!("selectionTags ({})", key.escape_debug());
        check_value(&at, key, MAX_KEY, problems);
        if values.is_empty() || values.len() > MAX_TAGS {
            problems.push(problem(&at, format!("{} values: from 1 to {MAX_TAGS}", values.len())));
        }
        for (index, value) in values.iter().enumerate() {
            // AWS allows a tag without a value.
            if !value.is_empty() {
                check_value(&format!("{at}[{index}]"), value, MAX_VALUE, problems);
            }
        }
    }
}

fn check_place(group: &ProtectionGroup, problems: &mut Vec<Problem>) {
    if let Some(account) = &group.account
        && !(account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
    {
        problems.push(problem("account", "an AWS account has 12 digits (in quotes in YAML)"));
    }
    if let Some(region) = &group.region {
        let well_formed = region.len() <= 32
            && region.split('-').count() >= 3
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !well_formed {
            problems.push(problem("region", "an AWS Region is written like eu-west-1"));
        }
    }
}
