//! What people write wrong, and what they are told.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

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
        { "name": "again", "groups": ["web"], "onFailure": "PAUSE" },
    ] });
    insta::assert_snapshot!(problems(plan, &["web"]));
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
