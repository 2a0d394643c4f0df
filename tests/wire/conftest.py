"""Starts `drs-simulator` for the tests in this folder and gives them boto3 clients for it.

The environment variable DRS_SIMULATOR says where the binary is. Simulated time runs much faster than the wall clock,
so a launch of nine minutes takes a second.
"""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

FAST = 0.002  # wall seconds per simulated second: nine minutes take 1.1 s
EXAMPLE = Path(__file__).parents[2] / "examples" / "three-tier" / "inventory.yaml"


class Running:
    """A simulator that runs, and clients for it."""

    def __init__(self, process, url, scale):
        self.process, self.url, self.scale = process, url, scale
        self.drs = self.client("drs")
        self.ssm = self.client("ssm")

    def client(self, service, attempts=1, region="us-east-1"):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
        )

    def control(self, method, path, body=None):
        """Calls /_simulator/<path>; gives the status and the decoded body."""
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_simulator/{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def add_faults(self, *faults):
        status, body = self.control("POST", "faults", {"faults": list(faults)})
        assert status == 200, body

    def until(self, look, minutes=90):
        """Asks again until `look` gives something true, for so many simulated minutes."""
        deadline = time.monotonic() + max(minutes * 60 * self.scale, 2)
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing came of it in {minutes} simulated minutes")

    def completed(self, job_id):
        def look():
            job = self.drs.describe_jobs(filters={"jobIDs": [job_id]})["items"][0]
            return job if job["status"] == "COMPLETED" else None

        return self.until(look)


@contextmanager
def run(inventory, scale=FAST, *arguments):
    """Runs the simulator on a free port."""
    binary = os.environ.get("DRS_SIMULATOR")
    assert binary, "DRS_SIMULATOR must say where the binary drs-simulator is"
    process = subprocess.Popen(
        [binary, "serve", "--port", "0", "--inventory", str(inventory), *arguments],
        env={**os.environ, "DRS_CLOCK": f"{time.time():.0f},{scale}", "RUST_LOG": "warn"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert url, f"the simulator did not start: {line!r}"
        yield Running(process, url.group(), scale)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture
def start(tmp_path):
    """Starts simulators with an inventory given as text."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def one(text, scale=FAST, *arguments):
            inventory = tmp_path / "inventory.yaml"
            inventory.write_text(text)
            return stack.enter_context(run(inventory, scale, *arguments))

        yield one


@pytest.fixture
def example():
    """The inventory that the demo uses."""
    with run(EXAMPLE) as simulator:
        yield simulator
