//! Pages: whatever their size, a caller that follows the tokens sees every item once.

use serde_json::{Value, json};

use crate::support::{Bench, DB, good, refusal, text};

/// Everything a list has, by following its tokens, and how many calls that took.
fn all(call: impl Fn(Value) -> Value, items: &str, token: &str) -> (Vec<Value>, usize) {
    let (mut seen, mut calls, mut request) = (Vec::new(), 0, json!({}));
    loop {
        let page = call(request);
        calls += 1;
        assert!(calls <= 100, "the tokens lead nowhere");
        seen.extend(page[items].as_array().unwrap().iter().cloned());
        match page.get(token) {
            Some(next) => request = json!({ token: next }),
            None => return (seen, calls),
        }
    }
}

fn merged(mut request: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

/// 25 servers, 5 of them launched in 5 jobs, and a command on these.
fn world() -> (Bench, String, String) {
    let bench = Bench::new("sourceServers:\n- generate: {count: 25, idPrefix: p, hostnamePrefix: p-}\n");
    let mut last = String::new();
    for number in 1..=5 {
        last = bench.launch(&[&format!("s-p{number:016}")], true);
    }
    bench.advance(3600.0);
    let ids: Vec<String> = bench.managed().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 5);
    let sent = good(bench.ssm("SendCommand", json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": ids})));
    bench.advance(60.0);
    let command = text(&sent["Command"]["CommandId"]);
    (bench, last, command)
}

#[test]
fn no_page_size_loses_or_repeats_an_item() {
    let (bench, job, command) = world();
    let lists = [
        ("DescribeSourceServers", json!({}), 25),
        ("DescribeJobs", json!({}), 5),
        ("DescribeJobLogItems", json!({"jobID": job}), 8),
        ("DescribeRecoveryInstances", json!({}), 5),
        ("DescribeRecoverySnapshots", json!({"sourceServerID": "s-p0000000000000001", "order": "DESC"}), 35),
    ];
    for size in [1, 2, 3, 7, 100] {
        bench.clear_faults();
        bench.add_faults(&[&format!("page-size={size}")]);
        for (operation, request, count) in &lists {
            let call = |token: Value| good(bench.drs(operation, merged(request.clone(), &token)));
            let (items, calls) = all(call, "items", "nextToken");
            let mut distinct = items.clone();
            distinct.dedup();
            assert_eq!((items.len(), distinct.len()), (*count, *count), "{operation} in pages of {size}");
            assert_eq!(calls, count.div_ceil(size), "{operation} in pages of {size}");
        }
        let call = |token: Value| good(bench.ssm("DescribeInstanceInformation", token));
        assert_eq!(all(call, "InstanceInformationList", "NextToken").0.len(), 5, "pages of {size}");
        let call =
            |token: Value| good(bench.ssm("ListCommandInvocations", merged(json!({"CommandId": command}), &token)));
        assert_eq!(all(call, "CommandInvocations", "NextToken").0.len(), 5, "pages of {size}");
    }
}

#[test]
fn max_results_makes_pages_shorter_but_never_longer() {
    let (bench, ..) = world();
    let count = |request: Value| good(bench.drs("DescribeSourceServers", request))["items"].as_array().unwrap().len();
    assert_eq!(count(json!({"maxResults": 4})), 4);
    bench.add_faults(&["page-size=3"]);
    assert_eq!(count(json!({"maxResults": 4})), 3);
    for limit in [0, -1] {
        let reply = bench.drs("DescribeSourceServers", json!({"maxResults": limit}));
        assert_eq!(refusal(&reply), (400, "ValidationException"));
    }
}

#[test]
fn a_job_that_starts_between_two_pages_shifts_nothing() {
    let (bench, ..) = world();
    let first = good(bench.drs("DescribeJobs", json!({"maxResults": 2})));
    bench.launch(&["s-p0000000000000009"], true);
    let rest = good(bench.drs("DescribeJobs", json!({"nextToken": first["nextToken"]})));
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_token_of_another_list_is_refused() {
    let (bench, ..) = world();
    let token = good(bench.drs("DescribeSourceServers", json!({"maxResults": 1})))["nextToken"].clone();
    assert_eq!(refusal(&bench.drs("DescribeJobs", json!({"nextToken": token}))), (400, "ValidationException"));
    assert_eq!(
        refusal(&bench.ssm("DescribeInstanceInformation", json!({"NextToken": token}))),
        (400, "InvalidNextToken")
    );
}

#[test]
fn filters_have_the_limits_of_the_model() {
    let bench = Bench::mixed();
    for (operation, filter, limit) in [
        ("DescribeSourceServers", "sourceServerIDs", 200),
        ("DescribeRecoveryInstances", "recoveryInstanceIDs", 200),
        ("DescribeJobs", "jobIDs", 1000),
    ] {
        let call = |count: usize| bench.drs(operation, json!({"filters": {filter: vec![DB; count]}}));
        assert_eq!(call(limit).status, 200, "{operation}");
        assert_eq!(refusal(&call(limit + 1)), (400, "ValidationException"), "{operation}");
    }
}
