//! Texts and numbers that appear in every document.

use super::{Problem, problem};
use crate::cleanup::MAX_CLEANUP_MINUTES;

/// Characters of a description: a paragraph.
pub(super) const MAX_TEXT: usize = 1_024;

/// A text for people: not too long, and nothing in it that a terminal or a log would obey.
pub(super) fn check_text(at: &str, text: &str, problems: &mut Vec<Problem>) {
    let length = text.chars().count();
    if length > MAX_TEXT {
        problems.push(problem(at, format!("{length} characters: at most {MAX_TEXT}")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        problems.push(problem(at, "control characters are not allowed"));
    }
}

/// A value that goes to AWS as it is: one line, not empty, of at most `max` characters.
pub(super) fn check_value(at: &str, text: &str, max: usize, problems: &mut Vec<Problem>) {
    let length = text.chars().count();
    if length == 0 || length > max {
        problems.push(problem(at, format!("{length} characters: from 1 to {max}")));
    }
    if text.chars().any(char::is_control) {
        problems.push(problem(at, "control characters are not allowed"));
    }
}

/// A day bounds every time-out: Step Functions would wait longer, a person would not.
pub(super) fn check_minutes(at: &str, minutes: u32, problems: &mut Vec<Problem>) {
    if !(1..=1440).contains(&minutes) {
        problems.push(problem(at, "minutes from 1 to 1440"));
    }
}

/// How long what a drill launched may stand before it is terminated by itself.
pub(super) fn check_cleanup_minutes(at: &str, minutes: u32, problems: &mut Vec<Problem>) {
    if minutes > MAX_CLEANUP_MINUTES {
        problems.push(problem(at, format!("minutes from 0 to {MAX_CLEANUP_MINUTES}, or leave it out")));
    }
}
