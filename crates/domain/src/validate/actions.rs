//! Actions around a wave, approvals, and the SSM documents that actions and health checks name.

use std::collections::{BTreeMap, BTreeSet};

use super::texts::check_minutes;
use super::{Problem, check_name, problem};
use crate::action::{Action, ActionKind, Approval};
use crate::role::{self, allowed_roles, allows};

/// Actions before, or after, a wave: they run one after another, and a long chain is a runbook of its own.
const MAX_ACTIONS: usize = 20;
/// Bytes of all parameters of a document. They are frozen with every server that they are for.
const MAX_PARAMETERS: usize = 16 * 1024;
/// A year is the longest that Step Functions waits.
const YEAR_MINUTES: u32 = 365 * 24 * 60;

pub(super) fn check_all(at: &str, actions: &[Action], problems: &mut Vec<Problem>) {
    if actions.len() > MAX_ACTIONS {
        problems.push(problem(at, format!("{} actions: at most {MAX_ACTIONS}", actions.len())));
    }
    let mut names = BTreeSet::new();
    for (index, action) in actions.iter().enumerate() {
        let at = format!("{at}[{index}] ({})", action.name);
        check_name(&format!("{at}.name"), &action.name, problems);
        if !names.insert(&action.name) {
            problems.push(problem(format!("{at}.name"), "another action here has this name"));
        }
        check_one(&at, action, problems);
    }
}

/// Before a wave there are no recovery instances yet.
pub(super) fn check_before(at: &str, actions: &[Action], problems: &mut Vec<Problem>) {
    for (index, action) in actions.iter().enumerate().filter(|(_, action)| action.kind == ActionKind::SsmCommand) {
        let at = format!("{at}[{index}] ({}).kind", action.name);
        problems
            .push(problem(at, "before the wave there is no recovery instance to run a command on: use ssmAutomation"));
    }
}

fn check_one(at: &str, action: &Action, problems: &mut Vec<Problem>) {
    check_minutes(&format!("{at}.timeoutMinutes"), action.timeout_minutes, problems);
    check_parameters(at, &action.parameters, problems);
    if action.run_in.is_empty() {
        problems.push(problem(format!("{at}.runIn"), "the action would never run: list DRILL, RECOVERY or both"));
    }
    match action.kind {
        ActionKind::SsmCommand | ActionKind::SsmAutomation => {
            check_document(at, action.document.as_deref(), problems);
            if action.delay_minutes.is_some() {
                problems.push(problem(format!("{at}.delayMinutes"), "only a delay has it"));
            }
        }
        ActionKind::Delay => {
            match action.delay_minutes {
                Some(minutes) => check_minutes(&format!("{at}.delayMinutes"), minutes, problems),
                None => problems.push(problem(format!("{at}.delayMinutes"), "a delay says how many minutes")),
            }
            if action.document.is_some() || !action.parameters.is_empty() {
                problems.push(problem(at, "a delay takes neither document nor parameters"));
            }
        }
    }
}

/// The name or ARN of an SSM document. Source: the SSM API (`DocumentARN`, to 128 characters of `[a-zA-Z0-9_\-.:/]`).
pub(super) fn check_document(at: &str, document: Option<&str>, problems: &mut Vec<Problem>) {
    let well_formed = |name: &str| {
        (3..=128).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/'))
    };
    match document {
        Some(name) if well_formed(name) => {}
        Some(name) => {
            let message = format!("{} is no name of an SSM document", name.escape_debug());
            problems.push(problem(format!("{at}.document"), message));
        }
        None => problems.push(problem(format!("{at}.document"), "name the SSM document to run")),
    }
}

pub(super) fn parameter_bytes(parameters: &BTreeMap<String, Vec<String>>) -> usize {
    parameters.iter().map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>()).sum()
}

pub(super) fn check_parameters(at: &str, parameters: &BTreeMap<String, Vec<String>>, problems: &mut Vec<Problem>) {
    let bytes = parameter_bytes(parameters);
    if bytes > MAX_PARAMETERS {
        problems.push(problem(format!("{at}.parameters"), format!("{bytes} bytes: at most {MAX_PARAMETERS}")));
    }
    if parameters.contains_key("") {
        problems.push(problem(format!("{at}.parameters"), "a parameter has a name, as its document calls it"));
    }
    let unprintable = |text: &String| text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    if parameters.iter().any(|(name, values)| unprintable(name) || values.iter().any(unprintable)) {
        problems.push(problem(format!("{at}.parameters"), "control characters are not allowed"));
    }
}

pub(super) fn check_approval(at: &str, approval: &Approval, problems: &mut Vec<Problem>) {
    if !allows(&approval.role, role::Action::Approve) {
        let roles = allowed_roles(role::Action::Approve).join(", ");
        let message = format!("{:?} is no role that may approve; these are {roles}", approval.role);
        problems.push(problem(format!("{at}.role"), message));
    }
    if !(1..=YEAR_MINUTES).contains(&approval.timeout_minutes) {
        problems.push(problem(format!("{at}.timeoutMinutes"), format!("minutes from 1 to {YEAR_MINUTES}")));
    }
}
