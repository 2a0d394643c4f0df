//! What is wrong with a plan or group as written: every problem at once, each with the place where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::check::{CheckKind, HealthCheck};
use crate::graph::{GraphError, WaveGraph};
use crate::group::ProtectionGroup;
use crate::id::{GroupId, NAME_RULE, ServerId, is_name};
use crate::plan::{RecoveryPlan, Wave};

mod actions;
mod selection;
mod texts;

use texts::{check_cleanup_minutes, check_minutes, check_text};

/// Waves in one plan. Each is a nested execution of its own; 100 keep the parent's input and history small.
pub const MAX_WAVES: usize = 100;
/// Servers in one group, and in one plan: what DRS allows in an account.
pub const MAX_SERVERS: usize = 4_000;

/// Health checks of a group, and of a wave. Each keeps the end of its output in the server's item.
const MAX_CHECKS: usize = 30;
/// Bytes of the parameters of all of them: those of a group and a wave are frozen into one item of 400 KB.
const MAX_CHECK_PARAMETERS: usize = 96 * 1024;

/// One thing that is wrong with what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path of fields, with the wave's name.
    pub at: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.at, self.message)
    }
}

fn problem(at: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem { at: at.into(), message: message.into() }
}

/// Everything wrong with a text for people.
#[must_use]
pub fn text_problems(at: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_text(at, text, &mut problems);
    problems
}

/// Everything wrong with `group` by itself.
#[must_use]
pub fn group_problems(group: &ProtectionGroup) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_name("name", group.name.as_str(), &mut problems);
    check_text("description", &group.description, &mut problems);
    selection::check(group, &mut problems);
    let mut first: BTreeMap<&ServerId, usize> = BTreeMap::new();
    for (index, member) in group.servers.iter().enumerate() {
        let at = format!("servers[{index}].id");
        if !member.id.is_well_formed() {
            problems.push(problem(
                &at,
                format!("{:?} is no source server id: s- and 17 letters or digits", member.id.as_str()),
            ));
        }
        if let Some(earlier) = first.insert(&member.id, index) {
            problems.push(problem(&at, format!("{} is already servers[{earlier}]", member.id)));
        }
    }
    check_health_checks("", &group.health_checks, &mut problems);
    problems
}

/// Everything wrong with `plan`, given the protection groups there are. Which Region the deployment itself is in is not
/// known here: a group that names none is taken to be where the others of its wave are. Whoever knows it fills it in.
#[must_use]
pub fn plan_problems(plan: &RecoveryPlan, groups: &BTreeMap<GroupId, ProtectionGroup>) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_name("name", plan.name.as_str(), &mut problems);
    check_text("description", &plan.description, &mut problems);
    check_targets(plan, &mut problems);
    if let Some(cleanup) = &plan.cleanup {
        check_cleanup_minutes("cleanup.after", cleanup.after, &mut problems);
    }
    if plan.waves.is_empty() {
        problems.push(problem("waves", "a recovery plan has at least one wave"));
    }
    if plan.waves.len() > MAX_WAVES {
        problems.push(problem("waves", format!("{} waves: at most {MAX_WAVES}", plan.waves.len())));
    }
    let mut used_in: BTreeMap<&GroupId, &str> = BTreeMap::new();
    for (index, wave) in plan.waves.iter().enumerate() {
        let at = format!("waves[{index}] ({})", wave.name);
        check_wave(&at, wave, &mut problems);
        check_criticality(&at, wave, groups, &mut problems);
        check_regions(&at, wave, groups, &mut problems);
        for (position, group) in wave.groups.iter().enumerate() {
            let at = format!("{at}.groups[{position}]");
            if !groups.contains_key(group) {
                problems.push(problem(&at, format!("there is no protection group {group}")));
            }
            if let Some(other) = used_in.insert(group, &wave.name) {
                problems.push(problem(&at, format!("protection group {group} is already in wave {other:?}")));
            }
        }
    }
    let servers: usize = used_in.keys().filter_map(|id| groups.get(*id)).map(|group| group.servers.len()).sum();
    if servers > MAX_SERVERS {
        problems.push(problem("waves", format!("{servers} servers in all: at most {MAX_SERVERS}")));
    }
    if let Err(errors) = graph(plan) {
        problems.extend(errors.iter().map(|error| problem(graph_error_place(plan, error), error.to_string())));
    }
    problems
}

/// The graph of a plan's waves.
///
/// # Errors
/// When names or dependencies make no order.
pub fn graph(plan: &RecoveryPlan) -> Result<WaveGraph, Vec<GraphError>> {
    let waves: Vec<(&str, Vec<&str>)> = plan
        .waves
        .iter()
        .map(|wave| (wave.name.as_str(), wave.depends_on_waves.iter().map(String::as_str).collect()))
        .collect();
    WaveGraph::new(&waves)
}

fn graph_error_place(plan: &RecoveryPlan, error: &GraphError) -> String {
    let place = |name: &str, field: &str| {
        let index = plan.waves.iter().position(|wave| wave.name == name).unwrap_or_default();
        format!("waves[{index}] ({name}).{field}")
    };
    match error {
        GraphError::DuplicateWave { name, second, .. } => format!("waves[{}] ({name}).name", second - 1),
        GraphError::UnknownDependency { wave, .. } | GraphError::SelfDependency { wave } => {
            place(wave, "dependsOnWaves")
        }
        GraphError::Cycle { path } => place(path.first().map_or("", String::as_str), "dependsOnWaves"),
    }
}

fn check_wave(at: &str, wave: &Wave, problems: &mut Vec<Problem>) {
    check_name(&format!("{at}.name"), &wave.name, problems);
    if wave.groups.is_empty() {
        problems.push(problem(format!("{at}.groups"), "the wave is empty: name at least one protection group"));
    }
    if wave.min_healthy_percent > 100 {
        problems.push(problem(format!("{at}.minHealthyPercent"), "a share from 0 to 100"));
    }
    check_minutes(&format!("{at}.launchTimeoutMinutes"), wave.launch_timeout_minutes, problems);
    check_health_checks(&format!("{at}."), &wave.health_checks, problems);
    actions::check_all(&format!("{at}.beforeActions"), &wave.before_actions, problems);
    actions::check_before(&format!("{at}.beforeActions"), &wave.before_actions, problems);
    actions::check_all(&format!("{at}.afterActions"), &wave.after_actions, problems);
    if let Some(approval) = &wave.approval {
        actions::check_approval(&format!("{at}.approval"), approval, problems);
    }
}

/// What a plan promises. A month bounds the targets: what takes longer is no recovery.
fn check_targets(plan: &RecoveryPlan, problems: &mut Vec<Problem>) {
    const MONTH_MINUTES: u32 = 31 * 24 * 60;
    for (at, target) in [("targetRtoMinutes", plan.target_rto_minutes), ("targetRpoMinutes", plan.target_rpo_minutes)] {
        if target.is_some_and(|minutes| !(1..=MONTH_MINUTES).contains(&minutes)) {
            problems.push(problem(at, format!("minutes from 1 to {MONTH_MINUTES}, or leave it out")));
        }
    }
    if !(1..=3_650).contains(&plan.drill_every_days) {
        problems.push(problem("drillEveryDays", "days from 1 to 3650"));
    }
}

/// One poll covers a whole wave, and DRS is asked Region by Region.
fn check_regions(at: &str, wave: &Wave, groups: &BTreeMap<GroupId, ProtectionGroup>, problems: &mut Vec<Problem>) {
    let of_group = |id: &GroupId| groups.get(id).and_then(|group| group.region.clone());
    let regions: BTreeSet<String> = wave.groups.iter().filter_map(of_group).collect();
    if regions.len() > 1 {
        let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("its groups are in several Regions ({regions}): make a wave for each Region");
        problems.push(problem(format!("{at}.groups"), message));
    }
}

/// A server that no group of the wave lists is a typing mistake; one of a group that selects by tags may come and go.
fn check_criticality(at: &str, wave: &Wave, groups: &BTreeMap<GroupId, ProtectionGroup>, problems: &mut Vec<Problem>) {
    let of_wave: Vec<&ProtectionGroup> = wave.groups.iter().filter_map(|id| groups.get(id)).collect();
    let all_known = of_wave.len() == wave.groups.len() && of_wave.iter().all(|group| !group.servers.is_empty());
    for server in wave.criticality.keys() {
        let listed = of_wave.iter().any(|group| group.servers.iter().any(|member| member.id == *server));
        if !server.is_well_formed() || (all_known && !listed) {
            problems.push(problem(format!("{at}.criticality ({server})"), "no group of this wave has this server"));
        }
    }
}

fn check_health_checks(prefix: &str, checks: &[HealthCheck], problems: &mut Vec<Problem>) {
    if checks.len() > MAX_CHECKS {
        let message = format!("{} health checks: at most {MAX_CHECKS}", checks.len());
        problems.push(problem(format!("{prefix}healthChecks"), message));
    }
    let bytes: usize = checks.iter().map(|check| actions::parameter_bytes(&check.parameters)).sum();
    if bytes > MAX_CHECK_PARAMETERS {
        let message = format!("{bytes} bytes of parameters in all: at most {MAX_CHECK_PARAMETERS}");
        problems.push(problem(format!("{prefix}healthChecks"), message));
    }
    let mut names = BTreeSet::new();
    for (index, check) in checks.iter().enumerate() {
        let at = format!("{prefix}healthChecks[{index}] ({})", check.name);
        check_name(&format!("{at}.name"), &check.name, problems);
        if !names.insert(&check.name) {
            problems.push(problem(format!("{at}.name"), "another health check here has this name"));
        }
        check_minutes(&format!("{at}.timeoutMinutes"), check.timeout_minutes, problems);
        actions::check_parameters(&at, &check.parameters, problems);
        if check.run_in.is_empty() {
            problems.push(problem(format!("{at}.runIn"), "the check would never run: list DRILL, RECOVERY or both"));
        }
        match (check.kind, &check.document) {
            (CheckKind::SsmCommand, document) => actions::check_document(&at, document.as_deref(), problems),
            (CheckKind::SsmAgentOnline, None) if check.parameters.is_empty() => {}
            (CheckKind::SsmAgentOnline, _) => {
                problems.push(problem(&at, "ssmAgentOnline takes neither document nor parameters"));
            }
        }
    }
}

fn check_name(at: &str, name: &str, problems: &mut Vec<Problem>) {
    if !is_name(name) {
        problems.push(problem(at, format!("{name:?} is no name: {NAME_RULE}")));
    }
}
