//! `drsctl direct`: start, watch and cancel without the API and without a sign-in.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

use contract::{ExecutionStatus, Mode, ServerStatus};
use domain::id::ExecutionId;
use e2e::cold_start::binaries;
use e2e::scenario::{assert_ended, eventually, servers};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// An operator with credentials for AWS, and no token and no API.
struct Direct {
    folder: PathBuf,
}

impl Direct {
    fn set_up(scenario: &Scenario) -> Self {
        let direct = Self { folder: std::env::temp_dir().join(format!("direct-{}", scenario.name)) };
        std::fs::create_dir_all(&direct.folder).unwrap();
        let missing = direct.run(&["direct", "watch", "nothing"]);
        assert_eq!(missing.status.code(), Some(2), "{missing:?}");
        assert!(String::from_utf8_lossy(&missing.stderr).contains("drsctl direct setup"), "{missing:?}");
        let table = |name: &str| cloud().tables[name].clone();
        let outputs = [
            ("RecoveryStateMachineArn", cloud().state_machines["recovery"].clone()),
            ("ProtectionGroupsTable", table("protectionGroups")),
            ("RecoveryPlansTable", table("recoveryPlans")),
            ("ExecutionHistoryTable", table("executionHistory")),
            ("AuditLogTable", table("auditLog")),
            ("InventoryTable", table("inventory")),
        ];
        let outputs: Vec<Value> =
            outputs.iter().map(|(key, value)| json!({ "OutputKey": key, "OutputValue": value })).collect();
        let file = direct.folder.join("outputs.json");
        std::fs::write(&file, json!(outputs).to_string()).unwrap();
        let kept = direct.run(&["direct", "setup", file.to_str().unwrap()]);
        assert_eq!(kept.status.code(), Some(0), "{kept:?}");
        direct
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(binaries().join("drsctl"))
            .args(arguments)
            .env_clear()
            .env("DRSCTL_CONFIG", self.folder.join("config.json"))
            .env("DRS_CLOCK", &cloud().clock)
            .env("AWS_ENDPOINT_URL", &cloud().aws_endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .unwrap()
    }

    /// Starts a drill, and gives back its id.
    fn start(&self, scenario: &Scenario) -> ExecutionId {
        let started = self.run(&["direct", "start", &scenario.name, "--mode", "drill"]);
        assert_eq!(started.status.code(), Some(0), "{started:?}");
        ExecutionId::from(String::from_utf8(started.stdout).unwrap().trim())
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_drill_is_started_and_watched_without_the_api() {
    let scenario = Scenario::new("direct");
    scenario.single_wave(2, |_, _| {});
    let direct = Direct::set_up(&scenario);
    let id = direct.start(&scenario);
    let watched = direct.run(&["direct", "watch", id.as_str(), "--output", "json"]);
    assert_eq!(watched.status.code(), Some(0), "{watched:?}");
    let progress = String::from_utf8(watched.stderr).unwrap();
    assert!(progress.contains("wave all") && progress.contains("LAUNCHING"), "{progress}");
    let shown: Value = serde_json::from_slice(&watched.stdout).unwrap();
    assert_eq!((&shown["status"], &shown["allowedActions"]), (&json!("COMPLETED"), &json!([])));
    // Its reports are stored a moment after its end.
    scenario.until(&id, "its reports", |execution| execution.reports.len() == 3);
    let watched = direct.run(&["direct", "watch", id.as_str(), "--output", "json"]);
    let shown: Value = serde_json::from_slice(&watched.stdout).unwrap();
    // The same as the API shows, but for what its caller may do; nobody says who started it, since nobody knows.
    let mut of_api = scenario.cloud.get(&format!("/executions/{id}"));
    of_api["allowedActions"] = json!([]);
    assert_eq!(shown, of_api);
    assert_eq!(shown["startedBy"], "stepfunctions");
}

#[test]
fn a_drill_is_cancelled_without_the_api_as_the_api_does_it() {
    let scenario = Scenario::new("direct-cancel");
    let ids = scenario.single_wave(1, |_, _| {});
    let since = scenario.cloud.journal_position();
    let direct = Direct::set_up(&scenario);
    let id = direct.start(&scenario);
    // The recovery machine writes the record, so there is none at first.
    eventually("its launch", || match scenario.client().execution(&id) {
        Ok(run) if servers(&run).any(|server| server.status == ServerStatus::Launching) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    for _ in 0..2 {
        let cancelled = direct.run(&["direct", "cancel", id.as_str(), "--comment", "the API is down"]);
        assert_eq!(cancelled.status.code(), Some(0), "{cancelled:?}");
        assert!(String::from_utf8_lossy(&cancelled.stdout).contains("cancelled by direct"), "{cancelled:?}");
    }
    let watched = direct.run(&["direct", "watch", id.as_str()]);
    assert_eq!(watched.status.code(), Some(1), "{watched:?}");
    let ended = scenario.end_of(&id);
    assert_ended(&ended, ExecutionStatus::Cancelled);
    assert_eq!(ended.summary.reason, "direct cancelled the execution: the API is down");
    assert_eq!(ended.waves[0].servers[0].status, ServerStatus::Launched);
    assert!(scenario.cloud.journal(since).calls("TerminateRecoveryInstances", &ids).is_empty());
    let log = scenario.cloud.get(&format!("/audit?subject={id}&action=CancelExecution"));
    assert_eq!((&log["count"], &log["items"][0]["actor"]), (&json!(1), &json!("direct")), "{log}");
    assert!(log["items"][0]["detail"].as_str().unwrap().contains("past the API"), "{log}");
    let again = direct.run(&["direct", "cancel", id.as_str()]);
    assert_eq!(again.status.code(), Some(3), "{again:?}");
    assert!(String::from_utf8_lossy(&again.stderr).contains("has ended as CANCELLED"), "{again:?}");
}

#[test]
fn safety_rule_8_a_recovery_without_the_api_needs_the_plans_name_too() {
    let scenario = Scenario::new("direct-recovery");
    scenario.single_wave(1, |_, _| {});
    let direct = Direct::set_up(&scenario);
    for confirm in [None, Some("another")] {
        let mut arguments = vec!["direct", "start", scenario.name.as_str(), "--mode", "recovery"];
        arguments.extend(confirm.map(|name| ["--confirm", name]).into_iter().flatten());
        let refused = direct.run(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    }
    let confirm = ["direct", "start", &scenario.name, "--mode", "recovery", "--confirm", &scenario.name, "--watch"];
    let recovered = direct.run(&confirm);
    assert_eq!(recovered.status.code(), Some(0), "{recovered:?}");
    let listed = scenario.cloud.get(&format!("/executions?planId={}", scenario.name));
    assert_eq!((&listed["count"], &listed["items"][0]["mode"]), (&json!(1), &json!(Mode::Recovery)), "{listed}");
}
