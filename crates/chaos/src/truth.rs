//! The records, compared with DRS when everything is over.

use std::collections::BTreeSet;

use serde_json::Value;
use simulation::World;
use simulation::dynamodb::DynamoDb;

use crate::rules::{HISTORY, Rules, Started, items};

/// Says what the records have and DRS has not, or the other way round.
pub(crate) fn compare(world: &mut World, ids: &[String], rules: &mut Rules) -> anyhow::Result<()> {
    let (_, state) = world.simulator("GET", "state", None);
    for id in ids {
        let (status, execution) = world.request("GET", &format!("/executions/{id}"), None)?;
        anyhow::ensure!(status == 200, "{id}: {status} {execution}");
        ended(&execution, rules);
        dead_sources(&execution, rules);
        cleaned_up(&execution, &state, rules);
        for wave in execution["waves"].as_array().into_iter().flatten() {
            for server in wave["servers"].as_array().into_iter().flatten() {
                agrees(id, wave, server, &state, rules);
            }
        }
    }
    orphans(world, rules);
    claims(world, rules);
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn ended(execution: &Value, rules: &mut Rules) {
    const RULE: &str = "7 what is recorded is true";
    let id = text(&execution["executionId"]);
    let waves: Vec<&Value> = execution["waves"].as_array().into_iter().flatten().collect();
    if execution["endedAt"].is_null() {
        rules.violated("every execution ends", &format!("{id} is {} and has no end", execution["status"]));
    }
    for wave in &waves {
        if wave["endedAt"].is_null() && wave["status"] != "SKIPPED" {
            rules.violated("every wave ends", &format!("wave {} of {id} is {}", wave["number"], wave["status"]));
        }
    }
    let all = |status: &str| waves.iter().all(|wave| wave["status"] == status);
    if execution["status"] == "COMPLETED" && !all("COMPLETED") {
        rules.violated(RULE, &format!("{id} is COMPLETED, and a wave is not"));
    }
    for wave in waves {
        let servers = wave["servers"].as_array().into_iter().flatten();
        // LAUNCHED is the end of a server that has no health checks.
        let well = |server: &Value| matches!(text(&server["status"]), "HEALTHY" | "LAUNCHED");
        if wave["status"] == "COMPLETED" && !servers.into_iter().all(well) {
            rules.violated(RULE, &format!("wave {} of {id} is COMPLETED, and a server is not", wave["number"]));
        }
    }
}

/// A recovery is for servers whose source is gone: that it is gone may be said, and holds nothing up.
fn dead_sources(execution: &Value, rules: &mut Rules) {
    let findings = execution["findings"].as_array().into_iter().flatten();
    let of_source = |finding: &&Value| matches!(text(&finding["code"]), "AGENT_DISCONNECTED" | "REPLICATION_STALLED");
    for finding in findings.filter(of_source).filter(|finding| finding["severity"] == "BLOCKS") {
        if execution["mode"] == "RECOVERY" {
            let what = format!("{} is held up by {}", text(&execution["executionId"]), finding["message"]);
            rules.violated("5 a dead source is no obstacle", &what);
        }
    }
}

/// A cleanup ends, is COMPLETED only if nothing of the drill stands, and unless it failed it has seen the end of each job.
fn cleaned_up(execution: &Value, state: &Value, rules: &mut Rules) {
    let (id, cleanup) = (text(&execution["executionId"]), &execution["cleanup"]);
    if cleanup["status"] == "RUNNING" {
        rules.violated("every cleanup ends", &format!("that of {id} is RUNNING"));
    }
    if cleanup["status"] == "PARTIAL" {
        for server in cleanup["servers"].as_array().into_iter().flatten() {
            if text(&server["reason"]).starts_with("the cleanup ended before") {
                rules.violated("every cleanup ends", &format!("that of {id} is PARTIAL with {server}"));
            }
        }
    }
    if cleanup["status"] != "COMPLETED" {
        return;
    }
    for server in cleanup["servers"].as_array().into_iter().flatten() {
        let instances = state["instances"].as_array().into_iter().flatten();
        let stands = |one: &&Value| one["instanceId"] == server["instanceId"] && one["terminatedAt"].is_null();
        if let Some(instance) = instances.into_iter().find(stands) {
            rules.violated("7 what is recorded is true", &format!("{id} is cleaned up, and {instance} stands"));
        }
    }
}

/// Whether a server's record says what DRS says of its job.
fn agrees(id: &str, wave: &Value, server: &Value, state: &Value, rules: &mut Rules) {
    const RULE: &str = "7 what is recorded is true";
    let name = text(&server["serverId"]);
    let job = state["jobs"].as_array().into_iter().flatten().find(|job| job["jobId"] == server["jobId"]);
    let of = job.and_then(|job| job["servers"].as_array()).into_iter().flatten();
    let launched = of.into_iter().find(|one| one["sourceServerId"] == server["serverId"]).cloned().unwrap_or_default();
    let status = text(&server["status"]);
    let wrong = match status {
        "HEALTHY" | "UNHEALTHY" | "LAUNCHED" => {
            server["instanceId"].is_null() || server["instanceId"] != launched["instanceId"]
        }
        "FAILED" => launched["status"] == "LAUNCHED" && !text(&server["reason"]).contains("minutes"),
        "SKIPPED" => !server["jobId"].is_null(),
        "UNKNOWN" => false,
        _ => true,
    };
    if wrong {
        let what = format!(
            "{name} in wave {} of {id} is {status} ({}), instance {}; DRS: {launched}",
            wave["number"], server["reason"], server["instanceId"]
        );
        rules.violated(RULE, &what);
    }
}

/// Jobs that were started and that no record has.
fn orphans(world: &World, rules: &mut Rules) {
    let mut jobs = rules.jobs().clone();
    world.tables(|tables| jobs.retain(|job, started| !is_recorded(tables, job, started)));
    for (job, started) in jobs {
        let what = format!("{job} of wave {} of {} is in no record", started.wave, started.execution);
        rules.violated("4 every job is known", &what);
    }
}

/// Whether a batch has the job. An intent will do, for which the job's tag names it, where each of its servers is UNKNOWN: so
/// ends a wave whose StartJobs could not find out, thirty times.
fn is_recorded(tables: &DynamoDb, job: &str, started: &Started) -> bool {
    let of_wave = |kind: &str| format!("#{kind}#{:03}#", started.wave);
    let is_unknown = |server: &String| {
        let key = of_wave("server") + server;
        items(tables, &started.execution, &key).any(|item| item.get("status").is_some_and(|is| is["S"] == "UNKNOWN"))
    };
    items(tables, &started.execution, &of_wave("batch")).any(|batch| match batch.get("jobId") {
        Some(of_batch) => of_batch["S"] == *job,
        None => {
            let servers = batch.get("servers").and_then(|list| list["L"].as_array()).into_iter().flatten();
            let servers: BTreeSet<String> = servers.map(|id| text(&id["S"]).to_owned()).collect();
            servers == started.servers && started.servers.iter().all(is_unknown)
        }
    })
}

fn claims(world: &World, rules: &mut Rules) {
    let mut left = Vec::new();
    world.tables(|tables| {
        for item in tables.items(HISTORY) {
            if item.get("planId").is_some_and(|key| key["S"] == "claim") {
                left.push(format!("{} holds {}", text(&item["holder"]["S"]), text(&item["serverId"]["S"])));
            }
        }
    });
    for what in left {
        rules.violated("3 claims are released", &what);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulation::EXECUTION_HISTORY;

    use super::*;

    #[test]
    fn a_job_is_in_a_batch_or_its_servers_are_said_to_be_unknown() {
        let batch = |job: Option<&str>| {
            let mut batch = json!({ "executionId": { "S": "e" }, "planId": { "S": "p#batch#002#0001" },
                "servers": { "L": [{ "S": "s-1" }] } });
            if let Some(job) = job {
                batch["jobId"] = json!({ "S": job });
            }
            batch
        };
        let server = |status: &str| json!({ "executionId": { "S": "e" }, "planId": { "S": "p#server#002#s-1" }, "status": { "S": status } });
        let tables = |items: &[Value]| {
            let mut dynamodb = DynamoDb::default();
            dynamodb.create(HISTORY, EXECUTION_HISTORY);
            for item in items {
                let put = dynamodb.call("PutItem", &json!({ "TableName": HISTORY, "Item": item }));
                assert!(put.is_ok(), "{item}");
            }
            dynamodb
        };
        let started = Started { execution: "e".into(), wave: 2, servers: ["s-1".to_owned()].into() };
        for (job, status, recorded) in [
            (Some("j"), "LAUNCHED", true),
            (Some("other"), "UNKNOWN", false),
            (None, "UNKNOWN", true),
            (None, "SKIPPED", false),
        ] {
            let tables = tables(&[batch(job), server(status)]);
            assert_eq!(is_recorded(&tables, "j", &started), recorded, "{job:?} {status}");
        }
        assert!(!is_recorded(&tables(&[]), "j", &started));
    }

    #[test]
    fn a_dead_source_holds_up_a_drill_and_no_recovery() {
        let violations = |mode: &str, severity: &str| {
            let finding =
                json!({ "code": "AGENT_DISCONNECTED", "severity": severity, "message": "its replication is STOPPED" });
            let mut rules = Rules::default();
            dead_sources(&json!({ "executionId": "e", "mode": mode, "findings": [finding] }), &mut rules);
            rules.violations().len()
        };
        let counts = [("DRILL", "BLOCKS"), ("RECOVERY", "WARNS"), ("RECOVERY", "BLOCKS")]
            .map(|(mode, severity)| violations(mode, severity));
        assert_eq!(counts, [0, 0, 1]);
    }
}
