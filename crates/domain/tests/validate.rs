//! What people write wrong, and what they are told.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

use domain::cleanup::OnDrillFailure;
use domain::group::ProtectionGroup;
use domain::id::GroupId;
use domain::plan::RecoveryPlan;
use domain::validate::{group_problems, plan_problems};
use serde_json::json;

fn groups(names: &[&str]) -> BTreeMap<GroupId, ProtectionGroup> {
    let group = |name: &str| -> ProtectionGroup {
        serde_json::from_value(json!({ "name": name, "servers": [{ "id": "s-3tierdb0000000001" }] })).unwrap()
    };
    names.iter().map(|name| (GroupId::from(*name), group(name))).collect()
}

fn problems(plan: serde_json::Value, known: &[&str]) -> String {
    let plan: RecoveryPlan = serde_json::from_value(plan).unwrap();
    let text: Vec<String> = plan_problems(&plan, &groups(known)).iter().map(ToString::to_string).collect();
    text.join("\n")
}

#[test]
fn a_good_plan_has_no_problems() {
    let plan = json!({ "name": "p", "waves": [
        { "name": "db", "groups": ["db"] },
        { "name": "web", "groups": ["web"], "dependsOnWaves": ["db"], "onFailure": "CONTINUE", "minHealthyPercent": 50 },
    ] });
    assert_eq!(problems(plan, &["db", "web"]), "");
}

#[test]
fn every_problem_is_said_at_once_with_its_place() {
    let plan = json!({ "name": "My Plan", "waves": [
        { "name": "db", "groups": [], "dependsOnWaves": ["web"] },
        { "name": "web", "groups": ["web", "nowhere"], "dependsOnWaves": ["db"], "minHealthyPercent": 101,
          "healthChecks": [
            { "name": "a", "kind": "ssmCommand" },
            { "name": "a", "kind": "ssmAgentOnline", "document": "X", "timeoutMinutes": 0, "runIn": [] },
          ] },
        { "name": "again", "groups": ["web"], "onFailure": "PAUSE", "minHealthyPercent": 200 },
    ] });
    insta::assert_snapshot!(problems(plan, &["web"]));
}

#[test]
fn a_cleanup_by_itself_is_within_thirty_days_and_keeps_what_failed() {
    let plan = |after: u32| json!({ "name": "p", "waves": [{ "name": "db", "groups": ["db"] }], "cleanup": { "after": after } });
    assert_eq!(problems(plan(0), &["db"]), "");
    assert_eq!(problems(plan(43_200), &["db"]), "");
    assert_eq!(problems(plan(43_201), &["db"]), "cleanup.after: minutes from 0 to 43200, or leave it out");
    let read: RecoveryPlan = serde_json::from_value(plan(60)).unwrap();
    assert_eq!(read.cleanup.map(|cleanup| cleanup.on_failure), Some(OnDrillFailure::Keep));
    let unknown = json!({ "name": "p", "waves": [], "cleanup": { "after": 60, "onFailed": "KEEP" } });
    assert!(serde_json::from_value::<RecoveryPlan>(unknown).is_err());
}

#[test]
fn a_group_names_servers_once_and_by_their_ids() {
    let group: ProtectionGroup = serde_json::from_value(json!({ "name": "-db", "servers": [
        { "id": "s-3tierdb0000000001" }, { "id": "db-1" }, { "id": "s-3tierdb0000000001" },
    ] }))
    .unwrap();
    let text: Vec<String> = group_problems(&group).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn the_groups_of_a_wave_are_in_one_region() {
    let group = |name: &str, region: Option<&str>| -> ProtectionGroup {
        serde_json::from_value(json!({ "name": name, "region": region, "selectionTags": { "app": [name] } })).unwrap()
    };
    let told = |regions: [Option<&str>; 2]| {
        let groups = [group("a", regions[0]), group("b", regions[1])].map(|group| (group.name.clone(), group));
        let plan = json!({ "name": "p", "waves": [{ "name": "all", "groups": ["a", "b"] }] });
        let problems = plan_problems(&serde_json::from_value(plan).unwrap(), &groups.into());
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told([Some("eu-west-1"), Some("eu-west-1")]), [""; 0]);
    assert_eq!(told([None, Some("eu-west-1")]), [""; 0], "what the deployment's own is, is not known here");
    assert_eq!(
        told([Some("eu-west-1"), Some("eu-north-1")]),
        [
            "waves[0] (all).groups: its groups are in several Regions (eu-north-1, eu-west-1): make a wave for each Region"
        ]
    );
}

#[test]
fn every_field_of_groups_plans_and_actions_is_looked_at() {
    let long = "x".repeat(20_000);
    let check = |number: usize| json!({ "name": format!("c{number}"), "kind": "ssmCommand", "document": "Shop-Check", "parameters": { "a": ["x".repeat(4_000)] } });
    let group: ProtectionGroup = serde_json::from_value(json!({
        "name": "g", "description": "\u{1b}[2J", "account": "12", "region": "Europe",
        "selectionTags": { "": ["a"], "key": [] },
        "serverLaunchSettings": { "db-1": { "copyTags": true } },
        "healthChecks": (0..31).map(check).collect::<Vec<_>>(),
    }))
    .unwrap();
    let text: Vec<String> = group_problems(&group).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("group_fields", text.join("\n"));
    let action = |more: serde_json::Value| {
        let mut action = json!({ "name": "a", "kind": "delay" });
        action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        action
    };
    let plan = json!({ "name": "p", "targetRtoMinutes": 0, "targetRpoMinutes": 50_000, "drillEveryDays": 0, "waves": [{
        "name": "w", "groups": ["web"], "launchTimeoutMinutes": 0, "criticality": { "s-3tierdb0000000009": "optional" },
        "approval": { "role": "boss", "timeoutMinutes": 0 },
        "beforeActions": [
            action(json!({ "document": "X", "timeoutMinutes": 0, "runIn": [] })),
            action(json!({ "delayMinutes": 0 })),
            action(json!({ "name": "run", "kind": "ssmAutomation", "delayMinutes": 5 })),
        ],
        "afterActions": [action(json!({ "name": "B", "kind": "ssmCommand", "document": "no", "parameters": { "a": [long], "": ["b"] } }))],
    }] });
    insta::assert_snapshot!("plan_fields", problems(plan, &["web"]));
}

#[test]
fn unknown_fields_and_kinds_are_refused_when_read() {
    for wrong in [
        json!({ "name": "p", "waves": [], "wave": [] }),
        json!({ "name": "p", "waves": [{ "name": "a", "groups": [], "dependsOn": [] }] }),
        json!({ "name": "p", "waves": [{ "name": "a", "groups": [], "onFailure": "stop" }] }),
        json!({ "name": "p", "waves": [{ "name": "a", "groups": [], "healthChecks": [{ "name": "c", "kind": "ping" }] }] }),
    ] {
        assert!(serde_json::from_value::<RecoveryPlan>(wrong.clone()).is_err(), "{wrong}");
    }
}
