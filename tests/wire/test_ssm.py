"""SSM as boto3 sees it: commands, automations and their errors."""

import pytest

INVENTORY = """
ssmDocuments:
- {name: Runbook, kind: automation, durationSeconds: 60}
sourceServers:
- {id: s-3tierdb0000000001, hostname: db-1, recoveryInstance: {isDrill: true, launchedHoursAgo: 1}}
- {id: s-3tierapp000000002, hostname: app-2, os: windows, recoveryInstance: {isDrill: true, launchedHoursAgo: 1}}
"""


def instances(simulator):
    found = simulator.drs.describe_recovery_instances()["items"]
    return {one["sourceServerID"]: one["recoveryInstanceID"] for one in found}


def test_a_command_and_its_output(start):
    simulator = start(INVENTORY)
    ssm, ids = simulator.ssm, instances(simulator)
    online = ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": list(ids.values())}])
    platforms = {one["InstanceId"]: one["PlatformType"] for one in online["InstanceInformationList"]}
    assert platforms == {ids["s-3tierdb0000000001"]: "Linux", ids["s-3tierapp000000002"]: "Windows"}
    assert all(one["PingStatus"] == "Online" for one in online["InstanceInformationList"])

    linux = ids["s-3tierdb0000000001"]
    sent = ssm.send_command(DocumentName="AWS-RunShellScript", InstanceIds=[linux], Parameters={"commands": ["true"]})
    command = sent["Command"]["CommandId"]
    assert sent["Command"]["Status"] == "Pending"

    def finished():
        found = ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
        return found if found and found[0]["Status"] not in ("Pending", "InProgress") else None

    invocation = simulator.until(finished)[0]
    assert (invocation["Status"], invocation["CommandPlugins"][0]["ResponseCode"]) == ("Success", 0)
    assert invocation["CommandPlugins"][0]["Output"] == "AWS-RunShellScript ran on db-1\n"
    got = ssm.get_command_invocation(CommandId=command, InstanceId=linux)
    assert got["StandardOutputContent"] == "AWS-RunShellScript ran on db-1\n"


def test_errors_are_the_modelled_exceptions(start):
    simulator = start(INVENTORY, 1.0)
    ssm, ids = simulator.ssm, instances(simulator)
    linux = ids["s-3tierdb0000000001"]
    command = ssm.send_command(DocumentName="AWS-RunShellScript", InstanceIds=[linux])["Command"]["CommandId"]
    with pytest.raises(ssm.exceptions.InvocationDoesNotExist) as caught:
        ssm.get_command_invocation(CommandId=command, InstanceId=linux)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ssm.exceptions.InvalidInstanceId):
        ssm.send_command(DocumentName="AWS-RunShellScript", InstanceIds=["i-0123456789abcdef0"])
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.send_command(DocumentName="No-Such-Document", InstanceIds=[linux])
    with pytest.raises(ssm.exceptions.AutomationDefinitionNotFoundException):
        ssm.start_automation_execution(DocumentName="No-Such-Document")
    with pytest.raises(ssm.exceptions.ClientError, match="not modelled: DescribeParameters"):
        ssm.describe_parameters()


def test_an_automation_runs_once_per_token(start):
    simulator = start(INVENTORY)
    request = {"DocumentName": "Runbook", "ClientToken": "11111111-2222-4333-a444-555555555555"}
    first = simulator.ssm.start_automation_execution(**request)["AutomationExecutionId"]
    assert simulator.ssm.start_automation_execution(**request)["AutomationExecutionId"] == first
    with pytest.raises(simulator.ssm.exceptions.IdempotentParameterMismatch):
        simulator.ssm.start_automation_execution(**request, Parameters={"A": ["b"]})

    def ended():
        execution = simulator.ssm.get_automation_execution(AutomationExecutionId=first)["AutomationExecution"]
        return execution if execution["AutomationExecutionStatus"] != "InProgress" else None

    execution = simulator.until(ended)
    assert execution["AutomationExecutionStatus"] == "Success"
    assert (execution["ExecutionEndTime"] - execution["ExecutionStartTime"]).total_seconds() == 60


def test_a_document_is_described_or_does_not_exist(start):
    ssm = start(INVENTORY).ssm
    command = ssm.describe_document(Name="AWS-RunShellScript")["Document"]
    assert (command["DocumentType"], command["Status"], command["Owner"]) == ("Command", "Active", "Amazon")
    assert command["PlatformTypes"] == ["Linux"] and command["CreatedDate"].year == 2020
    assert ssm.describe_document(Name="Runbook", DocumentVersion="$LATEST")["Document"]["DocumentType"] == "Automation"
    with pytest.raises(ssm.exceptions.InvalidDocument, match="Document with name No-Such-Document does not exist"):
        ssm.describe_document(Name="No-Such-Document")
    with pytest.raises(ssm.exceptions.InvalidDocumentVersion):
        ssm.describe_document(Name="Runbook", DocumentVersion="7")
