//! A call sees what is in the Region that its signature names, and nothing else.

use serde_json::{Value, json};
use simulator::http::Reply;

use crate::support::{Bench, good, refusal, text};

const HOME: &str = "s-home0000000000001";
const AWAY: &str = "s-away0000000000001";

/// The inventory says us-east-1 for all that says nothing.
const TWO: &str = "
quotas: {jobs: 1}
sourceServers:
- {id: s-home0000000000001, hostname: home-1}
- {id: s-home0000000000002, hostname: home-2}
- {id: s-away0000000000001, hostname: away-1, region: eu-west-1}
- generate: {count: 3, idPrefix: far, hostnamePrefix: far-, region: eu-west-1}
";

fn drs(bench: &Bench, region: &str, operation: &str, request: Value) -> Reply {
    bench.signed(region, "drs", operation, request)
}

fn ids(list: &Value, member: &str) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|one| text(&one[member])).collect()
}

fn start(bench: &Bench, region: &str, server: &str) -> Reply {
    drs(bench, region, "StartRecovery", json!({"sourceServers": [{"sourceServerID": server}], "isDrill": true}))
}

#[test]
fn source_servers_are_in_one_region_and_so_is_their_arn() {
    let bench = Bench::new(TWO);
    let list = |region: &str| good(drs(&bench, region, "DescribeSourceServers", json!({})));
    assert_eq!(ids(&list("us-east-1"), "sourceServerID"), [HOME, "s-home0000000000002"]);
    let away = list("eu-west-1");
    assert_eq!(ids(&away, "sourceServerID").len(), 4);
    assert_eq!(away["items"][0]["arn"], format!("arn:aws:drs:eu-west-1:000000000000:source-server/{AWAY}"));
    assert_eq!(away["items"][0]["dataReplicationInfo"]["stagingAvailabilityZone"], "eu-west-1a");
    assert_eq!(list("ap-south-1")["items"], json!([]), "a Region where nothing is");
    let unsigned = good(bench.drs("DescribeSourceServers", json!({})));
    assert_eq!(unsigned, list("us-east-1"), "no signature means the Region of the inventory");
}

#[test]
fn a_server_of_another_region_is_unknown() {
    let bench = Bench::new(TWO);
    let unknown = "s-nowhere0000000001";
    let as_unknown = |operation: &str, request: &dyn Fn(&str) -> Value| {
        let other = drs(&bench, "us-east-1", operation, request(AWAY));
        let missing = drs(&bench, "us-east-1", operation, request(unknown));
        assert_eq!(refusal(&other), refusal(&missing), "{operation}");
        assert_eq!(other.body.to_string().replace(AWAY, unknown), missing.body.to_string(), "{operation}");
        let home = drs(&bench, "eu-west-1", operation, request(AWAY));
        assert!(home.status < 300, "{operation}: {}", home.body);
    };
    as_unknown("GetLaunchConfiguration", &|id| json!({"sourceServerID": id}));
    as_unknown("UpdateLaunchConfiguration", &|id| json!({"sourceServerID": id, "copyTags": true}));
    as_unknown("DescribeRecoverySnapshots", &|id| json!({"sourceServerID": id}));
    as_unknown("StartRecovery", &|id| json!({"sourceServers": [{"sourceServerID": id}]}));
    let mixed = json!({"sourceServers": [{"sourceServerID": HOME}, {"sourceServerID": AWAY}]});
    assert_eq!(refusal(&drs(&bench, "us-east-1", "StartRecovery", mixed)), (400, "ValidationException"));
    let filter = json!({"filters": {"sourceServerIDs": [HOME, AWAY]}});
    let found = good(drs(&bench, "us-east-1", "DescribeSourceServers", filter));
    assert_eq!(ids(&found, "sourceServerID"), [HOME]);
}

#[test]
fn tags_are_found_in_the_region_of_their_arn_only() {
    let bench = Bench::new(TWO);
    let tags = |region: &str, id: &str| {
        let path = format!("/tags/arn%3Aaws%3Adrs%3A{region}%3A000000000000%3Asource-server%2F{id}");
        bench.http("GET", &path, &Value::Null)
    };
    assert_eq!(tags("us-east-1", HOME).status, 200);
    assert_eq!(refusal(&tags("us-east-1", AWAY)), (404, "ResourceNotFoundException"));
    assert_eq!(refusal(&tags("eu-west-1", AWAY)), (404, "ResourceNotFoundException"), "the caller is in us-east-1");
}

#[test]
fn jobs_quotas_and_instances_are_of_one_region() {
    let bench = Bench::new(TWO);
    let job = text(&good(start(&bench, "eu-west-1", AWAY))["job"]["jobID"]);
    let full = start(&bench, "eu-west-1", "s-far00000000000001");
    assert_eq!(refusal(&full), (402, "ServiceQuotaExceededException"));
    assert_eq!(start(&bench, "us-east-1", HOME).status, 202, "the quota of the other Region is free");

    let jobs = |region: &str| good(drs(&bench, region, "DescribeJobs", json!({})));
    let (other, away) = (ids(&jobs("us-east-1"), "jobID"), ids(&jobs("eu-west-1"), "jobID"));
    assert_eq!((other.len(), away.len(), &away[0]), (1, 1, &job));
    assert_ne!(other[0], job);
    assert_eq!(jobs("eu-west-1")["items"][0]["arn"], format!("arn:aws:drs:eu-west-1:000000000000:job/{job}"));
    let log = drs(&bench, "us-east-1", "DescribeJobLogItems", json!({"jobID": job}));
    assert_eq!(refusal(&log), (400, "ValidationException"));

    bench.advance(3600.0);
    let instances = |region: &str| good(drs(&bench, region, "DescribeRecoveryInstances", json!({})));
    assert_eq!(ids(&instances("us-east-1"), "sourceServerID"), [HOME]);
    let away = instances("eu-west-1")["items"][0].clone();
    assert_eq!(away["sourceServerID"], AWAY);
    assert!(text(&away["arn"]).starts_with("arn:aws:drs:eu-west-1:"), "{away}");
    let terminate = json!({"recoveryInstanceIDs": [away["recoveryInstanceID"]]});
    let wrong = drs(&bench, "us-east-1", "TerminateRecoveryInstances", terminate.clone());
    assert_eq!(refusal(&wrong), (400, "ValidationException"));
    good(drs(&bench, "eu-west-1", "TerminateRecoveryInstances", terminate));
}

#[test]
fn ssm_knows_the_instances_and_commands_of_its_region() {
    let bench = Bench::new(&format!("ssmDocuments: [{{name: Runbook, kind: automation}}]\n{TWO}"));
    start(&bench, "eu-west-1", AWAY);
    start(&bench, "us-east-1", HOME);
    bench.advance(3600.0);
    let ssm = |region: &str, operation: &str, request: Value| bench.signed(region, "ssm", operation, request);
    let managed =
        |region: &str| good(ssm(region, "DescribeInstanceInformation", json!({})))["InstanceInformationList"].clone();
    assert_eq!(managed("us-east-1")[0]["ComputerName"], "home-1");
    assert_eq!(managed("us-east-1").as_array().unwrap().len(), 1);
    assert_eq!(managed("eu-west-1")[0]["ComputerName"], "away-1");

    let instance = managed("eu-west-1")[0]["InstanceId"].clone();
    let send = json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": [instance]});
    assert_eq!(refusal(&ssm("us-east-1", "SendCommand", send.clone())), (400, "InvalidInstanceId"));
    let command = good(ssm("eu-west-1", "SendCommand", send))["Command"]["CommandId"].clone();
    bench.advance(60.0);
    let get = json!({"CommandId": command, "InstanceId": instance});
    assert_eq!(good(ssm("eu-west-1", "GetCommandInvocation", get.clone()))["Status"], "Success");
    assert_eq!(refusal(&ssm("us-east-1", "GetCommandInvocation", get)), (400, "InvocationDoesNotExist"));
    let list = |region: &str| good(ssm(region, "ListCommandInvocations", json!({})))["CommandInvocations"].clone();
    assert_eq!(list("eu-west-1").as_array().unwrap().len(), 1);
    assert_eq!(list("us-east-1"), json!([]));

    let run = json!({"DocumentName": "Runbook", "ClientToken": "11111111-2222-4333-a444-555555555555"});
    let execution =
        |region: &str| good(ssm(region, "StartAutomationExecution", run.clone()))["AutomationExecutionId"].clone();
    let (away, home) = (execution("eu-west-1"), execution("us-east-1"));
    assert_ne!(away, home, "a token of another Region is another token");
    let missing = ssm("us-east-1", "GetAutomationExecution", json!({"AutomationExecutionId": away}));
    assert_eq!(refusal(&missing), (400, "AutomationExecutionNotFoundException"));
}

#[test]
fn an_instance_from_before_is_in_the_region_of_its_server() {
    let bench = Bench::new(
        "sourceServers:
- {id: s-away0000000000001, hostname: a, region: eu-west-1, recoveryInstance: {isDrill: false, launchedHoursAgo: 2}}
",
    );
    let count = |region: &str, operation: &str| {
        good(drs(&bench, region, operation, json!({})))["items"].as_array().unwrap().len()
    };
    for operation in ["DescribeRecoveryInstances", "DescribeJobs"] {
        assert_eq!((count("eu-west-1", operation), count("us-east-1", operation)), (1, 0), "{operation}");
    }
}

#[test]
fn servers_are_added_to_a_region_and_the_journal_tells_where_a_call_went() {
    let bench = Bench::new(TWO);
    good(bench.add("sourceServers:\n- {id: s-more0000000000001, hostname: more-1, region: ap-south-1}\n"));
    let found = good(drs(&bench, "ap-south-1", "DescribeSourceServers", json!({})));
    assert_eq!(ids(&found, "sourceServerID"), ["s-more0000000000001"]);
    let calls: Vec<Value> = bench.journal(0).into_iter().filter(|entry| entry["kind"] == "call").collect();
    assert_eq!(calls[0]["details"]["region"], "ap-south-1");
    let wrong = bench.add("sourceServers:\n- {id: s-more0000000000002, hostname: more-2, region: asia}\n");
    assert!(text(&wrong.body["message"]).contains("line 2: `asia` is not the name of a Region"), "{}", wrong.body);
    let state = bench.state();
    let more = state["sourceServers"].as_array().unwrap().iter().find(|one| one["hostname"] == "more-1").unwrap();
    assert_eq!(more["region"], "ap-south-1");
}

#[test]
fn a_region_that_is_down_fails_every_call_of_drs_there() {
    let bench = Bench::new(TWO);
    bench.add_faults(&["region-down=eu-west-1", "throttle=DescribeJobs:1"]);
    for operation in simulator::operations::DRS {
        let reply = drs(&bench, "eu-west-1", operation, json!({}));
        assert_eq!(refusal(&reply), (500, "InternalServerException"), "{operation}");
        assert!(reply.body["message"].is_string());
    }
    assert_eq!(refusal(&drs(&bench, "us-east-1", "DescribeJobs", json!({}))), (429, "ThrottlingException"));
    assert_eq!(drs(&bench, "us-east-1", "DescribeJobs", json!({})).status, 200, "the other Region works");
    let ssm = bench.signed("eu-west-1", "ssm", "DescribeInstanceInformation", json!({}));
    assert_eq!(ssm.status, 200, "SSM is another service");
    bench.clear_faults();
    assert_eq!(drs(&bench, "eu-west-1", "DescribeJobs", json!({})).status, 200);
    let empty = bench.http("POST", "/_simulator/faults", &json!({"faults": ["region-down=eu-west-9"]}));
    assert_eq!(empty.status, 400, "a mistyped Region would never go down");
    assert!(text(&empty.body["message"]).contains("without source servers"), "{}", empty.body);
}
