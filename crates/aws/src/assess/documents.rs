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
