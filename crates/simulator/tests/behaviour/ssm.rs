//! Commands and automations on recovery instances.

use serde_json::{Value, json};

use crate::support::{Bench, DB, WIN, good, refusal, text};

fn send(bench: &Bench, document: &str, instance: &str) -> String {
    let request = json!({"DocumentName": document, "InstanceIds": [instance], "TimeoutSeconds": 600});
    text(&good(bench.ssm("SendCommand", request))["Command"]["CommandId"])
}

fn invocation(bench: &Bench, command: &str, instance: &str) -> Value {
    good(bench.ssm("GetCommandInvocation", json!({"CommandId": command, "InstanceId": instance})))
}

fn status(bench: &Bench, command: &str, instance: &str) -> (String, String) {
    let shown = invocation(bench, command, instance);
    (text(&shown["Status"]), text(&shown["StatusDetails"]))
}

fn pair(status: &str, details: &str) -> (String, String) {
    (status.to_owned(), details.to_owned())
}

#[test]
fn an_agent_registers_minutes_after_its_instance_runs() {
    for (server, minutes) in [(DB, 2.0), (WIN, 4.0)] {
        let bench = Bench::mixed();
        bench.launch(&[server], true);
        while bench.instances(server).is_empty() {
            bench.advance(1.0);
        }
        let launched = bench.elapsed();
        assert_eq!(bench.managed(), []);
        while bench.managed().is_empty() {
            bench.advance(1.0);
        }
        let took = (bench.elapsed() - launched) / 60.0;
        assert!((minutes * 0.9..minutes * 1.1).contains(&took), "{server}: {took} min");
    }
}

#[test]
fn the_life_of_a_command() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let command = send(&bench, "SmokeTest", &instance);
    let request = json!({"CommandId": command, "InstanceId": instance});
    let early = bench.ssm("GetCommandInvocation", request);
    assert_eq!(refusal(&early), (400, "InvocationDoesNotExist"), "SSM is eventually consistent");
    let listed = good(bench.ssm("ListCommandInvocations", json!({"CommandId": command})));
    assert_eq!(listed["CommandInvocations"], json!([]));
    bench.advance(2.0);
    assert_eq!(status(&bench, &command, &instance), pair("Pending", "Pending"));
    bench.advance(5.0);
    assert_eq!(status(&bench, &command, &instance), pair("InProgress", "In Progress"));
    assert_eq!(invocation(&bench, &command, &instance)["ResponseCode"], -1);
    bench.advance(20.0);
    let done = invocation(&bench, &command, &instance);
    assert_eq!((&done["Status"], &done["ResponseCode"]), (&json!("Success"), &json!(0)));
    assert_eq!(done["StandardOutputContent"], "all well");
    let listed = good(bench.ssm("ListCommandInvocations", json!({"CommandId": command, "Details": true})));
    assert_eq!(listed["CommandInvocations"][0]["CommandPlugins"][0]["Output"], "all well");
    let brief = good(bench.ssm("ListCommandInvocations", json!({"CommandId": command})));
    assert_eq!(brief["CommandInvocations"][0]["CommandPlugins"], json!([]));
}

#[test]
fn a_document_can_fail() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let command = send(&bench, "BrokenTest", &instance);
    bench.advance(60.0);
    assert_eq!(status(&bench, &command, &instance), pair("Failed", "Failed"));
}

#[test]
fn send_command_refuses_what_ssm_refuses() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let call = |document: &str, instances: Value| {
        bench.ssm("SendCommand", json!({"DocumentName": document, "InstanceIds": instances}))
    };
    let shell = "AWS-RunShellScript";
    let stranger = "i-0123456789abcdef0";
    assert_eq!(refusal(&call(shell, json!([instance, stranger]))), (400, "InvalidInstanceId"));
    assert_eq!(refusal(&call(shell, json!([instance, instance]))), (400, "DuplicateInstanceId"));
    assert_eq!(refusal(&call("AWS-NoSuchThing", json!([instance]))), (400, "InvalidDocument"));
    assert_eq!(refusal(&call("Runbook", json!([instance]))), (400, "InvalidDocument"), "an automation is no command");
    assert_eq!(refusal(&call(shell, json!([]))), (400, "ValidationException"));
    let many: Vec<String> = (0..51).map(|number| format!("i-{number:017x}")).collect();
    assert_eq!(refusal(&call(shell, json!(many))), (400, "ValidationException"));
    let target = json!({"DocumentName": shell, "Targets": [{"Key": "tag:app", "Values": ["x"]}]});
    assert_eq!(refusal(&bench.ssm("SendCommand", target)), (501, "UnknownOperationException"));
    assert!(!bench.journal(0).iter().any(|entry| entry["operation"] == "CommandSent"));
}

#[test]
fn an_instance_that_is_not_registered_yet_or_not_any_more_is_invalid() {
    let bench = Bench::mixed();
    bench.launch(&[DB], true);
    while bench.instances(DB).is_empty() {
        bench.advance(10.0);
    }
    let instance = bench.instances(DB).pop().unwrap();
    let call = || bench.ssm("SendCommand", json!({"DocumentName": "SmokeTest", "InstanceIds": [instance]}));
    assert_eq!(refusal(&call()), (400, "InvalidInstanceId"));
    bench.advance(200.0);
    good(call());
    good(bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": [instance]})));
    bench.advance(300.0);
    assert_eq!(refusal(&call()), (400, "InvalidInstanceId"));
}

#[test]
fn a_shell_script_does_not_run_on_windows() {
    let bench = Bench::mixed();
    let instance = bench.launched(WIN, true);
    let command = send(&bench, "AWS-RunShellScript", &instance);
    bench.advance(10.0);
    assert_eq!(status(&bench, &command, &instance), pair("Failed", "Invalid Platform"));
    let command = send(&bench, "AWS-RunPowerShellScript", &instance);
    bench.advance(60.0);
    assert_eq!(status(&bench, &command, &instance), pair("Success", "Success"));
}

#[test]
fn a_command_that_cannot_be_delivered_waits_for_its_timeout() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    bench.add_faults(&["agent-never-online=db-1"]);
    let command = send(&bench, "AWS-RunShellScript", &instance);
    bench.advance(599.0);
    assert_eq!(status(&bench, &command, &instance), pair("Pending", "Pending"));
    bench.advance(2.0);
    assert_eq!(status(&bench, &command, &instance), pair("TimedOut", "Delivery Timed Out"));
}

#[test]
fn a_command_that_runs_too_long_is_cut_off() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let parameters = json!({"commands": ["sleep 99"], "executionTimeout": ["5"]});
    let request = json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": [instance], "Parameters": parameters});
    let command = text(&good(bench.ssm("SendCommand", request))["Command"]["CommandId"]);
    bench.advance(9.0);
    assert_eq!(status(&bench, &command, &instance), pair("TimedOut", "Execution Timed Out"));
}

#[test]
fn a_command_whose_instance_is_terminated_does_not_succeed() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let command = send(&bench, "AWS-RunShellScript", &instance);
    good(bench.drs("TerminateRecoveryInstances", json!({"recoveryInstanceIDs": [instance]})));
    bench.advance(700.0);
    assert_ne!(status(&bench, &command, &instance).0, "Success");
}

#[test]
fn instance_information_is_filtered_and_open_about_it() {
    let bench = Bench::mixed();
    let instance = bench.launched(DB, true);
    let call = |key: &str, value: &str| {
        bench.ssm("DescribeInstanceInformation", json!({"Filters": [{"Key": key, "Values": [value]}]}))
    };
    let found = |reply| good(reply)["InstanceInformationList"].as_array().unwrap().len();
    assert_eq!(found(call("InstanceIds", &instance)), 1);
    assert_eq!(found(call("InstanceIds", "i-0123456789abcdef0")), 0);
    assert_eq!(found(call("PingStatus", "Online")), 1);
    assert_eq!(refusal(&call("tag:app", "x")), (501, "UnknownOperationException"));
    let few = bench.ssm("DescribeInstanceInformation", json!({"MaxResults": 4}));
    assert_eq!(refusal(&few), (400, "ValidationException"));
}

#[test]
fn automations_run_once_per_token() {
    let bench = Bench::mixed();
    let start = |document: &str, token: &str, parameter: &str| {
        let parameters = json!({"Name": [parameter]});
        let request = json!({"DocumentName": document, "ClientToken": token, "Parameters": parameters});
        bench.ssm("StartAutomationExecution", request)
    };
    let token = "11111111-2222-4333-a444-555555555555";
    let id = good(start("Runbook", token, "a"))["AutomationExecutionId"].clone();
    assert_eq!(good(start("Runbook", token, "a"))["AutomationExecutionId"], id);
    assert_eq!(refusal(&start("Runbook", token, "b")), (400, "IdempotentParameterMismatch"));
    let other = "11111111-2222-4333-a444-666666666666";
    assert_ne!(good(start("Runbook", other, "a"))["AutomationExecutionId"], id);
    let get = || good(bench.ssm("GetAutomationExecution", json!({"AutomationExecutionId": id})));
    assert_eq!(get()["AutomationExecution"]["AutomationExecutionStatus"], "InProgress");
    bench.advance(61.0);
    assert_eq!(get()["AutomationExecution"]["AutomationExecutionStatus"], "Success");
}

#[test]
fn automations_fail_with_their_document_and_are_not_made_up() {
    let bench = Bench::mixed();
    let start = |document: &str| bench.ssm("StartAutomationExecution", json!({"DocumentName": document}));
    let id = good(start("BrokenRunbook"))["AutomationExecutionId"].clone();
    bench.advance(61.0);
    let done = good(bench.ssm("GetAutomationExecution", json!({"AutomationExecutionId": id})));
    assert_eq!(done["AutomationExecution"]["AutomationExecutionStatus"], "Failed");
    assert!(done["AutomationExecution"].get("FailureMessage").is_some());
    assert_eq!(refusal(&start("Nothing")), (400, "AutomationDefinitionNotFoundException"));
    let unknown = bench.ssm("GetAutomationExecution", json!({"AutomationExecutionId": "none"}));
    assert_eq!(refusal(&unknown), (400, "AutomationExecutionNotFoundException"));
}

#[test]
fn a_document_is_described_or_does_not_exist() {
    let bench = Bench::mixed();
    let describe = |name: &str| bench.ssm("DescribeDocument", json!({"Name": name}));
    for (name, kind, owner, platforms) in [
        ("AWS-RunShellScript", "Command", "Amazon", json!(["Linux"])),
        ("SmokeTest", "Command", "000000000000", json!(["Windows", "Linux", "MacOS"])),
        ("Runbook", "Automation", "000000000000", json!(["Windows", "Linux", "MacOS"])),
    ] {
        let document = good(describe(name))["Document"].clone();
        assert_eq!((&document["Name"], &document["DocumentType"]), (&json!(name), &json!(kind)));
        assert_eq!((&document["Status"], &document["Owner"]), (&json!("Active"), &json!(owner)), "{name}");
        assert_eq!((&document["PlatformTypes"], &document["DefaultVersion"]), (&platforms, &json!("1")), "{name}");
    }
    let missing = describe("No-Such-Document");
    assert_eq!(refusal(&missing), (400, "InvalidDocument"));
    assert_eq!(missing.body["Message"], "Document with name No-Such-Document does not exist.");
    let version = |version: &str| bench.ssm("DescribeDocument", json!({"Name": "Runbook", "DocumentVersion": version}));
    assert_eq!(version("$LATEST").status, 200);
    assert_eq!(refusal(&version("7")), (400, "InvalidDocumentVersion"));
}
