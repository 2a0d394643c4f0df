//! What DescribeSourceServers tells about a server, and how fast it tells it of an account that is full.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Bench, good, text};

const SERVERS: &str = "sourceServers:
- {id: s-3tierdb0000000001, hostname: db-1, cpus: 4, memoryGib: 32, disksGib: [50, 500], tags: {tier: db},
   recoveryInstance: {isDrill: true, launchedHoursAgo: 1}, replication: {lagSeconds: 75}}
- {id: s-3tierlegacy000001, hostname: gone-1, os: windows, replication: {state: DISCONNECTED, disconnectedHours: 6}}
- {id: s-3tierlegacy000002, hostname: slow-1, replication: {state: STALLED}}
- {id: s-3tiernew000000001, hostname: new-1, replication: {state: INITIAL_SYNC, replicatingHours: 2}}
";

/// The value at a path like `sourceProperties.cpus.0.cores`.
fn at<'item>(item: &'item Value, path: &str) -> &'item Value {
    item.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or_else(|| panic!("no {path} in {item}"))
}

#[test]
fn a_server_shows_what_a_complete_inventory_shows() {
    let bench = Bench::new(SERVERS);
    let server = bench.server("s-3tierdb0000000001");
    let gib = 1_u64 << 30;
    for (path, value) in [
        ("arn", json!("arn:aws:drs:us-east-1:000000000000:source-server/s-3tierdb0000000001")),
        ("tags", json!({"tier": "db"})),
        ("agentVersion", json!("6.42.20261001")),
        ("lastLaunchResult", json!("SUCCEEDED")),
        ("replicationDirection", json!("FAILOVER")),
        ("recoveryInstanceId", json!(bench.instances("s-3tierdb0000000001")[0])),
        ("stagingArea.status", json!("NOT_EXTENDED")),
        ("stagingArea.stagingAccountID", json!("000000000000")),
        ("sourceProperties.os.fullString", json!("Linux version 6.1.0 (Amazon Linux 2023)")),
        ("sourceProperties.cpus.0.cores", json!(4)),
        ("sourceProperties.ramBytes", json!(32 * gib)),
        ("sourceProperties.disks.1", json!({"deviceName": "/dev/nvme1n1", "bytes": 500 * gib})),
        ("sourceProperties.identificationHints.hostname", json!("db-1")),
        ("sourceProperties.identificationHints.fqdn", json!("db-1.example.internal")),
        ("sourceProperties.networkInterfaces.0.isPrimary", json!(true)),
        ("sourceProperties.recommendedInstanceType", json!("r5.xlarge")),
        ("sourceProperties.lastUpdatedDateTime", json!("2026-03-02T12:00:00.000000+00:00")),
        ("dataReplicationInfo.dataReplicationState", json!("CONTINUOUS")),
        ("dataReplicationInfo.lagDuration", json!("PT1M15S")),
        ("dataReplicationInfo.replicatedDisks.0.totalStorageBytes", json!(50 * gib)),
        ("dataReplicationInfo.stagingAvailabilityZone", json!("us-east-1a")),
        ("lifeCycle.addedToServiceDateTime", json!("2026-01-31T12:00:00.000000+00:00")),
        ("lifeCycle.firstByteDateTime", json!("2026-01-31T12:00:00.000000+00:00")),
        ("lifeCycle.lastSeenByServiceDateTime", json!("2026-03-02T12:00:00.000000+00:00")),
        ("lifeCycle.lastLaunch.initiated.type", json!("DRILL")),
        ("lifeCycle.lastLaunch.initiated.apiCallDateTime", json!("2026-03-02T10:51:10.000000+00:00")),
        ("lifeCycle.lastLaunch.status", json!("LAUNCHED")),
    ] {
        assert_eq!(at(&server, path), &value, "{path}");
    }
    assert!(text(at(&server, "lifeCycle.lastLaunch.initiated.jobID")).starts_with("drsjob-"));
    let interface = at(&server, "sourceProperties.networkInterfaces.0");
    assert!(text(&interface["ips"][0]).starts_with("10.0.") && text(&interface["macAddress"]).len() == 17);
    assert!(text(at(&server, "sourceProperties.cpus.0.modelName")).contains("Xeon"));
    assert_eq!(server["dataReplicationInfo"].get("dataReplicationError"), None);
}

#[test]
fn a_server_that_is_ill_says_what_is_wrong() {
    let bench = Bench::new(SERVERS);
    for (id, state, lag) in
        [("s-3tierlegacy000001", "DISCONNECTED", "PT6H"), ("s-3tierlegacy000002", "STALLED", "PT1H")]
    {
        let info = bench.server(id)["dataReplicationInfo"].clone();
        assert_eq!((&info["dataReplicationState"], &info["lagDuration"]), (&json!(state), &json!(lag)));
        assert_eq!(info["dataReplicationError"]["error"], "AGENT_NOT_SEEN");
        assert!(text(&info["dataReplicationError"]["rawError"]).contains("last seen at 2026-03-02T"));
    }
    let windows = bench.server("s-3tierlegacy000001");
    assert_eq!(at(&windows, "sourceProperties.os.fullString"), "Microsoft Windows Server 2022 Datacenter");
    assert_eq!(at(&windows, "lastLaunchResult"), "NOT_STARTED");
    assert_eq!(at(&windows, "lifeCycle.lastLaunch"), &json!({"initiated": {}}));
    let new = bench.server("s-3tiernew000000001")["dataReplicationInfo"].clone();
    assert_eq!(new.get("lagDuration"), None, "before the first copy there is no lag");
    assert!(new["etaDateTime"].is_string());
}

/// 4,000 servers, each spelled out as richly as the schema allows.
fn many() -> String {
    let one = |number: u32| {
        json!({
            "id": format!("s-many{number:013}"), "hostname": format!("many-{number}"), "region": "eu-west-1",
            "os": "windows", "profile": "slow-drill", "cpus": 8, "memoryGib": 64, "disksGib": [50, 100, 200, 400],
            "tags": {"app": "many", "tier": "db", "owner": "ada", "cost": "1", "wave": number.to_string(), "a": "b"},
            "replication": {
                "state": "CONTINUOUS", "lagSeconds": 5, "replicatingHours": 300, "disconnectedHours": 0,
            },
            "recoveryInstance": {"isDrill": true, "launchedHoursAgo": 5},
        })
    };
    json!({"sourceServers": (1..=4000).map(one).collect::<Vec<_>>()}).to_string()
}

#[test]
fn an_account_full_of_servers_is_added_in_one_call_and_read_by_pages() {
    let bench = Bench::new("sourceServers: []\n");
    assert_eq!(good(bench.add(&many())), json!({"added": 4000}));
    let (mut request, mut seen, mut fastest) = (json!({}), 0, Duration::MAX);
    loop {
        let start = Instant::now();
        let page = good(bench.signed("eu-west-1", "drs", "DescribeSourceServers", request));
        fastest = fastest.min(start.elapsed());
        seen += page["items"].as_array().unwrap().len();
        match page.get("nextToken") {
            Some(token) => request = json!({"nextToken": token}),
            None => break,
        }
    }
    assert_eq!(seen, 4000);
    println!("the fastest page of 200 took {fastest:?}");
    // The fastest of twenty: whatever else the machine does, something quadratic would slow down all of them.
    assert!(fastest < Duration::from_millis(200), "{fastest:?}");
}
