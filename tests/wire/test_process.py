"""`drs-simulator` as a process: how it starts, what it refuses, how it ends."""

import os
import signal
import subprocess

import pytest


def serve(inventory, *arguments):
    command = [os.environ["DRS_SIMULATOR"], "serve", "--port", "0", "--inventory", str(inventory), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(start, name):
    simulator = start("sourceServers: []\n")
    assert simulator.control("GET", "health")[0] == 200
    simulator.process.send_signal(getattr(signal, name))
    assert simulator.process.wait(timeout=5) == 0


def test_a_wrong_inventory_ends_with_its_line(tmp_path):
    inventory = tmp_path / "wrong.yaml"
    inventory.write_text("sourceServers:\n- {id: s-3tierdb0000000001, hostname: a}\n- {id: s-1, hostname: b}\n")
    ended = serve(inventory)
    assert ended.returncode != 0
    assert "wrong.yaml" in ended.stderr and "line 3: `s-1` must be `s-` and 17" in ended.stderr


def test_a_wrong_fault_ends_with_the_syntax(tmp_path):
    inventory = tmp_path / "right.yaml"
    inventory.write_text("sourceServers: []\n")
    ended = serve(inventory, "--fault", "launch-failed=db-1")
    assert ended.returncode != 0
    assert "there is no fault `launch-failed`" in ended.stderr and "foreign-job=SERVER:MINUTES" in ended.stderr
    ended = serve(inventory, "--fault", "launch-fails=db-1")
    assert ended.returncode != 0 and "names no source server" in ended.stderr


def test_servers_and_faults_over_http(start):
    simulator = start("sourceServers: []\n")
    status, body = simulator.control("POST", "faults", {"faults": ["launch-failed=db-1"]})
    assert status == 400 and "page-size=N" in body["syntax"]
    more = "sourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1}\n"
    assert simulator.control("POST", "inventory", more) == (200, {"added": 1})
    simulator.add_faults("launch-fails=db-1")
    assert simulator.control("GET", "faults")[1] == {"faults": ["launch-fails=s-3tierdb0000000001"]}
    assert len(simulator.drs.describe_source_servers()["items"]) == 1
    assert simulator.control("DELETE", "faults")[1] == {"faults": []}


def test_the_seed_decides_the_ids(start):
    servers = "sourceServers:\n- {id: s-3tierdb0000000001, hostname: db-1}\n"

    def job_id(*arguments):
        drs = start(servers, 0.002, *arguments).drs
        return drs.start_recovery(sourceServers=[{"sourceServerID": "s-3tierdb0000000001"}])["job"]["jobID"]

    first = job_id("--seed", "7")
    assert first == job_id("--seed", "7")
    assert first != job_id("--seed", "8")
