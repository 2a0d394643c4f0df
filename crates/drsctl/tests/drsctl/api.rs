//! An API with a little of everything. Names, tags and reasons in it try to take over the terminal.

use serde_json::{Value, json};

use crate::fake::{Answer, Request, execution};

/// Clears the screen, colours with a C1 byte, and turns the text around.
pub(crate) const NASTY: &str = "\u{1b}[2Jevil\u{9b}31m\u{202e}";

pub(crate) fn ok(value: &Value) -> Answer {
    Some((200, value.to_string()))
}

pub(crate) fn page(items: &[Value], next: Option<&str>) -> Value {
    json!({"items": items, "count": items.len(), "nextToken": next})
}

pub(crate) fn server(hostname: &str) -> Value {
    json!({"id": "s-00000000000000001", "arn": "arn:aws:drs:eu-central-1:111122223333:source-server/s-1",
        "account": "111122223333", "region": "eu-central-1", "hostname": hostname, "os": "Ubuntu", "cpus": 2,
        "ramBytes": 8_589_934_592_u64, "disks": [{"deviceName": "/dev/sda", "bytes": 10_737_418_240_u64}],
        "tags": {"tier": NASTY}, "replicationState": "STALLED", "replicationError": NASTY, "lagSeconds": 720,
        "lastRecoveryPointAt": 100, "lastLaunch": {"mode": "DRILL", "at": 90, "jobId": "drsjob-1", "result": "SUCCEEDED"},
        "recoveryInstanceId": "i-1", "lastSeenAt": 110, "agentVersion": "5", "groups": ["database"]})
}

pub(crate) fn group() -> Value {
    json!({"name": "database", "description": NASTY, "servers": [{"id": "s-00000000000000001", "criticality": "critical"}],
        "launchSettings": {"copyTags": true}, "version": 3, "updatedAt": 0, "updatedBy": NASTY})
}

/// The plan in a version: in 1, the failure of its wave stops the run; in 2 it does not.
pub(crate) fn plan(version: u64) -> Value {
    let on_failure = if version == 1 { "STOP" } else { "CONTINUE" };
    json!({"name": "shop", "description": NASTY, "targetRtoMinutes": 60, "drillEveryDays": 90,
        "onLaunchSettingsFailure": "STOP", "waves": [{"name": "database", "groups": ["database"],
        "onFailure": on_failure, "minHealthyPercent": 0, "launchTimeoutMinutes": 120}],
        "version": version, "updatedAt": 0, "updatedBy": "ada"})
}

pub(crate) fn forecast(met_p90: bool) -> Value {
    let change = json!({"wave": "database", "gainSeconds": 600, "message": "Split it."});
    let target = json!({"targetRtoMinutes": 60, "metP50": true, "metP90": met_p90,
        "change": if met_p90 { Value::Null } else { change }});
    let estimate = |p50: u32, p90: u32| json!({"p50Seconds": p50, "p90Seconds": p90});
    json!({"planId": "shop", "planVersion": 2, "mode": "DRILL", "waves": [{"name": "database", "servers": 2, "jobs": 1,
        "start": estimate(0, 0), "end": estimate(1_800, 4_000), "queued": estimate(0, 60), "critical": true,
        "basis": "PROFILE"}], "total": estimate(1_800, 4_000), "criticalPath": ["database"], "target": target,
        "past": [{"executionId": "shop-1", "forecastP50Seconds": 1_000, "forecastP90Seconds": 2_000,
        "reachedSeconds": 1_100, "errorPercent": 10}], "computedAt": 0})
}

pub(crate) fn report(changes: &[Value], problems: &[Value]) -> Value {
    json!({"dryRun": true, "changes": changes, "problems": problems})
}

pub(crate) fn update() -> Value {
    json!({"kind": "RECOVERY_PLAN", "name": "shop", "change": "UPDATE", "version": null, "fields": [
        {"at": "waves.database.onFailure", "from": "\"STOP\"", "to": "\"CONTINUE\""},
        {"at": "targetRpoMinutes", "from": null, "to": "15"}, {"at": "description", "from": format!("{NASTY:?}{NASTY}"), "to": null}]})
}

pub(crate) fn unchanged(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "name": name, "change": "UNCHANGED", "version": 1, "fields": []})
}

fn finding() -> Value {
    json!({"code": "SERVER_BUSY", "severity": "WARNS", "subject": NASTY, "message": "it is in a job", "remedy": "Wait."})
}

fn preflight() -> Value {
    json!({"planId": "shop", "planVersion": 2, "mode": "DRILL", "ready": true, "readyOnceConfirmed": true,
        "instancesToConfirm": [{"serverId": "s-1", "instanceId": NASTY}], "findings": [finding()], "checkedAt": 0,
        "recoveryPoint": {"kind": "NOT_AFTER", "at": 1_795_312_800}, "withoutRecoveryPoint": [NASTY]})
}

fn readiness() -> Value {
    let mut result = preflight();
    (result["verdict"], result["changed"]) = ("ATTENTION".into(), true.into());
    result
}

fn schedule() -> Value {
    json!({"planId": "shop", "name": "weekly", "expression": "cron(0 3 ? * SUN *)", "timeZone": "Europe/Berlin",
        "enabled": true, "cleanupAfterMinutes": 60, "description": NASTY, "version": 4, "updatedAt": 0, "updatedBy": NASTY,
        "nextRunAt": 1_000, "lastRun": {"executionId": "shop-1", "status": "REFUSED", "at": 500},
        "missed": [{"at": 400, "reason": NASTY}]})
}

/// Answers every command with a success.
pub(crate) fn everything(request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    let event = json!({"id": "1", "at": 0, "actor": NASTY, "roles": ["dr-admin"], "action": "PutRecoveryPlan",
        "kind": "RECOVERY_PLAN", "subject": "shop", "beforeHash": null, "afterHash": "ab", "sourceAddress": "", "detail": ""});
    match (request.method.as_str(), path.trim_start_matches("/v1/")) {
        ("GET", "source-servers") => inventory(request),
        ("GET", "source-servers/s-1") => {
            let mut detail = server(NASTY);
            detail["snapshots"] = json!([{"id": "pit-1", "at": 100}]);
            detail["launchConfiguration"] = json!({"copyTags": "true"});
            ok(&detail)
        }
        ("POST", "source-servers/refresh") => Some((202, json!({"refreshId": "refresh-1"}).to_string())),
        ("GET", "quotas") => ok(&page(&quotas(), None)),
        ("GET", "protection-groups") => ok(&page(&[group()], None)),
        ("GET", "protection-groups/database") => ok(&group()),
        ("POST", "protection-groups/database/resolve") => ok(&json!({"group": "database", "region": "eu-central-1",
            "items": [{"id": "s-1", "hostname": NASTY, "replicationState": "CONTINUOUS", "tags": {NASTY: NASTY},
            "otherGroups": ["web"]}], "count": 1, "missing": ["s-2"], "resolvedAt": 0})),
        ("GET", "protection-groups/database/launch-settings") => launch_settings(request),
        ("DELETE", _) => Some((204, String::new())),
        ("GET", "recovery-plans") => ok(&page(&[plan(2)], None)),
        ("GET", "recovery-plans/shop" | "recovery-plans/shop/versions/2") => ok(&plan(2)),
        ("GET", "recovery-plans/shop/versions/1") => ok(&plan(1)),
        ("GET", "recovery-plans/shop/versions") => ok(&page(&[plan(2), plan(1)], None)),
        ("GET", "recovery-plans/shop/schedules") => ok(&page(&[schedule()], None)),
        ("GET" | "PUT", "recovery-plans/shop/schedules/weekly") => ok(&schedule()),
        ("GET", "recovery-plans/shop/readiness") => ok(&page(&[readiness()], None)),
        ("GET", "recovery-plans/shop/history") => ok(&page(&[run()], None)),
        ("GET", "recovery-plans/shop/forecast") => ok(&forecast(false)),
        ("POST", "recovery-plans/shop/preflight") => ok(&preflight()),
        ("POST", "import") => ok(&report(&[update(), unchanged("PROTECTION_GROUP", "database")], &[])),
        ("POST", "import/native-plan") => ok(&json!({"documents": {"recoveryPlans": []}, "notes": [NASTY],
            "report": report(&[update()], &[])})),
        ("GET", "audit") => ok(&page(&[event], None)),
        ("GET", "me") => ok(&json!({"name": NASTY, "roles": ["dr-admin"], "actions": ["Read", "Plan"]})),
        ("GET", "executions") => {
            let mut summary: Value = serde_json::from_str(&execution("COMPLETED", "COMPLETED", "HEALTHY")).unwrap();
            summary["startedBy"] = NASTY.into();
            if request.path.contains("leftOver=true") {
                summary["leftOver"] = json!({"instances": 2, "runningHours": 7.5});
            }
            ok(&page(&[summary], None))
        }
        ("POST", "executions/shop-1/cleanup") => Some((202, cleaned("COMPLETED").to_string())),
        ("GET", "executions/shop-1/report") => report_of(request),
        ("POST", "executions/shop-1/pause") => controlled(|run| run["paused"] = json!({"by": NASTY, "at": 100})),
        ("POST", "executions/shop-1/resume") => controlled(|_| {}),
        ("POST", "executions/shop-1/cancel") => {
            controlled(|run| run["cancelled"] = json!({"by": NASTY, "at": 100, "comment": NASTY}))
        }
        ("POST", "executions/shop-1/waves/1/approve") => controlled(|run| decided(run, "APPROVED")),
        ("POST", "executions/shop-1/waves/1/retry") => controlled(|run| failed(run, "RETRY")),
        ("POST", "executions/shop-1/waves/1/recheck") => controlled(held),
        ("POST", "executions/shop-1/waves/1/skip") => controlled(|run| failed(run, "SKIP")),
        ("POST", "executions/shop-1/waves/1/abort") => controlled(|run| failed(run, "ABORT")),
        ("POST", "executions/shop-1/waves/1/reject") => controlled(|run| decided(run, "REJECTED")),
        ("GET", "executions/shop-1") => Some((200, execution("COMPLETED", "COMPLETED", "HEALTHY"))),
        _ => Some((404, json!({"title": "Not found", "status": 404, "code": "NOT_FOUND", "detail": path}).to_string())),
    }
}

fn run() -> Value {
    json!({"executionId": NASTY, "planVersion": 2, "mode": "DRILL", "status": "PARTIAL", "startedAt": 100,
        "rtoSeconds": 600, "targetRtoMinutes": 60, "rpoSeconds": 300, "targetRpoMinutes": 15, "forecast": {"p50Seconds": 1_200, "p90Seconds": 2_400},
        "servers": {"total": 2, "recovered": 1}})
}

/// The drill with a cleanup that left one of two instances over.
pub(crate) fn cleaned(status: &str) -> Value {
    let mut drill: Value = serde_json::from_str(&execution("COMPLETED", "COMPLETED", "HEALTHY")).unwrap();
    let server = |status: &str, reason: &str| {
        json!({"serverId": "s-1", "hostname": NASTY, "instanceId": "i-1",
        "status": status, "jobId": "drsjob-2", "reason": reason})
    };
    drill["cleanup"] = json!({"status": status, "reason": "", "startedBy": NASTY, "startedAt": 100, "endedAt": 220,
        "servers": [server("TERMINATED", ""), server("LEFT_OVER", &format!("CLEANUP_FAIL{NASTY}"))]});
    drill
}

fn report_of(request: &Request) -> Answer {
    Some((
        200,
        match request.path.split_once("format=").unwrap().1 {
            "json" => json!({"generatedAt": 100, "shortened": [NASTY]}).to_string(),
            other => format!("a report as {other}{NASTY}\n"),
        },
    ))
}

/// An execution that runs, after something was done to it.
fn controlled(change: impl Fn(&mut Value)) -> Answer {
    let mut run: Value = serde_json::from_str(&execution("RUNNING", "WAITING", "PENDING")).unwrap();
    change(&mut run);
    ok(&run)
}

fn decided(run: &mut Value, verdict: &str) {
    run["waves"][0]["approval"] = json!({"role": "dr-approver", "timeoutMinutes": 60, "onTimeout": "REJECT",
        "askedAt": 100, "expiresAt": 3_700, "decision": {"verdict": verdict, "by": NASTY, "at": 200, "comment": NASTY}});
}

/// A wave about whose failure somebody has decided.
fn failed(run: &mut Value, decided: &str) {
    run["waves"][0]["decisions"] =
        json!([{"decided": decided, "by": NASTY, "at": 200, "comment": NASTY, "reason": NASTY, "servers": 1}]);
}

/// A wave that awaits a decision.
fn held(run: &mut Value) {
    let wave = &mut run["waves"][0];
    (wave["status"], wave["heldAt"], wave["reason"]) = (json!("AWAITING_DECISION"), json!(100), json!(NASTY));
    wave["allowedActions"] = json!(["RECHECK", "ABORT"]);
}

/// Two pages.
fn inventory(request: &Request) -> Answer {
    let second = request.path.contains("nextToken=2");
    let (name, next) = if second { (NASTY, None) } else { ("db-1", Some("2")) };
    let mut inventory = page(&[server(name)], next);
    inventory["total"] = 2.into();
    let region = |name: &str, read_at: Value, age: Value, error: Value| json!({"account": "111122223333", "region": name, "servers": 1, "readAt": read_at, "ageSeconds": age, "error": error});
    inventory["regions"] = json!([
        region("us-east-1", json!(0), json!(2520), Value::Null),
        region("eu-central-1", json!(0), json!(60), json!(format!("throttled{NASTY}"))),
        region("eu-west-1", Value::Null, Value::Null, json!("no role")),
        region("eu-north-1", Value::Null, Value::Null, Value::Null),
        region("eu-south-1", json!(0), json!(1799), Value::Null),
    ]);
    ok(&inventory)
}

/// A Region that is full, and one that does not answer.
fn quotas() -> [Value; 2] {
    let quota = |used: usize, limit: usize, level: &str| json!({"used": used, "limit": limit, "level": level});
    let mut silent = json!({"account": "111122223333", "region": "eu-west-1", "jobs": null, "serversInJobs": null,
        "replicatingServers": null, "serversPerJob": 100, "checkedAt": 100, "inventoryReadAt": null, "error": NASTY});
    let mut full = silent.clone();
    (full["region"], full["inventoryReadAt"], full["error"]) = (json!("eu-central-1"), json!(90), Value::Null);
    full["jobs"] = quota(20, 20, "FULL");
    full["serversInJobs"] = quota(400, 500, "HIGH");
    full["replicatingServers"] = quota(7, 300, "OK");
    silent["account"] = json!(NASTY);
    [full, silent]
}

/// Two pages, of which the second drifts and has a server that could not be read.
fn launch_settings(request: &Request) -> Answer {
    let second = request.path.contains("nextToken=2");
    let item = |live: &str, drift: Value, error: Value| {
        json!({"serverId": "s-1", "hostname": NASTY, "wanted": {"copyTags": "true"}, "live": {"copyTags": live},
            "drift": drift, "error": error})
    };
    let drift = json!([{"setting": "copyTags", "wanted": "true", "live": NASTY}]);
    let items = if second {
        vec![item(NASTY, drift, Value::Null), item("", json!([]), json!("throttled"))]
    } else {
        vec![item("true", json!([]), Value::Null)]
    };
    let mut answer = page(&items, if second { None } else { Some("2") });
    (answer["group"], answer["checkedAt"]) = ("database".into(), 0.into());
    ok(&answer)
}
