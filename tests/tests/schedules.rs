//! Schedules of drills. EventBridge Scheduler keeps real time here as well, so most tests start what it would start, with
//! the input that it was given; one lets it fire itself, by moving a schedule of ours to a moment that is now.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use contract::{CleanupStatus, Execution, ExecutionStatus, FindingCode, Mode};
use domain::id::ExecutionId;
use e2e::scenario::{assert_ended, eventually, servers};
use e2e::{Cloud, Scenario, cloud};
use serde_json::{Value, json};

/// Years: nobody hears of a drill.
const NEVER: u32 = 99_999;
/// Sundays at three: not while a test runs, and long since for whoever asks.
const SUNDAYS: &str = "cron(0 3 ? * SUN *)";

fn sweep(cloud: &Cloud) {
    let ended = cloud.ended(&cloud.begin("sweep", &json!({ "leftOverHours": NEVER })));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
}

fn path(scenario: &Scenario, schedule: &str) -> String {
    format!("/recovery-plans/{}/schedules/{schedule}", scenario.name)
}

/// Stores a schedule, which must be accepted.
fn put(scenario: &Scenario, schedule: &str, document: &Value) -> Value {
    let answer = scenario.cloud.send("PUT", &path(scenario, schedule), &[], Some(&document.to_string()));
    assert!([200, 201].contains(&answer.status), "{}", answer.body);
    answer.body
}

/// What EventBridge Scheduler has: the schedule of the deployment's group, if it is there.
fn entry(scenario: &Scenario, schedule: &str) -> Option<Value> {
    let cloud = scenario.cloud;
    let (status, found) =
        cloud.scheduler("GET", &format!("{}.{schedule}?groupName={}", scenario.name, cloud.drills()), None);
    if status == 404 { None } else { Some(found) }
}

/// Starts what a schedule starts, as EventBridge Scheduler does at `at`. Gives back the execution's id.
fn fire(scenario: &Scenario, schedule: &str, at: &str) -> ExecutionId {
    let target = entry(scenario, schedule).unwrap()["Target"].take();
    assert_eq!(target["Arn"], json!(scenario.cloud.state_machines["recovery"]), "{target}");
    let input = target["Input"].as_str().unwrap().replace("<aws.scheduler.scheduled-time>", at);
    let arn = scenario.cloud.begin("recovery", &serde_json::from_str(&input).unwrap());
    ExecutionId::from(arn.rsplit(':').next().unwrap())
}

/// Waits for the end of an execution that nobody has recorded yet.
fn end_of(scenario: &Scenario, id: &ExecutionId) -> Execution {
    eventually(&format!("the end of {id}"), || match scenario.client().execution(id) {
        Ok(execution) if execution.summary.status.is_terminal() => Ok(execution),
        other => Err(format!("{other:?}")),
    })
}

fn instances(execution: &Execution) -> Vec<String> {
    servers(execution).filter_map(|server| server.instance_id.as_ref().map(ToString::to_string)).collect()
}

fn codes(execution: &Execution) -> Vec<FindingCode> {
    execution.summary.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn safety_rule_8_a_schedule_starts_no_recovery_and_one_that_is_gone_or_off_starts_nothing() {
    let cloud = cloud();
    let scenario = Scenario::new("no-schedule");
    let ids = scenario.single_wave(1, |_, _| {});
    put(&scenario, "off", &json!({ "expression": SUNDAYS, "enabled": false }));
    assert_eq!(entry(&scenario, "off").unwrap()["State"], "DISABLED");
    let since = cloud.journal_position();
    let inputs = [
        json!({ "planId": scenario.name, "mode": "DRILL", "schedule": "off" }),
        json!({ "planId": scenario.name, "mode": "DRILL", "schedule": "gone" }),
        json!({ "planId": scenario.name, "mode": "DRILL", "schedule": "../off\nada" }),
        json!({ "planId": scenario.name, "mode": "RECOVERY", "schedule": "off", "confirm": scenario.name }),
    ];
    for input in &inputs {
        let arn = cloud.begin("recovery", input);
        let ended = end_of(&scenario, &ExecutionId::from(arn.rsplit(':').next().unwrap()));
        assert_ended(&ended, ExecutionStatus::Refused);
        assert!(codes(&ended).contains(&FindingCode::ScheduleInvalid), "{input}: {ended:?}");
    }
    // A RECOVERY that an event or the console starts needs the plan's name.
    let unconfirmed = cloud.begin("recovery", &json!({ "planId": scenario.name, "mode": "RECOVERY" }));
    let ended = end_of(&scenario, &ExecutionId::from(unconfirmed.rsplit(':').next().unwrap()));
    assert_ended(&ended, ExecutionStatus::Refused);
    assert!(codes(&ended).contains(&FindingCode::NotConfirmed), "{ended:?}");
    assert!(cloud.journal(since).calls("StartRecovery", &ids).is_empty());
}

#[test]
fn eventbridge_scheduler_follows_what_is_stored_and_whoever_was_cut_off_is_made_up_for() {
    let cloud = cloud();
    let scenario = Scenario::new("followed");
    scenario.single_wave(1, |_, _| {});
    let first = put(&scenario, "weekly", &json!({ "expression": SUNDAYS, "timeZone": "Europe/Berlin" }));
    assert_eq!(first["version"], 1, "{first}");
    let found = entry(&scenario, "weekly").unwrap();
    assert_eq!((&found["ScheduleExpression"], &found["State"]), (&json!(SUNDAYS), &json!("ENABLED")), "{found}");
    assert_eq!(found["ScheduleExpressionTimezone"], "Europe/Berlin", "{found}");

    // Versions, as for a plan: the same again is no change, and who does not know of one is refused.
    let body = json!({ "expression": "rate(7 days)" }).to_string();
    let stale = cloud.send("PUT", &path(&scenario, "weekly"), &[("If-Match", "\"7\"")], Some(&body));
    assert_eq!((stale.status, &stale.body["code"]), (412, &json!("VERSION_MISMATCH")), "{}", stale.body);
    let changed = cloud.send("PUT", &path(&scenario, "weekly"), &[("If-Match", "\"1\"")], Some(&body));
    let again = cloud.send("PUT", &path(&scenario, "weekly"), &[("If-Match", &changed.etag)], Some(&body));
    assert_eq!((&changed.body["version"], &again.body["version"]), (&json!(2), &json!(2)), "{}", again.body);
    assert_eq!(entry(&scenario, "weekly").unwrap()["ScheduleExpression"], "rate(7 days)");

    // What a cut between the record and Scheduler leaves: one that is missing, and one that nobody has stored.
    let (weekly, stray) = (format!("{}.weekly", scenario.name), format!("{}.stray", scenario.name));
    let target = entry(&scenario, "weekly").unwrap()["Target"].take();
    cloud.scheduler("DELETE", &format!("{weekly}?groupName={}", cloud.drills()), None);
    let create = json!({ "GroupName": cloud.drills(), "ScheduleExpression": "rate(9 days)",
        "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": target });
    assert_eq!(cloud.scheduler("POST", &stray, Some(&create)).0, 200);
    sweep(cloud);
    assert_eq!(entry(&scenario, "weekly").unwrap()["ScheduleExpression"], "rate(7 days)");
    assert_eq!(entry(&scenario, "stray"), None);

    // A plan that has schedules stays; they go first, and their history stays with the audit log.
    let plan = format!("/recovery-plans/{}", scenario.name);
    let kept = cloud.send("DELETE", &plan, &[], None);
    assert_eq!((kept.status, &kept.body["code"]), (409, &json!("PLAN_HAS_SCHEDULES")), "{}", kept.body);
    assert_eq!(cloud.send("DELETE", &path(&scenario, "weekly"), &[], None).status, 204);
    assert_eq!(entry(&scenario, "weekly"), None);
    assert_eq!(cloud.send("DELETE", &plan, &[], None).status, 204);
    let audited = cloud.get(&format!("/audit?subject={}/weekly", scenario.name));
    let actions: Vec<&str> =
        audited["items"].as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    assert_eq!(actions, ["DeleteSchedule", "PutSchedule", "PutSchedule"]);
}

#[test]
fn a_wrong_schedule_is_refused_with_all_that_is_wrong() {
    let scenario = Scenario::new("wrong");
    scenario.single_wave(1, |_, _| {});
    let wrong = json!({ "expression": "0 3 * * *", "timeZone": "Berlin", "cleanupAfterMinutes": 43_201 }).to_string();
    let refused = scenario.cloud.send("PUT", &path(&scenario, "weekly"), &[], Some(&wrong));
    assert_eq!(refused.status, 422, "{}", refused.body);
    let problems = refused.body["problems"].as_array().unwrap();
    let places: Vec<&str> = problems.iter().filter_map(|problem| problem["at"].as_str()).collect();
    assert_eq!(places, ["expression", "cleanupAfterMinutes", "timeZone"]);
    let recovery = json!({ "expression": SUNDAYS, "mode": "RECOVERY" }).to_string();
    assert_eq!(scenario.cloud.send("PUT", &path(&scenario, "weekly"), &[], Some(&recovery)).status, 422);
    let named =
        scenario.cloud.send("PUT", &path(&scenario, "A_B"), &[], Some(&json!({ "expression": SUNDAYS }).to_string()));
    assert_eq!(named.status, 422, "{}", named.body);
    assert_eq!(scenario.cloud.get(&format!("/recovery-plans/{}/schedules", scenario.name))["count"], 0);
    assert_eq!(entry(&scenario, "weekly"), None);
}

/// Other tests store schedules meanwhile: what is compared are this test's own.
#[test]
fn the_schedules_of_all_plans_are_listed_page_by_page_as_each_plan_lists_its_own() {
    let cloud = cloud();
    let scenarios = [Scenario::new("listed-a"), Scenario::new("listed-b")];
    for scenario in &scenarios {
        scenario.single_wave(1, |_, _| {});
        for (name, document) in [
            ("off", json!({ "expression": SUNDAYS, "enabled": false })),
            ("weekly", json!({ "expression": SUNDAYS, "timeZone": "Europe/Berlin" })),
        ] {
            put(scenario, name, &document);
        }
    }
    let (mut all, mut token) = (Vec::new(), None::<String>);
    loop {
        let next = token.map(|token| format!("&nextToken={token}")).unwrap_or_default();
        let mut page = cloud.get(&format!("/schedules?limit=3{next}"));
        let items = page["items"].take();
        assert!(items.as_array().unwrap().len() <= 3, "{items}");
        all.extend(items.as_array().unwrap().iter().cloned());
        token = page["nextToken"].as_str().map(ToOwned::to_owned);
        if token.is_none() {
            break;
        }
    }
    for scenario in &scenarios {
        let own: Vec<&Value> = all.iter().filter(|one| one["planId"] == scenario.name.as_str()).collect();
        let names: Vec<&str> = own.iter().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["off", "weekly"], "each once, by name");
        let listed = cloud.get(&format!("/recovery-plans/{}/schedules", scenario.name))["items"].take();
        assert_eq!(json!(own), listed);
    }
    let foreign = cloud.send("GET", "/schedules?nextToken=nonsense", &[], None);
    assert_eq!((foreign.status, &foreign.body["code"]), (400, &json!("INVALID_REQUEST")), "{}", foreign.body);
}

mod alone {
    use super::*;

    #[test]
    fn safety_rule_2_a_scheduled_drill_runs_and_is_cleaned_up_after_its_time() {
        let cloud = cloud();
        let _undisturbed = cloud.disturb(&[]);
        let scenario = Scenario::new("scheduled");
        scenario.single_wave(2, |_, _| {});
        let bystander = Scenario::new("unscheduled");
        bystander.single_wave(1, |_, _| {});
        let other = bystander.run(Mode::Drill);
        let stored = put(&scenario, "weekly", &json!({ "expression": SUNDAYS, "cleanupAfterMinutes": 0 }));
        assert!(stored["nextRunAt"].is_number() && stored["lastRun"].is_null(), "{stored}");
        let at = "2026-11-22T03:00:00Z";
        let id = fire(&scenario, "weekly", at);
        let drill = end_of(&scenario, &id);
        assert_ended(&drill, ExecutionStatus::Completed);
        assert_eq!((drill.summary.started_by.as_str(), drill.summary.mode), ("schedule:weekly", Mode::Drill));
        assert_eq!(drill.summary.cleanup_due_at, drill.summary.ended_at);
        let shown = cloud.get(&path(&scenario, "weekly"));
        assert_eq!(
            shown["lastRun"],
            json!({ "executionId": id, "status": "COMPLETED", "at": 1_795_316_400 }),
            "{shown}"
        );

        let since = cloud.journal_position();
        sweep(cloud);
        let ended = scenario.until(&id, "its cleanup", |execution| {
            execution.cleanup.as_ref().is_some_and(|cleanup| cleanup.status.is_terminal())
        });
        let cleanup = ended.cleanup.unwrap();
        assert_eq!((cleanup.status, cleanup.started_by.as_str()), (CleanupStatus::Completed, "schedule:weekly"));
        assert_eq!(cloud.journal(since).changes("InstanceTerminated", &instances(&drill)).len(), 2);
        assert!(cloud.journal(since).changes("InstanceTerminated", &instances(&other)).is_empty());
    }

    #[test]
    fn a_start_that_is_refused_is_recorded_and_one_that_is_delivered_twice_runs_once() {
        let cloud = cloud();
        let _undisturbed = cloud.disturb(&[]);
        let scenario = Scenario::new("refused");
        let ids = scenario.single_wave(1, |_, _| {});
        put(&scenario, "weekly", &json!({ "expression": SUNDAYS }));
        let since = cloud.journal_position();
        let twice =
            [fire(&scenario, "weekly", "2026-11-15T03:00:00Z"), fire(&scenario, "weekly", "2026-11-15T03:00:00Z")];
        let ended: Vec<Execution> = twice.iter().map(|id| end_of(&scenario, id)).collect();
        let mut statuses: Vec<&str> = ended.iter().map(|execution| execution.summary.status.as_str()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, ["COMPLETED", "REFUSED"]);
        assert_eq!(cloud.journal(since).changes("JobCreated", &ids).len(), 1);
        let ran = ended.iter().find(|one| one.summary.status == ExecutionStatus::Completed).unwrap();
        let last = cloud.get(&path(&scenario, "weekly"))["lastRun"].take();
        assert_eq!((&last["executionId"], &last["status"]), (&json!(ran.summary.execution_id), &json!("COMPLETED")));

        // Somebody holds the server, so the next start comes to nothing, and says so.
        let running = scenario.start(Mode::Drill, &[]).unwrap();
        scenario.until(&running, "its claims", |execution| execution.summary.status == ExecutionStatus::Running);
        let refused = end_of(&scenario, &fire(&scenario, "weekly", "2026-11-22T03:00:00Z"));
        assert_ended(&refused, ExecutionStatus::Refused);
        assert!(codes(&refused).contains(&FindingCode::ServerClaimed), "{refused:?}");
        let last = cloud.get(&path(&scenario, "weekly"))["lastRun"].take();
        assert_eq!((&last["executionId"], &last["status"]), (&json!(refused.summary.execution_id), &json!("REFUSED")));
        scenario.end_of(&running);
    }

    #[test]
    fn a_start_that_did_not_come_is_recorded_and_told_of_once() {
        let cloud = cloud();
        let _undisturbed = cloud.disturb(&[]);
        let scenario = Scenario::new("missed");
        scenario.single_wave(1, |_, _| {});
        let listener = cloud.listen("Drill Missed", &scenario.name);
        let stored = put(&scenario, "hourly", &json!({ "expression": "rate(1 hour)" }));
        put(&scenario, "off", &json!({ "expression": "rate(1 hour)", "enabled": false }));
        sweep(cloud);
        assert_eq!(listener.heard(), Vec::<Value>::new());
        // Stored two hours ago, and nothing has come since.
        let stored_at = stored["updatedAt"].as_i64().unwrap() - 7_200;
        for schedule in ["hourly", "off"] {
            let request = json!({
                "TableName": cloud.tables["recoveryPlans"],
                "Key": { "kind": { "S": "SCHEDULE" }, "id": { "S": format!("{}#{schedule}", scenario.name) } },
                "UpdateExpression": "SET updatedAt = :at",
                "ExpressionAttributeValues": { ":at": { "N": stored_at.to_string() } },
            });
            cloud.aws("dynamodb", "DynamoDB_20120810.UpdateItem", &request);
        }
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| sweep(cloud));
            }
        });
        let heard = listener.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        let due_at = heard[0]["dueAt"].as_i64().unwrap();
        assert_eq!((&heard[0]["schedule"], (due_at - stored_at) % 3_600), (&json!("hourly"), 0), "{heard:?}");
        let missed = cloud.get(&path(&scenario, "hourly"))["missed"].take();
        assert_eq!((missed[0]["at"].as_i64(), missed.as_array().unwrap().len()), (Some(due_at), 1), "{missed}");
        assert_eq!(cloud.get(&path(&scenario, "off"))["missed"], json!([]));
        cloud.send("DELETE", &path(&scenario, "hourly"), &[], None);
    }

    #[test]
    fn eventbridge_scheduler_starts_a_drill_with_what_it_was_given() {
        let cloud = cloud();
        let _undisturbed = cloud.disturb(&[]);
        let scenario = Scenario::new("fired");
        scenario.single_wave(1, |_, _| {});
        put(&scenario, "once", &json!({ "expression": SUNDAYS }));
        let target = entry(&scenario, "once").unwrap()["Target"].take();
        // The moment is past, so it fires with its next look, some ten real seconds from now.
        let moved = json!({ "GroupName": cloud.drills(), "ScheduleExpression": "at(2026-01-01T00:00:00)",
            "FlexibleTimeWindow": { "Mode": "OFF" }, "State": "ENABLED", "Target": target });
        let last = eventually("the start", || {
            let last = cloud.get(&path(&scenario, "once"))["lastRun"].take();
            // The stack's own sweep may come in between, and sets it right.
            if last.is_null() && entry(&scenario, "once").is_some_and(|entry| entry["ScheduleExpression"] == SUNDAYS) {
                assert_eq!(cloud.scheduler("PUT", &format!("{}.once", scenario.name), Some(&moved)).0, 200);
            }
            if last.is_null() { Err("not started".to_owned()) } else { Ok(last) }
        });
        let drill = end_of(&scenario, &ExecutionId::from(last["executionId"].as_str().unwrap()));
        assert_ended(&drill, ExecutionStatus::Completed);
        assert_eq!(drill.summary.started_by, "schedule:once");
        cloud.send("DELETE", &path(&scenario, "once"), &[], None);
    }
}
