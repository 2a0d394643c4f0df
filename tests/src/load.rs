//! The fleet of a large company: 4,000 source servers, 200 protection groups, 200 recovery plans.

use serde_json::{Value, json};

use crate::cloud;
use crate::scenario::{Scenario, eventually};

/// Its source servers.
pub const SERVERS: usize = 4_000;
/// Its protection groups, and its recovery plans.
pub const GROUPS: usize = 200;
/// A Region of its own, so that the other tests do not meet these servers.
pub const REGION: &str = "eu-central-1";

fn documents(scenario: &Scenario) -> Value {
    let name = |number: usize| format!("{}-{number:03}", scenario.name);
    let per_group = SERVERS / GROUPS;
    let group = |number: usize| {
        let servers: Vec<Value> =
            (1..=per_group).map(|server| json!({ "id": scenario.server(number * per_group + server) })).collect();
        json!({ "name": name(number), "region": REGION, "servers": servers })
    };
    let plan = |number: usize| {
        let wave = |offset: usize| {
            let depends: Vec<String> = (offset > 0).then(|| format!("w{}", offset - 1)).into_iter().collect();
            json!({ "name": format!("w{offset}"), "groups": [name((number + offset) % GROUPS)], "dependsOnWaves": depends })
        };
        json!({ "name": name(number), "targetRtoMinutes": 240, "waves": (0..5).map(wave).collect::<Vec<_>>() })
    };
    let all = |of: &dyn Fn(usize) -> Value| (0..GROUPS).map(of).collect::<Vec<_>>();
    json!({ "protectionGroups": all(&group), "recoveryPlans": all(&plan) })
}

/// Stores them through the API, and waits until the inventory has them.
pub fn prepare(scenario: &Scenario) {
    let servers: Vec<Value> = (1..=SERVERS)
        .map(|number| {
            json!({ "id": scenario.server(number), "hostname": scenario.host(number), "region": REGION,
                "tags": { "app": format!("app-{}", number % 50), "load": scenario.name } })
        })
        .collect();
    cloud().simulator("POST", "inventory", Some(&json!({ "sourceServers": servers })));
    let documents = documents(scenario);
    for kind in ["protectionGroups", "recoveryPlans"] {
        // An import answers within the 29 s of API Gateway, so it comes in parts.
        for part in documents[kind].as_array().unwrap().chunks(50) {
            let answer = cloud().send("POST", "/import", &[], Some(&json!({ kind: part }).to_string()));
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
    assert_eq!(cloud().send("POST", "/source-servers/refresh", &[], None).status, 202);
    eventually("the inventory of 4,000 servers", || {
        let total = cloud().get(&format!("/source-servers?limit=1&tag=load%3D{}", scenario.name))["total"].clone();
        if total == SERVERS { Ok(()) } else { Err(total.to_string()) }
    });
}
