//! `/_simulator/*`.

use serde_json::{Value, json};

use crate::support::{Bench, DB, WEB, good, text};

#[test]
fn the_journal_tells_calls_and_changes_in_order() {
    let bench = Bench::mixed();
    let job = bench.launch(&[DB], true);
    bench.advance(1.0);
    bench.drs("StartRecovery", json!({"sourceServers": [{"sourceServerID": DB}]}));
    let entries = bench.journal(0);
    let line = |entry: &Value| format!("{} {} {}", entry["seq"], text(&entry["kind"]), text(&entry["operation"]));
    let lines: Vec<String> = entries.iter().map(line).collect();
    let wanted = ["1 call StartRecovery", "2 state JobCreated", "3 state JobStarted", "4 call StartRecovery"];
    assert_eq!(lines, wanted);
    assert_eq!(entries[0]["outcome"], json!({"status": 202, "errorType": null}));
    assert_eq!(entries[0]["request"], json!({"sourceServers": [{"sourceServerID": DB}], "isDrill": true}));
    assert_eq!(entries[0]["time"], 1_772_452_800.0);
    assert_eq!(entries[1]["details"]["jobId"], *job);
    assert_eq!(entries[3]["outcome"], json!({"status": 409, "errorType": "ConflictException"}));
    assert!(text(&entries[3]["details"]["message"]).contains("currently being processed by a Job"));
    assert_eq!(bench.journal(2).iter().map(line).collect::<Vec<_>>(), wanted[2..]);
    assert_eq!(bench.journal(99), [] as [Value; 0]);
    assert_eq!(bench.http("GET", "/_simulator/journal?since=x", &Value::Null).status, 400);
}

#[test]
fn a_body_that_is_no_json_is_refused_and_recorded() {
    let bench = Bench::mixed();
    let call = simulator::http::Call {
        method: "POST".to_owned(),
        raw_path: "/StartRecovery".to_owned(),
        body: b"{".to_vec(),
        ..Default::default()
    };
    let reply = bench.simulator.call(&call);
    assert_eq!((reply.status, reply.error_type.as_deref()), (400, Some("ValidationException")));
    assert_eq!(bench.journal(0)[0]["request"], "{");
}

#[test]
fn servers_can_be_added_while_it_runs_and_only_once() {
    let bench = Bench::mixed();
    let add = |yaml: &str| bench.add(yaml);
    let more = "sourceServers:\n- generate: {count: 250, idPrefix: more, hostnamePrefix: more-}\n";
    assert_eq!(good(add(more)), json!({"added": 250}));
    let again = add(more);
    assert_eq!(again.status, 400);
    assert!(text(&again.body["message"]).contains("s-more0000000000001"), "{}", again.body);
    bench.launch(&["s-more0000000000250"], true);
    let mixed =
        add("sourceServers:\n- {id: s-more0000000000999, hostname: x}\n- {id: s-more0000000000998, hostname: db-1}\n");
    assert_eq!(mixed.status, 400);
    assert_eq!(bench.state()["sourceServers"].as_array().unwrap().len(), 256, "all or none");
    assert_eq!(add("seed: 3\nsourceServers: []\n").status, 400);
}

#[test]
fn health_and_state_are_there_and_other_paths_are_not() {
    let bench = Bench::mixed();
    let health = bench.http("GET", "/_simulator/health", &Value::Null);
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    let instance = bench.launched(DB, true);
    let state = bench.state();
    assert_eq!(state["instances"][0]["instanceId"], *instance);
    assert_eq!(state["instances"][0]["agentOnline"], true);
    let db = state["sourceServers"].as_array().unwrap().iter().find(|one| one["hostname"] == "db-1").unwrap();
    assert_eq!(db["recoveryInstanceId"], *instance);
    let wrong = bench.http("PUT", "/_simulator/state", &Value::Null);
    assert_eq!(wrong.status, 404);
    assert!(text(&wrong.body["message"]).contains("GET /_simulator/journal"));
    assert_eq!(bench.journal(0).iter().filter(|entry| entry["kind"] == "call").count(), 2, "control is no call");
}

#[test]
fn servers_can_be_removed_unless_something_needs_them() {
    let bench = Bench::mixed();
    bench.launch(&[DB], true);
    let remove = |ids: &[&str]| bench.http("DELETE", "/_simulator/inventory", &json!({ "sourceServers": ids }));
    let known = || bench.state()["sourceServers"].as_array().unwrap().len();
    let refused = remove(&[WEB, DB]);
    assert_eq!(refused.status, 400);
    assert!(text(&refused.body["message"]).contains(DB), "{}", refused.body);
    assert_eq!(known(), 6, "all or none");
    assert_eq!(remove(&["s-nobody0000000001"]).status, 400);
    assert_eq!(good(remove(&[WEB])), json!({"removed": 1}));
    assert_eq!(known(), 5);
    assert_eq!(remove(&[WEB]).status, 400);
    // Its job ends, but what it launched stands.
    bench.advance(3.0 * 3600.0);
    assert_eq!(remove(&[DB]).status, 400);
    assert_eq!(bench.http("DELETE", "/_simulator/inventory", &json!({"servers": []})).status, 400);
}
