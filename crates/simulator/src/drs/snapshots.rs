//! DescribeRecoverySnapshots.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, page, time, timestamp};
use crate::error::ApiError;
use crate::ids::Region;
use crate::page::PageRequest;
use crate::world::World;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filters {
    from_date_time: Option<String>,
    to_date_time: Option<String>,
}

/// DRS calls these ASC and DESC; its default is not documented, and this is the simulator's.
#[derive(Deserialize, Default)]
enum Order {
    #[default]
    #[serde(rename = "ASC")]
    OldestFirst,
    #[serde(rename = "DESC")]
    NewestFirst,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Request {
    #[serde(rename = "sourceServerID")]
    source_server_id: String,
    #[serde(default)]
    filters: Filters,
    #[serde(default)]
    order: Order,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(world: &World, region: &Region, request: Request) -> Answer {
    let unknown = || ApiError::validation(format!("Source server {} not found", request.source_server_id));
    let server = world.server_in(region, &request.source_server_id).ok_or_else(unknown)?;
    let from = time::read("filters.fromDateTime", request.filters.from_date_time.as_ref())?.unwrap_or(Timestamp::MIN);
    let to = time::read("filters.toDateTime", request.filters.to_date_time.as_ref())?.unwrap_or(Timestamp::MAX);
    let key = |at: Timestamp| match request.order {
        Order::OldestFirst => format!("{:020}", at.as_microsecond()),
        Order::NewestFirst => format!("{:020}", i64::MAX - at.as_microsecond()),
    };
    let points = world.recovery_points(server).into_iter().filter(|point| (from..=to).contains(&point.taken_at));
    let items = points.map(|point| {
        let item = json!({
            "snapshotID": point.id,
            "sourceServerID": server.spec.id,
            "expectedTimestamp": timestamp(world, point.expected_at),
            "timestamp": timestamp(world, point.taken_at),
            "ebsSnapshots": point.ebs_snapshots,
        });
        (key(point.taken_at), item)
    });
    let request = PageRequest {
        operation: "DescribeRecoverySnapshots",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page(request.cut(items.collect())?)
}
