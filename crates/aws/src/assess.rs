//! Preflight of a stored plan: loads it, asks DRS, and lets `domain::preflight` judge. One function for PrepareExecution,
//! for whoever asks the API, and for the scheduled readiness runs.

use std::collections::BTreeSet;

use domain::id::{InstanceId, PlanId};
use domain::plan::Mode;
use domain::preflight::{Finding, preflight};

use crate::clients::Clients;
use crate::error::AwsError;
use crate::facts::{self, Facts, LoadedPlan};

/// What a run of a plan would meet.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The plan with its groups, tags resolved; nothing where it is invalid.
    pub loaded: Option<LoadedPlan>,
    /// What DRS says about its servers.
    pub facts: Facts,
    /// Everything that was found.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// The version of the plan that was looked at.
    #[must_use]
    pub fn plan_version(&self) -> Option<u64> {
        self.loaded.as_ref().map(|loaded| loaded.version)
    }
}

/// Looks at everything that could speak against a run of `plan` now. `replace` are the live instances that the caller of a
/// RECOVERY agreed to lose.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn assess(
    clients: &Clients,
    plan: &PlanId,
    mode: Mode,
    replace: &BTreeSet<InstanceId>,
    now: i64,
) -> Result<Assessment, AwsError> {
    let loaded = match facts::load(clients, plan).await? {
        Ok(loaded) => loaded,
        Err(findings) => return Ok(Assessment { loaded: None, facts: Facts::new(), findings }),
    };
    let servers = loaded.server_ids();
    let facts = facts::gather(clients, &servers, now).await?;
    let mut findings = preflight(mode, &facts, replace);
    findings.extend(facts::claimed(clients, &servers).await?);
    Ok(Assessment { loaded: Some(loaded), facts, findings })
}
