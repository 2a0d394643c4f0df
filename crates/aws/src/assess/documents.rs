//! The SSM documents that a run would use, and what would use them.

use std::collections::{BTreeMap, BTreeSet};

use domain::plan::{Mode, Wave};
use domain::text::few;

use crate::facts::LoadedPlan;

/// The documents by Region and name: those of the health checks and actions that run in `mode`, each with what uses it.
pub(super) fn used(loaded: &LoadedPlan, mode: Mode) -> BTreeMap<(String, String), String> {
    let mut users: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for wave in &loaded.plan.waves {
        let region = loaded.wave_region(wave).to_owned();
        for (document, user) in checks(loaded, wave, mode).chain(actions(wave, mode)) {
            let user = format!("{user} of wave {:?}", wave.name);
            users.entry((region.clone(), document)).or_default().insert(user);
        }
    }
    users.into_iter().map(|(document, users)| (document, few(&users.into_iter().collect::<Vec<_>>()))).collect()
}

/// Of the group's checks those that the wave does not replace, and the wave's own.
fn checks<'a>(loaded: &'a LoadedPlan, wave: &'a Wave, mode: Mode) -> impl Iterator<Item = (String, String)> + 'a {
    let replaced = |name: &str| wave.health_checks.iter().any(|check| check.name == name);
    let of_groups = wave.groups.iter().filter_map(|id| loaded.groups.get(id)).flat_map(|group| &group.health_checks);
    of_groups
        .filter(move |check| !replaced(&check.name))
        .chain(&wave.health_checks)
        .filter(move |check| check.run_in.contains(&mode))
        .filter_map(|check| Some((check.document.clone()?, format!("health check {:?}", check.name))))
}

fn actions(wave: &Wave, mode: Mode) -> impl Iterator<Item = (String, String)> {
    wave.before_actions
        .iter()
        .chain(&wave.after_actions)
        .filter(move |action| action.run_in.contains(&mode))
        .filter_map(|action| Some((action.document.clone()?, format!("action {:?}", action.name))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_document_that_runs_in_the_mode_is_named_once_with_what_uses_it() {
        let group = json!({ "name": "web", "region": "eu-north-1", "servers": [{ "id": "s-00000000000000001" }],
            "healthChecks": [
                { "name": "boot", "kind": "ssmCommand", "document": "Boot", "runIn": ["DRILL", "RECOVERY"] },
                { "name": "replaced", "kind": "ssmCommand", "document": "Old", "runIn": ["DRILL"] },
                { "name": "agent", "kind": "ssmAgentOnline", "runIn": ["DRILL"] },
            ] });
        let plan = json!({ "name": "p", "waves": [{ "name": "all", "groups": ["web"],
            "healthChecks": [
                { "name": "replaced", "kind": "ssmCommand", "document": "Boot", "runIn": ["DRILL"] },
                { "name": "late", "kind": "ssmCommand", "document": "Late" },
            ],
            "beforeActions": [{ "name": "wait", "kind": "delay", "delayMinutes": 1 }],
            "afterActions": [{ "name": "dns", "kind": "ssmAutomation", "document": "Dns", "runIn": ["RECOVERY"] }] }] });
        let group: domain::group::ProtectionGroup = serde_json::from_value(group).unwrap();
        let loaded = LoadedPlan::of(serde_json::from_value(plan).unwrap(), 1, [group], "eu-west-1");
        let at = |document: &str| ("eu-north-1".to_owned(), document.to_owned());
        let drill = used(&loaded, Mode::Drill);
        let boot = "health check \"boot\" of wave \"all\", health check \"replaced\" of wave \"all\"";
        assert_eq!(drill, BTreeMap::from([(at("Boot"), boot.to_owned())]));
        let recovery = used(&loaded, Mode::Recovery);
        assert_eq!(recovery.keys().cloned().collect::<Vec<_>>(), [at("Boot"), at("Dns"), at("Late")]);
        assert_eq!(recovery[&at("Dns")], "action \"dns\" of wave \"all\"");
    }
}
