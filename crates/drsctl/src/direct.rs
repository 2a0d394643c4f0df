//! Past the API, with IAM credentials: for when Cognito or API Gateway is down. Starts the recovery machine, reads the tables
//! and cancels by the same code as the API does. What may be done is IAM's to say here, not a role's.

use std::path::{Path, PathBuf};

use aws::audit::Actor;
use aws::cancel::{Cancel, Outcome, cancel};
use aws::clients::{Place, Tables};
use aws::start::{Start, begin, execution_id};
use aws::{AwsError, Clients, ErrorKind};
use contract::{Execution, StartExecution};
use domain::id::{ExecutionId, PlanId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::settings::{self, SettingsError};

/// An output of the deployment's CloudFormation stack, as `aws cloudformation describe-stacks` shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its name.
    pub output_key: String,
    /// Its value.
    pub output_value: String,
}

/// Why something could not be done past the API.
#[derive(Debug, Error)]
pub enum DirectError {
    /// It is not known what the deployment is made of.
    #[error("{0}")]
    Setup(String),
    /// AWS refused or could not be reached.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// It cannot be done now.
    #[error("{0}")]
    NotPossible(String),
}

impl DirectError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Aws(error) if matches!(error.kind, ErrorKind::Transient | ErrorKind::Throttled))
    }
}

/// Where the outputs are kept: beside the settings.
///
/// # Errors
/// When there is no home directory.
pub fn path() -> Result<PathBuf, SettingsError> {
    Ok(settings::path()?.with_file_name("direct.json"))
}

/// A deployment, reached with the caller's IAM credentials.
pub struct Direct {
    runtime: Runtime,
    clients: Clients,
    recovery: String,
}

impl Direct {
    /// With what is kept at `file`. Nothing is asked of AWS yet.
    ///
    /// # Errors
    /// When the file is missing, or lacks an output.
    pub fn connect(file: &Path) -> Result<Self, DirectError> {
        let text = std::fs::read(file).map_err(|error| {
            let how = "Run `drsctl direct setup FILE` with the outputs of the stack; its --help says how to get them.";
            DirectError::Setup(format!("Cannot read {}: {error}. {how}", file.display()))
        })?;
        let outputs = outputs(&text)?;
        let output = |name: &str| {
            let found = outputs.iter().find(|output| output.output_key == name);
            found.map(|output| output.output_value.clone()).ok_or_else(|| missing(name))
        };
        let recovery = output("RecoveryStateMachineArn")?;
        let place = place(&recovery).ok_or_else(|| DirectError::Setup(format!("{recovery:?} is no state machine")))?;
        let tables = Tables {
            protection_groups: output("ProtectionGroupsTable")?,
            recovery_plans: output("RecoveryPlansTable")?,
            execution_history: output("ExecutionHistoryTable")?,
            audit_log: output("AuditLogTable")?,
            inventory: output("InventoryTable")?,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| DirectError::Setup(format!("Cannot begin: {error}")))?;
        let clients = runtime.block_on(Clients::at_place(tables, place));
        Ok(Self { runtime, clients, recovery })
    }

    /// Starts an execution of a plan. Its record says that it came from Step Functions: who you are is not for you to write.
    ///
    /// # Errors
    /// When Step Functions refuses or cannot be reached.
    pub fn start(&self, plan: &PlanId, start: &StartExecution) -> Result<ExecutionId, DirectError> {
        let id = execution_id(plan, aws::clock::now());
        let replace_instances = start.replace_instances.as_slice();
        let (confirm, recovery_point) = (start.confirm.as_deref(), &start.recovery_point);
        let start = Start { plan, mode: start.mode, confirm, replace_instances, recovery_point };
        self.runtime.block_on(begin(&self.clients.sfn, &self.recovery, &id, &start))?;
        Ok(id)
    }

    /// One execution, whole, from its records; nothing before it is recorded.
    ///
    /// # Errors
    /// When the table refuses or cannot be reached.
    pub fn execution(&self, id: &ExecutionId) -> Result<Option<Execution>, DirectError> {
        let records = self.runtime.block_on(self.clients.history.everything(id))?;
        // Nobody with a role looks: nothing is offered that only the API does.
        let viewer = view::Viewer { name: DIRECT, roles: &[] };
        Ok(records.map(|records| view::execution(records, None, &viewer)))
    }

    /// Cancels an execution, as the API does.
    ///
    /// # Errors
    /// When it has ended or is not recorded, or AWS refuses or cannot be reached.
    pub fn cancel(&self, id: &ExecutionId, comment: &str) -> Result<(), DirectError> {
        let actor = Actor { name: DIRECT.to_owned(), ..Actor::default() };
        let way = "past the API, with IAM credentials: CloudTrail knows whose";
        let by = Cancel { actor: &actor, comment, action: "CancelExecution", way };
        match self.runtime.block_on(cancel(&self.clients, id, &by))? {
            Outcome::Cancelled => Ok(()),
            Outcome::NotPossible { reason } => Err(DirectError::NotPossible(reason)),
            Outcome::NotFound => Err(DirectError::NotPossible(format!("there is no execution {id}"))),
        }
    }
}

/// Who did what came past the API. A name that the caller could choose would be no name.
const DIRECT: &str = "direct";

/// The outputs in `text`.
///
/// # Errors
/// When it is something else.
pub fn outputs(text: &[u8]) -> Result<Vec<Output>, DirectError> {
    serde_json::from_slice(text)
        .map_err(|error| DirectError::Setup(format!("this is no list of the outputs of a stack: {error}")))
}

fn missing(name: &str) -> DirectError {
    DirectError::Setup(format!("the outputs of the stack have no {name}: are they those of the orchestrator?"))
}

/// The account and Region of a state machine.
fn place(machine_arn: &str) -> Option<Place> {
    let mut parts = machine_arn.split(':').skip(3).map(str::to_owned);
    let (region, account) = (parts.next()?, parts.next()?);
    (!region.is_empty()).then(|| Place { account, regions: vec![region.clone()], region })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_where_the_deployment_is() {
        let place = place("arn:aws:states:eu-west-1:111122223333:stateMachine:drs-orchestrator-recovery");
        let (region, account) = place.map(|place| (place.region, place.account)).unwrap_or_default();
        assert_eq!((region.as_str(), account.as_str()), ("eu-west-1", "111122223333"));
        assert_eq!(super::place("drs-orchestrator-recovery"), None);
    }

    #[test]
    fn the_outputs_are_as_cloudformation_lists_them() {
        let text = br#"[{"OutputKey": "ApiUrl", "OutputValue": "https://x", "Description": "more"}]"#;
        assert_eq!(outputs(text).map(|outputs| outputs.len()).ok(), Some(1));
        assert!(outputs(b"{}").is_err());
    }
}
