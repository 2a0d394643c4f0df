//! What preflight finds: through the API, where nothing is started, and in the record of a run.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeSet;

use contract::{Execution, ExecutionStatus, Finding, FindingCode, Mode, Preflight, Severity};
use domain::id::PlanId;
use e2e::Scenario;
use e2e::scenario::{assert_ended, servers};
use serde_json::{Value, json};

fn ask(scenario: &Scenario, mode: Mode) -> Preflight {
    scenario.client().preflight(&PlanId::from(scenario.name.as_str()), mode).unwrap()
}

fn found(findings: &[Finding], code: FindingCode) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

fn one(findings: &[Finding], code: FindingCode) -> &Finding {
    match found(findings, code)[..] {
        [finding] => finding,
        _ => panic!("not one {code:?}: {findings:?}"),
    }
}

/// Stores a group `<scenario>-<suffix>`.
fn group(scenario: &Scenario, suffix: &str, more: Value) -> String {
    let name = format!("{}-{suffix}", scenario.name);
    let mut document = more;
    document["name"] = json!(name);
    scenario.put("protection-groups", &name, &document);
    name
}

fn members(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

fn ran(execution: &Execution) -> BTreeSet<String> {
    servers(execution).map(|server| server.server_id.to_string()).collect()
}

/// A group by tags is what has the tags when the run starts, and not when the group was stored.
#[test]
fn a_group_by_tags_is_resolved_when_a_run_starts_and_frozen_with_it() {
    let scenario = Scenario::new("tags");
    let tags = json!({ "app": scenario.name, "tier": "web" });
    let ids = scenario.servers(3, |number, server| {
        server["tags"] = if number == 3 { json!({ "app": scenario.name, "tier": "db" }) } else { tags.clone() };
    });
    let selection = json!({ "app": [scenario.name], "tier": ["web", "cache"] });
    let tagged = group(&scenario, "tagged", json!({ "selectionTags": selection }));
    let criticality = json!({ ids[1].as_str(): "optional" });
    scenario.plan(&json!([{ "name": "all", "groups": [tagged], "criticality": criticality }]));
    let id = scenario.run(Mode::Drill).summary.execution_id;
    // Its report is stored after its end.
    let first = scenario.until(&id, "the report", |execution| execution.reports.len() == 3);
    assert_ended(&first, ExecutionStatus::Completed);
    assert_eq!(ran(&first), ids[..2].iter().cloned().collect());
    let of = |index: usize| serde_json::to_value(first.waves[0].servers[index].criticality).unwrap();
    assert_eq!((of(0), of(1)), (json!("critical"), json!("optional")));

    let later = Scenario::new("tags-later");
    let added = later.servers(1, |_, server| server["tags"] = tags.clone());
    let asked = ask(&scenario, Mode::Drill);
    let changed = one(&asked.findings, FindingCode::ChangedSinceDrill);
    assert!(changed.message.contains(&format!("1 server added: {}", later.host(1))), "{}", changed.message);
    let second = scenario.run(Mode::Drill);
    assert_ended(&second, ExecutionStatus::Completed);
    assert_eq!(ran(&second), [ids[0].clone(), ids[1].clone(), added[0].clone()].into());
    assert_eq!(scenario.client().execution(&first.summary.execution_id).unwrap(), first, "what ran before stays");
    assert!(found(&ask(&scenario, Mode::Drill).findings, FindingCode::ChangedSinceDrill).is_empty());
}

#[test]
fn a_selection_without_servers_and_a_server_in_two_groups_block() {
    let scenario = Scenario::new("groups");
    let ids = scenario.servers(2, |_, server| server["tags"] = json!({ "app": scenario.name }));
    let listed = group(&scenario, "listed", json!({ "servers": members(&ids[..1]) }));
    let empty = group(&scenario, "empty", json!({ "selectionTags": { "app": [format!("{}-none", scenario.name)] } }));
    scenario.plan(&json!([{ "name": "a", "groups": [listed] }, { "name": "b", "groups": [empty] }]));
    let asked = ask(&scenario, Mode::Recovery);
    let finding = one(&asked.findings, FindingCode::GroupEmpty);
    assert_eq!((finding.severity, &finding.subject), (Severity::Blocks, &empty));
    assert!(found(&asked.findings, FindingCode::ServerInTwoGroups).is_empty());

    // A group of no plan at all is enough.
    let tagged = group(&scenario, "tagged", json!({ "selectionTags": { "app": [scenario.name] } }));
    scenario.plan(&json!([{ "name": "a", "groups": [listed] }]));
    let refused = scenario.run(Mode::Drill);
    assert_ended(&refused, ExecutionStatus::Refused);
    let finding = one(&refused.summary.findings, FindingCode::ServerInTwoGroups);
    assert_eq!(finding.severity, Severity::Blocks);
    assert!(finding.message.contains(&listed) && finding.message.contains(&tagged), "{}", finding.message);
}

#[test]
fn everything_worth_a_warning_is_said_and_the_run_goes_on() {
    let scenario = Scenario::new("warnings");
    let ids = scenario.servers(2, |number, server| {
        if number == 1 {
            server["replication"] = json!({ "state": "BACKLOG", "lagSeconds": 5400 });
        }
    });
    let all = group(&scenario, "all", json!({ "servers": members(&ids), "launchSettings": { "copyTags": true } }));
    let check = json!({ "name": "own", "kind": "ssmCommand", "document": "Never-Written", "required": false });
    let plan = json!({ "name": scenario.name, "targetRpoMinutes": 60, "waves": [
        { "name": "all", "groups": [all], "healthChecks": [check] },
    ] });
    scenario.put("recovery-plans", &scenario.name, &plan);
    let asked = ask(&scenario, Mode::Recovery);
    assert!(asked.ready, "{:?}", asked.findings);
    let rpo = one(&asked.findings, FindingCode::RpoExceeded);
    assert!(rpo.message.contains("replication lag is 90 minutes; targetRpoMinutes is 60"), "{}", rpo.message);
    assert!(rpo.subject.contains(&scenario.host(1)));
    assert_eq!(found(&asked.findings, FindingCode::LaunchSettingsDrift).len(), 2);
    assert_eq!(found(&asked.findings, FindingCode::NeverDrilled).len(), 1);
    let missing = one(&asked.findings, FindingCode::SsmDocumentMissing);
    assert_eq!((missing.subject.as_str(), missing.severity), ("Never-Written", Severity::Warns));

    // The check is for recoveries only, so a drill does not miss its document, and drills before it are no news to it.
    let drill = scenario.run(Mode::Drill);
    assert_ended(&drill, ExecutionStatus::Completed);
    let codes: BTreeSet<FindingCode> = drill.summary.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [FindingCode::RpoExceeded, FindingCode::LaunchSettingsDrift].into());
    let asked = ask(&scenario, Mode::Drill);
    assert!(found(&asked.findings, FindingCode::NeverDrilled).is_empty(), "{:?}", asked.findings);
    assert!(found(&asked.findings, FindingCode::LaunchSettingsDrift).is_empty(), "the drill has corrected it");

    // In a drill a missing document blocks: finding it is what a drill is for.
    let check = json!({ "name": "own", "kind": "ssmCommand", "document": "Never-Written", "runIn": ["DRILL"] });
    scenario.plan(&json!([{ "name": "all", "groups": [all], "healthChecks": [check] }]));
    let asked = ask(&scenario, Mode::Drill);
    assert!(!asked.ready);
    assert_eq!(one(&asked.findings, FindingCode::SsmDocumentMissing).severity, Severity::Blocks);
    let changed = one(&asked.findings, FindingCode::ChangedSinceDrill);
    assert!(changed.message.contains("from version 1 to 2"), "{}", changed.message);
}

#[test]
fn another_account_is_said_and_the_rest_is_looked_at_all_the_same() {
    let scenario = Scenario::new("account");
    let ids = scenario.servers(2, |number, server| {
        if number == 1 {
            server["replication"] = json!({ "state": "INITIAL_SYNC" });
        }
    });
    let own = group(&scenario, "own", json!({ "servers": members(&ids[..1]) }));
    let theirs = group(&scenario, "theirs", json!({ "servers": members(&ids[1..]) }));
    // The API stores no such group, but a table that was restored in another account has nothing else.
    let update = json!({
        "TableName": scenario.cloud.tables["protectionGroups"],
        "Key": { "kind": { "S": "GROUP" }, "id": { "S": theirs } },
        "UpdateExpression": "SET #document.#account = :account",
        "ExpressionAttributeNames": { "#document": "document", "#account": "account" },
        "ExpressionAttributeValues": { ":account": { "S": "210987654321" } },
    });
    scenario.cloud.aws("dynamodb", "DynamoDB_20120810.UpdateItem", &update);
    scenario.plan(&json!([{ "name": "own", "groups": [own] }, { "name": "theirs", "groups": [theirs] }]));
    let asked = ask(&scenario, Mode::Drill);
    let foreign = one(&asked.findings, FindingCode::PlanInvalid);
    assert_eq!((foreign.severity, &foreign.subject), (Severity::Blocks, &theirs));
    assert_eq!(found(&asked.findings, FindingCode::NoRecoveryPoint).len(), 1);
    assert_ended(&scenario.run(Mode::Drill), ExecutionStatus::Refused);
}

#[test]
fn a_wave_that_is_too_large_for_the_quotas_is_said_to_queue() {
    let scenario = Scenario::new("queueing");
    scenario.single_wave(501, |_, _| {});
    let asked = ask(&scenario, Mode::Recovery);
    assert!(asked.ready);
    let queueing = one(&asked.findings, FindingCode::QueueingExpected);
    assert!(queueing.message.contains("of its 501 servers would wait at first"), "{}", queueing.message);
}

mod alone {
    use super::*;

    #[test]
    fn waves_run_in_the_region_of_their_groups() {
        const REGION: &str = "eu-central-1";
        let scenario = Scenario::new("regions");
        let disturbance = scenario.cloud.disturb(&[]);
        let ids = scenario.servers(3, |number, server| {
            if number > 1 {
                server["region"] = json!(REGION);
                server["tags"] = json!({ "app": scenario.name });
            }
        });
        let here = group(&scenario, "here", json!({ "servers": members(&ids[..1]) }));
        let there = group(
            &scenario,
            "there",
            json!({ "region": REGION, "selectionTags": { "app": [scenario.name] }, "launchSettings": { "copyTags": true } }),
        );
        let check =
            json!([{ "name": "agent", "kind": "ssmCommand", "document": "AWS-RunShellScript", "runIn": ["DRILL"] }]);
        scenario.plan(&json!([
            { "name": "here", "groups": [here] },
            { "name": "there", "groups": [there], "healthChecks": check },
        ]));
        let drill = scenario.run(Mode::Drill);
        assert_ended(&drill, ExecutionStatus::Completed);
        assert_eq!(ran(&drill), ids.iter().cloned().collect());

        disturbance.add(&[&format!("region-down={REGION}")]);
        let asked = ask(&scenario, Mode::Drill);
        let down = one(&asked.findings, FindingCode::DrsUnreachable);
        assert_eq!((down.severity, down.subject.as_str()), (Severity::Blocks, REGION));
        assert!(found(&asked.findings, FindingCode::ServerMissing).is_empty(), "nothing is known there: {asked:?}");
        assert!(found(&asked.findings, FindingCode::ChangedSinceDrill).is_empty(), "{asked:?}");
        let replaced = one(&asked.findings, FindingCode::DrillInstanceReplaced);
        assert!(replaced.subject.contains(&ids[0]), "what can be asked is asked");
        let refused = scenario.run(Mode::Drill);
        assert_ended(&refused, ExecutionStatus::Refused);
        assert!(refused.summary.reason.contains(REGION), "{}", refused.summary.reason);
    }
}
