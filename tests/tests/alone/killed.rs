//! Processes that are killed in the middle of a run. DRS goes on: the simulator comes back as it would be by then.

use std::time::Duration;

use contract::{ExecutionStatus, Mode, ServerStatus};
use e2e::scenario::{assert_ended, eventually, servers};
use e2e::{Scenario, cloud};
use serde_json::json;

/// Two waves, the second behind the first.
fn two_waves(scenario: &Scenario) -> Vec<String> {
    let ids = scenario.servers(6, |_, _| {});
    let groups = [scenario.group("first", &ids[..3], &[]), scenario.group("second", &ids[3..], &[])];
    scenario.plan(&json!([
        { "name": "first", "groups": [groups[0]] },
        { "name": "second", "groups": [groups[1]], "dependsOnWaves": ["first"] },
    ]));
    ids
}

/// Waits for the job that launches `servers`.
fn job_of(scenario: &Scenario, since: u64, servers: &[String]) {
    eventually("a job", || {
        let found = scenario.cloud.journal(since).changes("JobCreated", servers).len();
        if found > 0 { Ok(()) } else { Err("none yet".to_owned()) }
    });
}

#[test]
fn a_run_ends_well_though_functions_are_killed_and_drs_does_not_answer_for_a_while() {
    let _alone = cloud().disturb(&[]);
    let scenario = Scenario::new("killed");
    let ids = two_waves(&scenario);
    let since = cloud().journal_position();
    let id = scenario.start(Mode::Drill, &[]).unwrap();
    for wave in [&ids[..3], &ids[3..]] {
        job_of(&scenario, since, wave);
        let lambdas = cloud().kill_lambdas();
        assert!(lambdas > 0, "no function was there to be killed");
        let simulator = cloud().kill_simulator();
        // A minute and a half without DRS, in which DRS works on.
        std::thread::park_timeout(Duration::from_millis(900));
        let later = cloud().kill_lambdas();
        simulator.start(cloud());
        println!("killed {lambdas} functions, the simulator, and {later} functions that met its silence");
    }
    let execution = scenario.end_of(&id);
    assert_ended(&execution, ExecutionStatus::Completed);
    assert!(servers(&execution).all(|server| server.status == ServerStatus::Launched && server.instance_id.is_some()));
    let journal = cloud().journal(since);
    for server in &ids {
        let jobs = journal.changes("JobCreated", std::slice::from_ref(server)).len();
        assert_eq!(jobs, 1, "{server} was launched {jobs} times");
    }
}
