//! What functions called in DRS and SSM, after everything else has run, beside what `permissions.yaml` lets them call. What is
//! called without a right fails, and so does a right that nothing used.
//! Only worth something at the end of a whole run, on the same clouds: `cargo xtask test` asks for it by name then.

use std::collections::{BTreeMap, BTreeSet};

use e2e::{every_cloud, permissions};

/// Rights that need no call: what DRS asks of the caller of another action, as `permissions.yaml` says.
const ASKED_FOR_BY_DRS: [(&str, &str); 4] = [
    ("start-jobs", "drs:CreateRecoveryInstanceForDrs"),
    ("start-jobs", "drs:ListTagsForResource"),
    ("start-jobs", "drs:TagResource"),
    ("start-terminations", "drs:DescribeSourceServers"),
];

#[test]
#[ignore = "compares a whole run of all the tests: ask for it after that"]
fn functions_call_nothing_in_drs_and_ssm_that_their_files_do_not_name() {
    let functions = permissions();
    let mut called: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for cloud in every_cloud() {
        let names: BTreeMap<String, &str> =
            functions.keys().map(|name| (cloud.function(name).access_key(), name.as_str())).collect();
        for (caller, action) in cloud.journal(0).signed_calls() {
            if let Some(function) = names.get(&caller) {
                *called.entry(function).or_default().entry(action).or_default() += 1;
            }
        }
    }
    assert!(!called.is_empty(), "no call in the journal is signed with the key of a function");

    let (mut missing, mut unused) = (BTreeSet::new(), BTreeSet::new());
    println!("{:<24} {:<36} {:>8}", "function", "action", "calls");
    for (function, permissions) in &functions {
        let granted: BTreeSet<String> = (permissions.drs.iter().map(|action| format!("drs:{action}")))
            .chain(permissions.ssm.iter().map(|action| format!("ssm:{action}")))
            .collect();
        let calls = called.remove(function.as_str()).unwrap_or_default();
        for action in granted.iter().chain(calls.keys()).collect::<BTreeSet<_>>() {
            let count = calls.get(action).copied().unwrap_or_default();
            let note = match (granted.contains(action), count) {
                (false, _) => "NOT GRANTED",
                (true, 0) if ASKED_FOR_BY_DRS.contains(&(function, action)) => "asked for by DRS",
                (true, 0) => "NEVER CALLED",
                (true, _) => "",
            };
            println!("{function:<24} {action:<36} {count:>8} {note}");
            match note {
                "NOT GRANTED" => missing.insert(format!("{function}: {action}")),
                "NEVER CALLED" => unused.insert(format!("{function}: {action}")),
                _ => false,
            };
        }
    }
    assert_eq!(missing, BTreeSet::new(), "called and not granted: AWS would refuse it");
    assert_eq!(unused, BTreeSet::new(), "granted and never called: take it away, or say why it is there");
}
