//! `/v1/export` and `/v1/import`: groups and plans as files, and recovery plans of DRS itself.

use contract::{ImportNativePlan, ImportReport, NativePlanImport, PlanDocuments};

use super::wire::Call;
use super::{Client, ClientError};

impl Client {
    /// Every group and plan that is stored.
    ///
    /// # Errors
    /// When the API refuses to answer or cannot be reached.
    pub fn export(&self) -> Result<PlanDocuments, ClientError> {
        let answer = self.ask(&Call::get("/v1/export"))?;
        serde_saphyr::from_str(&answer.text).map_err(|error| answer.unreadable(&error.without_snippet().to_string()))
    }

    /// What storing the documents of `yaml` would change.
    ///
    /// # Errors
    /// When the text is no such file, or the API refuses or cannot be reached. What is wrong with the documents is no
    /// error but part of the report.
    pub fn import_dry_run(&self, yaml: &str) -> Result<ImportReport, ClientError> {
        self.send(&Call::post("/v1/import?dryRun=true").yaml(yaml))
    }

    /// Makes a plan and groups of a recovery plan of DRS.
    ///
    /// # Errors
    /// When DRS has no such plan, what comes of it is wrong, or the API refuses or cannot be reached.
    pub fn import_native_plan(&self, import: &ImportNativePlan) -> Result<NativePlanImport, ClientError> {
        self.send(&Call::post("/v1/import/native-plan").json(import))
    }
}
