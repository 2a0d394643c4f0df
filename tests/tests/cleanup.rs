//! Cleaning up after drills.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{CleanupStatus, Execution, ExecutionStatus, FindingCode, InstanceCleanup, Mode};
use domain::id::ExecutionId;
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers};
use serde_json::{Value, json};

fn instances(execution: &Execution) -> Vec<String> {
    servers(execution).filter_map(|server| server.instance_id.as_ref().map(ToString::to_string)).collect()
}

fn end_of_cleanup(scenario: &Scenario, id: &ExecutionId) -> Execution {
    scenario.until(id, "the end of the cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status.is_terminal())
    })
}

fn refused(scenario: &Scenario, id: &ExecutionId) -> String {
    let path = format!("/executions/{id}/cleanup");
    let (status, problem) = scenario.cloud.request("POST", &path, Some(scenario.cloud.admin_token()), None);
    assert_eq!((status, &problem["code"]), (409, &json!("NOT_CLEANABLE")), "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}

/// How many instances of a drill stand, if any. Other tests leave drills behind as well, so that there are pages.
fn stands(scenario: &Scenario, id: &ExecutionId) -> Option<u32> {
    let plan = scenario.name.as_str().into();
    let mut token: Option<String> = None;
    loop {
        let page = scenario.client().left_over(Some(&plan), token.as_deref()).unwrap();
        if let Some(found) = page.items.into_iter().find(|item| item.execution_id == *id) {
            return found.left_over.map(|left| left.instances);
        }
        token = page.next_token;
        token.as_ref()?;
    }
}

/// Whether a cleanup is offered to `user`: with the execution itself, and in the list.
fn offered(scenario: &Scenario, user: &str, id: &ExecutionId) -> (bool, bool) {
    let token = scenario.cloud.token_of(user);
    let get = |path: &str| scenario.cloud.request("GET", path, Some(&token), None).1;
    let has = |run: &Value| run["allowedActions"].as_array().unwrap().contains(&json!("CLEANUP"));
    let list = get(&format!("/executions?planId={}", scenario.name));
    let item = list["items"].as_array().unwrap().iter().find(|run| run["executionId"] == json!(id)).unwrap();
    (has(&get(&format!("/executions/{id}"))), has(item))
}

#[test]
fn safety_rule_2_a_cleanup_terminates_what_its_drill_launched_and_nothing_else() {
    let scenario = Scenario::new("cleanup");
    scenario.single_wave(3, |_, _| {});
    let other = Scenario::new("cleanup-other");
    other.single_wave(1, |_, _| {});
    let bystander = other.run(Mode::Drill);
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Completed);
    let id = &drill.summary.execution_id;
    let launched = instances(&drill);
    assert_eq!((launched.len(), stands(&scenario, id)), (3, Some(3)));
    assert_eq!(offered(&scenario, "demo", id), (true, true));
    assert_eq!(offered(&scenario, "auditor", id), (false, false), "whose role does not allow it");

    let since = scenario.cloud.journal_position();
    // Twice at once is once.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| scenario.client().clean_up(id).unwrap());
        }
    });
    let ended = end_of_cleanup(&scenario, id);
    let cleanup = ended.cleanup.unwrap();
    assert_eq!(cleanup.status, CleanupStatus::Completed, "{cleanup:?}");
    assert!(cleanup.servers.iter().all(|one| one.status == InstanceCleanup::Terminated), "{cleanup:?}");

    let journal = scenario.cloud.journal(since);
    assert_eq!(journal.changes("InstanceTerminated", &launched).len(), 3);
    assert_eq!(journal.calls("TerminateRecoveryInstances", &launched).len(), 1, "one job for all of them");
    assert_eq!(stands(&scenario, id), None);
    assert_eq!(offered(&scenario, "demo", id), (false, false), "nothing is left to do");
    assert_eq!(stands(&other, &bystander.summary.execution_id), Some(1), "another drill's instance stands");
    // A second cleanup finds nothing to do, and the servers are free again.
    scenario.client().clean_up(id).unwrap();
    assert_eq!(end_of_cleanup(&scenario, id).cleanup.unwrap().status, CleanupStatus::Completed);
    assert_eq!(scenario.cloud.journal(since).calls("TerminateRecoveryInstances", &launched).len(), 1);
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Completed);
}

#[test]
fn safety_rule_3_while_a_cleanup_works_no_execution_launches_its_servers() {
    let scenario = Scenario::new("cleanup-claims");
    let ids = scenario.single_wave(1, |_, _| {});
    let drill = scenario.run(Mode::Drill);
    let id = &drill.summary.execution_id;
    // A job of somebody else holds the server, so the cleanup waits with its claims.
    scenario.cloud.fault(&[&format!("foreign-job={}:20", ids[0])]);
    scenario.client().clean_up(id).unwrap();
    scenario.until(id, "the wait of the cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.servers.iter().any(|one| !one.reason.is_empty()))
    });
    let meanwhile = scenario.run(Mode::Drill);
    assert_ended(&meanwhile, ExecutionStatus::Refused);
    let codes: Vec<FindingCode> = meanwhile.summary.findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&FindingCode::ServerClaimed), "{codes:?}");
    assert_eq!(end_of_cleanup(&scenario, id).cleanup.unwrap().status, CleanupStatus::Completed);
}

#[test]
fn safety_rule_2_a_recovery_is_never_cleaned_up_and_a_drill_not_while_it_runs() {
    let scenario = Scenario::new("cleanup-rule-2");
    scenario.single_wave(1, |_, _| {});
    let drill = scenario.start(Mode::Drill, &[]).unwrap();
    assert!(refused(&scenario, &drill).contains("still runs"));
    assert_ended(&scenario.end_of(&drill), ExecutionStatus::Completed);
    let recovery = scenario.run(Mode::Recovery);
    assert_ended(&recovery, ExecutionStatus::Completed);
    assert!(refused(&scenario, &recovery.summary.execution_id).contains("RECOVERY"));
    // The recovery has replaced what the drill launched. Its cleanup finds that gone, and the failover stands.
    let since = scenario.cloud.journal_position();
    scenario.client().clean_up(&drill).unwrap();
    let cleanup = end_of_cleanup(&scenario, &drill).cleanup.unwrap();
    assert_eq!(cleanup.status, CleanupStatus::Completed, "{cleanup:?}");
    let live = instances(&recovery);
    assert!(scenario.cloud.journal(since).calls("TerminateRecoveryInstances", &live).is_empty());
    assert!(scenario.cloud.journal(since).changes("InstanceTerminated", &live).is_empty());
    let auditor = scenario.cloud.auditor().clean_up(&drill).unwrap_err().to_string();
    assert!(auditor.contains("403"), "{auditor}");
}

#[test]
fn what_is_protected_is_left_over_with_the_reason_and_gone_after_the_next_cleanup() {
    let scenario = Scenario::new("cleanup-left");
    let ids = scenario.single_wave(2, |_, _| {});
    let drill = scenario.run(Mode::Drill);
    let id = &drill.summary.execution_id;
    {
        let _faults = scenario.cloud.wrong(&[&format!("termination-protected={}", ids[0])]);
        scenario.client().clean_up(id).unwrap();
        let cleanup = end_of_cleanup(&scenario, id).cleanup.unwrap();
        assert_eq!(cleanup.status, CleanupStatus::Partial, "{cleanup:?}");
        let statuses: Vec<InstanceCleanup> = cleanup.servers.iter().map(|one| one.status).collect();
        assert_eq!(statuses, [InstanceCleanup::LeftOver, InstanceCleanup::Terminated]);
        assert!(cleanup.servers[0].reason.contains("OperationNotPermitted"), "{cleanup:?}");
    }
    assert_eq!(stands(&scenario, id), Some(1));
    scenario.client().clean_up(id).unwrap();
    let again = scenario.until(id, "the second cleanup", |execution| {
        execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status == CleanupStatus::Completed)
    });
    assert_eq!(again.cleanup.unwrap().servers.len(), 2);
    assert_eq!(stands(&scenario, id), None);
}

mod alone {
    use super::*;

    #[test]
    fn safety_rule_4_a_termination_whose_answer_is_lost_is_found_and_not_repeated() {
        let scenario = Scenario::new("cleanup-lost");
        scenario.single_wave(2, |_, _| {});
        let drill = scenario.run(Mode::Drill);
        let id = &drill.summary.execution_id;
        let launched = instances(&drill);
        let since = scenario.cloud.journal_position();
        let _faults = scenario.cloud.disturb(&["error-after-commit=TerminateRecoveryInstances:1"]);
        scenario.client().clean_up(id).unwrap();
        let cleanup = end_of_cleanup(&scenario, id).cleanup.unwrap();
        assert_eq!(cleanup.status, CleanupStatus::Completed, "{cleanup:?}");
        assert_eq!(scenario.cloud.journal(since).changes("InstanceTerminated", &launched).len(), 2, "{cleanup:?}");
    }
}
