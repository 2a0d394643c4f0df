//! A simulator that is killed and started again.

use serde_json::json;
use simulator::http::{Call, Reply};
use simulator::{Clock, Inventory, ManualClock, Options, RunningSimulator, Simulator};

use crate::support::{DB, MIXED, START, WEB};

async fn started(record: &std::path::Path, clock: &ManualClock) -> RunningSimulator {
    let options =
        Options { clock: Clock::Manual(clock.clone()), record: Some(record.to_owned()), ..Options::default() };
    Simulator::start(Inventory::from_yaml(MIXED).unwrap(), options).await.unwrap()
}

fn post(running: &RunningSimulator, operation: &str, body: &serde_json::Value) -> Reply {
    running.simulator.call(&Call {
        method: "POST".to_owned(),
        raw_path: format!("/{operation}"),
        body: body.to_string().into_bytes(),
        ..Call::default()
    })
}

#[tokio::test]
async fn what_happened_before_it_was_killed_has_happened_and_what_was_under_way_goes_on() {
    let record = std::env::temp_dir().join(format!("drs-simulator-record-{}", std::process::id()));
    let _ = std::fs::remove_file(&record);
    let clock = ManualClock::at(START.parse().unwrap());
    let minutes = jiff::SignedDuration::from_mins;
    let running = started(&record, &clock).await;
    post(&running, "_simulator/faults", &json!({ "faults": ["throttle=StartRecovery:1", "launch-fails=web-1"] }));
    let drill = json!({ "sourceServers": [{ "sourceServerID": DB }, { "sourceServerID": WEB }], "isDrill": true });
    clock.advance(minutes(3));
    assert_eq!(post(&running, "StartRecovery", &drill).status, 429);
    let job = post(&running, "StartRecovery", &drill).body["job"].clone();
    clock.advance(minutes(2));
    let before = post(&running, "DescribeJobLogItems", &json!({ "jobID": job["jobID"] })).body;
    let journal = serde_json::to_value(running.simulator.world().journal.since(0)).unwrap();
    drop(running);

    // Killed in the middle of a line.
    let whole = std::fs::read(&record).unwrap();
    std::fs::write(&record, [whole.as_slice(), b"{\"Called\":{\"micros\":17"].concat()).unwrap();
    clock.advance(minutes(1));
    let again = started(&record, &clock).await;
    let since = serde_json::to_value(again.simulator.world().journal.since(0)).unwrap();
    let kept = since.as_array().unwrap().iter().take(journal.as_array().unwrap().len());
    assert_eq!(kept.collect::<Vec<_>>(), journal.as_array().unwrap().iter().collect::<Vec<_>>());
    let after = post(&again, "DescribeJobLogItems", &json!({ "jobID": job["jobID"] })).body;
    let known = before["items"].as_array().unwrap();
    assert!(!known.is_empty() && after["items"].as_array().unwrap().starts_with(known), "{before} {after}");
    clock.advance(minutes(60));
    let jobs = post(&again, "DescribeJobs", &json!({})).body;
    assert_eq!((&jobs["items"][0]["jobID"], &jobs["items"][0]["status"]), (&job["jobID"], &json!("COMPLETED")));
    let servers = jobs["items"][0]["participatingServers"].as_array().unwrap();
    let status = |id: &str| &servers.iter().find(|server| server["sourceServerID"] == id).unwrap()["launchStatus"];
    assert_eq!((status(DB), status(WEB)), (&json!("LAUNCHED"), &json!("FAILED")));
    drop(again);
    let third = started(&record, &clock).await;
    assert_eq!(third.simulator.world().jobs.len(), 1);
    std::fs::remove_file(&record).unwrap();
}
