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
fn only_servers_and_faults_can_be_added_later() {
    let addition = Addition::from_yaml(&format!("faults: [launch-fails=db-1]\n{SERVER}")).unwrap();
    assert_eq!((addition.source_servers.len(), addition.faults.len()), (1, 1));
    let refused = Addition::from_yaml(&format!("seed: 4\n{SERVER}")).unwrap_err().to_string();
    assert!(refused.contains("`seed` cannot change"), "{refused}");
}
