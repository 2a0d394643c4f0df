"""DRS as boto3 sees it: status codes, error types, paginators, tags, and the story of a launch."""

from datetime import datetime

import pytest
from botocore.exceptions import ClientError

DB = "s-3tierdb0000000001"
WEB = "s-3tierweb000000001"
NEW = "s-3tiernew000000001"
SCALE = "sourceServers:\n- generate: {count: 450, idPrefix: load, hostnamePrefix: load-}\n"


def refusal(call, **request):
    """The error type and the status of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], caught.value


def test_a_drill_from_start_to_cleanup(example):
    drs = example.drs
    answer = drs.start_recovery(sourceServers=[{"sourceServerID": DB}, {"sourceServerID": WEB}], isDrill=True)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    job_id = answer["job"]["jobID"]
    assert answer["job"]["initiatedBy"] == "START_DRILL"
    assert answer["job"]["status"] == "PENDING"

    code, status, error = refusal(drs.start_recovery, sourceServers=[{"sourceServerID": DB}])
    assert (code, status) == ("ConflictException", 409)
    assert isinstance(error, drs.exceptions.ConflictException)
    assert "currently being processed by a Job" in error.response["Error"]["Message"]

    job = example.completed(job_id)
    assert [one["launchStatus"] for one in job["participatingServers"]] == ["LAUNCHED", "LAUNCHED"]
    assert all("recoveryInstanceID" not in one for one in job["participatingServers"])
    took = datetime.fromisoformat(job["endDateTime"]) - datetime.fromisoformat(job["creationDateTime"])
    assert 8 < took.total_seconds() / 60 < 10.5

    log = drs.describe_job_log_items(jobID=job_id)["items"]
    launched = {
        item["eventData"]["sourceServerID"]: item["eventData"]["targetInstanceID"]
        for item in log
        if item["event"] == "LAUNCH_END"
    }
    found = drs.describe_recovery_instances(filters={"sourceServerIDs": [DB, WEB]})["items"]
    assert {one["sourceServerID"]: one["recoveryInstanceID"] for one in found} == launched
    assert all(one["isDrill"] and one["jobID"] == job_id for one in found)

    server = drs.describe_source_servers(filters={"sourceServerIDs": [DB]})["items"][0]
    assert server["lastLaunchResult"] == "SUCCEEDED"
    assert server["lifeCycle"]["lastLaunch"]["initiated"]["type"] == "DRILL"

    answer = drs.terminate_recovery_instances(recoveryInstanceIDs=list(launched.values()))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(answer["job"]["participatingServers"]) == 2
    assert example.completed(answer["job"]["jobID"])["participatingServers"] == []
    assert drs.describe_recovery_instances()["items"] == []


def test_refusals_have_the_status_and_type_of_the_model(start):
    simulator = start("quotas: {serversPerJob: 100, jobs: 1}\n" + SCALE, 1.0)
    drs = simulator.drs
    ids = [f"s-load{number:013}" for number in range(1, 201)]

    def orders(some):
        return [{"sourceServerID": one} for one in some]

    code, status, error = refusal(drs.start_recovery, sourceServers=orders(ids[:101]))
    assert (code, status) == ("ServiceQuotaExceededException", 402)
    assert error.response["quotaCode"] == "L-B827C881"
    assert error.response["serviceCode"] == "drs"
    assert refusal(drs.start_recovery, sourceServers=orders([ids[0], ids[0]]))[:2] == ("ValidationException", 400)
    assert refusal(drs.start_recovery, sourceServers=orders(["s-0000000000000nope"]))[:2] == ("ValidationException", 400)
    drs.start_recovery(sourceServers=orders(ids[:100]))
    code, status, error = refusal(drs.start_recovery, sourceServers=orders(ids[100:]))
    assert (code, status, error.response["quotaCode"]) == ("ServiceQuotaExceededException", 402, "L-D88FAC3A")
    missing = refusal(drs.get_launch_configuration, sourceServerID="s-0000000000000nope")
    assert missing[:2] == ("ResourceNotFoundException", 404)
    assert missing[2].response["resourceType"] == "SourceServer"
    invalid = refusal(drs.describe_jobs, nextToken="nonsense")
    assert invalid[:2] == ("ValidationException", 400)
    assert invalid[2].response["fieldList"][0]["name"] == "nextToken"
    assert refusal(drs.describe_source_networks)[:2] == ("UnknownOperationException", 501)


def test_paginators_lose_nothing(start):
    simulator = start(SCALE)
    pages = list(simulator.drs.get_paginator("describe_source_servers").paginate())
    assert [len(page["items"]) for page in pages] == [200, 200, 50]
    ids = [one["sourceServerID"] for page in pages for one in page["items"]]
    assert len(set(ids)) == 450
    small = simulator.drs.get_paginator("describe_source_servers").paginate(PaginationConfig={"PageSize": 7})
    assert [one["sourceServerID"] for page in small for one in page["items"]] == ids

    simulator.add_faults("page-size=1")
    job = simulator.drs.start_recovery(sourceServers=[{"sourceServerID": ids[0]}], isDrill=True)["job"]["jobID"]
    simulator.completed(job)
    log = simulator.drs.get_paginator("describe_job_log_items").paginate(jobID=job)
    events = [page["items"][0]["event"] for page in log]
    assert events[0] == "JOB_START" and events[-1] == "JOB_END" and len(events) == 8
    points = simulator.drs.get_paginator("describe_recovery_snapshots").paginate(sourceServerID=ids[0], order="DESC")
    stamps = [page["items"][0]["timestamp"] for page in points]
    assert len(stamps) > 30 and stamps == sorted(stamps, reverse=True)


def test_tags_by_percent_encoded_arn(example):
    drs = example.drs
    arn = drs.describe_source_servers(filters={"sourceServerIDs": [DB]})["items"][0]["arn"]
    assert arn == f"arn:aws:drs:us-east-1:000000000000:source-server/{DB}"
    drs.tag_resource(resourceArn=arn, tags={"owner": "people & co", "näme": "ü/%2F"})
    drs.untag_resource(resourceArn=arn, tagKeys=["app", "tier"])
    wanted = {"owner": "people & co", "näme": "ü/%2F", "role": "primary"}
    assert drs.list_tags_for_resource(resourceArn=arn)["tags"] == wanted
    drs.untag_resource(resourceArn=arn, tagKeys=["näme", "role"])
    assert drs.list_tags_for_resource(resourceArn=arn)["tags"] == {"owner": "people & co"}
    nowhere = arn.replace("us-east-1", "us-west-2")
    assert refusal(drs.list_tags_for_resource, resourceArn=nowhere)[:2] == ("ResourceNotFoundException", 404)


def test_tags_of_a_job_come_back_with_it(example):
    request = {"sourceServers": [{"sourceServerID": DB}], "tags": {"execution": "x-1"}}
    job = example.drs.start_recovery(**request)["job"]
    assert job["tags"] == {"execution": "x-1"}
    assert example.drs.list_tags_for_resource(resourceArn=job["arn"])["tags"] == {"execution": "x-1"}


def test_launch_configuration_round_trip(example):
    before = example.drs.get_launch_configuration(sourceServerID=DB)
    after = example.drs.update_launch_configuration(
        sourceServerID=DB, copyPrivateIp=True, licensing={"osByol": True}, launchDisposition="STOPPED"
    )
    for answer in (before, after):
        del answer["ResponseMetadata"]
    changed = {"copyPrivateIp": True, "licensing": {"osByol": True}, "launchDisposition": "STOPPED"}
    assert after == {**before, **changed}


def test_the_sdk_retries_throttling_and_the_journal_shows_it(example):
    example.add_faults("throttle=DescribeJobs:2")
    patient = example.client("drs", attempts=3)
    answer = patient.describe_jobs()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    calls = [one for one in example.control("GET", "journal?since=0")[1]["entries"] if one["kind"] == "call"]
    assert [one["outcome"]["status"] for one in calls] == [429, 429, 200]
    for number, call in enumerate(calls, start=1):
        assert f"attempt={number}" in call["details"]["attempt"]
    example.add_faults("throttle=DescribeJobs:1")
    code, status, error = refusal(example.drs.describe_jobs)
    assert (code, status) == ("ThrottlingException", 429)
    assert isinstance(error, example.drs.exceptions.ThrottlingException)


def test_a_lost_answer_makes_the_sdk_start_twice_and_the_second_is_a_conflict(example):
    example.add_faults("error-after-commit=StartRecovery:1")
    patient = example.client("drs", attempts=3)
    code, status, _ = refusal(patient.start_recovery, sourceServers=[{"sourceServerID": DB}])
    assert (code, status) == ("ConflictException", 409)
    assert len(example.drs.describe_jobs()["items"]) == 1


def test_faults_on_the_command_line(start):
    inventory = "sourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1}\n"
    simulator = start(inventory, 0.002, "--fault", "launch-fails=db-1", "--fault", "access-denied=TagResource")
    job = simulator.drs.start_recovery(sourceServers=[{"sourceServerID": DB}])["job"]["jobID"]
    assert simulator.completed(job)["participatingServers"][0]["launchStatus"] == "FAILED"
    arn = f"arn:aws:drs:us-east-1:000000000000:source-server/{DB}"
    assert refusal(simulator.drs.tag_resource, resourceArn=arn, tags={"a": "b"})[:2] == ("AccessDeniedException", 403)


def test_a_server_without_recovery_point_is_refused(example):
    assert example.drs.describe_recovery_snapshots(sourceServerID=NEW)["items"] == []
    code, status, _ = refusal(example.drs.start_recovery, sourceServers=[{"sourceServerID": NEW}])
    assert (code, status) == ("ValidationException", 400)


def test_launch_settings_are_refused_or_ignored(example):
    drs = example.drs
    example.add_faults("launch-settings-refused=db-1", "launch-settings-ignored=web-1")
    code, status, error = refusal(drs.update_launch_configuration, sourceServerID=DB, copyTags=True)
    assert (code, status) == ("ConflictException", 409)
    assert isinstance(error, drs.exceptions.ConflictException)
    assert error.response["resourceId"] == DB
    assert drs.update_launch_configuration(sourceServerID=WEB, copyTags=True)["copyTags"] is True
    assert drs.get_launch_configuration(sourceServerID=WEB)["copyTags"] is False


def test_an_inventory_shows_the_whole_machine(example):
    server = example.drs.describe_source_servers(filters={"sourceServerIDs": [DB]})["items"][0]
    properties = server["sourceProperties"]
    assert properties["os"]["fullString"].startswith("Linux")
    assert properties["cpus"][0]["cores"] == 4 and properties["ramBytes"] == 32 << 30
    assert [disk["bytes"] >> 30 for disk in properties["disks"]] == [50, 500]
    assert properties["identificationHints"]["hostname"] == "db-1"
    assert properties["networkInterfaces"][0]["isPrimary"] is True
    assert properties["recommendedInstanceType"] == "r5.xlarge"
    replication = server["dataReplicationInfo"]
    assert replication["dataReplicationState"] == "CONTINUOUS" and replication["lagDuration"] == "P0D"
    assert replication["stagingAvailabilityZone"] == "us-east-1a"
    silent = example.drs.describe_source_servers(filters={"sourceServerIDs": ["s-3tierlegacy000001"]})["items"][0]
    assert silent["dataReplicationInfo"]["dataReplicationError"]["error"] == "AGENT_NOT_SEEN"
