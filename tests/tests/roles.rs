//! Every route of `docs/openapi.json`, as every role and as nobody, against the role table of the domain.
#![expect(clippy::unwrap_used, reason = "what is missing ends the test")]

use std::collections::BTreeMap;

use domain::role::{Action, ROLES, allows};
use e2e::{Scenario, cloud};
use serde_json::{Value, json};

/// The local users, one for each role. `nobody` is in no group.
const USERS: [(&str, &str); 7] = [
    ("demo", "dr-admin"),
    ("planner", "dr-planner"),
    ("operator", "dr-operator"),
    ("recoverer", "dr-recoverer"),
    ("approver", "dr-approver"),
    ("auditor", "dr-auditor"),
    ("nobody", ""),
];

/// Method, path with parameters, and the name of the action.
fn operations() -> Vec<(String, String, String)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let description: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let action = operation["x-action"].as_str().unwrap_or_else(|| panic!("{method} {path} has no x-action"));
            operations.push((method.to_uppercase(), path.clone(), action.to_owned()));
        }
    }
    operations
}

/// `path` with a name for each parameter that names nothing, and with the query that it cannot do without.
fn harmless(path: &str) -> String {
    let mut filled = String::new();
    for (index, part) in path.trim_start_matches("/v1").split(['{', '}']).enumerate() {
        filled.push_str(match (index % 2, part) {
            (0, literal) => literal,
            (_, "version") => "1",
            (_, "id") => "s-nothing0000000000",
            (_, _) => "no-such-thing",
        });
    }
    if path.ends_with("/preflight") || path.ends_with("/forecast") { format!("{filled}?mode=DRILL") } else { filled }
}

#[test]
fn every_route_answers_exactly_the_roles_of_the_table() {
    assert_eq!(USERS.len(), ROLES.len() + 1);
    let actions: BTreeMap<&str, Action> = Action::ALL.iter().map(|action| (action.as_str(), *action)).collect();
    let operations = operations();
    assert!(operations.len() > 20, "{operations:?}");
    for (user, role) in USERS {
        let token = cloud().token_of(user);
        for (method, path, action) in &operations {
            let allowed = allows(role, actions[action.as_str()]);
            let (status, answer) = cloud().request(method, &harmless(path), Some(&token), Some("{}"));
            let context = format!("{method} {path} as {user}: {status} {answer}");
            if allowed {
                assert!(![401, 403].contains(&status) && status < 500, "{context}");
            } else {
                assert_eq!((status, answer["code"].as_str()), (403, Some("ROLE_MISSING")), "{context}");
            }
        }
    }
    for (method, path, _) in &operations {
        for token in [None, Some("nonsense")] {
            let (status, answer) = cloud().request(method, &harmless(path), token, Some("{}"));
            assert_eq!(status, 401, "{method} {path} without a token: {answer}");
        }
    }
}

/// The role for a RECOVERY is asked for where the mode is read.
#[test]
fn safety_rule_8_who_may_start_a_drill_may_not_for_that_start_a_recovery() {
    let scenario = Scenario::new("who-recovers");
    scenario.single_wave(1, |_, _| {});
    let path = format!("/recovery-plans/{}/executions", scenario.name);
    for (user, role) in USERS {
        // Unconfirmed: who may start it is told so, and nothing starts.
        let body = json!({ "mode": "RECOVERY" }).to_string();
        let (status, answer) = cloud().request("POST", &path, Some(&cloud().token_of(user)), Some(&body));
        let expected = if allows(role, Action::StartRecovery) { (422, "NOT_CONFIRMED") } else { (403, "ROLE_MISSING") };
        assert_eq!((status, answer["code"].as_str().unwrap()), expected, "{user}");
    }
}

#[test]
fn the_caller_is_told_what_its_roles_allow() {
    for (user, role) in USERS.into_iter().filter(|(_, role)| !role.is_empty()) {
        let (status, me) = cloud().request("GET", "/me", Some(&cloud().token_of(user)), None);
        assert_eq!((status, &me["name"], &me["roles"]), (200, &json!(user), &json!([role])));
        let may: Vec<&str> = Action::ALL.iter().filter(|action| allows(role, **action)).map(|a| a.as_str()).collect();
        assert_eq!(me["actions"], json!(may), "{user}");
    }
}
