//! Every client, built once from one configuration.

use std::env;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls;

use crate::audit::AuditLog;
use crate::catalog::Catalog;
use crate::drs::Drs;
use crate::error::{AwsError, ErrorKind};
use crate::events::EventBus;
use crate::history::History;
use crate::inventory::Inventory;
use crate::readiness::Readiness;
use crate::s3::S3;
use crate::scheduler::Scheduler;
use crate::sfn::StepFunctions;
use crate::ssm::Ssm;
use crate::store::Table;

pub(crate) use aws_sdk_dynamodb::error::SdkError;

/// What a function may talk to. Making a client costs nothing until it is used.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
    /// Elastic Disaster Recovery in the deployment's own Region.
    pub drs: Drs,
    /// Systems Manager in the deployment's own Region.
    pub ssm: Ssm,
    /// Step Functions.
    pub sfn: StepFunctions,
    /// EventBridge Scheduler.
    pub scheduler: Scheduler,
    /// The event bus.
    pub events: EventBus,
    /// Where reports are stored.
    pub s3: S3,
    /// Executions, their waves and servers, and claims.
    pub history: History,
    /// Protection groups and recovery plans.
    pub catalog: Catalog,
    /// Who did what.
    pub audit: AuditLog,
    /// What DRS said about every source server when it was last read.
    pub inventory: Inventory,
    /// How ready the plans were, whenever that was looked at.
    pub readiness: Readiness,
    /// Where this deployment is, and which Regions it recovers into.
    pub place: Place,
}

/// The services of one Region that servers are recovered into.
#[derive(Debug, Clone)]
pub struct Regional {
    /// Elastic Disaster Recovery.
    pub drs: Drs,
    /// Systems Manager.
    pub ssm: Ssm,
}

/// Where a deployment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its AWS account; the account of every source server.
    pub account: String,
    /// Its own Region.
    pub region: String,
    /// The Regions that it recovers into, its own first.
    pub regions: Vec<String>,
}

impl Place {
    /// From `DRS_ACCOUNT`, `AWS_REGION` and `DRS_REGIONS` (separated by commas; the own Region always counts).
    fn from_environment() -> Result<Self, AwsError> {
        let region = required("AWS_REGION")?;
        let mut regions = vec![region.clone()];
        for other in env::var("DRS_REGIONS").unwrap_or_default().split(',').map(str::trim) {
            if !other.is_empty() && !regions.iter().any(|known| known == other) {
                regions.push(other.to_owned());
            }
        }
        Ok(Self { account: required("DRS_ACCOUNT")?, region, regions })
    }

    /// The Region that a group names, or the own one where it names none.
    #[must_use]
    pub fn region_or_own<'a>(&'a self, region: Option<&'a str>) -> &'a str {
        region.unwrap_or(&self.region)
    }
}

impl Clients {
    /// The clients of this process: Region, credentials and endpoints from the environment, tables from
    /// `PROTECTION_GROUPS_TABLE`, `RECOVERY_PLANS_TABLE`, `EXECUTION_HISTORY_TABLE`, `AUDIT_LOG_TABLE` and
    /// `INVENTORY_TABLE`, the rest as [`Place`] says.
    ///
    /// # Errors
    /// When a table's variable is missing.
    pub async fn from_environment() -> Result<Self, AwsError> {
        let config = sdk_config().await;
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let table = |variable, hash, range| -> Result<Table, AwsError> {
            Ok(Table::new(dynamodb.clone(), required(variable)?, hash, range))
        };
        let audit = AuditLog::new(table("AUDIT_LOG_TABLE", "kind", "id")?);
        Ok(Self {
            drs: Drs::new(&config),
            ssm: Ssm::new(&config),
            sfn: StepFunctions::new(&config),
            scheduler: Scheduler::new(&config),
            events: EventBus::new(&config),
            s3: S3::new(&config),
            history: History::new(table("EXECUTION_HISTORY_TABLE", "executionId", "planId")?),
            catalog: Catalog::new(
                table("PROTECTION_GROUPS_TABLE", "kind", "id")?,
                table("RECOVERY_PLANS_TABLE", "kind", "id")?,
                audit.clone(),
            ),
            audit,
            inventory: Inventory::new(table("INVENTORY_TABLE", "kind", "id")?),
            readiness: Readiness::new(table("RECOVERY_PLANS_TABLE", "kind", "id")?),
            place: Place::from_environment()?,
            config,
        })
    }

    /// DRS and SSM in `region`. Costs nothing until it is used: connections are shared.
    #[must_use]
    pub fn at(&self, region: &str) -> Regional {
        if region.is_empty() || region == self.place.region {
            return Regional { drs: self.drs.clone(), ssm: self.ssm.clone() };
        }
        let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
        Regional { drs: Drs::new(&config), ssm: Ssm::new(&config) }
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
