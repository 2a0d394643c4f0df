//! The safety rules, each on the local cloud.

use contract::{ExecutionStatus, FindingCode, Mode, ServerStatus, WaveStatus};
use domain::id::{InstanceId, PlanId};
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers, wave};
use serde_json::json;

fn codes(execution: &contract::Execution) -> Vec<FindingCode> {
    execution.summary.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn safety_rule_1_a_drill_never_replaces_a_live_failover() {
    let scenario = Scenario::new("rule-1");
    let ids = scenario.single_wave(1, |_, _| {});
    let failover = scenario.run(Mode::Recovery);
    assert_ended(&failover, ExecutionStatus::Completed);
    let live: Vec<InstanceId> = servers(&failover).filter_map(|server| server.instance_id.clone()).collect();

    let since = scenario.cloud.journal_position();
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Refused);
    assert_eq!(codes(&drill), [FindingCode::LiveRecoveryInstance]);
    let ask = |mode| scenario.client().preflight(&PlanId::from(scenario.name.as_str()), mode).unwrap();
    let (of_drill, of_recovery) = (ask(Mode::Drill), ask(Mode::Recovery));
    assert!(of_drill.instances_to_confirm.is_empty() && !of_drill.ready_once_confirmed, "{of_drill:?}");
    let named = of_recovery.instances_to_confirm.iter().map(|one| (one.server_id.as_str(), one.instance_id.clone()));
    assert_eq!(named.collect::<Vec<_>>(), [(ids[0].as_str(), live[0].clone())]);
    assert!(of_recovery.ready_once_confirmed && !of_recovery.ready, "{of_recovery:?}");
    let unconfirmed = scenario.run(Mode::Recovery);
    assert_ended(&unconfirmed, ExecutionStatus::Refused);
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids).is_empty());
    assert!(drill.waves.iter().all(|wave| wave.status == WaveStatus::Skipped));

    assert_ended(&scenario.run_replacing(Mode::Recovery, &live), ExecutionStatus::Completed);
    assert_eq!(scenario.cloud.journal(since).changes("InstanceTerminated", &[live[0].to_string()]).len(), 1);
}

/// Hours can lie between preflight and a wave: whoever fails a server over by hand in between keeps it.
#[test]
fn safety_rule_1_holds_for_a_failover_that_came_after_preflight() {
    let scenario = Scenario::new("rule-1-late");
    let ids = scenario.servers(3, |number, server| {
        if number == 1 {
            server["os"] = json!("windows"); // Takes 25 minutes, the failover by hand 9.
        }
    });
    let (first, second) = (scenario.group("first", &ids[..1], &[]), scenario.group("second", &ids[1..], &[]));
    scenario.plan(&json!([
        { "name": "first", "groups": [first] },
        { "name": "second", "groups": [second], "dependsOnWaves": ["first"] },
    ]));
    let since = scenario.cloud.journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    scenario.until(&id, "its first launch", |execution| {
        servers(execution).any(|server| server.status == ServerStatus::Launching)
    });
    let failover = json!({ "isDrill": false, "sourceServers": [{ "sourceServerID": ids[1] }] });
    scenario.cloud.drs("StartRecovery", &failover);
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Failed);
    let second = wave(&execution, "second");
    assert_eq!(
        second.servers.iter().map(|server| server.status).collect::<Vec<_>>(),
        [ServerStatus::Failed, ServerStatus::Launched]
    );
    assert!(second.servers[0].reason.contains("not a drill's"), "{}", second.servers[0].reason);
    assert!(scenario.cloud.journal(since).changes("InstanceTerminated", &ids).is_empty());
}

#[test]
fn safety_rule_3_of_two_executions_with_a_common_server_one_runs() {
    let scenario = Scenario::new("rule-3");
    let ids = scenario.single_wave(3, |_, _| {});
    // Another plan over the same group.
    let other = Scenario::new("rule-3-other");
    other.plan(&json!([{ "name": "all", "groups": [format!("{}-all", scenario.name)] }]));
    let since = scenario.cloud.journal_position();
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| other.run(Mode::Drill));
        (scenario.run(Mode::Drill), second.join().unwrap())
    });
    let (winner, loser) =
        if first.summary.status == ExecutionStatus::Refused { (second, first) } else { (first, second) };
    assert_ended(&winner, ExecutionStatus::Completed);
    assert_ended(&loser, ExecutionStatus::Refused);
    assert_eq!(codes(&loser).last(), Some(&FindingCode::ServerClaimed));
    assert!(loser.summary.reason.contains(winner.summary.execution_id.as_str()), "{}", loser.summary.reason);
    assert_eq!(scenario.cloud.journal(since).changes("JobCreated", &ids).len(), 1);
    // Claims are released: the loser's plan runs now.
    let refused = if loser.summary.plan_id.as_str() == other.name { &other } else { &scenario };
    assert_ended(&refused.run(Mode::Drill), ExecutionStatus::Completed);
}

#[test]
fn safety_rule_5_a_disconnected_agent_with_a_recovery_point_is_launched_in_recovery() {
    let scenario = Scenario::new("rule-5");
    scenario.single_wave(2, |number, server| {
        if number == 1 {
            server["replication"] = json!({ "state": "DISCONNECTED", "disconnectedHours": 3 });
        }
    });
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Refused);
    assert_eq!(codes(&drill), [FindingCode::AgentDisconnected]);
    // Preflight by itself says what the run says.
    let plan = PlanId::from(scenario.name.as_str());
    let asked = scenario.client().preflight(&plan, Mode::Drill).unwrap();
    // But for what it says about earlier drills, which is no news to a drill.
    let news: Vec<_> = asked.findings.into_iter().filter(|finding| !finding.code.is_about_drills()).collect();
    assert_eq!((asked.ready, news), (false, drill.summary.findings));
    assert!(scenario.client().preflight(&plan, Mode::Recovery).unwrap().ready);
    let recovery = scenario.run(Mode::Recovery);
    assert_ended(&recovery, ExecutionStatus::Completed);
    assert_eq!(codes(&recovery), [FindingCode::AgentDisconnected, FindingCode::NeverDrilled]);
    assert!(servers(&recovery).all(|server| server.status == ServerStatus::Launched));

    let without = Scenario::new("rule-5-none");
    without.single_wave(1, |_, server| server["replication"] = json!({ "state": "INITIAL_SYNC" }));
    let refused = without.run(Mode::Recovery);
    assert_ended(&refused, ExecutionStatus::Refused);
    assert_eq!(codes(&refused), [FindingCode::NoRecoveryPoint, FindingCode::NeverDrilled]);
}

#[test]
fn safety_rule_7_a_job_completed_is_not_success() {
    let scenario = Scenario::new("rule-7");
    let ids = scenario.servers(4, |_, _| {});
    let (first, beside, behind) = (
        scenario.group("first", &ids[..2], &[]),
        scenario.group("beside", &ids[2..3], &[]),
        scenario.group("behind", &ids[3..], &[]),
    );
    scenario.plan(&json!([
        { "name": "first", "groups": [first] },
        { "name": "beside", "groups": [beside] },
        { "name": "behind", "groups": [behind], "dependsOnWaves": ["first"] },
    ]));
    scenario.cloud.fault(&[&format!("conversion-fails={}", scenario.host(1))]);
    let since = scenario.cloud.journal_position();
    let execution = scenario.run(Mode::Drill);
    assert_ended(&execution, ExecutionStatus::Failed);
    let run = wave(&execution, "first");
    assert_eq!(run.status, WaveStatus::Failed);
    // Its neighbour in the same job is finished and recorded, and so is the wave beside.
    assert_eq!(
        run.servers.iter().map(|server| server.status).collect::<Vec<_>>(),
        [ServerStatus::Failed, ServerStatus::Launched]
    );
    assert!(run.servers[0].reason.starts_with("CONVERSION_FAIL"), "{}", run.servers[0].reason);
    assert_eq!(wave(&execution, "beside").status, WaveStatus::Completed);
    let skipped = wave(&execution, "behind");
    assert_eq!((skipped.status, skipped.servers[0].status), (WaveStatus::Skipped, ServerStatus::Skipped));
    assert!(scenario.cloud.journal(since).calls("StartRecovery", &ids[3..]).is_empty());
    let job = run.servers[0].job_id.as_ref().unwrap().to_string();
    let completed = scenario.cloud.journal(since).changes("JobCompleted", &[job]).len();
    assert_eq!(completed, 1, "DRS calls the job completed");
    // Step Functions shows it as failed, too, once it has stored the report.
    let arn = scenario.cloud.execution_arn("recovery", execution.summary.execution_id.as_str());
    assert_eq!(scenario.cloud.ended(&arn)["status"], "FAILED");
}

#[test]
fn a_foreign_job_on_a_server_is_waited_for() {
    let scenario = Scenario::new("foreign");
    let ids = scenario.single_wave(2, |_, _| {});
    let since = scenario.cloud.journal_position();
    scenario.cloud.fault(&[&format!("foreign-job={}:25", ids[0])]);
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    // Who waits, and for what, is written after what is launched.
    let waiting = scenario.until(&id, "the launch of the other server", |execution| {
        servers(execution).any(|server| server.status == ServerStatus::Launching)
            && servers(execution).any(|server| !server.reason.is_empty())
    });
    let held = servers(&waiting).find(|server| server.server_id.as_str() == ids[0]).unwrap();
    assert_eq!(held.status, ServerStatus::Pending);
    assert!(held.reason.contains("another DRS job"), "{}", held.reason);
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert_eq!(codes(&execution), [FindingCode::ServerBusy]);
    // Not once was DRS asked for what it would have refused.
    let journal = scenario.cloud.journal(since);
    assert!(journal.calls("StartRecovery", &ids).iter().all(|call| call["outcome"]["status"] == 202), "{journal:?}");
    let foreign = journal.changes("JobCreated", &ids[..1])[0]["details"]["jobId"].as_str().unwrap();
    let released = journal.changes("JobCompleted", &[foreign.to_owned()])[0]["time"].as_f64().unwrap();
    let started = servers(&execution).find(|server| server.server_id.as_str() == ids[0]).unwrap().started_at.unwrap();
    assert!(started as f64 >= released.floor());
}
