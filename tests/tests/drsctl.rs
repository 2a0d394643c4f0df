//! The operator's command line, as a new user types it.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::path::PathBuf;
use std::process::{Command, Output};

use e2e::cold_start::binaries;
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

struct Drsctl {
    config: PathBuf,
}

impl Drsctl {
    /// Signed in as the user who may do everything.
    fn signed_in(name: &str) -> Self {
        let drsctl = Self { config: std::env::temp_dir().join(format!("{name}.json")) };
        let mut arguments = vec!["login".to_owned()];
        arguments.extend(cloud().login_arguments());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = drsctl.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        drsctl
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binaries().join("drsctl"));
        command.args(arguments).env("DRSCTL_CONFIG", &self.config).envs(cloud().drsctl_environment());
        command.output().unwrap()
    }
}

impl Drop for Drsctl {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.config);
    }
}

fn plan_file(scenario: &Scenario, plan: &Value) -> PathBuf {
    let file = std::env::temp_dir().join(format!("{}.yaml", scenario.name));
    std::fs::write(&file, plan.to_string()).unwrap(); // JSON is YAML.
    file
}

#[test]
fn apply_run_and_look_and_the_exit_status_says_how_it_ended() {
    let scenario = Scenario::new("cli");
    let servers = scenario.servers(2, |_, _| {});
    let drsctl = Drsctl::signed_in(&scenario.name);
    let (group, plan) = (format!("{}-all", scenario.name), scenario.name.as_str());
    let members: Vec<Value> = servers.iter().map(|id| json!({ "id": id })).collect();
    let file = plan_file(
        &scenario,
        &json!({
            "protectionGroups": [{ "name": group, "servers": members }],
            "recoveryPlans": [{ "name": plan, "waves": [{ "name": "all", "groups": [group] }] }],
        }),
    );
    let applied = drsctl.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(applied.status.code(), Some(0), "{applied:?}");

    let drill = drsctl.run(&["run", plan, "--mode", "drill", "--watch"]);
    assert_eq!(drill.status.code(), Some(0), "{drill:?}");
    assert!(String::from_utf8_lossy(&drill.stdout).contains("COMPLETED"), "{drill:?}");

    scenario.cloud.fault(&[&format!("launch-fails={}", servers[0])]);
    let failed = drsctl.run(&["run", plan, "--mode", "drill", "--watch"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(String::from_utf8_lossy(&failed.stdout).contains("LAUNCH_FAILED"), "{failed:?}");

    // No terminal and no --confirm: nothing is started.
    let unconfirmed = drsctl.run(&["run", plan, "--mode", "recovery"]);
    assert_eq!(unconfirmed.status.code(), Some(2), "{unconfirmed:?}");
    let listed = drsctl.run(&["executions"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout).matches(&format!("{plan}-2")).count(), 2, "{listed:?}");
    let _ = std::fs::remove_file(file);
}

#[test]
fn recovery_points_are_listed_chosen_and_shown() {
    let scenario = Scenario::new("cli-point");
    let ids = scenario.single_wave(2, |_, server| server["recoveryPointsHoursAgo"] = json!([2, 10]));
    let drsctl = Drsctl::signed_in(&scenario.name);
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let listed: Value =
        serde_json::from_str(&text(&drsctl.run(&["servers", "snapshots", &ids[0], "--output", "json"]))).unwrap();
    let (newer, older) = (&listed["items"][0], &listed["items"][1]);
    let choose = |snapshot: &Value| format!("{}={}", ids[0], snapshot["id"].as_str().unwrap());
    let not_after = (older["at"].as_i64().unwrap() + 3_600).to_string();
    let plan = scenario.name.as_str();

    let early = drsctl.run(&["preflight", plan, "--mode", "drill", "--not-after", "2001-01-01T00:00Z"]);
    assert_eq!(early.status.code(), Some(1), "{early:?}");
    assert!(text(&early).contains("recovery points: not after 2001-01-01T00:00:00Z"), "{early:?}");
    assert!(text(&early).contains(&format!("without a recovery point: {} (", ids[0])), "{early:?}");

    let arguments =
        ["run", plan, "--mode", "drill", "--watch", "--snapshot", &choose(newer), "--not-after", &not_after];
    let drill = drsctl.run(&arguments);
    assert_eq!(drill.status.code(), Some(0), "{drill:?}");
    assert!(text(&drill).contains("recovery points: chosen for 1 server, not after "), "{drill:?}");
    assert!(text(&drill).contains(", RPO "), "{drill:?}");
    let id = scenario.client().executions(Some(&plan.into()), None).unwrap().items[0].execution_id.to_string();
    let shown = text(&drsctl.run(&["executions", &id]));
    assert!(shown.contains(newer["id"].as_str().unwrap()), "{shown}");
    assert!(!shown.contains(older["id"].as_str().unwrap()), "the other one's has another id: {shown}");
    assert!(text(&drsctl.run(&["plans", "history", plan])).contains("RPO"));
}

#[test]
fn a_wrong_file_is_refused_with_its_place_before_anything_is_sent() {
    let scenario = Scenario::new("cli-wrong");
    let servers = scenario.servers(1, |_, _| {});
    let drsctl = Drsctl::signed_in(&scenario.name);
    let group = format!("{}-all", scenario.name);
    let file = plan_file(
        &scenario,
        &json!({
            "protectionGroups": [{ "name": group, "servers": [{ "id": servers[0] }] }],
            "recoveryPlans": [{ "name": scenario.name, "waves": [
                { "name": "a", "groups": [group], "dependsOnWaves": ["b"] },
                { "name": "b", "groups": [], "dependsOnWaves": ["a"] },
            ] }],
        }),
    );
    let refused = drsctl.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("a → b → a") && said.contains("waves[1] (b).groups"), "{said}");
    assert!(said.contains(&format!("{}.yaml", scenario.name)), "{said}");
    let path = format!("/protection-groups/{group}");
    assert_eq!(cloud().request("GET", &path, Some(cloud().admin_token()), None).0, 404, "the good group was stored");
    let _ = std::fs::remove_file(file);
}
