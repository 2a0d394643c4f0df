//! `/_simulator/*`: what tests and people do with the simulator itself. Nothing here exists in AWS.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::fault::{Fault, FaultError, SYNTAX};
use crate::http::query_values;
use crate::inventory::read::Addition;
use crate::world::World;
use crate::world::job::Job;

/// The paths, for the answer to a wrong one.
const PATHS: &str = "GET /_simulator/health, GET /_simulator/state, GET /_simulator/journal?since=N, \
    GET|POST|DELETE /_simulator/faults (DELETE without a body: all), POST /_simulator/inventory (sourceServers, recoveryPlans and faults, as in an \
    inventory), DELETE /_simulator/inventory (sourceServers: their ids)";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    faults: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Removal {
    source_servers: Vec<String>,
}

/// Answers one request with a status and a body.
pub fn answer(world: &mut World, method: &str, path: &str, query: &str, body: &[u8]) -> (u16, Value) {
    match (method, path) {
        ("GET", "health") => (200, json!({"status": "ok", "time": unix_seconds(world)})),
        ("GET", "state") => (200, state(world)),
        ("GET", "journal") => journal(world, query),
        ("GET", "faults") => (200, faults(world)),
        ("DELETE", "faults") => match end_faults(world, body) {
            Ok(()) => (200, faults(world)),
            Err(problem) => (400, json!({"message": problem, "syntax": SYNTAX})),
        },
        ("POST", "faults") => match add_faults(world, body) {
            Ok(()) => (200, faults(world)),
            Err(problem) => (400, json!({"message": problem, "syntax": SYNTAX})),
        },
        ("POST", "inventory") => match add_inventory(world, body) {
            Ok(count) => (200, json!({"added": count})),
            Err(problem) => (400, json!({"message": problem})),
        },
        ("DELETE", "inventory") => match remove_inventory(world, body) {
            Ok(count) => (200, json!({"removed": count})),
            Err(problem) => (400, json!({"message": problem})),
        },
        _ => (404, json!({"message": format!("there is no {method} /_simulator/{path}, only {PATHS}")})),
    }
}

fn unix_seconds(world: &World) -> f64 {
    world.now.as_microsecond() as f64 / 1e6
}

fn faults(world: &World) -> Value {
    json!({"faults": world.faults.list()})
}

fn journal(world: &World, query: &str) -> (u16, Value) {
    let since = query_values(query, "since").next();
    let since: Result<u64, _> = since.map_or(Ok(0), |text| text.parse());
    match since {
        Ok(since) => (200, json!({"entries": world.journal.since(since), "lastSeq": world.journal.last_seq()})),
        Err(_) => (400, json!({"message": "since must be the seq of an entry"})),
    }
}

fn read_faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let request: Faults = serde_json::from_slice(body)
        .map_err(|error| format!("the body must be {{\"faults\": [\"…\"]}}: {error}. Faults are:\n{SYNTAX}"))?;
    let read: Result<Vec<Fault>, FaultError> = request.faults.iter().map(|spec| spec.parse()).collect();
    read.map_err(|error| error.to_string())
}

fn add_faults(world: &mut World, body: &[u8]) -> Result<(), String> {
    world.add_faults(read_faults(body)?).map_err(|error| error.to_string())
}

/// Those of the body; without one, all.
fn end_faults(world: &mut World, body: &[u8]) -> Result<(), String> {
    if body.is_empty() {
        world.clear_faults();
    } else {
        world.end_faults(&read_faults(body)?);
    }
    Ok(())
}

fn add_inventory(world: &mut World, body: &[u8]) -> Result<usize, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let Addition { source_servers, faults, recovery_plans } =
        Addition::from_yaml(text, &world.settings.region).map_err(|error| error.to_string())?;
    let count = source_servers.len() + recovery_plans.len();
    world.add_servers_and_plans(source_servers, recovery_plans).map_err(|error| error.to_string())?;
    world.add_faults(faults).map_err(|error| error.to_string())?;
    Ok(count)
}

fn remove_inventory(world: &mut World, body: &[u8]) -> Result<usize, String> {
    let Removal { source_servers } = serde_json::from_slice(body)
        .map_err(|error| format!("the body must be {{\"sourceServers\": [\"s-…\"]}}: {error}"))?;
    world.remove_servers(&source_servers).map_err(|error| error.to_string())?;
    Ok(source_servers.len())
}

fn state(world: &World) -> Value {
    let servers = world.servers.values().map(|server| {
        json!({
            "sourceServerId": server.spec.id,
            "hostname": server.spec.hostname,
            "region": server.spec.region,
            "profile": server.spec.profile,
            "replicationState": world.replication_state(server),
            "recoveryPoints": world.recovery_point_count(server),
            "recoveryInstanceId": server.recovery_instance,
            "heldByJob": world.holding_job(&server.spec.id),
        })
    });
    let instances = world.instances.values().map(|one| {
        json!({
            "instanceId": one.id,
            "region": one.region,
            "sourceServerId": one.server,
            "jobId": world.jobs.get(one.job).map(|job| &job.id),
            "isDrill": one.is_drill,
            "state": one.state,
            "launchedAt": one.launched_at.to_string(),
            "terminatedAt": one.terminated_at.map(|at| at.to_string()),
            "agentOnline": world.agent_answers(&one.id),
        })
    });
    let plans = world.recovery_plans.iter().map(|plan| {
        let arn = world.arn(&plan.spec.region, &plan.resource());
        json!({"name": plan.spec.name, "region": plan.spec.region, "recoveryPlanArn": arn})
    });
    json!({
        "time": unix_seconds(world),
        "account": world.settings.account,
        "region": world.settings.region,
        "seed": world.settings.seed,
        "sourceServers": servers.collect::<Vec<_>>(),
        "jobs": world.jobs.iter().map(job_state).collect::<Vec<_>>(),
        "instances": instances.collect::<Vec<_>>(),
        "recoveryPlans": plans.collect::<Vec<_>>(),
        "faults": world.faults.list(),
    })
}

fn job_state(job: &Job) -> Value {
    let servers = job
        .participants
        .iter()
        .map(|one| json!({"sourceServerId": one.server, "status": one.status, "instanceId": one.launched}));
    json!({
        "jobId": job.id,
        "region": job.region,
        "job": format!("{:?}", job.kind),
        "status": job.status,
        "createdAt": job.created_at.to_string(),
        "endedAt": job.ended_at.map(|at| at.to_string()),
        "servers": servers.collect::<Vec<_>>(),
    })
}
