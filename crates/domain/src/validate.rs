//! What is wrong with a plan or group as written: every problem at once, each with the place where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::graph::{GraphError, WaveGraph};
use crate::id::{GroupId, NAME_RULE, ServerId, is_name};
use crate::plan::{CheckKind, HealthCheck, OnFailure, ProtectionGroup, RecoveryPlan, Wave};

/// Waves in one plan. Each is a nested execution of its own; 100 keep the parent's input and history small.
pub const MAX_WAVES: usize = 100;
/// Servers in one group, and in one plan: what DRS allows in an account.
pub const MAX_SERVERS: usize = 4_000;

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

/// Everything wrong with `group` by itself.
#[must_use]
pub fn group_problems(group: &ProtectionGroup) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_name("name", group.name.as_str(), &mut problems);
    if group.servers.is_empty() {
        problems.push(problem("servers", "a protection group has at least one source server"));
    }
    if group.servers.len() > MAX_SERVERS {
        problems.push(problem("servers", format!("{} servers: at most {MAX_SERVERS}", group.servers.len())));
    }
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

/// Everything wrong with `plan`, given the protection groups there are.
#[must_use]
pub fn plan_problems(plan: &RecoveryPlan, groups: &BTreeMap<GroupId, ProtectionGroup>) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_name("name", plan.name.as_str(), &mut problems);
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
    if wave.on_failure == OnFailure::Pause {
        problems.push(problem(
            format!("{at}.onFailure"),
            "PAUSE is not available yet, since nothing could resume the run: use STOP or CONTINUE",
        ));
    }
    check_minutes(&format!("{at}.launchTimeoutMinutes"), wave.launch_timeout_minutes, problems);
    check_health_checks(&format!("{at}."), &wave.health_checks, problems);
}

fn check_health_checks(prefix: &str, checks: &[HealthCheck], problems: &mut Vec<Problem>) {
    let mut names = BTreeSet::new();
    for (index, check) in checks.iter().enumerate() {
        let at = format!("{prefix}healthChecks[{index}] ({})", check.name);
        check_name(&format!("{at}.name"), &check.name, problems);
        if !names.insert(&check.name) {
            problems.push(problem(format!("{at}.name"), "another health check here has this name"));
        }
        check_minutes(&format!("{at}.timeoutMinutes"), check.timeout_minutes, problems);
        if check.run_in.is_empty() {
            problems.push(problem(format!("{at}.runIn"), "the check would never run: list DRILL, RECOVERY or both"));
        }
        match (check.kind, &check.document) {
            (CheckKind::SsmCommand, Some(document)) if !document.trim().is_empty() => {}
            (CheckKind::SsmCommand, _) => {
                problems.push(problem(format!("{at}.document"), "an ssmCommand names the SSM document to run"));
            }
            (CheckKind::SsmAgentOnline, None) if check.parameters.is_empty() => {}
            (CheckKind::SsmAgentOnline, _) => {
                problems.push(problem(&at, "ssmAgentOnline takes neither document nor parameters"));
            }
        }
    }
}

/// A day bounds every time-out: Step Functions would wait longer, a person would not.
fn check_minutes(at: &str, minutes: u32, problems: &mut Vec<Problem>) {
    if !(1..=1440).contains(&minutes) {
        problems.push(problem(at, "minutes from 1 to 1440"));
    }
}

fn check_name(at: &str, name: &str, problems: &mut Vec<Problem>) {
    if !is_name(name) {
        problems.push(problem(at, format!("{name:?} is no name: {NAME_RULE}")));
    }
}
