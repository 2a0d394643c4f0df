//! Every client, built once from one configuration.

use std::env;
use std::sync::Arc;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{SharedHttpConnector, http_client_fn};

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
use crate::stand_in;
use crate::store::{Backend, InProcess, Table};

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

/// The names of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Protection groups.
    pub protection_groups: String,
    /// Recovery plans, and how ready they are.
    pub recovery_plans: String,
    /// Executions and claims.
    pub execution_history: String,
    /// Who did what.
    pub audit_log: String,
    /// What DRS said about source servers.
    pub inventory: String,
}

impl Tables {
    fn from_environment() -> Result<Self, AwsError> {
        Ok(Self {
            protection_groups: required("PROTECTION_GROUPS_TABLE")?,
            recovery_plans: required("RECOVERY_PLANS_TABLE")?,
            execution_history: required("EXECUTION_HISTORY_TABLE")?,
            audit_log: required("AUDIT_LOG_TABLE")?,
            inventory: required("INVENTORY_TABLE")?,
        })
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
        Ok(Self::of(sdk_config(None).await, None, Tables::from_environment()?, Place::from_environment()?))
    }

    /// The clients of somebody at `place` who has credentials of his own, and not a function's environment.
    pub async fn at_place(tables: Tables, place: Place) -> Self {
        Self::of(sdk_config(Some(place.region.clone())).await, None, tables, place)
    }

    /// The clients of a simulation: the real ones, whose requests go to `connector` and nowhere else, and whose pauses
    /// between attempts are `sleep`'s. Credentials are made up. Where `dynamodb` is given, the tables are called there,
    /// without their SDK.
    #[must_use]
    pub fn over(
        connector: SharedHttpConnector,
        sleep: impl AsyncSleep + 'static,
        dynamodb: Option<Arc<dyn InProcess>>,
        tables: Tables,
        place: Place,
    ) -> Self {
        let answering = connector.clone();
        let credentials = Credentials::new("simulated", "simulated", None, None, "simulation");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(place.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client_fn(move |_, _| answering.clone()))
            .sleep_impl(SharedAsyncSleep::new(sleep))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        let dynamodb = dynamodb.map(Backend::InProcess);
        let mut clients = Self::of(config, dynamodb, tables, place);
        clients.s3 = clients.s3.with_connector(connector);
        clients
    }

    fn of(config: SdkConfig, dynamodb: Option<Backend>, tables: Tables, place: Place) -> Self {
        let dynamodb = dynamodb.unwrap_or_else(|| Backend::DynamoDb(aws_sdk_dynamodb::Client::new(&config)));
        let table = |name: String, hash, range| Table::new(dynamodb.clone(), name, hash, range);
        let audit = AuditLog::new(table(tables.audit_log, "kind", "id"));
        let plans = table(tables.recovery_plans, "kind", "id");
        Self {
            drs: Drs::new(&config),
            ssm: Ssm::new(&config),
            sfn: StepFunctions::new(&config),
            scheduler: Scheduler::new(&config),
            events: EventBus::new(&config),
            s3: S3::new(&config),
            history: History::new(table(tables.execution_history, "executionId", "planId")),
            catalog: Catalog::new(table(tables.protection_groups, "kind", "id"), plans.clone(), audit.clone()),
            audit,
            inventory: Inventory::new(table(tables.inventory, "kind", "id")),
            readiness: Readiness::new(plans),
            place,
            config,
        }
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
    stand_in::setting(variable).unwrap_or_else(|| env::var(variable).ok()).ok_or_else(|| {
        AwsError::new(ErrorKind::Bug, "Configuration", format!("the environment variable {variable} is not set"))
    })
}

/// One configuration for all clients. TLS is rustls with ring, which builds without a C toolchain of its own.
async fn sdk_config(region: Option<String>) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
    match region {
        Some(region) => loader.region(Region::new(region)).load().await,
        None => loader.load().await,
    }
}
