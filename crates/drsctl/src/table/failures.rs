//! A wave that failed: what it waits for and which command lets it go on, and what people have decided about it.

use contract::{Decided, Execution, WaveAction, WaveRun, WaveStatus};

use crate::text::printable;

/// What was decided about the failures of `wave`, and what it waits for now.
pub(crate) fn lines(execution: &Execution, wave: &WaveRun) -> Vec<String> {
    let name = printable(&wave.name);
    let mut lines: Vec<String> = wave
        .decisions
        .iter()
        .map(|decision| {
            let what = match decision.decided {
                Decided::Retry => format!("was retried ({} servers)", decision.servers),
                Decided::Recheck => format!("was checked again ({} servers)", decision.servers),
                Decided::Skip => "was skipped, and the waves behind it went on,".to_owned(),
                Decided::Abort => "was aborted".to_owned(),
            };
            let comment =
                if decision.comment.is_empty() { String::new() } else { format!(": {}", printable(&decision.comment)) };
            format!("  wave {name} {what} by {}{comment}", printable(&decision.by))
        })
        .collect();
    lines.extend(awaited(execution, wave).map(|text| format!("  wave {text}")));
    lines
}

/// That `wave` awaits a decision, or can be opened again, and the commands that the caller can type.
pub(crate) fn awaited(execution: &Execution, wave: &WaveRun) -> Option<String> {
    let commands: Vec<&str> = wave.allowed_actions.iter().filter_map(|action| command(*action)).collect();
    let (name, id) = (printable(&wave.name), printable(execution.summary.execution_id.as_str()));
    if wave.status == WaveStatus::Failed && !commands.is_empty() {
        return Some(format!("{name} failed; while the run goes on: drsctl {} {id} {name}", commands.join("|")));
    }
    if wave.status != WaveStatus::AwaitingDecision || wave.held_at.is_none() {
        return None;
    }
    if commands.is_empty() {
        return Some(format!("{name} failed and awaits the decision of somebody who may retry, skip or abort it"));
    }
    Some(format!("{name} failed and awaits a decision: drsctl {} {id} {name}", commands.join("|")))
}

fn command(action: WaveAction) -> Option<&'static str> {
    match action {
        WaveAction::Approve | WaveAction::Reject => None,
        WaveAction::Retry => Some("retry"),
        WaveAction::Recheck => Some("recheck"),
        WaveAction::Skip => Some("skip"),
        WaveAction::Abort => Some("abort"),
    }
}
