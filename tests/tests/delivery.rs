//! Every task may be delivered twice: at the same time, or long after its execution has ended.

use contract::{ExecutionStatus, Mode, ServerStatus};
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers};
use serde_json::json;

#[test]
fn a_task_that_is_delivered_after_the_end_changes_nothing() {
    let scenario = Scenario::new("late");
    let ids = scenario.servers(2, |_, _| {});
    let group = scenario.group("all", &ids, &[]);
    scenario.plan(&json!([{ "name": "all", "groups": [group], "healthChecks": [
        { "name": "agent", "kind": "ssmAgentOnline", "runIn": ["DRILL"] },
    ] }]));
    let id = scenario.run(Mode::Drill).summary.execution_id;
    // Its report is stored after its end.
    let before = scenario.until(&id, "the report", |execution| execution.reports.len() == 3);
    assert_ended(&before, ExecutionStatus::Completed);
    let since = scenario.cloud.journal_position();
    let key = json!({
        "executionId": before.summary.execution_id, "planId": scenario.name, "wave": 1,
        "mode": "DRILL", "phase": "AFTER", "token": "no longer waited for",
        "error": { "Error": "States.Timeout", "Cause": "delivered late" },
    });
    for task in [
        "prepare-execution",
        "await-dependencies",
        "await-decision",
        "run-actions",
        "apply-launch-settings",
        "start-jobs",
        "check-jobs",
        "start-health-checks",
        "check-health",
        "settle-wave",
        "settle-execution",
        "store-report",
    ] {
        let answer = scenario.cloud.invoke(task, &key);
        let after = scenario.client().execution(&before.summary.execution_id).unwrap();
        assert_eq!(after, before, "{task} answered {answer}");
    }
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn start_jobs_delivered_many_times_at_once_starts_one_job() {
    let scenario = Scenario::new("twice");
    let ids = scenario.single_wave(3, |_, _| {});
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "its plan", |execution| !execution.waves.is_empty());
    let key = json!({ "executionId": id, "planId": scenario.name, "wave": 1 });
    let cloud = scenario.cloud;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| cloud.invoke("start-jobs", &key));
        }
    });
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert!(servers(&execution).all(|server| server.status == ServerStatus::Launched));
    assert_eq!(cloud.journal(since).changes("JobCreated", &ids).len(), 1);
}
