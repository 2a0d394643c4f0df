//! Recovery points: which there are, how they are asked for, and what a launch from one that is gone comes to.

use serde_json::{Value, json};

use crate::support::{Bench, DB, WEB, good, refusal, text};

const LISTED: &str = "sourceServers:
- {id: s-3tierdb0000000001, hostname: db-1, recoveryPointsHoursAgo: [1, 30, 5]}
- {id: s-3tierweb000000001, hostname: web-1, recoveryPointsHoursAgo: []}
";

/// When each was taken, to the hour.
fn hours(bench: &Bench, server: &str, more: &Value) -> Vec<String> {
    let mut request = json!({ "sourceServerID": server });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    let points = good(bench.drs("DescribeRecoverySnapshots", request));
    points["items"].as_array().unwrap().iter().map(|point| text(&point["timestamp"])[..13].to_owned()).collect()
}

#[test]
fn an_inventory_can_say_which_recovery_points_there_are() {
    let bench = Bench::new(LISTED);
    assert_eq!(hours(&bench, DB, &json!({})), ["2026-03-01T06", "2026-03-02T07", "2026-03-02T11"]);
    bench.advance(3.0 * 3600.0);
    assert_eq!(hours(&bench, DB, &json!({ "order": "DESC" })).first().unwrap(), "2026-03-02T11", "no more are taken");
    assert!(hours(&bench, WEB, &json!({})).is_empty());
    let start = bench.drs("StartRecovery", json!({"sourceServers": [{"sourceServerID": WEB}]}));
    assert_eq!(refusal(&start), (400, "ValidationException"));
}

#[test]
fn filters_on_time_and_the_order_are_obeyed_through_pages() {
    let bench = Bench::new(LISTED);
    let until = json!({ "order": "DESC", "filters": { "toDateTime": "2026-03-02T10:00:00Z" } });
    assert_eq!(hours(&bench, DB, &until), ["2026-03-02T07", "2026-03-01T06"]);
    let from = json!({ "order": "ASC", "filters": { "fromDateTime": "2026-03-02T00:00:00Z" } });
    assert_eq!(hours(&bench, DB, &from), ["2026-03-02T07", "2026-03-02T11"]);
    bench.add_faults(&["page-size=1"]);
    let request = |token: &Value| {
        let mut request = until.clone();
        request["sourceServerID"] = json!(DB);
        if !token.is_null() {
            request["nextToken"] = token.clone();
        }
        good(bench.drs("DescribeRecoverySnapshots", request))
    };
    let first = request(&Value::Null);
    let second = request(&first["nextToken"]);
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (1, 1));
    assert!(second["nextToken"].is_null());
}

#[test]
fn a_recovery_point_that_has_expired_is_refused_and_the_newest_stays() {
    let bench = Bench::new(LISTED);
    let points = good(bench.drs("DescribeRecoverySnapshots", json!({ "sourceServerID": DB, "order": "ASC" })));
    let order = |index: usize| {
        let snapshot = &points["items"][index]["snapshotID"];
        json!({ "sourceServers": [{ "sourceServerID": DB, "recoverySnapshotID": snapshot }] })
    };
    bench.add_faults(&["recovery-points-expire=db-1"]);
    assert_eq!(hours(&bench, DB, &json!({})), ["2026-03-02T11"]);
    assert_eq!(refusal(&bench.drs("StartRecovery", order(0))), (400, "ValidationException"));
    assert_eq!(bench.drs("StartRecovery", order(2)).status, 202);
}
