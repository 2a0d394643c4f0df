//! Step Functions: start an execution, and answer a waiting state.

use aws_config::SdkConfig;
use aws_sdk_sfn::Client;
use serde::Serialize;

use crate::error::{AwsError, ErrorKind, classify};

/// Step Functions, as far as functions use it.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
}

impl StepFunctions {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Starts `state_machine_arn` under `name`. The same name and input again is the same execution.
    ///
    /// # Errors
    /// `Conflict` when the name was used with another input.
    pub async fn start_execution(
        &self,
        state_machine_arn: &str,
        name: &str,
        input: &impl Serialize,
    ) -> Result<(), AwsError> {
        let input = json("StartExecution", input)?;
        self.client
            .start_execution()
            .state_machine_arn(state_machine_arn)
            .name(name)
            .input(input)
            .send()
            .await
            .map(drop)
            .map_err(|error| classify("StartExecution", error))
    }

    /// Lets the state that waits for `token` go on with `output`. False when nothing waits for it any more: it timed
    /// out, or somebody else has answered.
    ///
    /// # Errors
    /// Any but that one.
    pub async fn send_task_success(&self, token: &str, output: &impl Serialize) -> Result<bool, AwsError> {
        let output = json("SendTaskSuccess", output)?;
        let sent = self.client.send_task_success().task_token(token).output(output).send().await;
        match sent.map_err(|error| classify("SendTaskSuccess", error)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound || error.code.as_deref() == Some("InvalidToken") => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

fn json(operation: &'static str, value: &impl Serialize) -> Result<String, AwsError> {
    serde_json::to_string(value).map_err(|error| AwsError::new(ErrorKind::Bug, operation, error.to_string()))
}
