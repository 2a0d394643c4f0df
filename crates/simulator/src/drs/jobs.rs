//! StartRecovery, DescribeJobs and DescribeJobLogItems.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, at_most, page, present, tags, time, timestamp};
use crate::error::ApiError;
use crate::ids::{self, Region, ServerId};
use crate::page::PageRequest;
use crate::world::World;
use crate::world::job::{Job, JobKind, JobStatus, LaunchOrder, LaunchStatus, LogItem};

/// The most servers that the shape of StartRecovery takes; the quota is lower.
const MOST_SERVERS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    #[serde(rename = "sourceServerID")]
    source_server_id: String,
    #[serde(rename = "recoverySnapshotID")]
    recovery_snapshot_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StartRequest {
    source_servers: Vec<Server>,
    #[serde(default)]
    is_drill: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

pub(super) fn start_recovery(world: &mut World, region: &Region, request: StartRequest) -> Answer {
    if request.source_servers.is_empty() {
        return Err(ApiError::field("sourceServers", "must not be empty"));
    }
    at_most("sourceServers", request.source_servers.len(), MOST_SERVERS)?;
    tags::check(&request.tags)?;
    let mut orders = Vec::new();
    for server in request.source_servers {
        if !ids::has_shape(&server.source_server_id, "s-") {
            return Err(ApiError::field("sourceServers.sourceServerID", "must be `s-` and 17 letters or digits"));
        }
        if server.recovery_snapshot_id.as_ref().is_some_and(|id| !ids::has_shape(id, "pit-")) {
            return Err(ApiError::field("sourceServers.recoverySnapshotID", "must be `pit-` and 17 letters or digits"));
        }
        orders.push(LaunchOrder { server: ServerId(server.source_server_id), snapshot: server.recovery_snapshot_id });
    }
    let ordinal = world.start_launch(region, &orders, request.is_drill, request.tags)?;
    Ok((202, json!({"job": job_at(world, ordinal)})))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[serde(rename = "jobIDs")]
    job_ids: Option<Vec<String>>,
    #[serde(rename = "fromDate")]
    from_date: Option<String>,
    #[serde(rename = "toDate")]
    to_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DescribeRequest {
    #[serde(default)]
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe(world: &World, region: &Region, request: DescribeRequest) -> Answer {
    let ids = request.filters.job_ids.unwrap_or_default();
    at_most("filters.jobIDs", ids.len(), 1000)?;
    let ids: BTreeSet<String> = ids.into_iter().collect();
    let from = time::read("filters.fromDate", request.filters.from_date.as_ref())?.unwrap_or(Timestamp::MIN);
    let to = time::read("filters.toDate", request.filters.to_date.as_ref())?.unwrap_or(Timestamp::MAX);
    let wanted =
        |job: &&Job| (ids.is_empty() || ids.contains(job.id.as_str())) && (from..=to).contains(&job.created_at);
    // Latest first.
    let key = |job: &Job| format!("{:020} {}", i64::MAX - job.created_at.as_microsecond(), job.id);
    let items = world.jobs_in(region).filter(wanted).map(|one| (key(one), one)).collect();
    let request = PageRequest {
        operation: "DescribeJobs",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page(request.cut(items)?.map(|one| job(world, one)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LogRequest {
    #[serde(rename = "jobID")]
    job_id: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn describe_log_items(world: &World, region: &Region, request: LogRequest) -> Answer {
    let unknown = || ApiError::validation(format!("Job {} not found", request.job_id));
    let job = world.job_in(region, &request.job_id).ok_or_else(unknown)?;
    let mut items: Vec<Value> = job.log.iter().map(|item| log_item(world, item)).collect();
    if world.faults.unknown_enums {
        let at = timestamp(world, job.created_at);
        items.insert(0, json!({"logDateTime": at, "event": "JOB_ADMITTED", "eventData": {}}));
    }
    let keyed = items.into_iter().enumerate().map(|(index, item)| (format!("{index:08}"), item)).collect();
    let request = PageRequest {
        operation: "DescribeJobLogItems",
        max_results: request.max_results,
        next_token: request.next_token.as_deref(),
        page_size: world.page_size(),
    };
    page(request.cut(keyed)?)
}

/// The job with this ordinal as DRS shows it.
pub(super) fn job_at(world: &World, ordinal: usize) -> Value {
    world.jobs.get(ordinal).map_or(Value::Null, |one| job(world, one))
}

fn job(world: &World, job: &Job) -> Value {
    let (kind, initiated_by) = match job.kind {
        JobKind::Launch { is_drill: true } => ("LAUNCH", "START_DRILL"),
        JobKind::Launch { is_drill: false } => ("LAUNCH", "START_RECOVERY"),
        JobKind::Terminate => ("TERMINATE", "TERMINATE_RECOVERY_INSTANCES"),
        JobKind::Foreign { .. } => ("CREATE_CONVERTED_SNAPSHOT", "TARGET_ACCOUNT"),
    };
    let completed = job.status == JobStatus::Completed;
    // Two habits of DRS: a completed termination has lost its participants, a completed launch its instances' ids.
    let participants: Vec<Value> = job
        .participants
        .iter()
        .filter(|_| !(completed && job.kind == JobKind::Terminate))
        .map(|one| {
            let early = world.faults.unknown_enums && one.status == LaunchStatus::Pending;
            json!({
                "sourceServerID": one.server,
                "recoveryInstanceID": one.launched.as_ref().filter(|_| !completed),
                "launchStatus": if early { json!("PREPARING") } else { json!(one.status) },
            })
        })
        .collect();
    present(json!({
        "jobID": job.id,
        "arn": world.arn(&job.region, &format!("job/{}", job.id)),
        "type": kind,
        "initiatedBy": initiated_by,
        "creationDateTime": timestamp(world, job.created_at),
        "endDateTime": job.ended_at.map(|at| timestamp(world, at)),
        "status": job.status,
        "participatingServers": participants,
        "tags": job.tags,
    }))
}

fn log_item(world: &World, item: &LogItem) -> Value {
    present(json!({
        "logDateTime": timestamp(world, item.at),
        "event": item.event,
        "eventData": {
            "sourceServerID": item.server,
            "conversionServerID": item.conversion_server,
            "targetInstanceID": item.target_instance,
            "rawError": item.raw_error,
        },
    }))
}
