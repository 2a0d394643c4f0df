//! Tests of reading inventories.

use super::*;

fn error(yaml: &str) -> String {
    Inventory::from_yaml(yaml).expect_err("an error").to_string()
}

const SERVER: &str = "sourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1}\n";

#[test]
fn what_is_not_said_has_a_default() {
    let inventory = Inventory::from_yaml(SERVER).unwrap();
    assert_eq!((inventory.account.as_str(), inventory.region.as_str()), ("000000000000", "us-east-1"));
    assert_eq!(inventory.quotas, Quotas { servers_per_job: 100, jobs: 20, servers_in_jobs: 500 });
    let server = &inventory.source_servers[0];
    assert_eq!((server.os, server.profile), (Os::Linux, Profile::Linux));
    assert_eq!(server.replication.state, ReplicationState::Continuous);
}

#[test]
fn recovery_points_have_an_age_that_time_can_bear() {
    let listed = |ages: &str| {
        format!("sourceServers:\n- {{id: s-3tierdb0000000001, hostname: a, recoveryPointsHoursAgo: [{ages}]}}\n")
    };
    let server = Inventory::from_yaml(&listed("1, 0.5")).unwrap().source_servers.remove(0);
    assert_eq!(server.recovery_points_hours_ago, Some(vec![1.0, 0.5]));
    assert!(error(&listed("1, -1")).contains("recoveryPointsHoursAgo must be between 0 and"));
    assert!(error(&listed(&["1"; 2_001].join(","))).contains("more than 2000 entries"));
}

#[test]
fn windows_servers_launch_as_windows_unless_told_otherwise() {
    let yaml = "sourceServers:
- {id: s-3tierdb0000000001, hostname: a, os: windows}
- {id: s-3tierdb0000000002, hostname: b, os: windows, profile: slow-drill}
";
    let profiles: Vec<_> = Inventory::from_yaml(yaml).unwrap().source_servers.iter().map(|one| one.profile).collect();
    assert_eq!(profiles, [Profile::Windows, Profile::SlowDrill]);
}

#[test]
fn generated_servers_have_distinct_well_formed_ids() {
    let yaml = "sourceServers:\n- generate: {count: 250, idPrefix: web, hostnamePrefix: web-, os: linux}\n";
    let servers = Inventory::from_yaml(yaml).unwrap().source_servers;
    assert_eq!(servers.len(), 250);
    assert!(servers.iter().all(|server| ids::has_shape(server.id.as_str(), "s-")));
    assert_eq!((servers[249].id.as_str(), servers[249].hostname.as_str()), ("s-web00000000000250", "web-250"));
}

#[test]
fn errors_name_their_line() {
    let twice = format!("{SERVER}- {{id: s-3tierdb0000000002, hostname: db-1}}\n");
    assert!(error(&twice).contains("line 3: `db-1` is there twice"), "{}", error(&twice));
    let short = "sourceServers:\n- id: s-3tierdb000000001\n  hostname: db-1\n";
    assert!(error(short).contains("line 2: `s-3tierdb000000001` must be `s-` and 17"), "{}", error(short));
    let fault = format!("faults:\n- launch-fails=db-1\n- launches-fail=db-1\n{SERVER}");
    assert!(error(&fault).contains("line 3: `launches-fail=db-1` is not a fault"), "{}", error(&fault));
    let unknown = "sourceServers:\n- id: s-3tierdb0000000001\n  hostname: db-1\n  replicaton: {}\n";
    assert!(error(unknown).contains("replicaton") && error(unknown).contains("line 4"), "{}", error(unknown));
    let half = "sourceServers:\n- id: s-3tierdb0000000001\n";
    assert!(error(half).contains("line 2: a source server needs `id` and `hostname`"), "{}", error(half));
}

#[test]
fn impossible_values_are_refused() {
    assert!(error(&format!("account: '12'\n{SERVER}")).contains("line 1: account must be twelve digits"));
    assert!(error(&format!("pageSize: 0\n{SERVER}")).contains("line 1: pageSize must be at least 1"));
    let hours = "sourceServers:\n- {id: s-3tierdb0000000001, hostname: a, replication: {disconnectedHours: -1}}\n";
    assert!(error(hours).contains("line 2: disconnectedHours must be between"), "{}", error(hours));
    let long = "sourceServers:\n- generate: {count: 250, idPrefix: abcdefghijklmno, hostnamePrefix: a}\n";
    assert!(error(long).contains("line 2: idPrefix"), "{}", error(long));
}

#[test]
fn a_region_is_that_of_the_inventory_unless_said() {
    let yaml = "region: us-west-2
sourceServers:
- {id: s-3tierdb0000000001, hostname: a}
- {id: s-3tierdb0000000002, hostname: b, region: eu-west-1}
- generate: {count: 1, idPrefix: far, hostnamePrefix: far-, region: eu-west-1}
recoveryPlans:
- {name: here}
- {name: there, region: eu-west-1}
";
    let inventory = Inventory::from_yaml(yaml).unwrap();
    let servers: Vec<&str> = inventory.source_servers.iter().map(|server| server.region.as_str()).collect();
    assert_eq!(servers, ["us-west-2", "eu-west-1", "eu-west-1"]);
    let plans: Vec<&str> = inventory.recovery_plans.iter().map(|plan| plan.region.as_str()).collect();
    assert_eq!(plans, ["us-west-2", "eu-west-1"]);
    assert!(error(&format!("region: us\n{SERVER}")).contains("line 1: `us` is not the name of a Region"));
    assert!(error("seed: 1\n").contains("sourceServers is missing"));
}

#[test]
fn recovery_plans_have_the_limits_of_drs() {
    let server = |number: u32| format!("{{id: s-plan{number:013}}}");
    let many = (1..=101).map(server).collect::<Vec<_>>().join(", ");
    let waits =
        "{name: a, servers: [{id: s-3tierdb0000000001}]}".to_owned() + &", {name: b, waitMinutes: 1}".repeat(20);
    for (plan, problem) in [
        ("name: '-shop'".to_owned(), "the name `-shop` must be"),
        ("name: shop, region: us".to_owned(), "`us` is not the name of a Region"),
        (format!("name: shop, description: {}", "a".repeat(1025)), "more than 1024 characters"),
        ("name: shop, steps: [{name: a, waitMinutes: 5}]".to_owned(), "cannot be a wait"),
        ("name: shop, steps: [{name: a, waitMinutes: 121}]".to_owned(), "must be 1 to 120"),
        ("name: shop, steps: [{name: a}]".to_owned(), "needs `servers` or `waitMinutes`"),
        ("name: shop, steps: [{name: a, servers: []}]".to_owned(), "needs `servers` or `waitMinutes`"),
        ("name: shop, steps: [{name: a, servers: [{id: s-1}]}]".to_owned(), "`s-1` must be `s-` and 17"),
        (format!("name: shop, steps: [{{name: a, servers: [{0}, {0}]}}]", server(1)), "is in the recovery plan twice"),
        (format!("name: shop, steps: [{{name: a, servers: [{many}]}}]"), "at most 100 servers"),
        (format!("name: shop, steps: [{waits}]"), "at most 20 steps"),
    ] {
        let said = error(&format!("{SERVER}recoveryPlans:\n- {{{plan}}}\n"));
        assert!(said.contains("line 4: ") && said.contains(problem), "{plan}: {said}");
    }
    let level =
        "recoveryPlans:\n- {name: a, steps: [{name: a, servers: [{id: s-3tierdb0000000001, impactLevel: LOW}]}]}\n";
    assert!(error(&format!("{SERVER}{level}")).contains("LOW"));
}

#[test]
fn only_servers_plans_and_faults_can_be_added_later() {
    let region = Region("us-east-1".to_owned());
    let addition = Addition::from_yaml(&format!("faults: [launch-fails=db-1]\n{SERVER}"), &region).unwrap();
    assert_eq!((addition.source_servers.len(), addition.faults.len()), (1, 1));
    let refused = Addition::from_yaml(&format!("seed: 4\n{SERVER}"), &region).unwrap_err().to_string();
    assert!(refused.contains("`seed` cannot change"), "{refused}");
}
