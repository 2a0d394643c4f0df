//! Source servers: those with some ids, and all of a Region.

use std::collections::BTreeMap;

use aws_sdk_drs::types::DescribeSourceServersRequestFilters;
use domain::check::Os;
use domain::id::ServerId;
use jiff::{Span, SpanRelativeTo, Unit};

use super::{Drs, IDS_PER_FILTER};
use crate::error::{AwsError, classify};

const OPERATION: &str = "DescribeSourceServers";

/// A source server, as DRS describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceServer {
    /// Its id.
    pub id: ServerId,
    /// Its host name, or its id where DRS knows none.
    pub hostname: String,
    /// Its operating system family.
    pub os: Os,
    /// `dataReplicationState`, as DRS spells it.
    pub replication_state: String,
    /// How far replication is behind, in seconds, where DRS says it.
    pub lag_seconds: Option<i64>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Drs {
    /// The source servers among `ids` that DRS knows.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn source_servers(&self, ids: &[ServerId]) -> Result<Vec<SourceServer>, AwsError> {
        let mut servers = Vec::new();
        for chunk in ids.chunks(IDS_PER_FILTER) {
            let filters = DescribeSourceServersRequestFilters::builder()
                .set_source_server_ids(Some(chunk.iter().map(ToString::to_string).collect()))
                .build();
            servers.extend(self.describe_source_servers(Some(filters)).await?);
        }
        Ok(servers)
    }

    /// Every source server of the account and Region. DRS has no filter for tags.
    ///
    /// # Errors
    /// When DRS cannot be asked.
    pub async fn all_source_servers(&self) -> Result<Vec<SourceServer>, AwsError> {
        self.describe_source_servers(None).await
    }

    async fn describe_source_servers(
        &self,
        filters: Option<DescribeSourceServersRequestFilters>,
    ) -> Result<Vec<SourceServer>, AwsError> {
        let mut servers = Vec::new();
        let mut pages = self.client.describe_source_servers().set_filters(filters).into_paginator().items().send();
        while let Some(server) = pages.next().await {
            servers.push(SourceServer::from(server.map_err(|error| classify(OPERATION, error))?));
        }
        Ok(servers)
    }
}

impl From<aws_sdk_drs::types::SourceServer> for SourceServer {
    fn from(server: aws_sdk_drs::types::SourceServer) -> Self {
        let id = server.source_server_id.unwrap_or_default();
        let properties = server.source_properties;
        let hostname = properties
            .as_ref()
            .and_then(|properties| properties.identification_hints.as_ref())
            .and_then(|hints| hints.hostname.clone())
            .unwrap_or_else(|| id.clone());
        let os = properties.and_then(|properties| properties.os).and_then(|os| os.full_string).unwrap_or_default();
        let replication = server.data_replication_info;
        Self {
            id: id.into(),
            hostname,
            os: Os::from_full_string(&os),
            lag_seconds: replication.as_ref().and_then(|info| info.lag_duration.as_deref()).and_then(duration_seconds),
            replication_state: replication
                .and_then(|info| info.data_replication_state)
                .map(|state| state.as_str().to_owned())
                .unwrap_or_default(),
            tags: server.tags.unwrap_or_default().into_iter().collect(),
        }
    }
}

/// A duration of DRS in seconds. DRS writes `P0D` and `P2DT1H32M12.136909S`.
fn duration_seconds(text: &str) -> Option<i64> {
    let seconds = text
        .parse::<Span>()
        .and_then(|span| span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())))
        .map_err(|error| tracing::warn!(%error, text, "DRS gave a duration that cannot be read: it counts as missing"))
        .ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a span is at most some 10,000 years long")]
    Some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_an_unknown_form_is_missing() {
        assert_eq!(duration_seconds("P0D"), Some(0));
        assert_eq!(duration_seconds("P2DT1H32M12.136909S"), Some(2 * 86_400 + 5_532));
        assert_eq!(duration_seconds("PT25M"), Some(1_500));
        assert_eq!(duration_seconds("a while"), None);
    }
}
