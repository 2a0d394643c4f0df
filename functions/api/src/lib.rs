//! The REST API: what people and `drsctl` describe and start. Each handler checks the caller's role, asks `domain`, and
//! talks to AWS through `aws`. Not here: control flow. An execution is started here and runs in Step Functions.

pub mod caller;
pub mod conditional;
pub mod document;
pub mod extract;
mod openapi;
pub mod problem;
pub mod router;
pub mod routes;
pub mod storing;

use aws::Clients;
use aws::scheduler::Drills;

/// What every handler has.
#[derive(Debug, Clone)]
pub struct App {
    /// AWS.
    pub clients: &'static Clients,
    /// The state machine that runs executions.
    pub recovery_state_machine_arn: String,
    /// The state machine that cleans up after drills.
    pub cleanup_state_machine_arn: String,
    /// The state machine that reads the inventory.
    pub inventory_state_machine_arn: String,
    /// Where the schedules of drills are, and what they start.
    pub drills: Drills,
}

/// Serves the API until Lambda ends the process.
///
/// # Errors
/// When the environment is incomplete, or the Lambda runtime API cannot be reached.
pub fn run() -> Result<(), task::Error> {
    task::start(async |clients, _metrics| {
        let recovery_state_machine_arn = aws::clients::required("RECOVERY_STATE_MACHINE_ARN")?;
        let cleanup_state_machine_arn = aws::clients::required("CLEANUP_STATE_MACHINE_ARN")?;
        let inventory_state_machine_arn = aws::clients::required("INVENTORY_STATE_MACHINE_ARN")?;
        let drills = Drills::from_environment()?;
        let app =
            App { clients, recovery_state_machine_arn, cleanup_state_machine_arn, inventory_state_machine_arn, drills };
        lambda_http::run(router::router(app)).await
    })
}
