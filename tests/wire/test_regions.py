"""Regions: clients of two Regions talk to one simulator, which reads the Region from their signatures."""

import time

import pytest

HOME, AWAY = "s-home0000000000001", "s-away0000000000001"
INVENTORY = f"""
sourceServers:
- {{id: {HOME}, hostname: home-1}}
- {{id: {AWAY}, hostname: away-1, region: eu-west-1}}
"""


def ids(drs):
    pages = drs.get_paginator("describe_source_servers").paginate()
    return [one["sourceServerID"] for page in pages for one in page["items"]]


def test_a_client_sees_its_region(start):
    simulator = start(INVENTORY)
    home, away = simulator.drs, simulator.client("drs", region="eu-west-1")
    assert (ids(home), ids(away), ids(simulator.client("drs", region="ap-south-1"))) == ([HOME], [AWAY], [])
    with pytest.raises(home.exceptions.ResourceNotFoundException):
        home.get_launch_configuration(sourceServerID=AWAY)

    job = away.start_recovery(sourceServers=[{"sourceServerID": AWAY}], isDrill=True)["job"]
    assert job["arn"].startswith("arn:aws:drs:eu-west-1:")
    assert home.describe_jobs()["items"] == []

    def launched():
        return away.describe_recovery_instances()["items"]

    instance = simulator.until(launched)[0]["recoveryInstanceID"]
    assert home.describe_recovery_instances()["items"] == []
    ssm = simulator.client("ssm", region="eu-west-1")

    def managed():
        return ssm.describe_instance_information()["InstanceInformationList"]

    assert simulator.until(managed)[0]["InstanceId"] == instance
    assert simulator.ssm.describe_instance_information()["InstanceInformationList"] == []
    with pytest.raises(simulator.ssm.exceptions.InvalidInstanceId):
        simulator.ssm.send_command(DocumentName="AWS-RunShellScript", InstanceIds=[instance])

    arn = f"arn:aws:drs:eu-west-1:000000000000:source-server/{AWAY}"
    away.tag_resource(resourceArn=arn, tags={"a": "b"})
    with pytest.raises(home.exceptions.ResourceNotFoundException):
        home.list_tags_for_resource(resourceArn=arn)


def test_a_region_goes_down_and_comes_back(start):
    simulator = start(INVENTORY)
    away = simulator.client("drs", attempts=3, region="eu-west-1")
    simulator.add_faults("region-down=eu-west-1")
    with pytest.raises(away.exceptions.InternalServerException) as caught:
        away.describe_source_servers()
    metadata = caught.value.response["ResponseMetadata"]
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (500, 2)
    assert caught.value.response["Error"]["Message"]
    assert ids(simulator.drs) == [HOME]
    simulator.control("DELETE", "faults")
    assert ids(away) == [AWAY]


def test_an_account_is_filled_by_one_call(start):
    simulator = start("sourceServers: []\n")
    servers = [
        {"id": f"s-many{number:013}", "hostname": f"many-{number}", "region": "eu-west-1", "tags": {"app": "many"}}
        for number in range(4000)
    ]
    assert simulator.control("POST", "inventory", {"sourceServers": servers}) == (200, {"added": 4000})
    away = simulator.client("drs", region="eu-west-1")
    began = time.monotonic()
    assert len(ids(away)) == 4000
    print(f"20 pages of 200 in {time.monotonic() - began:.2f} s")
