//! `cloud.json`: where a running local cloud is, for the tests, for people and for `cargo xtask down`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use domain::clock::ClockSetting;
use serde::{Deserialize, Serialize};

/// A running local cloud.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cloud {
    /// The REST API: what comes before `/v1`.
    pub(crate) api_url: String,
    /// Where users sign in.
    pub(crate) cognito_endpoint: String,
    /// The app client of the user pool.
    pub(crate) client_id: String,
    /// The user pool.
    pub(crate) user_pool_id: String,
    /// A user who may do everything.
    pub(crate) username: String,
    /// The user's password, made up for this run.
    pub(crate) password: String,
    /// A user who may only read.
    pub(crate) auditor: User,
    /// The passwords of all users by name: the two above, one for each other role, and `nobody`, who has none.
    pub(crate) users: BTreeMap<String, String>,
    /// The simulator: DRS, SSM and `/_simulator/…`.
    pub(crate) simulator_url: String,
    /// MiniStack: every other AWS service. Credentials `test` and `test`.
    pub(crate) aws_endpoint: String,
    /// The Region and account that everything is in.
    pub(crate) region: String,
    /// See `region`.
    pub(crate) account: String,
    /// Table names: `protectionGroups`, `recoveryPlans`, `executionHistory`, `auditLog`, `inventory`.
    pub(crate) tables: BTreeMap<String, String>,
    /// State machine ARNs: `recovery`, `wave`, `inventory`, `readiness`.
    pub(crate) state_machines: BTreeMap<String, String>,
    /// Everything that the stack outputs.
    pub(crate) outputs: BTreeMap<String, String>,
    /// Wall seconds per simulated second.
    pub(crate) scale: f64,
    /// The value of `DRS_CLOCK`.
    pub(crate) clock: String,
    /// The web console.
    #[serde(default)]
    pub(crate) console_url: String,
    /// Process ids: `ministack`, `simulator`, `console`.
    pub(crate) pids: BTreeMap<String, u32>,
    /// What the services write.
    pub(crate) logs: PathBuf,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    /// The user name.
    pub(crate) username: String,
    /// The password.
    pub(crate) password: String,
}

impl Cloud {
    fn file(state: &Path) -> PathBuf {
        state.join("cloud.json")
    }

    /// The cloud that was last started in `state`, if it was not stopped.
    pub(crate) fn load(state: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::file(state)).ok()?).ok()
    }

    /// Writes it into `state`. It holds passwords, of users who exist only on this machine.
    pub(crate) fn save(&self, state: &Path) -> anyhow::Result<PathBuf> {
        let file = Self::file(state);
        std::fs::write(&file, serde_json::to_vec_pretty(self)?).with_context(|| file.display().to_string())?;
        Ok(file)
    }

    /// Forgets the cloud of `state`.
    pub(crate) fn forget(state: &Path) {
        // It may never have been written.
        let _ = std::fs::remove_file(Self::file(state));
    }

    /// How time passes in it.
    pub(crate) fn clock(&self) -> anyhow::Result<ClockSetting> {
        Ok(ClockSetting::parse(&self.clock)?)
    }

    /// The ids of its services.
    pub(crate) fn recorded_pids(state: &Path) -> Vec<u32> {
        Self::load(state).map(|cloud| cloud.pids.into_values().collect()).unwrap_or_default()
    }
}
