//! Health checks as people write them. What becomes of one is in [`crate::health`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::Mode;

/// Operating system family, as far as it decides which command a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Os {
    /// Shell scripts.
    Linux,
    /// PowerShell.
    Windows,
}

impl Os {
    /// The family of the operating system that DRS names in `sourceProperties.os.fullString`. What does not say
    /// Windows is Linux: DRS replicates nothing else.
    #[must_use]
    pub fn from_full_string(text: &str) -> Self {
        if text.to_ascii_lowercase().contains("windows") { Self::Windows } else { Self::Linux }
    }
}

/// A test of a recovery instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthCheck {
    /// Its name, unique among the checks of a group and of a wave.
    pub name: String,
    /// What it tests.
    pub kind: CheckKind,
    /// The SSM document of an `ssmCommand`, for example `AWS-RunShellScript`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The document's parameters, each a list of strings as SSM wants them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Vec<String>>,
    /// Minutes within which it must pass, from the moment all servers of the wave are launched.
    #[serde(default = "default_check_timeout_minutes")]
    pub timeout_minutes: u32,
    /// Whether the server is unhealthy when it fails; otherwise the failure is only recorded.
    #[serde(default = "default_true")]
    pub required: bool,
    /// In which modes it runs. A drill's network is often isolated, so a check runs in a drill only where it is listed.
    #[serde(default = "default_run_in")]
    pub run_in: Vec<Mode>,
    /// Only on servers of this operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
}

/// 20 minutes: a first Windows boot usually takes that long, and a Linux one 5.
fn default_check_timeout_minutes() -> u32 {
    20
}

fn default_true() -> bool {
    true
}

fn default_run_in() -> Vec<Mode> {
    vec![Mode::Recovery]
}

/// The kinds of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CheckKind {
    /// The SSM agent of the instance is Online: the operating system booted and reaches AWS.
    SsmAgentOnline,
    /// An SSM Command document succeeds on the instance. Waits for the agent first.
    SsmCommand,
}

impl CheckKind {
    /// Whether an SSM command has to be sent for it; else it passes when the agent is Online.
    #[must_use]
    pub fn sends_command(self) -> bool {
        match self {
            Self::SsmAgentOnline => false,
            Self::SsmCommand => true,
        }
    }
}

impl HealthCheck {
    /// Whether this check runs on a server with `os` in an execution of `mode`.
    #[must_use]
    pub fn applies(&self, mode: Mode, os: Os) -> bool {
        self.run_in.contains(&mode) && self.os.is_none_or(|only| only == os)
    }
}
