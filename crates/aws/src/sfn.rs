//! Step Functions: start an execution, look at one, and answer a waiting state.

use aws_config::SdkConfig;
use aws_sdk_sfn::Client;
use serde::Serialize;

use crate::error::{AwsError, ErrorKind, classify};
use crate::history::WaveKey;

/// Step Functions, as far as functions use it.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
}

/// An execution of a state machine, as Step Functions describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineExecution {
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`, or what Step Functions may invent.
    pub status: String,
    /// The error that ended it, or that its stopper gave.
    pub error: Option<String>,
    /// More about that.
    pub cause: Option<String>,
}

impl MachineExecution {
    /// Whether it may go on: a status that is not known is no end.
    #[must_use]
    pub fn runs(&self) -> bool {
        !matches!(self.status.as_str(), "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED")
    }
}

impl StepFunctions {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Starts `state_machine_arn` under `name`. The same name and input again is the same execution, while that runs.
    ///
    /// # Errors
    /// `Conflict` when the name was used with another input, or by an execution that has ended.
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

    /// An execution of a state machine, when Step Functions knows it.
    ///
    /// # Errors
    /// When Step Functions cannot be asked.
    pub async fn execution(&self, execution_arn: &str) -> Result<Option<MachineExecution>, AwsError> {
        let described = self.client.describe_execution().execution_arn(execution_arn).send().await;
        match described.map_err(|error| classify("DescribeExecution", error)) {
            Ok(found) => Ok(Some(MachineExecution {
                status: found.status().as_str().to_owned(),
                error: found.error().map(str::to_owned),
                cause: found.cause().map(str::to_owned),
            })),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Starts the wave machine `state_machine_arn` for a wave that was opened again in `round`. Started already, it stays so.
    ///
    /// # Errors
    /// When Step Functions does not start it.
    pub async fn start_reopened(&self, state_machine_arn: &str, key: &WaveKey, round: u32) -> Result<(), AwsError> {
        match self.start_execution(state_machine_arn, &key.machine_name(round), key).await {
            Err(error) if error.kind == ErrorKind::Conflict => Ok(()),
            started => started,
        }
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

/// The ARN of the execution `name` of a state machine: the machine's own, but for the kind and the name.
#[must_use]
pub fn execution_arn(state_machine_arn: &str, name: &str) -> String {
    format!("{}:{name}", state_machine_arn.replacen(":stateMachine:", ":execution:", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_of_a_machine_is_found_by_its_name() {
        let machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:drs-wave";
        let arn = "arn:aws:states:eu-west-1:111122223333:execution:drs-wave:e-wave-001";
        assert_eq!(execution_arn(machine, "e-wave-001"), arn);
    }
}
