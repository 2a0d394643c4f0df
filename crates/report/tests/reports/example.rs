//! A small recovery: four waves, of which one failed in part, with everything in it that a report can say.

use contract::{AuditEvent, Execution, StoredPlan};
use serde_json::{Value, json};

pub(crate) const START: i64 = 1_795_450_000;

fn server(number: usize, name: &str, at: (i64, i64, i64), more: Value) -> Value {
    let (started, launched, checked) = at;
    let mut server = json!({
        "serverId": format!("s-3tier{number:011}"), "hostname": name, "group": "shop", "criticality": "critical",
        "status": "HEALTHY", "phase": "", "reason": "", "jobId": format!("drsjob-{number:017x}"),
        "instanceId": format!("i-{number:017x}"), "recoveredFrom": START - 240, "startedAt": START + started,
        "launchedAt": START + launched, "checkedAt": START + checked,
        "checks": [{"name": "agent-online", "kind": "ssmAgentOnline", "required": true, "status": "PASSED",
            "output": "Online", "endedAt": START + checked}],
        "launchSettings": {"outcome": "UNCHANGED", "changes": [], "reason": ""},
    });
    for (key, value) in more.as_object().unwrap() {
        server[key] = value.clone();
    }
    server
}

fn wave(number: u32, name: &str, after: &[&str], at: (i64, i64, i64), status: &str, servers: &[Value]) -> Value {
    json!({
        "number": number, "name": name, "region": "eu-central-1", "dependsOnWaves": after, "status": status, "reason": "", "allowedActions": [], "beforeActions": [], "afterActions": [],
        "startedAt": START + at.0, "launchedAt": START + at.1, "endedAt": START + at.2, "servers": servers,
    })
}

/// The execution.
pub(crate) fn execution() -> Execution {
    let applied = json!({"launchSettings": {"outcome": "APPLIED", "reason": "",
    "changes": [{"setting": "rightSizing", "from": "BASIC", "to": "NONE"}, {"setting": "copyTags", "from": null, "to": "true"}]},
    "checks": [
        {"name": "agent-online", "kind": "ssmAgentOnline", "required": true, "status": "PASSED", "output": "Online", "endedAt": START + 700},
        {"name": "database-answers", "kind": "ssmCommand", "required": true, "status": "PASSED",
         "output": "/var/run/postgresql:5432 - accepting connections", "endedAt": START + 760},
    ]});
    let failed = json!({"status": "FAILED", "criticality": "optional", "instanceId": null, "launchedAt": null, "checkedAt": null,
        "recoveredFrom": null, "checks": [],
        "reason": "LAUNCH_FAILED: InsufficientInstanceCapacity: there is not enough capacity to launch the recovery instance"});
    let slow = json!({"recoveredFrom": START - 1_500, "checks": [
        {"name": "page-loads", "kind": "ssmCommand", "required": false, "status": "FAILED",
         "output": "curl: (7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server\nexit status 7", "endedAt": START + 2_500}]});
    let mut reporting = wave(
        4,
        "reporting",
        &["database"],
        (800, 1_500, 1_530),
        "PARTIAL",
        &[server(6, "rpt-1", (800, 1_400, 1_520), json!({})), server(7, "rpt-2", (800, 0, 0), failed)],
    );
    reporting["round"] = json!(2);
    reporting["decisions"] = json!([{"decided": "RETRY", "by": "grace", "at": START + 1_200, "comment": "another instance type",
        "reason": "2 of 2 servers did not succeed, 1 of them critical", "servers": 2}]);
    reporting["servers"][0]["attempts"] = json!([{"status": "UNHEALTHY", "reason": "health check \"page-loads\": exit status 7",
        "jobId": "drsjob-0aaaaaaaaaaaaaaaa", "instanceId": "i-0aaaaaaaaaaaaaaaa", "startedAt": START + 300,
        "launchedAt": START + 900, "checkedAt": START + 1_100, "checks": []}]);
    reporting["reason"] = json!("1 of 2 servers did not succeed, none of them critical");
    reporting["approval"] = json!({"role": "dr-approver", "timeoutMinutes": 60, "onTimeout": "REJECT",
        "askedAt": START + 790, "expiresAt": START + 4_390,
        "decision": {"verdict": "APPROVED", "by": "grace", "at": START + 795, "comment": "The figures of the quarter are needed today."}});
    let action = |name: &str, status: &str, more: Value| {
        let mut action = json!({"name": name, "kind": "ssmAutomation", "timeoutMinutes": 10, "onFailure": "CONTINUE",
            "status": status, "startedAt": START + 1_500, "endedAt": START + 1_520});
        for (key, value) in more.as_object().unwrap() {
            action[key] = value.clone();
        }
        action
    };
    reporting["beforeActions"] = json!([action("settle", "SUCCEEDED", json!({"kind": "delay", "delayMinutes": 1}))]);
    reporting["afterActions"] = json!([action(
        "switch-dns",
        "FAILED",
        json!({"document": "Example-SwitchDns",
        "runs": ["7d9c6f0e-0000-4000-8000-000000000001"], "output": "Step 2 failed: no hosted zone\nrecord unchanged"})
    )]);
    let waves = [
        wave(
            1,
            "database",
            &[],
            (40, 620, 780),
            "COMPLETED",
            &[
                server(1, "db-1", (40, 560, 760), applied),
                server(2, "db-2", (40, 620, 740), json!({"recoveredFrom": START + 50})),
            ],
        ),
        wave(
            2,
            "application",
            &["database"],
            (785, 1_640, 1_800),
            "COMPLETED",
            &[
                server(3, "app-1", (785, 1_500, 1_700), json!({})),
                server(4, "app-2", (785, 1_640, 1_790), json!({"launchSettings": null, "checks": []})),
            ],
        ),
        wave(
            3,
            "web",
            &["application"],
            (1_805, 2_340, 2_510),
            "COMPLETED",
            &[server(5, "web-1", (1_805, 2_340, 2_500), slow)],
        ),
        reporting,
    ];
    serde_json::from_value(json!({
        "executionId": "three-tier-20261124t093320-7ce6", "planId": "three-tier", "planVersion": 3, "mode": "RECOVERY",
        "status": "PARTIAL", "reason": "wave \"reporting\" is PARTIAL: 1 of 2 servers did not succeed, none of them critical",
        "startedBy": "ada", "startedAt": START, "endedAt": START + 2_510, "rtoSeconds": 2_510, "rpoSeconds": 1_500, "recoveryPoint": {"kind": "LATEST"},
        "forecast": {"p50Seconds": 2_340, "p90Seconds": 3_300},
        "findings": [{"code": "AGENT_DISCONNECTED", "severity": "WARNS", "subject": "s-3tier00000000005 (web-1)",
            "message": "its replication is DISCONNECTED; the newest recovery point ages",
            "remedy": "Reconnect the agent. A recovery launches it from the newest recovery point."}],
        "servers": {"total": 7, "recovered": 6}, "allowedActions": [], "waves": waves,
    })).unwrap()
}

/// The version of the plan that ran.
pub(crate) fn plan() -> StoredPlan {
    serde_json::from_value(json!({
        "name": "three-tier", "description": "The shop: databases, application, web.", "targetRtoMinutes": 60,
        "targetRpoMinutes": 15, "waves": [], "version": 3, "updatedAt": START - 86_400, "updatedBy": "grace",
    }))
    .unwrap()
}

/// What the audit log has.
pub(crate) fn events() -> Vec<AuditEvent> {
    serde_json::from_value(json!([{
        "id": "1", "at": START, "actor": "ada", "roles": ["dr-recoverer"], "action": "StartExecution", "kind": "EXECUTION",
        "subject": "three-tier-20261124t093320-7ce6", "beforeHash": null, "afterHash": null,
        "sourceAddress": "198.51.100.7", "detail": "RECOVERY of three-tier",
    }])).unwrap()
}
