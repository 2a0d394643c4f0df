//! Preflight: what stops a drill, what stops a recovery, and what is only said.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::{BTreeMap, BTreeSet};

use domain::batch::InUse;
use domain::check::Os;
use domain::group::ProtectionGroup;
use domain::id::ServerId;
use domain::launch_settings::Drift;
use domain::plan::Mode;
use domain::preflight::{
    DrillFacts, Finding, FindingCode, LastDrill, LiveInstance, MissingDocument, ServerFacts, Severity, Situation,
    WaveFacts, blocks, instances_to_confirm, is_ready_once_confirmed, preflight,
};

const NOW: i64 = 1_000_000;
const DAY: i64 = 86_400;

fn healthy() -> ServerFacts {
    ServerFacts {
        replication_state: "CONTINUOUS".into(),
        newest_recovery_point: Some(NOW - 300),
        ..ServerFacts::new("db-1", Os::Linux, "eu-west-1")
    }
}

fn situation(mode: Mode, facts: Option<ServerFacts>) -> Situation {
    Situation { servers: BTreeMap::from([(ServerId::from("s-1"), facts)]), ..Situation::new(mode, NOW) }
}

fn run(mode: Mode, facts: Option<ServerFacts>, replace: &[&str]) -> Vec<Finding> {
    let replace = replace.iter().map(|id| (*id).into()).collect();
    preflight(&Situation { replace, ..situation(mode, facts) })
}

fn with_instance(is_drill: bool) -> Option<ServerFacts> {
    let instance = LiveInstance { id: "i-1".into(), is_drill };
    Some(ServerFacts { instances: vec![instance], ..healthy() })
}

/// Severity in a drill and in a recovery, code, subject, message.
fn said(change: impl Fn(&mut Situation)) -> Vec<String> {
    let findings = |mode| {
        let mut situation = situation(mode, Some(healthy()));
        change(&mut situation);
        preflight(&situation)
    };
    let (drill, recovery) = (findings(Mode::Drill), findings(Mode::Recovery));
    assert_eq!(drill.len(), recovery.len());
    drill
        .iter()
        .zip(&recovery)
        .map(|(drill, recovery)| {
            assert_eq!((drill.code, &drill.message), (recovery.code, &recovery.message));
            assert!(!drill.remedy.is_empty() && drill.remedy.ends_with('.'), "{}", drill.remedy);
            let (code, subject, message) = (drill.code, &drill.subject, &drill.message);
            format!("{:?}/{:?} {code:?} {subject}: {message}", drill.severity, recovery.severity)
        })
        .collect()
}

fn said_of_server(change: impl Fn(&mut ServerFacts)) -> Vec<String> {
    said(|situation| change(situation.servers.values_mut().next().unwrap().as_mut().unwrap()))
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
fn safety_rule_1_what_has_to_be_named_is_exactly_what_lets_a_recovery_through() {
    let drills_own = LiveInstance { id: "i-3".into(), is_drill: true };
    let several = || {
        let live = ["i-1", "i-2"].map(|id| LiveInstance { id: id.into(), is_drill: false });
        Some(ServerFacts { instances: [live.to_vec(), vec![drills_own.clone()]].concat(), ..healthy() })
    };
    let named = |mode, replace: &[&str]| {
        let replace = replace.iter().map(|id| (*id).into()).collect();
        let to_confirm = instances_to_confirm(&Situation { replace, ..situation(mode, several()) });
        to_confirm.into_iter().map(|one| format!("{} {}", one.server_id, one.instance_id)).collect::<Vec<_>>()
    };
    assert_eq!(named(Mode::Recovery, &[]), ["s-1 i-1", "s-1 i-2"]);
    assert_eq!(named(Mode::Recovery, &["i-2"]), ["s-1 i-1"]);
    assert_eq!(named(Mode::Recovery, &["i-1", "i-2"]), Vec::<String>::new());
    assert_eq!(named(Mode::Drill, &[]), Vec::<String>::new(), "a drill cannot confirm it away");

    let ready = |mode, facts| is_ready_once_confirmed(&run(mode, facts, &[]), mode);
    assert!(ready(Mode::Recovery, several()) && !blocks(&run(Mode::Recovery, several(), &["i-1", "i-2"])));
    assert!(!ready(Mode::Drill, several()));
    assert!(!ready(Mode::Recovery, None), "naming instances helps nothing else");
}

#[test]
fn safety_rule_5_a_dead_source_is_no_obstacle() {
    for state in ["DISCONNECTED", "STOPPED", "STALLED"] {
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
    let mut situation = situation(Mode::Drill, Some(bad));
    situation.servers.insert("s-2".into(), None);
    let findings = preflight(&situation);
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

#[test]
fn data_that_is_older_than_the_plan_allows_is_said_with_both_numbers() {
    let rpo = |newest: i64, lag: Option<i64>, target: Option<u32>| {
        said(move |situation| {
            situation.target_rpo_minutes = target;
            let facts = situation.servers.values_mut().next().unwrap().as_mut().unwrap();
            (facts.newest_recovery_point, facts.lag_seconds) = (Some(NOW - newest), lag);
        })
    };
    let behind = "replication lag is 20 minutes; targetRpoMinutes is 15";
    assert_eq!(rpo(900, Some(900), Some(15)), [""; 0], "exactly the target is kept");
    assert_eq!(rpo(90_000, Some(90_000), None), [""; 0], "nothing was promised");
    assert_eq!(rpo(900, None, Some(15)), [""; 0], "a lag that is not known is not held against it");
    assert_eq!(
        rpo(900, Some(1_200), Some(15)),
        [format!("Warns/Warns RpoExceeded s-1 (db-1): its newest recovery point is 15 minutes old and its {behind}")]
    );
    assert_eq!(
        rpo(901, None, Some(15)),
        [
            "Warns/Warns RpoExceeded s-1 (db-1): its newest recovery point is 15 minutes old and its replication lag is not known; targetRpoMinutes is 15"
        ]
    );
}

#[test]
fn a_server_in_two_groups_blocks_and_the_groups_are_named() {
    let in_two = |situation: &mut Situation| {
        situation.shared.insert("s-1".into(), vec!["db".into(), "all".into()]);
        situation.shared.insert("s-other".into(), vec!["x".into(), "y".into()]);
    };
    let message = "it is in 2 protection groups: db, all";
    assert_eq!(said(in_two), [format!("Blocks/Blocks ServerInTwoGroups s-1 (db-1): {message}")]);
}

#[test]
fn a_server_is_in_groups_that_list_it_and_in_those_that_select_its_tags_in_its_region() {
    let group = |json: serde_json::Value| -> ProtectionGroup { serde_json::from_value(json).unwrap() };
    let groups = [
        group(serde_json::json!({ "name": "listed", "servers": [{ "id": "s-1" }] })),
        group(serde_json::json!({ "name": "own", "selectionTags": { "app": ["shop"] } })),
        group(
            serde_json::json!({ "name": "elsewhere", "region": "eu-central-1", "selectionTags": { "app": ["shop"] } }),
        ),
        group(serde_json::json!({ "name": "other", "selectionTags": { "app": ["bank"] } })),
    ];
    let facts = ServerFacts { tags: BTreeMap::from([("app".to_owned(), "shop".to_owned())]), ..healthy() };
    let of =
        |own: &str| facts.groups_of(&"s-1".into(), &groups, own).iter().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(of("eu-west-1"), ["listed", "own"]);
    assert_eq!(of("us-east-1"), ["listed"], "the server is in eu-west-1");
}

#[test]
fn a_group_without_servers_or_of_another_account_and_a_dead_region_block() {
    let text = said(|situation| {
        situation.empty_groups.insert("tagged".into());
        situation.foreign_groups.insert("theirs".into(), "210987654321".into());
        situation.unreachable.insert("eu-north-1".into(), "DescribeSourceServers: InternalServerException".into());
    });
    insta::assert_snapshot!(text.join("\n"), @r"
    Blocks/Blocks DrsUnreachable eu-north-1: DRS cannot be asked about the servers there: DescribeSourceServers: InternalServerException
    Blocks/Blocks PlanInvalid theirs: its servers are in account 210987654321, and this deployment recovers those of its own account only
    Blocks/Blocks GroupEmpty tagged: no source server has the tags that this protection group selects
    ");
}

#[test]
fn drift_names_the_settings_and_says_what_happens() {
    let text = said_of_server(|facts| {
        facts.drift = vec![
            Drift { setting: "copyTags".into(), wanted: "true".into(), live: Some("false".into()) },
            Drift { setting: "recoveryMode".into(), wanted: "FAST".into(), live: None },
        ];
    });
    let wanted = "copyTags is false and is to be true, recoveryMode is not set and is to be FAST";
    assert_eq!(
        text,
        [format!(
            "Warns/Warns LaunchSettingsDrift s-1 (db-1): DRS has other launch settings than its protection group wants: {wanted}"
        )]
    );
}

#[test]
fn a_wave_larger_than_what_the_quotas_leave_free_queues() {
    let ids =
        |range: std::ops::Range<usize>| range.map(|number| ServerId::from(format!("s-{number}"))).collect::<Vec<_>>();
    let queueing = |count: usize, jobs: usize, busy: std::ops::Range<usize>| {
        let wave = WaveFacts { name: "web".into(), region: "eu-west-1".into(), servers: ids(0..count) };
        let in_use = InUse { jobs, servers: ids(busy).into_iter().collect() };
        said(move |situation| {
            situation.waves = vec![wave.clone()];
            situation.in_use = BTreeMap::from([("eu-west-1".to_owned(), in_use.clone())]);
        })
    };
    assert_eq!(queueing(500, 0, 0..0), [""; 0]);
    assert_eq!(queueing(10, 1, 0..10), [""; 0], "servers in another job wait for that job, and each has a finding");
    let of = |count: usize, rest: &str| vec![format!("Warns/Warns QueueingExpected web: {count} of its {rest}")];
    assert_eq!(
        queueing(520, 0, 0..0),
        of(
            20,
            "520 servers would wait at first: 0 of 20 DRS jobs are running in eu-west-1, with 0 of 500 servers in them"
        )
    );
    assert_eq!(
        queueing(150, 19, 1_000..1_100),
        of(
            50,
            "150 servers would wait at first: 19 of 20 DRS jobs are running in eu-west-1, with 100 of 500 servers in them"
        )
    );
}

#[test]
fn a_missing_document_stops_a_drill_and_not_a_recovery() {
    let missing = |situation: &mut Situation| {
        situation.missing_documents.push(MissingDocument {
            document: "Shop-Check".into(),
            region: "eu-west-1".into(),
            used_by: "health check \"shop\" of wave \"web\"".into(),
        });
        situation.not_checked.insert("SSM in eu-north-1".into(), "DescribeDocument: AccessDeniedException".into());
    };
    insta::assert_snapshot!(said(missing).join("\n"), @r#"
    Blocks/Warns SsmDocumentMissing Shop-Check: SSM has no such document in eu-west-1; health check "shop" of wave "web" would run it
    Warns/Warns NotChecked SSM in eu-north-1: this was not checked: DescribeDocument: AccessDeniedException
    "#);
}

fn drilled(last: Option<LastDrill>, change: impl Fn(&mut Situation)) -> Vec<String> {
    said(|situation| {
        let servers = vec!["s-1".into()];
        situation.waves = vec![WaveFacts { name: "all".into(), region: "eu-west-1".into(), servers }];
        situation.drills =
            Some(DrillFacts { plan: "shop".into(), plan_version: 3, every_days: 90, last: last.clone() });
        change(situation);
    })
}

fn last(days: i64, version: u64, servers: &[(&str, &str)]) -> Option<LastDrill> {
    Some(LastDrill {
        execution: "shop-1".into(),
        ended_at: NOW - days * DAY,
        plan_version: Some(version),
        servers: servers.iter().map(|(id, host)| (ServerId::from(*id), (*host).to_owned())).collect(),
    })
}

#[test]
fn a_plan_is_drilled_often_enough_and_as_it_is() {
    let same: &[(&str, &str)] = &[("s-1", "db-1")];
    assert_eq!(drilled(last(90, 3, same), |_| {}), [""; 0]);
    assert_eq!(drilled(None, |_| {}), ["Warns/Warns NeverDrilled shop: no drill of this plan has ever completed"]);
    assert_eq!(
        drilled(last(91, 3, same), |_| {}),
        ["Warns/Warns DrillOverdue shop: the last drill that completed, shop-1, was 91 days ago; drillEveryDays is 90"]
    );
    let since = "Warns/Warns ChangedSinceDrill shop: since the last drill that completed, shop-1, 5 days ago:";
    assert_eq!(drilled(last(5, 2, same), |_| {}), [format!("{since} the plan changed from version 2 to 3")]);
    assert_eq!(
        drilled(last(5, 3, &[("s-8", "web-8"), ("s-9", "web-9")]), |_| {}),
        [format!("{since} 1 server added: db-1; 2 servers removed: web-8, web-9")]
    );
    let unreachable = |situation: &mut Situation| {
        situation.unreachable.insert("eu-north-1".into(), "down".into());
    };
    let text = drilled(last(5, 3, &[("s-9", "web-9")]), unreachable);
    assert_eq!(text.len(), 1, "what cannot be seen is not called removed: {text:?}");
}

#[test]
fn only_findings_about_drills_are_no_news_in_a_drill() {
    let about: BTreeSet<FindingCode> =
        [FindingCode::NeverDrilled, FindingCode::DrillOverdue, FindingCode::ChangedSinceDrill].into();
    assert!(about.iter().all(|code| code.is_about_drills()));
    assert!(!FindingCode::ServerMissing.is_about_drills() && !FindingCode::RpoExceeded.is_about_drills());
    let text = serde_json::to_value(Finding::new(FindingCode::RpoExceeded, Severity::Warns, "a", "b", "c")).unwrap();
    assert_eq!(text["code"], "RPO_EXCEEDED");
}
