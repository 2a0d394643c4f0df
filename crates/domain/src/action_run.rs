//! The actions of a wave as an execution runs them: where each is, which comes next, and what a document is given. Not
//! here: talking to Systems Manager (`functions/run-actions`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::action::{Action, ActionKind, OnActionFailure};

/// When an action runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    /// Before the wave's servers are launched.
    Before,
    /// After its health checks.
    After,
}

/// Where an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionStatus {
    /// Not begun.
    Pending,
    /// Its document runs, or its delay.
    Running,
    /// It is done.
    Succeeded,
    /// Its document failed, or could not be started.
    Failed,
    /// It was not done in time. Its document may run on.
    TimedOut,
    /// The wave ended before it.
    Skipped,
    /// The wave ended while it ran: look in Systems Manager.
    Unknown,
}

impl ActionStatus {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Pending | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::TimedOut | Self::Skipped | Self::Unknown => true,
        }
    }
}

/// An action of a wave of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionRun {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: ActionKind,
    /// The SSM document that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The document's parameters, as the plan has them.
    #[serde(default)]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// For a delay: its minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_minutes: Option<u32>,
    /// Minutes within which its document must succeed.
    pub timeout_minutes: u32,
    /// What its failure means for the wave.
    pub on_failure: OnActionFailure,
    /// Where it is.
    pub status: ActionStatus,
    /// 1, and one more for each time that it is begun anew with its wave.
    #[serde(default = "first")]
    pub attempt: u32,
    /// The automation, or the commands, that Systems Manager runs for it.
    #[serde(default)]
    pub runs: Vec<String>,
    /// A command is being sent, with no known outcome.
    #[serde(default)]
    pub sending: bool,
    /// Since when, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending_since: Option<i64>,
    /// What it put out, or why it failed.
    #[serde(default)]
    pub output: String,
    /// When it began, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When it ended, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

impl From<&Action> for ActionRun {
    fn from(action: &Action) -> Self {
        Self {
            name: action.name.clone(),
            kind: action.kind,
            document: action.document.clone(),
            parameters: action.parameters.clone(),
            delay_minutes: action.delay_minutes,
            timeout_minutes: action.timeout_minutes,
            on_failure: action.on_failure,
            status: ActionStatus::Pending,
            attempt: first(),
            runs: Vec::new(),
            sending: false,
            sending_since: None,
            output: String::new(),
            started_at: None,
            ended_at: None,
        }
    }
}

fn first() -> u32 {
    1
}

/// Characters of an output that are kept: 40 actions of a wave stay far below the 400 KB of its item.
const MAX_OUTPUT: usize = 2_000;

impl ActionRun {
    /// Begins it.
    pub fn begin(&mut self, now: i64) {
        self.status = ActionStatus::Running;
        self.started_at = Some(now);
    }

    /// Ends it.
    pub fn end(&mut self, status: ActionStatus, output: &str, now: i64) {
        self.status = status;
        self.output = output.chars().take(MAX_OUTPUT).collect();
        self.ended_at = Some(now);
    }

    /// Seconds until its delay is over, or until its document is late; not above 0 when that is past.
    #[must_use]
    pub fn seconds_left(&self, now: i64) -> i64 {
        let minutes = self.delay_minutes.unwrap_or(self.timeout_minutes);
        self.started_at.unwrap_or(now) + i64::from(minutes) * 60 - now
    }

    /// Makes it ready to be run again with its wave, when it was not reached or its failure stopped the wave. What was done,
    /// or failed with CONTINUE, is not done again.
    pub fn begin_anew(&mut self) {
        let again = match self.status {
            ActionStatus::Failed | ActionStatus::TimedOut | ActionStatus::Unknown => {
                self.on_failure == OnActionFailure::Stop
            }
            ActionStatus::Skipped => true,
            ActionStatus::Pending | ActionStatus::Running | ActionStatus::Succeeded => false,
        };
        if again {
            self.status = ActionStatus::Pending;
            self.attempt += 1;
            self.runs.clear();
            (self.sending, self.sending_since) = (false, None);
            self.output.clear();
            (self.started_at, self.ended_at) = (None, None);
        }
    }

    /// Ends what the wave does not wait for any more.
    pub fn abandon(&mut self, now: i64) {
        match self.status {
            ActionStatus::Pending => self.end(ActionStatus::Skipped, "", now),
            ActionStatus::Running => self.end(ActionStatus::Unknown, abandoned(self.kind), now),
            ActionStatus::Succeeded
            | ActionStatus::Failed
            | ActionStatus::TimedOut
            | ActionStatus::Skipped
            | ActionStatus::Unknown => {}
        }
    }
}

/// A document that is stopped half way leaves something half done, so nobody stops it.
fn abandoned(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Delay => "the wave ended before its time was over",
        ActionKind::SsmCommand | ActionKind::SsmAutomation => {
            "abandoned: the wave ended while it ran. It was not stopped and may run on: look in Systems Manager"
        }
    }
}

/// What comes next of some actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The one at this position is to begin, or runs.
    Work(usize),
    /// All are done.
    Done,
    /// One failed that stops the wave.
    Stop {
        /// Which and why.
        reason: String,
    },
}

/// Which action comes next: they run one after another.
#[must_use]
pub fn step(actions: &[ActionRun]) -> Step {
    for (position, action) in actions.iter().enumerate() {
        match (action.status, action.on_failure) {
            (ActionStatus::Pending | ActionStatus::Running, _) => return Step::Work(position),
            (ActionStatus::Failed | ActionStatus::TimedOut | ActionStatus::Unknown, OnActionFailure::Stop) => {
                let what = if action.status == ActionStatus::TimedOut { "was not done in time" } else { "failed" };
                return Step::Stop { reason: format!("action {:?} {what}: {}", action.name, action.output) };
            }
            (ActionStatus::Failed | ActionStatus::TimedOut | ActionStatus::Unknown, OnActionFailure::Continue)
            | (ActionStatus::Succeeded | ActionStatus::Skipped, _) => {}
        }
    }
    Step::Done
}

/// `parameters` with what only the run knows: a value `{{name}}` stands for the values of that name in `known`.
#[must_use]
pub fn filled(
    parameters: &BTreeMap<String, Vec<String>>,
    known: &[(&str, Vec<String>)],
) -> BTreeMap<String, Vec<String>> {
    let fill = |value: &String| -> Vec<String> {
        let name = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
        let found = known.iter().find(|(known, _)| Some(*known) == name);
        found.map_or_else(|| vec![value.clone()], |(_, values)| values.clone())
    };
    parameters.iter().map(|(name, values)| (name.clone(), values.iter().flat_map(fill).collect())).collect()
}

/// What the status of an automation means: nothing while it runs. SSM's enums are open: what is not known is not finished.
/// Source: `AutomationExecutionStatus` of the SSM API.
#[must_use]
pub fn automation_status(ssm_status: &str) -> Option<ActionStatus> {
    match ssm_status {
        "Success" | "CompletedWithSuccess" => Some(ActionStatus::Succeeded),
        "Failed" | "Cancelled" | "Rejected" | "CompletedWithFailure" | "Exited" => Some(ActionStatus::Failed),
        "TimedOut" => Some(ActionStatus::TimedOut),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(status: ActionStatus, on_failure: OnActionFailure) -> ActionRun {
        let action: Action = serde_json::from_value(serde_json::json!({ "name": "dns", "kind": "delay" })).unwrap();
        ActionRun { status, on_failure, ..ActionRun::from(&action) }
    }

    #[test]
    fn actions_run_one_after_another_and_only_a_failure_with_stop_ends_them() {
        use ActionStatus::{Failed, Pending, Running, Succeeded, TimedOut, Unknown};
        let (stop, go_on) = (OnActionFailure::Stop, OnActionFailure::Continue);
        assert_eq!(step(&[]), Step::Done);
        assert_eq!(step(&[action(Running, stop), action(Pending, stop)]), Step::Work(0));
        assert_eq!(step(&[action(Succeeded, stop), action(Pending, stop)]), Step::Work(1));
        for bad in [Failed, TimedOut, Unknown] {
            assert!(matches!(step(&[action(bad, stop), action(Pending, stop)]), Step::Stop { .. }));
            assert_eq!(step(&[action(bad, go_on), action(Pending, stop)]), Step::Work(1));
            assert_eq!(step(&[action(bad, go_on)]), Step::Done);
        }
    }

    #[test]
    fn what_stopped_a_wave_or_was_not_reached_is_begun_anew_and_what_was_done_is_not() {
        use ActionStatus::{Failed, Pending, Skipped, Succeeded, TimedOut, Unknown};
        let (stop, go_on) = (OnActionFailure::Stop, OnActionFailure::Continue);
        for status in [Failed, TimedOut, Unknown] {
            for (on_failure, expected) in [(stop, (Pending, 2)), (go_on, (status, 1))] {
                let mut one = action(status, on_failure);
                one.begin_anew();
                assert_eq!((one.status, one.attempt), expected);
            }
        }
        for (status, expected) in [(Skipped, (Pending, 2)), (Succeeded, (Succeeded, 1))] {
            let mut one = action(status, stop);
            one.begin_anew();
            assert_eq!((one.status, one.attempt), expected);
        }
    }

    #[test]
    fn a_document_is_given_what_only_the_run_knows() {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let parameters = BTreeMap::from([
            ("Ids".to_owned(), values(&["{{instanceIds}}"])),
            ("Text".to_owned(), values(&["a {{mode}}", "{{ mode }}", "{{ssm:name}}"])),
        ]);
        let known = [("mode", values(&["DRILL"])), ("instanceIds", values(&["i-1", "i-2"]))];
        let filled = filled(&parameters, &known);
        assert_eq!(filled["Ids"], ["i-1", "i-2"]);
        assert_eq!(filled["Text"], ["a {{mode}}", "DRILL", "{{ssm:name}}"]);
    }

    #[test]
    fn safety_rule_9_an_unknown_automation_status_is_not_finished() {
        for unknown in ["Pending", "InProgress", "Waiting", "PendingApproval", "Hibernating"] {
            assert_eq!(automation_status(unknown), None, "{unknown}");
        }
    }
}
