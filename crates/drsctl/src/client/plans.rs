//! `/v1/recovery-plans`. Starting one is in [`super::executions`].

use contract::{AskPreflight, Mode, PlanForecast, PlanRun, Preflight, Readiness, RecoveryPlan, StoredPlan};
use domain::id::PlanId;

use super::wire::{Call, Query, segment};
use super::{Client, ClientError};

const PLANS: &str = "/v1/recovery-plans";

fn path_of(name: &PlanId) -> String {
    format!("{PLANS}/{}", segment(name.as_str()))
}

impl Client {
    /// Every recovery plan, by name.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn plans(&self) -> Result<Vec<StoredPlan>, ClientError> {
        self.all(PLANS, &Query::default())
    }

    /// A recovery plan as it is now.
    ///
    /// # Errors
    /// When there is none of that name, or the API cannot be reached.
    pub fn plan(&self, name: &PlanId) -> Result<StoredPlan, ClientError> {
        self.get(path_of(name))
    }

    /// A recovery plan as it was in `version`.
    ///
    /// # Errors
    /// When there is no such version, or the API cannot be reached.
    pub fn plan_version(&self, name: &PlanId, version: u64) -> Result<StoredPlan, ClientError> {
        self.get(format!("{}/versions/{version}", path_of(name)))
    }

    /// Every version of a plan, the newest first.
    ///
    /// # Errors
    /// When there is no plan of that name, or the API cannot be reached.
    pub fn plan_versions(&self, name: &PlanId) -> Result<Vec<StoredPlan>, ClientError> {
        self.all(&format!("{}/versions", path_of(name)), &Query::default())
    }

    /// Stores a recovery plan under its name.
    ///
    /// # Errors
    /// When the API refuses it or cannot be reached.
    pub fn put_plan(&self, plan: &RecoveryPlan) -> Result<StoredPlan, ClientError> {
        self.send(&Call::new("PUT", path_of(&plan.name)).json(plan))
    }

    /// Deletes a recovery plan, if it is still in `version`.
    ///
    /// # Errors
    /// When it was changed meanwhile, or the API refuses or cannot be reached.
    pub fn delete_plan(&self, name: &PlanId, version: u64) -> Result<(), ClientError> {
        self.ask(&Call::new("DELETE", path_of(name)).if_match(version)).map(drop)
    }

    /// What a run of a plan would meet now.
    ///
    /// # Errors
    /// When there is no such plan, or the API cannot be reached.
    pub fn preflight(&self, plan: &PlanId, mode: Mode) -> Result<Preflight, ClientError> {
        self.preflight_with(plan, mode, &AskPreflight::default())
    }

    /// What a run of a plan from other recovery points than the newest would meet now.
    ///
    /// # Errors
    /// As [`Client::preflight`], and when the choice makes no sense.
    pub fn preflight_with(&self, plan: &PlanId, mode: Mode, asked: &AskPreflight) -> Result<Preflight, ClientError> {
        self.send(&Call::post(format!("{}/preflight?mode={mode}", path_of(plan))).json(asked))
    }

    /// The newest `limit` results of the scheduled preflight, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When there is no such plan, or the API cannot be reached.
    pub fn readiness(&self, plan: &PlanId, limit: usize) -> Result<(Vec<Readiness>, bool), ClientError> {
        self.first(&format!("{}/readiness", path_of(plan)), &Query::default(), limit)
    }

    /// The newest `limit` runs of a plan, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When there is no such plan and never was a run, or the API cannot be reached.
    pub fn plan_runs(&self, plan: &PlanId, limit: usize) -> Result<(Vec<PlanRun>, bool), ClientError> {
        self.first(&format!("{}/history", path_of(plan)), &Query::default(), limit)
    }

    /// How long a run of a plan would take.
    ///
    /// # Errors
    /// When there is no such plan, or the API cannot be reached.
    pub fn forecast(&self, plan: &PlanId, mode: Mode) -> Result<PlanForecast, ClientError> {
        self.get(format!("{}/forecast?mode={mode}", path_of(plan)))
    }
}
