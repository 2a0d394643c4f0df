//! How long reads take at the size of a large company: 4,000 source servers, 200 protection groups, 200 recovery plans.
//! The figures are printed; `LOAD_READS=100` reads each path as often as a 99th percentile wants. `GET /me` reads nothing:
//! what it takes is what MiniStack's API Gateway and Lambda take.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::time::Instant;

use e2e::load::{GROUPS, REGION, SERVERS, prepare};
use e2e::{Scenario, cloud};
use serde_json::json;

/// How often each path is read, unless `LOAD_READS` says otherwise. So few show what is broken; the last hundredth of them is
/// the slowest.
const READS: usize = 20;
/// What the design promises for the 99th percentile.
const TARGET_MILLIS: u128 = 200;
/// A read that takes this long is broken, whatever the machine does besides.
const LIMIT_MILLIS: u128 = 2_000;
fn clean_up(scenario: &Scenario) {
    for kind in ["recovery-plans", "protection-groups"] {
        for number in 0..GROUPS {
            cloud().send("DELETE", &format!("/{kind}/{}-{number:03}", scenario.name), &[], None);
        }
    }
}

/// The largest plan there may be: 100 waves, and in them every server.
fn largest_plan(scenario: &Scenario) {
    let name = format!("{}-all", scenario.name);
    let wave = |number: usize| {
        let groups: Vec<String> = (0..2).map(|half| format!("{}-{:03}", scenario.name, number * 2 + half)).collect();
        let depends: Vec<String> = (number >= 10).then(|| format!("w{}", number - 10)).into_iter().collect();
        json!({ "name": format!("w{number}"), "groups": groups, "dependsOnWaves": depends })
    };
    let plan = json!({ "name": name, "waves": (0..100).map(wave).collect::<Vec<_>>() });
    let timed = |method: &str, path: &str, body: Option<&str>| {
        let start = Instant::now();
        let answer = cloud().send(method, path, &[], body);
        assert!(answer.status < 300, "{method} {path}: {}", answer.body);
        println!("{method:<6} {:<63} {:>7} ms", path.replace(&scenario.name, "load"), start.elapsed().as_millis());
        answer.body
    };
    println!("100 waves, {SERVERS} servers in one plan");
    let path = format!("/recovery-plans/{name}");
    timed("PUT", &path, Some(&plan.to_string()));
    let forecast = timed("GET", &format!("{path}/forecast?mode=RECOVERY"), None);
    assert_eq!(forecast["waves"].as_array().unwrap().len(), 100);
    let launched: u64 =
        forecast["waves"].as_array().unwrap().iter().map(|wave| wave["servers"].as_u64().unwrap()).sum();
    assert_eq!(launched, SERVERS as u64);
    let preflight = timed("POST", &format!("{path}/preflight?mode=DRILL"), None);
    assert_eq!(preflight["ready"], true, "{preflight}");
    timed("DELETE", &path, None);
}

#[test]
fn reads_at_four_thousand_servers() {
    let scenario = Scenario::new("load");
    prepare(&scenario);
    let (name, first) = (format!("{}-007", scenario.name), scenario.server(1));
    let reads = [
        "/source-servers?limit=200".to_owned(),
        format!("/source-servers?region={REGION}&tag=app%3Dapp-7&sort=-lagSeconds"),
        format!("/source-servers/{first}"),
        "/protection-groups?limit=200".to_owned(),
        format!("/protection-groups/{name}"),
        format!("/protection-groups/{name}/launch-settings"),
        "/recovery-plans?limit=200".to_owned(),
        format!("/recovery-plans/{name}"),
        format!("/recovery-plans/{name}/versions"),
        format!("/recovery-plans/{name}/readiness"),
        format!("/recovery-plans/{name}/forecast?mode=DRILL"),
        "/executions".to_owned(),
        "/audit".to_owned(),
        "/me".to_owned(),
    ];
    println!(
        "{:<70} {:>7} {:>7} {:>7}",
        format!("{SERVERS} servers, {GROUPS} groups, {GROUPS} plans"),
        "p50 ms",
        "p99 ms",
        "KB"
    );
    let count = std::env::var("LOAD_READS").map_or(READS, |count| count.parse().unwrap());
    let mut slow = Vec::new();
    for path in &reads {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for _ in 0..count {
            let start = Instant::now();
            let answer = cloud().send("GET", path, &[], None);
            times.push(start.elapsed().as_millis());
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            bytes = answer.body.to_string().len();
        }
        times.sort_unstable();
        let (p50, p99) = (times[count / 2], times[count * 99 / 100]);
        let mark = if p99 < TARGET_MILLIS { ' ' } else { '!' };
        println!("GET {:<66} {p50:>7} {p99:>7} {:>7} {mark}", path.replace(&scenario.name, "load"), bytes / 1024);
        if p99 >= LIMIT_MILLIS {
            slow.push(path);
        }
    }
    largest_plan(&scenario);
    clean_up(&scenario);
    assert!(slow.is_empty(), "{slow:?}");
}
