//! Groups and plans: versions, conditions, deletion, and that lists stay whole while others write.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use e2e::{Scenario, cloud};
use serde_json::{Value, json};

fn put(path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
    let answer = cloud().send("PUT", path, headers, Some(&body.to_string()));
    (answer.status, answer.body)
}

fn group(name: &str, ids: &[String]) -> Value {
    json!({ "name": name, "servers": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() })
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

#[test]
fn a_write_over_another_version_is_refused_and_changes_nothing() {
    let scenario = Scenario::new("if-match");
    let servers = scenario.servers(2, |_, _| {});
    let name = scenario.group("all", &servers[..1], &[]);
    for path in [format!("/protection-groups/{name}"), format!("/recovery-plans/{}", scenario.name)] {
        let document = |text: &str| {
            if path.contains("groups") {
                let mut document = group(&name, &servers[..1]);
                document["description"] = json!(text);
                document
            } else {
                json!({ "name": scenario.name, "description": text, "waves": [{ "name": "a", "groups": [name] }] })
            }
        };
        if path.contains("plans") {
            assert_eq!(code(&put(&path, &[("If-Match", "\"1\"")], &document("x"))), (412, "VERSION_MISMATCH"));
            assert_eq!(put(&path, &[("If-None-Match", "*")], &document("first")).0, 201);
        }
        assert_eq!(code(&put(&path, &[("If-None-Match", "*")], &document("x"))), (412, "VERSION_MISMATCH"));
        assert_eq!(code(&put(&path, &[("If-None-Match", "\"1\"")], &document("x"))), (400, "INVALID_REQUEST"));
        let (status, changed) = put(&path, &[("If-Match", "\"1\"")], &document("second"));
        assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
        assert_eq!(code(&put(&path, &[("If-Match", "\"1\"")], &document("x"))), (412, "VERSION_MISMATCH"));
        let tag = cloud().send("GET", &path, &[], None).etag;
        assert_eq!(put(&path, &[("If-Match", &tag)], &document("third")).1["version"], 3);
        assert_eq!(code(&put(&path, &[("If-Match", &tag)], &document("x"))), (412, "VERSION_MISMATCH"));
        let stale = cloud().send("DELETE", &path, &[("If-Match", "\"2\"")], None);
        assert_eq!((stale.status, &stale.body["code"]), (412, &json!("VERSION_MISMATCH")));
        assert_eq!(cloud().get(&path)["description"], "third");
    }
}

#[test]
fn a_group_that_a_plan_uses_is_not_deleted_and_its_servers_are_free_afterwards() {
    let scenario = Scenario::new("delete");
    let servers = scenario.single_wave(2, |_, _| {});
    let (group_path, plan_path) =
        (format!("/protection-groups/{}-all", scenario.name), format!("/recovery-plans/{}", scenario.name));
    let used = cloud().send("DELETE", &group_path, &[], None);
    assert_eq!((used.status, &used.body["code"]), (409, &json!("GROUP_IN_USE")));
    assert!(used.body["detail"].as_str().unwrap().contains(&scenario.name));
    assert_eq!(cloud().send("DELETE", &plan_path, &[("If-Match", "\"1\"")], None).status, 204);
    assert_eq!(cloud().send("DELETE", &plan_path, &[], None).status, 404);
    // What ran and what was planned stays readable.
    assert_eq!(cloud().get(&format!("{plan_path}/versions"))["items"][0]["version"], 1);
    assert_eq!(cloud().send("DELETE", &group_path, &[], None).status, 204);
    assert_eq!(cloud().send("GET", &group_path, &[], None).status, 404);
    scenario.group("other", &servers, &[]);
    // A plan that comes again goes on counting: an execution's version means one document for ever.
    scenario.plan(&json!([{ "name": "all", "groups": [format!("{}-other", scenario.name)] }]));
    assert_eq!(cloud().get(&plan_path)["version"], 2);
}

#[test]
fn every_version_of_a_plan_is_kept_with_who_and_when() {
    let scenario = Scenario::new("history");
    scenario.single_wave(1, |_, _| {});
    let path = format!("/recovery-plans/{}", scenario.name);
    let mut plan = cloud().get(&path);
    for field in ["version", "updatedAt", "updatedBy"] {
        plan.as_object_mut().unwrap().remove(field);
    }
    for version in 2..=4 {
        plan["description"] = json!(format!("version {version}"));
        assert_eq!(put(&path, &[], &plan).1["version"], version);
    }
    assert_eq!(put(&path, &[], &plan).1["version"], 4, "the same again is no version");
    let first = cloud().get(&format!("{path}/versions?limit=3"));
    let second = cloud().get(&format!("{path}/versions?limit=3&nextToken={}", first["nextToken"].as_str().unwrap()));
    let versions: Vec<&Value> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|one| &one["version"])
        .collect();
    assert_eq!(versions, [4, 3, 2, 1]);
    let third = cloud().get(&format!("{path}/versions/3"));
    assert_eq!((&third["description"], &third["updatedBy"]), (&json!("version 3"), &json!("demo")));
    assert_eq!(cloud().send("GET", &format!("{path}/versions/9"), &[], None).status, 404);
    assert_eq!(cloud().send("GET", "/recovery-plans/never-was/versions", &[], None).status, 404);
    assert_eq!(cloud().get(&path)["version"], 4);
}

/// Of writers with one version in hand, one gets through: each version is written once.
#[test]
fn of_writers_at_the_same_time_one_gets_each_version() {
    let scenario = Scenario::new("writers");
    scenario.single_wave(1, |_, _| {});
    let path = format!("/recovery-plans/{}", scenario.name);
    let waves = json!([{ "name": "all", "groups": [format!("{}-all", scenario.name)] }]);
    let answers: Vec<(u16, u64)> = std::thread::scope(|scope| {
        let write = |number: usize| {
            let body = json!({ "name": scenario.name, "description": format!("by {number}"), "waves": waves });
            let (status, answer) = put(&path, &[("If-Match", "\"1\"")], &body);
            (status, answer["version"].as_u64().unwrap_or_default())
        };
        let writers: Vec<_> = (0..12).map(|number| scope.spawn(move || write(number))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let won: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(won, [&(200, 2)], "{answers:?}");
    assert!(answers.iter().all(|(status, _)| [200, 409, 412].contains(status)), "{answers:?}");
    assert_eq!(cloud().get(&path)["version"], 2);
}

#[test]
fn what_a_caller_has_already_is_answered_with_304() {
    let scenario = Scenario::new("etag");
    scenario.single_wave(1, |_, _| {});
    for path in [
        format!("/protection-groups/{}-all", scenario.name),
        format!("/recovery-plans/{}", scenario.name),
        format!("/recovery-plans/{}/versions", scenario.name),
        format!("/executions?planId={}", scenario.name),
        format!("/audit?subject={}", scenario.name),
        format!("/export?plan={}", scenario.name),
        "/me".to_owned(),
    ] {
        let first = cloud().send("GET", &path, &[], None);
        assert!(first.status == 200 && first.etag.len() > 8, "{path}: {first:?}");
        let again = cloud().send("GET", &path, &[("If-None-Match", &first.etag)], None);
        assert_eq!((again.status, again.body.as_str(), &again.etag), (304, Some(""), &first.etag), "{path}");
        let other = cloud().send("GET", &path, &[("If-None-Match", "\"other\", W/\"more\"")], None);
        assert_eq!(other.status, 200, "{path}");
    }
    let path = format!("/recovery-plans/{}", scenario.name);
    let before = cloud().send("GET", &path, &[], None).etag;
    let waves = json!([{ "name": "all", "groups": [format!("{}-all", scenario.name)], "onFailure": "CONTINUE" }]);
    scenario.plan(&waves);
    assert_eq!(cloud().send("GET", &path, &[("If-None-Match", &before)], None).status, 200);
}

/// Items that are there all the time are on exactly one page, whatever others write in between.
#[test]
fn pages_neither_lose_nor_repeat_an_item_while_others_write() {
    let scenario = Scenario::new("pages");
    let servers = scenario.servers(1, |_, _| {});
    let holder = scenario.group("zz", &servers, &[]);
    let waves = json!([{ "name": "all", "groups": [holder] }]);
    let plan = |name: &str, text: &str| json!({ "name": name, "description": text, "waves": waves });
    let name = |number: usize| format!("{}-{number:02}", scenario.name);
    for number in 0..23 {
        let (name, body) = (name(number), plan(&name(number), ""));
        assert_eq!(put(&format!("/recovery-plans/{name}"), &[], &body).0, 201);
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = || {
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let comes_and_goes = format!("{}-{:02}x", scenario.name, round % 23);
                put(&format!("/recovery-plans/{comes_and_goes}"), &[], &plan(&comes_and_goes, ""));
                let changes = name(round % 23);
                put(&format!("/recovery-plans/{changes}"), &[], &plan(&changes, &format!("round {round}")));
                cloud().send("DELETE", &format!("/recovery-plans/{comes_and_goes}"), &[], None);
            }
        };
        scope.spawn(writer);
        for _ in 0..5 {
            let mut seen: Vec<String> = Vec::new();
            let mut token: Option<String> = None;
            loop {
                let next = token.map(|token| format!("&nextToken={token}")).unwrap_or_default();
                let page = cloud().get(&format!("/recovery-plans?limit=7{next}"));
                let items = page["items"].as_array().unwrap();
                assert_eq!(page["count"], items.len());
                seen.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
                token = page["nextToken"].as_str().map(str::to_owned);
                if token.is_none() {
                    break;
                }
            }
            let distinct: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(distinct.len(), seen.len(), "an item came twice");
            for number in 0..23 {
                assert!(distinct.contains(&name(number)), "{} is missing", name(number));
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    for number in 0..23 {
        assert_eq!(cloud().send("DELETE", &format!("/recovery-plans/{}", name(number)), &[], None).status, 204);
    }
}

#[test]
fn a_group_is_where_the_deployment_is_and_stays_there() {
    let scenario = Scenario::new("place");
    let here = scenario.servers(1, |_, _| {});
    let there = scenario.server(2);
    let server = json!({ "id": there, "hostname": scenario.host(2), "os": "linux", "region": "eu-central-1" });
    cloud().simulator("POST", "inventory", Some(&json!({ "sourceServers": [server] })));
    let path = format!("/protection-groups/{}", scenario.name);
    let document = |ids: &[&String], region: Option<&str>| {
        let mut document = group(&scenario.name, &ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>());
        if let Some(region) = region {
            document["region"] = json!(region);
        }
        document
    };
    let places = |answer: &(u16, Value)| -> Vec<String> {
        assert_eq!(code(answer), (422, "INVALID_DOCUMENT"), "{}", answer.1);
        answer.1["problems"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()).collect()
    };
    // A server of another Region is unknown, like one that does not exist: every one is listed.
    let wrong = put(&path, &[], &document(&[&here[0], &there, &"s-nowhere0000000000".to_owned()], None));
    assert_eq!(places(&wrong), ["servers[1].id", "servers[2].id"]);
    assert_eq!(places(&put(&path, &[], &document(&[&there], Some("ap-south-1")))), ["region"]);
    let mut foreign = document(&[&here[0]], None);
    foreign["account"] = json!("123456789012");
    assert_eq!(places(&put(&path, &[], &foreign)), ["account"]);
    assert_eq!(put(&path, &[], &document(&[&there], Some("eu-central-1"))).0, 201);
    assert_eq!(places(&put(&path, &[], &document(&[&here[0]], None))), ["region"]);
}
