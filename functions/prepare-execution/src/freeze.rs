//! The frozen plan: one record per wave and server, with all that later tasks need. Which servers a selection by tags
//! means is decided here for the whole run.

use std::cmp::Reverse;

use aws::facts::{Facts, LoadedPlan};
use aws::history::{CheckRecord, ServerRecord, WaveKey, WaveRecord};
use domain::check::Os;
use domain::graph::ways;
use domain::group::ProtectionGroup;
use domain::plan::{Mode, Wave};
use domain::status::{ServerStatus, WaveStatus};
use domain::validate::graph;
use task::TaskError;

use crate::{Frozen, Request, points};

/// Freezes a plan that has passed validation and preflight.
pub(crate) fn freeze(request: &Request, loaded: &LoadedPlan, facts: &Facts) -> Result<Frozen, TaskError> {
    let graph =
        graph(&loaded.plan).map_err(|errors| TaskError::Bug(format!("a valid plan has no order: {errors:?}")))?;
    let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    let mut waves = Vec::new();
    let mut servers = Vec::new();
    for (index, wave) in loaded.plan.waves.iter().enumerate() {
        let key = WaveKey {
            execution_id: request.execution_id.clone(),
            plan_id: request.plan_id.clone(),
            wave: number(index),
        };
        let mut record = WaveRecord::new(&key, wave, request.mode);
        loaded.wave_region(wave).clone_into(&mut record.region);
        record.on_launch_settings_failure = loaded.plan.on_launch_settings_failure;
        record.depends_on = graph.dependencies(index).iter().copied().map(number).collect();
        record.dependants = graph.dependants(index).into_iter().map(number).collect();
        let mut ordinal = 0;
        for group in wave.groups.iter().filter_map(|id| loaded.groups.get(id)) {
            for member in loaded.members(&group.name) {
                let described = facts.get(&member.id).and_then(Option::as_ref);
                let hostname = described.map_or_else(|| member.id.to_string(), |facts| facts.hostname.clone());
                let mut server = ServerRecord::new(&key, member.id.clone(), ordinal, hostname);
                server.group = group.name.clone();
                points::freeze(&mut server, described);
                server.criticality = wave.criticality_of(&member.id, member.criticality);
                server.checks = checks(group, wave, request.mode, described.map_or(Os::Linux, |facts| facts.os));
                server.launch_settings = group.launch_settings_of(&member.id);
                servers.push(server);
                ordinal += 1;
            }
        }
        record.servers = ordinal;
        waves.push(record);
    }
    Ok((waves, servers))
}

/// The checks of a server: its group's, then its wave's; a wave's check replaces the group's of the same name.
fn checks(group: &ProtectionGroup, wave: &Wave, mode: Mode, os: Os) -> Vec<CheckRecord> {
    let replaced = |name: &str| wave.health_checks.iter().any(|check| check.name == name);
    let of_group = group.health_checks.iter().filter(|check| !replaced(&check.name));
    of_group.chain(&wave.health_checks).filter(|check| check.applies(mode, os)).map(CheckRecord::from).collect()
}

/// Ends a frozen plan that will not run, before the execution is REFUSED: after a final status nothing changes.
pub(crate) fn skip(waves: &mut [WaveRecord], servers: &mut [ServerRecord], why: &str) -> Result<(), TaskError> {
    for wave in waves {
        wave.set_status(WaveStatus::Skipped)?;
        why.clone_into(&mut wave.reason);
    }
    for server in servers {
        server.set_status(ServerStatus::Skipped)?;
        why.clone_into(&mut server.reason);
    }
    Ok(())
}

/// The numbers of `waves`, each after those it depends on: by depth, then the one with the longest way first, then as written.
/// RunWaves runs 40 at a time, and what is on the critical path must not be the 41st.
pub(crate) fn order(waves: &[WaveRecord]) -> Vec<u32> {
    let way = ways(waves.iter().map(|wave| (wave.number, &wave.depends_on)));
    let mut ordered: Vec<u32> = Vec::new();
    while ordered.len() < waves.len() {
        let mut ready: Vec<u32> = waves
            .iter()
            .filter(|wave| !ordered.contains(&wave.number))
            .filter(|wave| wave.depends_on.iter().all(|dependency| ordered.contains(dependency)))
            .map(|wave| wave.number)
            .collect();
        if ready.is_empty() {
            break; // A frozen graph has an order; were it broken, the rest would be lost waves, which settling ends.
        }
        ready.sort_by_key(|number| Reverse(way.get(number).copied()));
        ordered.extend(ready);
    }
    ordered
}
