"""Bodies that nobody means well: large ones, wrong types, control characters, names that are too long. Each is refused
with a 4xx and a problem that says why, and nothing is stored.
"""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

MEGABYTE = 1024 * 1024


def send(base_url, token, method, path, body, content_type="application/json"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{base_url}/v1{path}", data=data, method=method)
    request.add_header("Authorization", token)
    request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def plan(name, **fields):
    return {"name": name, "waves": [{"name": "a", "groups": ["nowhere"]}], **fields}


HOSTILE = {
    "no JSON": b"{",
    "binary": bytes(range(256)),
    "empty": b"",
    "null": None,
    "a list": [],
    "unknown field": plan("hostile", onFailure="STOP"),
    "unknown field deep inside": {"name": "hostile", "waves": [{"name": "a", "groups": [], "dependsOn": []}]},
    "wrong type": {"name": 7, "waves": "all"},
    "wrong enum": {"name": "hostile", "waves": [{"name": "a", "groups": ["g"], "onFailure": "EXPLODE"}]},
    "number out of range": {"name": "hostile", "waves": [{"name": "a", "groups": ["g"], "minHealthyPercent": 4000}]},
    "negative number": {"name": "hostile", "targetRtoMinutes": -5, "waves": []},
    "float": {"name": "hostile", "targetRtoMinutes": 1.5, "waves": []},
    "control characters in the name": plan("hos\u0000tile"),
    "escape sequence in the description": plan("hostile", description="\u001b[2Jgone"),
    "bidirectional mark in the name": plan("hos\u202etile"),
    "path in the name": plan("../../etc/passwd"),
    "long name": plan("h" * 10_000),
    "long description": plan("hostile", description="x" * 100_000),
    "many waves": {"name": "hostile", "waves": [{"name": f"w{n}", "groups": ["g"]} for n in range(2_000)]},
    "deeply nested": b'{"name":"hostile","waves":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "a megabyte": plan("hostile", description="x" * MEGABYTE),
    "five megabytes": plan("hostile", description="x" * (5 * MEGABYTE)),
    "duplicate keys": b'{"name":"hostile","name":"hostile","waves":[]}',
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("path", ["/recovery-plans/hostile", "/protection-groups/hostile"])
def test_a_hostile_body_is_refused_and_stores_nothing(base_url, token, path, what):
    body = HOSTILE[what] if isinstance(HOSTILE[what], bytes) else json.dumps(HOSTILE[what]).encode()
    status, answer = send(base_url, token, "PUT", path, body)
    assert 400 <= status < 500, (status, answer[:500])
    problem = json.loads(answer)
    assert problem["code"] and problem["detail"], problem
    # What came in is not echoed so that a terminal would obey it.
    assert not any(ord(c) < 32 and c not in "\n\t" for c in problem["detail"]), problem
    assert send(base_url, token, "GET", path, b"")[0] == 404


@pytest.mark.parametrize("what", [name for name, body in HOSTILE.items() if body is not None])
def test_a_hostile_import_is_refused_and_stores_nothing(base_url, token, what):
    wrapped = HOSTILE[what] if isinstance(HOSTILE[what], bytes) else {"recoveryPlans": [HOSTILE[what]]}
    body = wrapped if isinstance(wrapped, bytes) else json.dumps(wrapped).encode()
    status, answer = send(base_url, token, "POST", "/import", body)
    assert 400 <= status < 500, (status, answer[:500])
    status, answer = send(base_url, token, "POST", "/import", body, "application/yaml")
    assert 400 <= status < 500, (status, answer[:500])
    assert send(base_url, token, "GET", "/recovery-plans/hostile", b"")[0] == 404


NAMES = ["%00", "..%2F..", "a" * 3_000, "%F0%9F%92%A5", "a%20b", "%1B%5B2J", "a?x=1", "%E2%80%AE"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "path",
    ["/recovery-plans/{}", "/protection-groups/{}", "/executions/{}", "/source-servers/{}", "/recovery-plans/{}/versions"],
)
def test_a_hostile_name_names_nothing(base_url, token, path, name):
    status, answer = send(base_url, token, "GET", path.format(name), b"")
    assert status in (400, 404), (status, answer[:300])


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=99999999", "nextToken=%00", "nextToken=7b", "nope=1"])
@pytest.mark.parametrize("path", ["/recovery-plans", "/protection-groups", "/executions", "/source-servers", "/audit"])
def test_a_hostile_query_is_refused_or_bounded(base_url, token, path, query):
    status, answer = send(base_url, token, "GET", f"{path}?{query}", b"")
    assert status in (200, 400), (status, answer[:300])
    if status == 200:
        assert query.startswith("limit=") and json.loads(answer)["count"] <= 200
