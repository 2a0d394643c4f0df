//! Every task of a cleanup delivered twice, and failed once: it ends as recorded, with its claims released, and nothing
//! but the drill's instances is terminated. The simulator's journal is the witness. What these tests hold back or deny hits
//! every cleanup, so one runs at a time.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{CleanupRun, CleanupStatus, Execution, ExecutionStatus, InstanceCleanup, Mode};
use domain::id::ExecutionId;
use e2e::journal::Journal;
use e2e::scenario::{assert_ended, eventually, servers};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

const TASKS: [&str; 4] = ["prepare-cleanup", "start-terminations", "check-terminations", "settle-cleanup"];

/// A drill of `count` servers that has ended: its scenario, servers, id and instances.
fn drilled(name: &str, count: usize) -> (Scenario, Vec<String>, ExecutionId, Vec<String>) {
    let scenario = Scenario::new(name);
    let ids = scenario.single_wave(count, |_, _| {});
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Completed);
    let launched = servers(&drill).map(|server| server.instance_id.as_ref().unwrap().to_string()).collect();
    (scenario, ids, drill.summary.execution_id, launched)
}

fn key(scenario: &Scenario, id: &ExecutionId) -> Value {
    json!({ "executionId": id, "planId": scenario.name })
}

fn cleanup(execution: &Execution) -> &CleanupRun {
    execution.cleanup.as_ref().unwrap()
}

fn end_of_cleanup(scenario: &Scenario, id: &ExecutionId) -> Execution {
    scenario.until(id, "the end of the cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status.is_terminal())
    })
}

/// The jobs that terminate instances of `ids`.
fn terminations<'a>(journal: &'a Journal, ids: &[String]) -> Vec<&'a Value> {
    let created = journal.changes("JobCreated", ids).into_iter();
    created.map(|change| &change["details"]).filter(|job| job["job"] == "Terminate").collect()
}

/// Whoever claims `server`; null when nobody does.
fn claim(scenario: &Scenario, server: &str) -> Value {
    scenario.cloud.recorded(format!("claim#{server}"), "claim")
}

fn assert_clean(scenario: &Scenario, ids: &[String], ended: &Execution) {
    let cleanup = cleanup(ended);
    assert_eq!(cleanup.status, CleanupStatus::Completed, "{cleanup:?}");
    assert!(cleanup.servers.iter().all(|one| one.status == InstanceCleanup::Terminated), "{cleanup:?}");
    assert_released(scenario, ids);
}

/// Claims are released after the end is recorded; what has ended holds nothing either way.
fn assert_released(scenario: &Scenario, ids: &[String]) {
    eventually("the release of the claims", || {
        let claims: Vec<Value> = ids.iter().map(|id| claim(scenario, id)).filter(|claim| !claim.is_null()).collect();
        if claims.is_empty() { Ok(()) } else { Err(format!("{claims:?}")) }
    });
}

#[test]
fn every_task_delivered_twice_terminates_each_instance_once_and_nothing_else() {
    let _alone = cloud().disturb(&[]);
    let (scenario, ids, id, launched) = drilled("battery-twice", 3);
    let (other, _, bystander, standing) = drilled("battery-other", 1);
    let cloud = scenario.cloud;
    let key = key(&scenario, &id);
    let since = cloud.journal_position();
    // A job of somebody else holds one server, so that there is a job for the two others and one later for this one.
    cloud.fault(&[&format!("foreign-job={}:20", ids[0])]);
    scenario.client().clean_up(&id).unwrap();
    let mut rounds = 0;
    let ended = loop {
        std::thread::scope(|scope| {
            for task in TASKS.iter().filter(|task| **task != "settle-cleanup") {
                for _ in 0..2 {
                    scope.spawn(|| cloud.invoke(task, &key));
                }
            }
        });
        rounds += 1;
        let now = scenario.client().execution(&id).unwrap();
        if cleanup(&now).status.is_terminal() {
            break now;
        }
        assert!(rounds < 500, "{now:?}");
    };
    assert_clean(&scenario, &ids, &ended);
    let journal = cloud.journal(since);
    let mut in_jobs: Vec<String> = Vec::new();
    for job in terminations(&journal, &ids) {
        in_jobs.extend(job["servers"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()));
        let filters = json!({ "filters": { "jobIDs": [job["jobId"]] } });
        let described = cloud.drs("DescribeJobs", &filters)["items"][0].clone();
        let participants = described["participatingServers"].as_array().map_or(0, Vec::len);
        assert_eq!((&described["status"], participants), (&json!("COMPLETED"), 0), "an ended job has lost them");
    }
    in_jobs.sort();
    assert_eq!(in_jobs, ids, "each server is in one job that terminates: {journal:?}");
    assert_eq!(journal.changes("InstanceTerminated", &launched).len(), 3);
    assert!(journal.changes("InstanceTerminated", &standing).is_empty());

    // Long after the end, when its reports are stored, all of them once more.
    let ended = scenario.until(&id, "its reports", |execution| execution.reports.len() == 6);
    let since = cloud.journal_position();
    for task in TASKS {
        let answer = cloud.invoke(task, &key);
        assert_eq!(scenario.client().execution(&id).unwrap(), ended, "{task} answered {answer}");
        assert!(ids.iter().all(|id| claim(&scenario, id).is_null()), "{task} claimed: {answer}");
    }
    assert!(cloud.journal(since).calls("TerminateRecoveryInstances", &launched).is_empty());
    let stands = other.client().execution(&bystander).unwrap();
    assert!(stands.cleanup.is_none());
}

#[test]
fn each_task_that_fails_once_is_tried_again_and_terminates_once() {
    let _alone = cloud().disturb(&[]);
    for task in TASKS {
        let (scenario, ids, id, launched) = drilled("battery-once", 1);
        let cloud = scenario.cloud;
        let since = cloud.journal_position();
        let held = cloud.refuse(&[task.to_owned()]);
        scenario.client().clean_up(&id).unwrap();
        let arn = cloud.execution_arn("cleanup", &format!("{id}-clean001"));
        eventually(&format!("a failure of {task}"), || {
            let failures = cloud.history(&arn).iter().filter(|event| failed(event)).count();
            if failures > 0 { Ok(()) } else { Err("none yet".to_owned()) }
        });
        assert_eq!(cleanup(&scenario.client().execution(&id).unwrap()).status, CleanupStatus::Running, "{task}");
        drop(held);
        assert_clean(&scenario, &ids, &end_of_cleanup(&scenario, &id));
        let journal = cloud.journal(since);
        assert_eq!(terminations(&journal, &ids).len(), 1, "{task}: {journal:?}");
        assert_eq!(journal.changes("InstanceTerminated", &launched).len(), 1, "{task}");
        assert_eq!(cloud.ended(&arn)["status"], "SUCCEEDED", "{task}");
    }
}

fn failed(event: &Value) -> bool {
    event["type"].as_str().is_some_and(|kind| kind.ends_with("Failed"))
}

#[test]
fn a_task_that_fails_for_good_ends_the_cleanup_and_the_next_one_finishes_it() {
    for operation in ["DescribeRecoveryInstances", "TerminateRecoveryInstances"] {
        let alone = cloud().disturb(&[]);
        let (scenario, ids, id, launched) = drilled("battery-denied", 2);
        let since = scenario.cloud.journal_position();
        {
            alone.add(&[&format!("access-denied={operation}")]);
            scenario.client().clean_up(&id).unwrap();
            let ended = end_of_cleanup(&scenario, &id);
            let run = cleanup(&ended);
            assert_eq!(run.status, CleanupStatus::Failed, "{operation}: {run:?}");
            assert!(run.reason.contains("AccessDenied"), "{operation}: {}", run.reason);
            assert!(run.servers.iter().all(|one| one.status == InstanceCleanup::LeftOver), "{run:?}");
        }
        drop(alone);
        let _alone = cloud().disturb(&[]);
        assert_released(&scenario, &ids);
        let journal = scenario.cloud.journal(since);
        assert!(journal.changes("InstanceTerminated", &launched).is_empty() && terminations(&journal, &ids).is_empty());
        scenario.client().clean_up(&id).unwrap();
        let again = scenario.until(&id, "the second cleanup", |execution| {
            execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status == CleanupStatus::Completed)
        });
        assert_clean(&scenario, &ids, &again);
        let journal = scenario.cloud.journal(since);
        assert_eq!(terminations(&journal, &ids).len(), 1, "{operation}: {journal:?}");
    }
}

#[test]
fn instances_that_are_gone_already_are_not_terminated_again() {
    let _alone = cloud().disturb(&[]);
    let (scenario, ids, id, launched) = drilled("battery-gone", 3);
    let cloud = scenario.cloud;
    let gone = |count: usize| {
        cloud.drs("TerminateRecoveryInstances", &json!({ "recoveryInstanceIDs": launched[..count] }));
        eventually("the end of what somebody terminated", || {
            let filters = json!({ "filters": { "sourceServerIDs": ids[..count] } });
            let left = cloud.drs("DescribeRecoveryInstances", &filters)["items"].clone();
            if left == json!([]) { Ok(()) } else { Err(left.to_string()) }
        });
    };
    gone(1);
    let since = cloud.journal_position();
    scenario.client().clean_up(&id).unwrap();
    assert_clean(&scenario, &ids, &end_of_cleanup(&scenario, &id));
    let journal = cloud.journal(since);
    assert!(journal.calls("TerminateRecoveryInstances", &launched[..1]).is_empty(), "{journal:?}");
    assert_eq!(journal.changes("InstanceTerminated", &launched[1..]).len(), 2);

    let (scenario, ids, id, launched) = drilled("battery-all-gone", 1);
    cloud.drs("TerminateRecoveryInstances", &json!({ "recoveryInstanceIDs": launched }));
    let since = cloud.journal_position();
    scenario.client().clean_up(&id).unwrap();
    assert_clean(&scenario, &ids, &end_of_cleanup(&scenario, &id));
    assert!(cloud.journal(since).changes("JobCreated", &ids).is_empty(), "it waited for the job of somebody else");
}

/// A delivery of StartTerminations that came late and was cut off leaves its intent where the batch with the job was. By the
/// time of the next look that job has ended, and DRS does not say any more which servers it had.
#[test]
fn a_late_intent_in_place_of_a_batch_is_no_reason_to_wait_without_end() {
    let _alone = cloud().disturb(&[]);
    let (scenario, ids, id, launched) = drilled("battery-late", 2);
    let cloud = scenario.cloud;
    let since = cloud.journal_position();
    let held = cloud.refuse(&["check-terminations".to_owned()]);
    scenario.client().clean_up(&id).unwrap();
    scenario.until(&id, "its job", |execution| {
        let cleanup = cleanup(execution);
        cleanup.servers.len() == 2 && cleanup.servers.iter().all(|one| one.status == InstanceCleanup::Terminating)
    });
    let batch = format!("{}#cleanup#batch#0001", scenario.name);
    let update = json!({
        "TableName": cloud.tables["executionHistory"],
        "Key": { "executionId": { "S": id }, "planId": { "S": batch } },
        "ConditionExpression": "attribute_exists(jobId)",
        "UpdateExpression": "REMOVE jobId",
    });
    cloud.aws("dynamodb", "DynamoDB_20120810.UpdateItem", &update);
    eventually("the end of the job", || {
        let done = cloud.journal(since).changes("InstanceTerminated", &launched).len();
        if done == 2 { Ok(()) } else { Err(done.to_string()) }
    });
    drop(held);
    assert_clean(&scenario, &ids, &end_of_cleanup(&scenario, &id));
    assert_eq!(terminations(&cloud.journal(since), &ids).len(), 1);
}
