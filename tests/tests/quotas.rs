//! The use of DRS's quotas, while something runs and when DRS does not answer.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{ExecutionStatus, Mode};
use e2e::scenario::{assert_ended, eventually};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn here() -> Value {
    let quotas = cloud().get("/quotas");
    assert_eq!((quotas["count"].as_u64(), &quotas["nextToken"]), (Some(2), &Value::Null), "{quotas}");
    let regions = quotas["items"].as_array().unwrap();
    regions.iter().find(|region| region["region"] == "us-east-1").unwrap().clone()
}

#[test]
fn a_running_drill_is_counted_and_its_limits_are_those_of_drs() {
    let scenario = Scenario::new("quotas");
    scenario.single_wave(2, |_, _| {});
    let drill = std::thread::scope(|scope| {
        let run = scope.spawn(|| scenario.run(Mode::Drill));
        let mut most = (0, 0);
        while !run.is_finished() {
            let now = here();
            let used = |quota: &str| now[quota]["used"].as_u64().unwrap();
            most = most.max((used("jobs"), used("serversInJobs")));
            assert_eq!((&now["jobs"]["limit"], &now["serversInJobs"]["limit"]), (&json!(20), &json!(500)));
            assert_eq!((&now["serversPerJob"], &now["error"]), (&json!(100), &Value::Null));
        }
        // Other tests may have jobs besides.
        assert!(most.0 >= 1 && most.1 >= 2, "{most:?}");
        run.join().unwrap()
    });
    assert_ended(&drill, ExecutionStatus::Completed);
    // It is counted by whoever reads the inventory, which on a new cloud nobody may have done yet.
    assert!(cloud().send("POST", "/source-servers/refresh", &[], None).status < 300);
    let limit = eventually("the count of replicating servers", || {
        here()["replicatingServers"]["limit"].as_u64().ok_or_else(|| "nobody has read the inventory".to_owned())
    });
    assert_eq!(limit, 300);
}
