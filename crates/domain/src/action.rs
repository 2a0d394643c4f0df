//! What a plan does around a wave besides launching servers: actions before and after it, and a person's approval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::Mode;

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ActionKind {
    /// Runs an SSM Command document on every recovery instance of the wave.
    SsmCommand,
    /// Runs an SSM Automation document once.
    SsmAutomation,
    /// Waits `delayMinutes`.
    Delay,
}

/// What a failed action means for its wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OnActionFailure {
    /// The wave is FAILED.
    #[default]
    Stop,
    /// It is recorded, and the wave goes on.
    Continue,
}

/// Something to do before or after a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Action {
    /// Its name, unique among the actions before, or after, a wave.
    pub name: String,
    /// What it does.
    pub kind: ActionKind,
    /// The SSM document of an `ssmCommand` or `ssmAutomation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The document's parameters, each a list of strings as SSM wants them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// For a `delay`: minutes to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_minutes: Option<u32>,
    /// Minutes within which a document must succeed.
    #[serde(default = "default_timeout_minutes")]
    pub timeout_minutes: u32,
    /// What its failure means for the wave.
    #[serde(default)]
    pub on_failure: OnActionFailure,
    /// In which modes it is done: both, unless said otherwise.
    #[serde(default = "default_run_in")]
    pub run_in: Vec<Mode>,
}

/// Half an hour: a runbook that switches DNS or promotes a database takes minutes.
fn default_timeout_minutes() -> u32 {
    30
}

fn default_run_in() -> Vec<Mode> {
    vec![Mode::Drill, Mode::Recovery]
}

/// What happens when nobody decides in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum OnTimeout {
    /// As if it had been rejected.
    #[default]
    Reject,
    /// As if it had been approved.
    Proceed,
}

/// A person's yes that a wave needs before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// The role whose members may decide.
    #[serde(default = "default_role")]
    pub role: String,
    /// Minutes to wait for a decision.
    #[serde(default = "default_approval_minutes")]
    pub timeout_minutes: u32,
    /// What happens after that.
    #[serde(default)]
    pub on_timeout: OnTimeout,
}

fn default_role() -> String {
    "dr-approver".to_owned()
}

/// Four hours: long enough for somebody who has to be woken up and to read.
fn default_approval_minutes() -> u32 {
    240
}
