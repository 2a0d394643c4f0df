//! The choice of recovery points: how it is written, what it means for a server, what is wrong with it, and what
//! preflight says of what it comes to.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

use domain::check::Os;
use domain::id::ServerId;
use domain::plan::Mode;
use domain::preflight::{
    Finding, FindingCode, ServerFacts, Severity, Situation, WaveFacts, preflight, without_recovery_point,
};
use domain::recovery_point::{ChosenPoint, PointRule, RecoveryPointChoice, worst_rpo_seconds};
use serde_json::{Value, json};

const NOW: i64 = 1_795_312_800;
const HOUR: i64 = 3_600;
const DB: &str = "s-3tierdb0000000001";
const WEB: &str = "s-3tierweb000000001";
const POINT: &str = "pit-00000000000000001";

fn choice(json: &Value) -> RecoveryPointChoice {
    serde_json::from_value(json.clone()).unwrap()
}

fn not_after(at: i64) -> RecoveryPointChoice {
    choice(&json!({ "kind": "NOT_AFTER", "at": at }))
}

fn by_hand() -> RecoveryPointChoice {
    choice(&json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT }, "others": { "kind": "NOT_AFTER", "at": NOW } }))
}

#[test]
fn a_choice_is_written_as_it_is_read_and_nothing_in_it_is_ignored() {
    for written in [
        json!({ "kind": "LATEST" }),
        json!({ "kind": "NOT_AFTER", "at": NOW }),
        json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT }, "others": { "kind": "LATEST" } }),
        json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT }, "others": { "kind": "NOT_AFTER", "at": 5 } }),
    ] {
        assert_eq!(serde_json::to_value(choice(&written)).unwrap(), written);
    }
    let short = choice(&json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT } }));
    assert_eq!(short.rule(&WEB.into()), PointRule::Latest, "the newest for the others");
    for wrong in [
        json!({}),
        json!({ "kind": "NEWEST" }),
        json!({ "kind": "LATEST", "at": NOW }),
        json!({ "kind": "NOT_AFTER" }),
        json!({ "kind": "NOT_AFTER", "at": NOW, "snapshots": {} }),
        json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT }, "others": { "kind": "LATEST", "at": 5 } }),
        json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT }, "others": { "kind": "SNAPSHOTS" } }),
        json!("LATEST"),
    ] {
        assert!(serde_json::from_value::<RecoveryPointChoice>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_choice_says_for_each_server_what_holds() {
    let (db, web) = (ServerId::from(DB), ServerId::from(WEB));
    assert_eq!(RecoveryPointChoice::default().rule(&db), PointRule::Latest);
    assert_eq!(not_after(5).rule(&db), PointRule::NotAfter(5));
    let (by_hand, point) = (by_hand(), POINT.into());
    assert_eq!((by_hand.rule(&db), by_hand.rule(&web)), (PointRule::Snapshot(&point), PointRule::NotAfter(NOW)));
    let said: Vec<String> = [RecoveryPointChoice::default(), not_after(NOW), by_hand].map(|one| one.to_string()).into();
    assert_eq!(
        said,
        [
            "the newest",
            "not after 2026-11-22T02:00:00Z",
            "chosen for 1 server, not after 2026-11-22T02:00:00Z for the others"
        ]
    );
}

/// Data loss is counted from the start of the execution, or from the chosen moment: what came later was given up.
#[test]
fn data_loss_is_counted_from_the_moment_that_was_chosen() {
    let (db, web) = (ServerId::from(DB), ServerId::from(WEB));
    let latest = RecoveryPointChoice::default();
    assert_eq!(latest.rpo_seconds(&db, NOW, NOW - 300), 300);
    assert_eq!(latest.rpo_seconds(&db, NOW, NOW + 300), 0, "taken at the launch");
    assert_eq!(not_after(NOW - 48 * HOUR).rpo_seconds(&db, NOW, NOW - 49 * HOUR), HOUR);
    assert_eq!(not_after(NOW + HOUR).rpo_seconds(&db, NOW, NOW - HOUR), HOUR, "never from after the start");
    assert_eq!(by_hand().rpo_seconds(&db, NOW, NOW - 9 * HOUR), 9 * HOUR);
    let servers = [(&db, NOW - 49 * HOUR), (&web, NOW - 52 * HOUR)];
    assert_eq!(worst_rpo_seconds(&not_after(NOW - 48 * HOUR), NOW, servers), Some(4 * HOUR));
    assert_eq!(worst_rpo_seconds(&latest, NOW, []), None);
}

#[test]
fn a_choice_that_cannot_be_meant_is_said_with_its_place() {
    let problems = |json: Value| -> Vec<String> {
        choice(&json).problems(NOW).into_iter().map(|problem| problem.to_string()).collect()
    };
    assert!(problems(json!({ "kind": "NOT_AFTER", "at": NOW })).is_empty());
    assert!(by_hand().problems(NOW).is_empty());
    let late = problems(json!({ "kind": "NOT_AFTER", "at": NOW + 1 }));
    assert!(late[0].starts_with("recoveryPoint.at: 2026-11-22T02:00:01Z is yet to come"), "{late:?}");
    let none = problems(json!({ "kind": "SNAPSHOTS", "snapshots": {} }));
    assert!(none[0].starts_with("recoveryPoint.snapshots: names no server"), "{none:?}");
    let several = json!({ "kind": "SNAPSHOTS", "snapshots": { "db-1": "pit-1" },
        "others": { "kind": "NOT_AFTER", "at": NOW + 1 } });
    let places: Vec<String> = problems(several).iter().map(|one| one.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(places, ["recoveryPoint.snapshots.db-1", "recoveryPoint.snapshots.db-1", "recoveryPoint.others.at"]);
    let many: BTreeMap<String, &str> = (0..201).map(|number| (format!("s-{number:017}"), POINT)).collect();
    let many = problems(json!({ "kind": "SNAPSHOTS", "snapshots": many }));
    assert!(many.len() == 1 && many[0].contains("names 201 servers; at most 200"), "{many:?}");
}

/// What preflight says of one server with a newest recovery point of five minutes ago.
fn found(point: ChosenPoint, choice: RecoveryPointChoice, target: Option<u32>) -> Vec<Finding> {
    let facts = ServerFacts {
        replication_state: "CONTINUOUS".into(),
        newest_recovery_point: Some(NOW - 300),
        chosen_point: point,
        ..ServerFacts::new("db-1", Os::Linux, "eu-west-1")
    };
    let wave = WaveFacts { name: "all".into(), region: "eu-west-1".into(), servers: vec![DB.into()] };
    let mut situation = Situation::new(Mode::Recovery, NOW);
    situation.servers.insert(DB.into(), Some(facts));
    situation.waves.push(wave);
    situation.recovery_point = choice;
    situation.target_rpo_minutes = target;
    preflight(&situation)
}

#[test]
fn a_server_without_the_wanted_recovery_point_blocks_and_is_told_what_there_is() {
    let at = NOW - 48 * HOUR;
    let none = |oldest| found(ChosenPoint::NoneUntil { at, oldest }, not_after(at), None);
    let said = none(Some(NOW - 24 * HOUR));
    assert_eq!((said[0].code, said[0].severity), (FindingCode::NoRecoveryPointInTime, Severity::Blocks));
    assert_eq!(
        said[0].message,
        "it has no recovery point of 2026-11-20T02:00:00Z or before, the oldest is of 2026-11-21T02:00:00Z"
    );
    assert_eq!(none(None)[0].message, "it has no recovery point of 2026-11-20T02:00:00Z or before");
    let missing = found(ChosenPoint::Missing { snapshot: POINT.into() }, by_hand(), None);
    assert_eq!((missing[0].code, missing[0].severity), (FindingCode::SnapshotMissing, Severity::Blocks));
    assert!(missing[0].message.contains(POINT) && missing[0].remedy.contains(DB), "{missing:?}");
    assert_eq!(without_recovery_point(&missing), [format!("{DB} (db-1)")]);
}

#[test]
fn a_chosen_recovery_point_is_held_against_the_target_and_the_lag_is_not() {
    let point = |age: i64| ChosenPoint::Point { snapshot: POINT.into(), taken_at: NOW - age };
    assert_eq!(found(point(9 * HOUR), by_hand(), None), [], "nothing was promised");
    let old = found(point(9 * HOUR), by_hand(), Some(60));
    assert_eq!((old[0].code, old[0].severity), (FindingCode::RpoExceeded, Severity::Warns));
    assert!(old[0].message.contains("is of 2026-11-21T17:00:00Z and loses 9 hours of data"), "{}", old[0].message);
    assert_eq!(found(point(9 * HOUR), not_after(NOW - 9 * HOUR + 60), Some(60)), [], "counted from the chosen moment");
    assert!(without_recovery_point(&old).is_empty());
}

#[test]
fn servers_that_are_named_and_not_in_the_plan_block() {
    let stray = choice(&json!({ "kind": "SNAPSHOTS", "snapshots": { DB: POINT, WEB: POINT } }));
    let said = found(ChosenPoint::Point { snapshot: POINT.into(), taken_at: NOW }, stray, None);
    assert_eq!((said[0].code, said[0].severity), (FindingCode::RecoveryPointInvalid, Severity::Blocks));
    assert_eq!(said[0].message, format!("names servers that are not in the plan: {WEB}"));
    let future = found(ChosenPoint::Latest, not_after(NOW + HOUR), None);
    assert!(future[0].code == FindingCode::RecoveryPointInvalid && future[0].message.contains("yet to come"));
}
