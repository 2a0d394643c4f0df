//! Faults of DRS itself, which hit whoever calls: one test at a time.

use contract::{ExecutionStatus, Mode, ServerStatus};
use e2e::scenario::{assert_ended, servers};
use e2e::{Scenario, cloud};
use serde_json::json;

#[test]
fn safety_rule_4_an_error_after_commit_leaves_exactly_one_job() {
    let _fault = cloud().disturb(&["error-after-commit=StartRecovery:1"]);
    let scenario = Scenario::new("rule-4");
    let ids = scenario.single_wave(3, |_, _| {});
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("JobCreated", &ids).len(), 1, "{journal:?}");
    let calls = journal.calls("StartRecovery", &ids);
    assert_eq!(calls.iter().map(|call| call["outcome"]["status"].as_u64().unwrap()).collect::<Vec<_>>(), [500]);
}

#[test]
fn an_error_before_commit_is_tried_again() {
    let _fault = cloud().disturb(&["error-before-commit=StartRecovery:2"]);
    let scenario = Scenario::new("before-commit");
    let ids = scenario.single_wave(1, |_, _| {});
    let since = scenario.cloud.journal_position();
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Completed);
    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("JobCreated", &ids).len(), 1);
    assert_eq!(journal.calls("StartRecovery", &ids).len(), 3);
}

#[test]
fn throttling_costs_time_only() {
    let disturbance = cloud().disturb(&[]);
    let scenario = Scenario::new("throttled");
    let ids = scenario.single_wave(2, |_, _| {});
    let since = scenario.cloud.journal_position();
    // More than the SDK's own three tries, so that the state machine has to retry, too.
    let throttled = ["StartRecovery:2", "DescribeJobs:6", "DescribeSourceServers:5", "DescribeJobLogItems:5"];
    let faults = throttled.map(|calls| format!("throttle={calls}"));
    disturbance.add(&faults.each_ref().map(String::as_str));
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Completed);
    assert_eq!(scenario.cloud.journal(since).changes("JobCreated", &ids).len(), 1);
}

#[test]
fn launch_settings_are_set_once_whatever_becomes_of_the_answers() {
    let disturbance = cloud().disturb(&[]);
    let scenario = Scenario::new("settings-lost");
    let ids = scenario.servers(2, |_, _| {});
    let group = format!("{}-all", scenario.name);
    let members = json!([{ "id": ids[0] }, { "id": ids[1] }]);
    let document = json!({ "name": group, "servers": members, "launchSettings": { "copyTags": true } });
    scenario.put("protection-groups", &group, &document);
    scenario.plan(&json!([{ "name": "all", "groups": [group] }]));
    // More than the SDK's own three tries, so that the state machine has to retry, too.
    disturbance.add(&["error-after-commit=UpdateLaunchConfiguration:4", "throttle=GetLaunchConfiguration:7"]);
    let since = scenario.cloud.journal_position();
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Completed);
    let journal = scenario.cloud.journal(since);
    let calls = journal.calls("UpdateLaunchConfiguration", &ids);
    assert!(calls.iter().any(|call| call["outcome"]["status"] == 500), "{journal:?}");
    assert_eq!(journal.changes("JobCreated", &ids).len(), 1);
    for id in &ids {
        let live = scenario.cloud.drs("GetLaunchConfiguration", &json!({ "sourceServerID": id }));
        assert_eq!(live["copyTags"], true);
    }
}

#[test]
fn safety_rule_9_unknown_values_and_pages_of_one_change_nothing() {
    let _fault = cloud().disturb(&["unknown-enums", "page-size=1"]);
    let scenario = Scenario::new("rule-9");
    scenario.single_wave(3, |_, _| {});
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert!(servers(&execution).all(|server| server.status == ServerStatus::Launched && server.instance_id.is_some()));
}

#[test]
fn safety_rule_6_five_hundred_and_twenty_servers_stay_under_the_quotas() {
    let _alone = cloud().disturb(&[]);
    let scenario = Scenario::new("rule-6");
    let ids = scenario.single_wave(520, |_, _| {});
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert_eq!(servers(&execution).filter(|server| server.status == ServerStatus::Launched).count(), 520);
    let journal = scenario.cloud.journal(since);
    let calls = journal.calls("StartRecovery", &ids);
    assert!(calls.iter().all(|call| call["outcome"]["status"] == 202), "DRS never had to refuse");
    let (jobs, in_jobs, in_one) = journal.peaks();
    assert!(jobs <= 20 && in_jobs <= 500 && in_one <= 100, "{jobs} jobs, {in_jobs} servers in jobs, {in_one} in one");
    assert!(in_jobs == 500 && in_one == 100, "the quotas were used: {in_jobs}, {in_one}");
}
