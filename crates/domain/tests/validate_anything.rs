//! Whatever somebody writes, validation answers: it never panics, and what it accepts has an order.
#![expect(clippy::expect_used, reason = "a document that cannot be read is a mistake of the generator")]

use std::collections::BTreeMap;

use domain::group::ProtectionGroup;
use domain::id::GroupId;
use domain::plan::RecoveryPlan;
use domain::schedule::Schedule;
use domain::validate::{graph, group_problems, plan_problems};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Few names, so that documents meet each other, and some that are none.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "c", "db", "web"]).prop_map(str::to_owned),
        1 => ".{0,60}",
    ]
}

fn server() -> impl Strategy<Value = String> {
    prop_oneof!["s-0000000000000000[0-3]", ".{0,20}"]
}

fn minutes() -> impl Strategy<Value = u32> {
    prop_oneof![1..100_u32, any::<u32>()]
}

fn parameters() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(".{0,10}", prop::collection::vec(".{0,10}", 0..3), 0..3).prop_map(|map| json!(map))
}

fn modes() -> impl Strategy<Value = Value> {
    prop::collection::vec(prop::sample::select(vec!["DRILL", "RECOVERY"]), 0..3).prop_map(|modes| json!(modes))
}

fn check() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["ssmAgentOnline", "ssmCommand"]);
    (name(), kind, prop::option::of(".{0,140}"), parameters(), minutes(), modes()).prop_map(
        |(name, kind, document, parameters, minutes, modes)| {
            json!({ "name": name, "kind": kind, "document": document, "parameters": parameters,
                "timeoutMinutes": minutes, "runIn": modes })
        },
    )
}

fn action() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["ssmCommand", "ssmAutomation", "delay"]);
    (name(), kind, prop::option::of(".{0,140}"), parameters(), prop::option::of(minutes()), modes()).prop_map(
        |(name, kind, document, parameters, delay, modes)| {
            json!({ "name": name, "kind": kind, "document": document, "parameters": parameters,
                "delayMinutes": delay, "runIn": modes })
        },
    )
}

fn list(of: impl Strategy<Value = Value>) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(of, 0..3)
}

fn wave() -> impl Strategy<Value = Value> {
    let names = || prop::collection::vec(name(), 0..3);
    let criticality = prop::collection::btree_map(server(), Just("optional"), 0..3);
    let approval = prop::option::of((".{0,10}", minutes()));
    let policy = prop::sample::select(vec!["STOP", "CONTINUE", "PAUSE"]);
    let numbers = (any::<u8>(), minutes());
    (name(), names(), names(), policy, numbers, (list(check()), list(action()), list(action())), criticality, approval)
        .prop_map(
            |(name, groups, depends, policy, (percent, minutes), (checks, before, after), criticality, approval)| {
                json!({ "name": name, "groups": groups, "dependsOnWaves": depends, "onFailure": policy,
                "minHealthyPercent": percent, "launchTimeoutMinutes": minutes, "healthChecks": checks,
                "beforeActions": before, "afterActions": after, "criticality": criticality,
                "approval": approval.map(|(role, minutes)| json!({ "role": role, "timeoutMinutes": minutes })) })
            },
        )
}

fn plan() -> impl Strategy<Value = RecoveryPlan> {
    let targets = (prop::option::of(any::<u32>()), prop::option::of(any::<u32>()), any::<u32>());
    let cleanup = prop::option::of((any::<u32>(), prop::sample::select(vec!["KEEP", "CLEANUP"])));
    (name(), ".{0,20}", targets, cleanup, prop::collection::vec(wave(), 0..6)).prop_map(
        |(name, description, (rto, rpo, every), cleanup, waves)| {
            let cleanup = cleanup.map(|(after, on_failure)| json!({ "after": after, "onFailure": on_failure }));
            let document = json!({ "name": name, "description": description, "targetRtoMinutes": rto,
                "targetRpoMinutes": rpo, "drillEveryDays": every, "cleanup": cleanup, "waves": waves });
            serde_json::from_value(document).expect("a document of this shape is read")
        },
    )
}

fn group() -> impl Strategy<Value = ProtectionGroup> {
    let servers = prop::collection::vec(server().prop_map(|id| json!({ "id": id })), 0..4);
    let tags = prop::collection::btree_map(".{0,10}", prop::collection::vec(".{0,10}", 0..3), 0..3);
    let own = prop::collection::btree_map(server(), Just(json!({ "copyTags": true })), 0..3);
    let place = (prop::option::of(".{0,14}"), prop::option::of("[a-z0-9-]{0,14}"));
    (name(), servers, tags, own, place, list(check())).prop_map(|(name, servers, tags, own, place, checks)| {
        let document = json!({ "name": name, "servers": servers, "selectionTags": tags, "serverLaunchSettings": own,
            "account": place.0, "region": place.1, "healthChecks": checks });
        serde_json::from_value(document).expect("a document of this shape is read")
    })
}

proptest! {
    #[test]
    fn validation_answers_whatever_is_written(plan in plan(), groups in prop::collection::vec(group(), 0..4)) {
        for group in &groups {
            for problem in group_problems(group) {
                prop_assert!(!problem.at.is_empty() && !problem.message.is_empty());
            }
        }
        let groups: BTreeMap<GroupId, ProtectionGroup> =
            groups.into_iter().map(|group| (group.name.clone(), group)).collect();
        let problems = plan_problems(&plan, &groups);
        prop_assert!(problems.iter().all(|problem| !problem.at.is_empty() && !problem.message.is_empty()));
        if problems.is_empty() {
            prop_assert!(graph(&plan).is_ok());
        }
    }

    #[test]
    fn a_schedule_is_judged_whatever_is_written(expression in "(cron|rate|at)?[(]?[ 0-9A-Z*?,/#-]{0,24}[)]?", minutes in any::<u32>()) {
        let written = json!({ "expression": expression, "cleanupAfterMinutes": minutes });
        let schedule: Schedule = serde_json::from_value(written).expect("a document of this shape is read");
        prop_assert!(schedule.problems().iter().all(|problem| !problem.at.is_empty() && !problem.message.is_empty()));
    }
}
