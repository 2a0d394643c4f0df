"""DRS's own recovery plans as boto3 reads them."""

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:drs:us-east-1:000000000000:"


def test_the_plan_of_the_example(example):
    drs = example.drs
    pages = drs.get_paginator("list_recovery_plans").paginate()
    [summary] = [plan for page in pages for plan in page["recoveryPlans"]]
    assert (summary["name"], summary["status"]) == ("three-tier", "ACTIVE")
    arn = summary["recoveryPlanArn"]
    assert arn.startswith(f"{ARN}recovery-plan/")
    plan = drs.get_recovery_plan(recoveryPlanArn=arn)["recoveryPlan"]
    assert plan["description"].startswith("Databases first") and plan["tags"] == {}

    paginator = drs.get_paginator("list_recovery_plan_steps")
    pages = paginator.paginate(recoveryPlanArn=arn, PaginationConfig={"PageSize": 3})
    steps = [step for page in pages for step in page["recoveryPlanSteps"]]
    assert [step["stepOrder"] for step in steps] == [1, 2, 3, 4]
    database, settles, _, web = [step["configuration"] for step in steps]
    server = {"serverArn": f"{ARN}source-server/s-3tierdb0000000001", "impactLevel": "CRITICAL"}
    assert database["serverStepConfiguration"]["servers"][0] == server
    assert settles == {"waitStepConfiguration": {"waitDurationMinutes": 5}}
    levels = [one["impactLevel"] for one in web["serverStepConfiguration"]["servers"]]
    assert levels == ["CRITICAL", "OPTIONAL"]
    step = drs.get_recovery_plan_step(recoveryPlanStepArn=steps[1]["recoveryPlanStepArn"])
    assert step["recoveryPlanStep"] == steps[1]


def test_what_is_not_there_is_not_found(example):
    drs = example.drs
    missing = f"{ARN}recovery-plan/rp-00000000000000000"
    for call in (
        lambda: drs.get_recovery_plan(recoveryPlanArn=missing),
        lambda: drs.list_recovery_plan_steps(recoveryPlanArn=missing),
        lambda: drs.get_recovery_plan_step(recoveryPlanStepArn=f"{missing}/step/rps-1"),
    ):
        with pytest.raises(drs.exceptions.ResourceNotFoundException) as caught:
            call()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(drs.exceptions.ValidationException):
        drs.list_recovery_plans(nextToken="nonsense")
    with pytest.raises(ClientError, match="not modelled: CreateRecoveryPlan"):
        drs.create_recovery_plan(name="another")


def test_a_plan_is_added_while_it_runs(start):
    simulator = start("sourceServers: []\n")
    assert simulator.drs.list_recovery_plans()["recoveryPlans"] == []
    server = {"id": "s-3tierdb0000000001", "hostname": "db-1", "region": "eu-west-1"}
    steps = [{"name": "all", "servers": [{"id": server["id"]}]}, {"name": "wait", "waitMinutes": 3}]
    plan = {"name": "late", "region": "eu-west-1", "steps": steps}
    added = simulator.control("POST", "inventory", {"sourceServers": [server], "recoveryPlans": [plan]})
    assert added == (200, {"added": 2})
    away = simulator.client("drs", region="eu-west-1")
    [summary] = away.list_recovery_plans()["recoveryPlans"]
    assert summary["recoveryPlanArn"].startswith("arn:aws:drs:eu-west-1:")
    assert simulator.drs.list_recovery_plans()["recoveryPlans"] == []
    status, body = simulator.control("POST", "inventory", {"recoveryPlans": [plan]})
    assert status == 400 and "already a recovery plan" in body["message"]
