//! The whole transition table, as a picture that a review sees change.

use domain::status::{ExecutionStatus, ServerStatus, WaveStatus};

fn table<S: Copy + std::fmt::Display>(all: &[S], can_become: impl Fn(S, S) -> bool) -> String {
    let width = all.iter().map(|status| status.to_string().len()).max().unwrap_or_default();
    let mut text = format!("{:width$}", "from");
    for to in all {
        text.push_str(&format!("  {to}"));
    }
    for from in all {
        text.push_str(&format!("\n{from:width$}"));
        for to in all {
            let mark = if can_become(*from, *to) { "yes" } else { "-" };
            text.push_str(&format!("  {mark:0$}", to.to_string().len()));
        }
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn executions() {
    insta::assert_snapshot!(table(ExecutionStatus::ALL, ExecutionStatus::can_become));
}

#[test]
fn waves() {
    insta::assert_snapshot!(table(WaveStatus::ALL, WaveStatus::can_become));
}

/// Only a person does that, with a decision of his own.
#[test]
fn waves_that_are_opened_again() {
    insta::assert_snapshot!(table(WaveStatus::ALL, WaveStatus::can_be_reopened_as));
}

#[test]
fn servers() {
    insta::assert_snapshot!(table(ServerStatus::ALL, ServerStatus::can_become));
}

/// An end is a status that nothing else follows. LAUNCHED is an end only where no check runs.
#[test]
fn an_end_is_where_nothing_follows() {
    for from in ExecutionStatus::ALL {
        let follows = ExecutionStatus::ALL.iter().any(|to| to != from && from.can_become(*to));
        assert_eq!(from.is_terminal(), !follows, "{from}");
    }
    for from in WaveStatus::ALL {
        let follows = WaveStatus::ALL.iter().any(|to| to != from && from.can_become(*to));
        assert_eq!(from.is_terminal(), !follows, "{from}");
    }
    for from in ServerStatus::ALL.iter().filter(|status| **status != ServerStatus::Launched) {
        let follows = ServerStatus::ALL.iter().any(|to| to != from && from.can_become(*to));
        assert_eq!(from.is_terminal(), !follows, "{from}");
    }
}
