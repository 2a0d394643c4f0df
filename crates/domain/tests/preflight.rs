//! Preflight: what stops a drill, what stops a recovery, and what is only said.

use std::collections::{BTreeMap, BTreeSet};

use domain::check::Os;
use domain::id::{InstanceId, ServerId};
use domain::plan::Mode;
use domain::preflight::{Finding, LiveInstance, ServerFacts, blocks, preflight};

fn healthy() -> ServerFacts {
    ServerFacts {
        hostname: "db-1".into(),
        os: Os::Linux,
        replication_state: "CONTINUOUS".into(),
        newest_recovery_point: Some(1_000),
        instances: Vec::new(),
        busy_in: None,
    }
}

fn run(mode: Mode, facts: Option<ServerFacts>, replace: &[&str]) -> Vec<Finding> {
    let servers = BTreeMap::from([(ServerId::from("s-1"), facts)]);
    preflight(mode, &servers, &replace.iter().map(|id| InstanceId::from(*id)).collect::<BTreeSet<_>>())
}

fn with_instance(is_drill: bool) -> Option<ServerFacts> {
    let instance = LiveInstance { id: "i-1".into(), is_drill };
    Some(ServerFacts { instances: vec![instance], ..healthy() })
}

#[test]
fn a_healthy_server_has_no_findings() {
    assert_eq!(run(Mode::Drill, Some(healthy()), &[]), []);
    assert_eq!(run(Mode::Recovery, Some(healthy()), &[]), []);
}

#[test]
fn safety_rule_1_never_kill_a_live_failover() {
    assert!(blocks(&run(Mode::Drill, with_instance(false), &[])));
    assert!(blocks(&run(Mode::Drill, with_instance(false), &["i-1"])), "a drill cannot confirm it away");
    assert!(blocks(&run(Mode::Recovery, with_instance(false), &[])));
    assert!(blocks(&run(Mode::Recovery, with_instance(false), &["i-2"])), "exactly these instances, not others");
    assert!(!blocks(&run(Mode::Recovery, with_instance(false), &["i-1"])));
    let said = run(Mode::Drill, with_instance(true), &[]);
    assert!(!blocks(&said) && said.len() == 1, "an earlier drill's instance is only mentioned");
}

#[test]
fn safety_rule_5_a_dead_source_is_no_obstacle() {
    for state in ["DISCONNECTED", "STALLED"] {
        let dead = || Some(ServerFacts { replication_state: state.into(), ..healthy() });
        assert!(blocks(&run(Mode::Drill, dead(), &[])), "{state}");
        assert!(!blocks(&run(Mode::Recovery, dead(), &[])), "{state}");
    }
    let nothing = || Some(ServerFacts { newest_recovery_point: None, ..healthy() });
    assert!(blocks(&run(Mode::Drill, nothing(), &[])));
    assert!(blocks(&run(Mode::Recovery, nothing(), &[])), "without a recovery point there is nothing to launch");
}

#[test]
fn safety_rule_9_an_unknown_replication_state_is_no_reason_to_refuse() {
    let unknown = Some(ServerFacts { replication_state: "HIBERNATING".into(), ..healthy() });
    assert_eq!(run(Mode::Drill, unknown, &[]), []);
}

#[test]
fn everything_is_said_at_once_with_a_remedy() {
    let bad = ServerFacts {
        replication_state: "DISCONNECTED".into(),
        busy_in: Some("drsjob-1".into()),
        ..with_instance(false).unwrap()
    };
    let servers = BTreeMap::from([(ServerId::from("s-1"), Some(bad)), (ServerId::from("s-2"), None)]);
    let findings = preflight(Mode::Drill, &servers, &BTreeSet::new());
    let text: Vec<String> = findings
        .iter()
        .map(|found| format!("{:?} {:?} {}: {}", found.severity, found.code, found.subject, found.message))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    Blocks AgentDisconnected s-1 (db-1): its replication is DISCONNECTED; the newest recovery point ages
    Warns ServerBusy s-1 (db-1): it is in DRS job drsjob-1; its launch waits until that job ends
    Blocks LiveRecoveryInstance s-1 (db-1): a drill would make DRS terminate i-1, a recovery instance that is not a drill's
    Blocks ServerMissing s-2: DRS does not know this source server
    ");
    assert!(findings.iter().all(|found| !found.remedy.is_empty()));
}
