//! Every client, built once from one configuration.

use std::env;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls;

use crate::catalog::Catalog;
use crate::drs::Drs;
use crate::error::{AwsError, ErrorKind};
use crate::history::History;
use crate::sfn::StepFunctions;
use crate::ssm::Ssm;
use crate::store::Table;

pub(crate) use aws_sdk_dynamodb::error::SdkError;

/// What a function may talk to. Making a client costs nothing until it is used.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Elastic Disaster Recovery.
    pub drs: Drs,
    /// Systems Manager.
    pub ssm: Ssm,
    /// Step Functions.
    pub sfn: StepFunctions,
    /// Executions, their waves and servers, and claims.
    pub history: History,
    /// Protection groups and recovery plans.
    pub catalog: Catalog,
}

impl Clients {
    /// The clients of this process: Region, credentials and endpoints from the environment, tables from
    /// `PROTECTION_GROUPS_TABLE`, `RECOVERY_PLANS_TABLE` and `EXECUTION_HISTORY_TABLE`.
    ///
    /// # Errors
    /// When a table's variable is missing.
    pub async fn from_environment() -> Result<Self, AwsError> {
        let config = sdk_config().await;
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let table = |variable, hash, range| -> Result<Table, AwsError> {
            Ok(Table::new(dynamodb.clone(), required(variable)?, hash, range))
        };
        Ok(Self {
            drs: Drs::new(&config),
            ssm: Ssm::new(&config),
            sfn: StepFunctions::new(&config),
            history: History::new(table("EXECUTION_HISTORY_TABLE", "executionId", "planId")?),
            catalog: Catalog::new(
                table("PROTECTION_GROUPS_TABLE", "kind", "id")?,
                table("RECOVERY_PLANS_TABLE", "kind", "id")?,
            ),
        })
    }
}

/// The value of an environment variable that the deployment sets.
///
/// # Errors
/// When it is missing: the deployment is broken.
pub fn required(variable: &str) -> Result<String, AwsError> {
    env::var(variable).map_err(|_| {
        AwsError::new(ErrorKind::Bug, "Configuration", format!("the environment variable {variable} is not set"))
    })
}

/// One configuration for all clients. TLS is rustls with ring, which builds without a C toolchain of its own.
async fn sdk_config() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await
}
