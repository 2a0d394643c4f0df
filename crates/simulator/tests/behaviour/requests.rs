//! What StartRecovery refuses, and that a refusal changes nothing. Recovery points, tags and launch settings.

use serde_json::{Value, json};
use simulator::operations;

use crate::support::{Bench, DB, GONE, MIXED, NEW, WEB, WIN, good, refusal, text};

fn start(bench: &Bench, servers: Value) -> simulator::http::Reply {
    bench.drs("StartRecovery", json!({"sourceServers": servers, "isDrill": true}))
}

#[test]
fn every_operation_that_is_said_to_be_modelled_is() {
    let bench = Bench::mixed();
    for operation in operations::DRS {
        assert_ne!(bench.drs(operation, json!({})).status, 501, "{operation}");
    }
    for operation in operations::SSM {
        assert_ne!(bench.ssm(operation, json!({})).status, 501, "{operation}");
    }
}

#[test]
fn what_is_not_modelled_says_so_loudly() {
    let bench = Bench::mixed();
    for reply in [bench.drs("StartFailbackLaunch", json!({})), bench.ssm("ListDocuments", json!({}))] {
        assert_eq!(refusal(&reply), (501, "UnknownOperationException"));
        assert!(text(&reply.body["message"]).starts_with("not modelled: "), "{}", reply.body);
    }
    let calls = bench.journal(0);
    assert_eq!(calls.len(), 2);
    assert_eq!((&calls[0]["operation"], &calls[0]["outcome"]["status"]), (&json!("StartFailbackLaunch"), &json!(501)));
    let member = bench.drs("DescribeJobs", json!({"filters": {"status": "STARTED"}}));
    assert_eq!(refusal(&member), (400, "ValidationException"), "DRS has no such filter");
}

#[test]
fn start_recovery_takes_all_servers_or_none() {
    let bench = Bench::mixed();
    let id = |id: &str| json!({"sourceServerID": id});
    for (case, servers) in [
        ("nothing", json!([])),
        ("unknown", json!([id(DB), id("s-00000000000000000")])),
        ("malformed", json!([id(DB), id("i-0123456789abcdef0")])),
        ("twice", json!([id(DB), id(DB)])),
        ("no recovery point", json!([id(DB), id(NEW)])),
        ("unknown recovery point", json!([{"sourceServerID": DB, "recoverySnapshotID": "pit-00000000000000000"}])),
        ("malformed recovery point", json!([{"sourceServerID": DB, "recoverySnapshotID": "latest"}])),
        ("201 servers", json!(vec![id(DB); 201])),
    ] {
        assert_eq!(refusal(&start(&bench, servers)), (400, "ValidationException"), "{case}");
    }
    let state = bench.state();
    assert_eq!(state["jobs"], json!([]));
    assert!(state["sourceServers"].as_array().unwrap().iter().all(|server| server["heldByJob"].is_null()));
    assert_eq!(bench.server(DB)["lastLaunchResult"], "NOT_STARTED");
}

#[test]
fn a_recovery_point_of_another_server_is_refused() {
    let bench = Bench::mixed();
    let points = good(bench.drs("DescribeRecoverySnapshots", json!({"sourceServerID": WEB})));
    let other = json!([{"sourceServerID": DB, "recoverySnapshotID": points["items"][0]["snapshotID"]}]);
    assert_eq!(refusal(&start(&bench, other)), (400, "ValidationException"));
}

#[test]
fn a_server_in_a_job_is_a_conflict_for_the_whole_request() {
    let bench = Bench::mixed();
    bench.launch(&[DB], true);
    let reply = start(&bench, json!([{"sourceServerID": WEB}, {"sourceServerID": DB}]));
    assert_eq!(refusal(&reply), (409, "ConflictException"));
    let words = "One or more of the Source Servers included in API call are currently being processed by a Job";
    assert_eq!((&reply.body["message"], &reply.body["resourceId"]), (&json!(words), &json!(DB)));
    assert_eq!(bench.state()["jobs"].as_array().unwrap().len(), 1);
    bench.advance(3600.0);
    assert_eq!(start(&bench, json!([{"sourceServerID": WEB}, {"sourceServerID": DB}])).status, 202);
}

fn with_quotas(quotas: &str) -> Bench {
    Bench::new(&format!(
        "quotas: {quotas}\nsourceServers:\n- generate: {{count: 9, idPrefix: q, hostnamePrefix: q-}}\n"
    ))
}

fn some(range: std::ops::RangeInclusive<u32>) -> Value {
    range.map(|number| json!({"sourceServerID": format!("s-q{number:016}")})).collect()
}

#[test]
fn each_quota_of_drs_is_enforced_under_its_code() {
    let over = |reply: simulator::http::Reply, code: &str| {
        assert_eq!(refusal(&reply), (402, "ServiceQuotaExceededException"));
        assert_eq!((&reply.body["quotaCode"], &reply.body["serviceCode"]), (&json!(code), &json!("drs")));
    };
    let bench = with_quotas("{serversPerJob: 3}");
    over(start(&bench, some(1..=4)), "L-B827C881");
    assert_eq!(start(&bench, some(1..=3)).status, 202);

    let bench = with_quotas("{jobs: 2}");
    assert_eq!(start(&bench, some(1..=1)).status, 202);
    assert_eq!(start(&bench, some(2..=2)).status, 202);
    over(start(&bench, some(3..=3)), "L-D88FAC3A");
    bench.advance(3600.0);
    assert_eq!(start(&bench, some(3..=3)).status, 202, "completed jobs do not count");

    let bench = with_quotas("{serversInJobs: 5}");
    assert_eq!(start(&bench, some(1..=3)).status, 202);
    over(start(&bench, some(4..=6)), "L-05AFA8C6");
    assert_eq!(start(&bench, some(4..=5)).status, 202);
}

#[test]
fn terminations_and_jobs_of_others_count_in_the_quotas() {
    let bench = with_quotas("{jobs: 2}");
    bench.launch(&["s-q0000000000000001"], true);
    bench.advance(3600.0);
    bench.add_faults(&["foreign-job=q-9:60"]);
    let instance = bench.instances("s-q0000000000000001");
    good(bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": instance})));
    assert_eq!(refusal(&start(&bench, some(2..=2))), (402, "ServiceQuotaExceededException"));
}

#[test]
fn whether_unhealthy_replication_can_be_launched_is_a_switch() {
    let servers = "sourceServers:
- {id: s-3tierlegacy000001, hostname: a, replication: {state: DISCONNECTED}}
- {id: s-3tierlegacy000002, hostname: b, replication: {state: STALLED}}
- {id: s-3tierlegacy000003, hostname: c, replication: {state: STOPPED}}
";
    let statuses = |inventory: &str| {
        let bench = Bench::new(inventory);
        [1, 2, 3].map(|number| start(&bench, json!([{"sourceServerID": format!("s-3tierlegacy00000{number}")}])).status)
    };
    assert_eq!(statuses(servers), [202, 202, 400]);
    assert_eq!(statuses(&format!("launchWhen: {{stalled: false}}\n{servers}")), [202, 400, 400]);
    assert_eq!(statuses(&format!("launchWhen: {{disconnected: false}}\n{servers}")), [400, 202, 400]);
}

#[test]
fn recovery_points_follow_the_schedule_and_the_replication() {
    let bench = Bench::mixed();
    bench.advance(60.0);
    let points = |server: &str, order: &str| {
        let list = good(bench.drs("DescribeRecoverySnapshots", json!({"sourceServerID": server, "order": order})));
        list["items"].as_array().unwrap().clone()
    };
    let newest = &points(DB, "DESC")[0];
    assert_eq!(newest["expectedTimestamp"], "2026-03-02T12:00:00.000000+00:00");
    let reversed: Vec<Value> = points(DB, "ASC").into_iter().rev().collect();
    assert_eq!(reversed, points(DB, "DESC"));
    assert_eq!(points(GONE, "DESC")[0]["expectedTimestamp"], "2026-03-02T06:00:00.000000+00:00");
    assert_eq!(points(NEW, "DESC"), [] as [Value; 0]);
    let filters = json!({"fromDateTime": "2026-03-02T11:15:00Z", "toDateTime": "2026-03-02T11:45:00+00:00"});
    let request = json!({"sourceServerID": DB, "filters": filters});
    assert_eq!(good(bench.drs("DescribeRecoverySnapshots", request))["items"].as_array().unwrap().len(), 3);
}

#[test]
fn tags_are_kept_by_arn() {
    let bench = Bench::mixed();
    let job = bench.launch(&[DB], true);
    let instance = bench.launched(WEB, true);
    for resource in [format!("source-server/{DB}"), format!("job/{job}"), format!("recovery-instance/{instance}")] {
        let arn = format!("arn:aws:drs:us-east-1:000000000000:{resource}");
        let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
        good(bench.http("POST", &path, &json!({"tags": {"run": "a b", "gone": "1"}})));
        good(bench.http("DELETE", &format!("{path}?tagKeys=gone&tagKeys=tier"), &Value::Null));
        assert_eq!(good(bench.http("GET", &path, &Value::Null))["tags"], json!({"run": "a b"}), "{resource}");
        let many: serde_json::Map<String, Value> = (0..50).map(|key| (key.to_string(), json!(""))).collect();
        let reply = bench.http("POST", &path, &json!({"tags": many}));
        assert_eq!(refusal(&reply), (400, "ValidationException"), "51 tags");
    }
    assert_eq!(bench.server(DB)["tags"], json!({"run": "a b"}));
    let other = "/tags/arn%3Aaws%3Adrs%3Aus-west-2%3A000000000000%3Asource-server%2Fs-3tierdb0000000001";
    assert_eq!(refusal(&bench.http("GET", other, &Value::Null)), (404, "ResourceNotFoundException"));
}

#[test]
fn launch_settings_that_drs_does_not_have_are_refused() {
    let bench = Bench::mixed();
    let wrong = bench.drs("UpdateLaunchConfiguration", json!({"sourceServerID": DB, "recoveryMode": "SLOW"}));
    assert_eq!(refusal(&wrong), (400, "ValidationException"));
    let missing = bench.drs("GetLaunchConfiguration", json!({"sourceServerID": "s-00000000000000000"}));
    assert_eq!(refusal(&missing), (404, "ResourceNotFoundException"));
}

#[test]
fn an_account_without_drs_says_so() {
    let bench = Bench::new(&format!("initialized: false\n{MIXED}"));
    let reply = bench.drs("DescribeSourceServers", json!({}));
    assert_eq!(refusal(&reply), (400, "UninitializedAccountException"));
    assert_eq!(refusal(&start(&bench, json!([{"sourceServerID": WIN}]))), (400, "UninitializedAccountException"));
}

#[test]
fn jobs_are_found_by_date_latest_first() {
    let bench = Bench::mixed();
    let first = bench.launch(&[DB], true);
    bench.advance(100.0);
    let second = bench.launch(&[WEB], true);
    let ids = |filters: Value| -> Vec<String> {
        let jobs = good(bench.drs("DescribeJobs", json!({"filters": filters})));
        jobs["items"].as_array().unwrap().iter().map(|job| text(&job["jobID"])).collect()
    };
    assert_eq!(ids(json!({})), [second.clone(), first.clone()]);
    assert_eq!(ids(json!({"fromDate": "2026-03-02T12:00:30Z"})), [second]);
    assert_eq!(ids(json!({"toDate": "2026-03-02T12:00:30.000000+00:00"})), [first]);
    let wrong = bench.drs("DescribeJobs", json!({"filters": {"fromDate": "yesterday"}}));
    assert_eq!(refusal(&wrong), (400, "ValidationException"));
    let wrong = bench.drs("DescribeJobLogItems", json!({"jobID": "drsjob-00000000000000000"}));
    assert_eq!(refusal(&wrong), (400, "ValidationException"));
}

#[test]
fn the_example_inventory_is_the_three_tier_application() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/three-tier/inventory.yaml");
    let bench = Bench::new(&std::fs::read_to_string(path).unwrap());
    let list = good(bench.drs("DescribeSourceServers", json!({})));
    let hostname = |one: &Value| text(&one["sourceProperties"]["identificationHints"]["hostname"]);
    let names: Vec<String> = list["items"].as_array().unwrap().iter().map(hostname).collect();
    let wanted = ["app-1", "app-2", "db-1", "db-2", "legacy-1", "new-1", "rpt-1", "spare-1", "spare-2", "web-1"];
    assert_eq!(names, wanted);
    let launchable = wanted.iter().filter(|name| {
        let id = bench.simulator.world().find_server(name).unwrap();
        start(&bench, json!([{"sourceServerID": id}])).status == 202
    });
    assert_eq!(launchable.count(), 9, "all but new-1 have a recovery point");
}
