//! Source servers with everything that DRS says about them, for the inventory. What preflight decides on is less, and is
//! read by [`Drs::source_servers`].

use std::collections::BTreeMap;

use aws_sdk_drs::types::{
    DataReplicationError, DescribeSourceServersRequestFilters, LifeCycleLastLaunch, RecoverySnapshotsOrder,
    SourceProperties, SourceServer,
};
use domain::id::{InstanceId, JobId, ServerId};
use jiff::{Span, SpanRelativeTo, Unit};
use serde::{Deserialize, Serialize};

use super::{Drs, job};
use crate::error::{AwsError, classify};

/// A source server, as DRS describes it. Enums are text, as DRS spells them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerDescription {
    /// Its id.
    pub id: ServerId,
    /// Its ARN.
    pub arn: String,
    /// Its host name, or its id where DRS knows none.
    pub hostname: String,
    /// Its operating system, in DRS's words.
    pub os: String,
    /// Cores of all its processors.
    pub cpus: u32,
    /// Memory, in bytes.
    pub ram_bytes: u64,
    /// Its disks.
    pub disks: Vec<DiskDescription>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// `dataReplicationState`.
    pub replication_state: String,
    /// What is wrong with its replication.
    pub replication_error: Option<String>,
    /// How far the copy is behind, in seconds; nothing where DRS does not say, or not in a way that can be read.
    pub lag_seconds: Option<u64>,
    /// When its newest recovery point was taken, in Unix seconds. DescribeSourceServers does not say this: who needs it
    /// asks [`Drs::newest_recovery_point`] and writes it here.
    pub last_recovery_point_at: Option<i64>,
    /// The last launch.
    pub last_launch: Option<LaunchDescription>,
    /// Its recovery instance.
    pub recovery_instance_id: Option<InstanceId>,
    /// When DRS last heard of its agent, in Unix seconds.
    pub last_seen_at: Option<i64>,
    /// The version of its agent.
    pub agent_version: String,
    /// The AWS account whose staging area has its copy; nothing where DRS does not say, and in what was cached before this
    /// was read.
    #[serde(default)]
    pub staging_account: Option<String>,
}

/// A disk of a source server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiskDescription {
    /// Its name on the server.
    pub device_name: String,
    /// Its size.
    pub bytes: u64,
}

/// The last time that DRS launched a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaunchDescription {
    /// `DRILL` or `RECOVERY`.
    pub mode: String,
    /// When it was asked for, in Unix seconds.
    pub at: Option<i64>,
    /// Its job.
    pub job_id: Option<JobId>,
    /// `lastLaunchResult`.
    pub result: String,
}

impl Drs {
    /// Every source server of the account and Region, but for its recovery points.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn describe_all(&self) -> Result<Vec<ServerDescription>, AwsError> {
        self.describe(DescribeSourceServersRequestFilters::builder().build()).await
    }

    /// One source server, but for its recovery points; nothing where DRS does not know it.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn describe_one(&self, server: &ServerId) -> Result<Option<ServerDescription>, AwsError> {
        let filters = DescribeSourceServersRequestFilters::builder().source_server_ids(server.as_str()).build();
        Ok(self.describe(filters).await?.into_iter().find(|described| described.id == *server))
    }

    async fn describe(&self, filters: DescribeSourceServersRequestFilters) -> Result<Vec<ServerDescription>, AwsError> {
        let mut servers = Vec::new();
        let mut pages = self.client.describe_source_servers().filters(filters).into_paginator().items().send();
        while let Some(server) = pages.next().await {
            servers.push(server.map_err(|error| classify("DescribeSourceServers", error))?.into());
        }
        Ok(servers)
    }

    /// The recovery points of `server`, the newest first, at most `limit`: ids, and when each was taken in Unix seconds
    /// (nothing while it is being taken).
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn snapshots(&self, server: &ServerId, limit: usize) -> Result<Vec<(String, Option<i64>)>, AwsError> {
        let request = self.client.describe_recovery_snapshots().source_server_id(server.as_str());
        let mut pages = request.order(RecoverySnapshotsOrder::Desc).into_paginator().items().send();
        let mut snapshots = Vec::new();
        while snapshots.len() < limit {
            let Some(snapshot) = pages.next().await else { break };
            let snapshot = snapshot.map_err(|error| classify("DescribeRecoverySnapshots", error))?;
            let at = snapshot.timestamp.as_deref().and_then(job::seconds);
            snapshots.push((snapshot.snapshot_id, at));
        }
        Ok(snapshots)
    }
}

impl From<SourceServer> for ServerDescription {
    fn from(server: SourceServer) -> Self {
        let id = server.source_server_id.unwrap_or_default();
        let properties = server.source_properties.unwrap_or_else(|| SourceProperties::builder().build());
        let replication = server.data_replication_info;
        let life_cycle = server.life_cycle;
        let result = server.last_launch_result.map(|result| result.as_str().to_owned()).unwrap_or_default();
        let lag = replication.as_ref().and_then(|info| info.lag_duration.as_deref());
        let error = replication.as_ref().and_then(|info| info.data_replication_error.as_ref());
        let last_seen = life_cycle.as_ref().and_then(|life| life.last_seen_by_service_date_time.as_deref());
        Self {
            arn: server.arn.unwrap_or_default(),
            hostname: properties
                .identification_hints
                .and_then(|hints| hints.hostname)
                .filter(|hostname| !hostname.is_empty())
                .unwrap_or_else(|| id.clone()),
            os: properties.os.and_then(|os| os.full_string).unwrap_or_default(),
            cpus: properties
                .cpus
                .iter()
                .flatten()
                .map(|cpu| u32::try_from(cpu.cores).unwrap_or(0))
                .fold(0, u32::saturating_add),
            ram_bytes: u64::try_from(properties.ram_bytes).unwrap_or(0),
            disks: properties
                .disks
                .unwrap_or_default()
                .into_iter()
                .map(|disk| DiskDescription {
                    device_name: disk.device_name.unwrap_or_default(),
                    bytes: u64::try_from(disk.bytes).unwrap_or(0),
                })
                .collect(),
            tags: server.tags.unwrap_or_default().into_iter().collect(),
            replication_error: error.and_then(error_text),
            lag_seconds: lag.and_then(duration_seconds),
            replication_state: replication
                .and_then(|info| info.data_replication_state)
                .map(|state| state.as_str().to_owned())
                .unwrap_or_default(),
            last_recovery_point_at: None,
            last_seen_at: last_seen.and_then(job::seconds),
            last_launch: life_cycle.and_then(|life| life.last_launch).and_then(|launch| last_launch(launch, result)),
            recovery_instance_id: server.recovery_instance_id.map(InstanceId::from),
            agent_version: server.agent_version.unwrap_or_default(),
            staging_account: server.staging_area.and_then(|area| area.staging_account_id),
            id: id.into(),
        }
    }
}

/// DRS describes the launch of a server that was never launched by an object with nothing in it.
fn last_launch(launch: LifeCycleLastLaunch, result: String) -> Option<LaunchDescription> {
    let initiated = launch.initiated?;
    if initiated.job_id.is_none() && initiated.api_call_date_time.is_none() && initiated.r#type.is_none() {
        return None;
    }
    Some(LaunchDescription {
        mode: initiated.r#type.map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
        at: initiated.api_call_date_time.as_deref().and_then(job::seconds),
        job_id: initiated.job_id.map(JobId::from),
        result,
    })
}

/// The code, and the sentence behind it where DRS gives one.
fn error_text(error: &DataReplicationError) -> Option<String> {
    match (error.error.as_ref().map(|code| code.as_str()), error.raw_error.as_deref()) {
        (Some(code), Some(raw)) if !raw.is_empty() => Some(format!("{code}: {raw}")),
        (Some(code), _) => Some(code.to_owned()),
        (None, Some(raw)) if !raw.is_empty() => Some(raw.to_owned()),
        (None, _) => None,
    }
}

/// Whole seconds of an ISO 8601 duration: DRS writes `P0D`, `PT12S`, `P2DT1H32M12.136909S`. Days are 24 hours.
fn duration_seconds(text: &str) -> Option<u64> {
    let span: Result<Span, _> = text.parse();
    let seconds = span.and_then(|span| span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())));
    match seconds {
        // A lag fits 2^52 seconds, so nothing is lost.
        Ok(seconds) if seconds >= 0.0 => Some(seconds.floor() as u64),
        Ok(_) | Err(_) => {
            tracing::warn!(text, "DRS gave a duration that cannot be read: it counts as missing");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_drs::types::{
        Cpu, DataReplicationErrorString, DataReplicationInfo, DataReplicationState, Disk, IdentificationHints,
        LastLaunchResult, LastLaunchType, LifeCycle, LifeCycleLastLaunchInitiated, Os, StagingArea,
    };

    use super::*;

    #[test]
    fn durations_are_read_as_drs_writes_them_and_others_are_missing() {
        for (text, seconds) in [
            ("P0D", Some(0)),
            ("PT12S", Some(12)),
            ("PT0.4S", Some(0)),
            ("P2DT1H32M12.136909S", Some(2 * 86_400 + 3_600 + 32 * 60 + 12)),
            ("P1M", None),
            ("-PT5S", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(duration_seconds(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn a_server_that_drs_says_nothing_about_has_its_id_as_name() {
        let nothing = ServerDescription::from(SourceServer::builder().source_server_id("s-1").build());
        assert_eq!((nothing.hostname.as_str(), nothing.replication_state.as_str()), ("s-1", ""));
        assert_eq!(
            (nothing.cpus, nothing.lag_seconds, nothing.last_launch, nothing.last_seen_at),
            (0, None, None, None)
        );
    }

    #[test]
    fn everything_that_drs_says_is_kept() {
        let disk = Disk::builder().device_name("/dev/sda").bytes(8 << 30).build();
        let properties = SourceProperties::builder()
            .identification_hints(IdentificationHints::builder().hostname("db-1").build())
            .os(Os::builder().full_string("Linux").build())
            .cpus(Cpu::builder().cores(4).build())
            .cpus(Cpu::builder().cores(2).build())
            .ram_bytes(16 << 30)
            .disks(disk)
            .build();
        let error = DataReplicationError::builder().error(DataReplicationErrorString::AgentNotSeen).raw_error("gone");
        let replication = DataReplicationInfo::builder()
            .data_replication_state(DataReplicationState::from("OPTIMIZING"))
            .data_replication_error(error.build())
            .lag_duration("PT1M");
        let initiated = LifeCycleLastLaunchInitiated::builder()
            .api_call_date_time("2026-08-18T09:00:12Z")
            .job_id("drsjob-1")
            .r#type(LastLaunchType::Drill);
        let life_cycle = LifeCycle::builder()
            .last_seen_by_service_date_time("2022-12-07T19:15:38.846723+00:00")
            .last_launch(LifeCycleLastLaunch::builder().initiated(initiated.build()).build());
        let server = SourceServer::builder()
            .source_server_id("s-1")
            .arn("arn:s-1")
            .tags("env", "prod")
            .source_properties(properties)
            .data_replication_info(replication.build())
            .life_cycle(life_cycle.build())
            .last_launch_result(LastLaunchResult::Succeeded)
            .recovery_instance_id("i-1")
            .agent_version("6")
            .staging_area(StagingArea::builder().staging_account_id("210987654321").build())
            .build();
        let described = ServerDescription::from(server);
        let launch = LaunchDescription {
            mode: "DRILL".into(),
            at: Some(1_787_043_612),
            job_id: Some("drsjob-1".into()),
            result: "SUCCEEDED".into(),
        };
        let expected = ServerDescription {
            id: "s-1".into(),
            arn: "arn:s-1".into(),
            hostname: "db-1".into(),
            os: "Linux".into(),
            cpus: 6,
            ram_bytes: 16 << 30,
            disks: vec![DiskDescription { device_name: "/dev/sda".into(), bytes: 8 << 30 }],
            tags: BTreeMap::from([("env".into(), "prod".into())]),
            replication_state: "OPTIMIZING".into(),
            replication_error: Some("AGENT_NOT_SEEN: gone".into()),
            lag_seconds: Some(60),
            last_recovery_point_at: None,
            last_launch: Some(launch),
            recovery_instance_id: Some("i-1".into()),
            last_seen_at: Some(1_670_440_538),
            agent_version: "6".into(),
            staging_account: Some("210987654321".into()),
        };
        assert_eq!(described, expected);
        let never = LifeCycleLastLaunch::builder().initiated(LifeCycleLastLaunchInitiated::builder().build()).build();
        assert_eq!(last_launch(never, "NOT_STARTED".into()), None);
    }
}
