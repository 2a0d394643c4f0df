"""The local cloud that `cargo xtask test` has started, for property tests of its REST API.

`DRS_LOCAL_CLOUD` names cloud.json, which says where everything is and who may sign in.
"""

import json
import os
import pathlib
import time
import urllib.request

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DESCRIPTION = REPOSITORY / "docs" / "openapi.json"


def cloud() -> dict:
    name = os.environ.get("DRS_LOCAL_CLOUD")
    if not name:
        pytest.exit("these tests need a local cloud: `cargo xtask up`, then DRS_LOCAL_CLOUD=.local/cloud.json", 2)
    return json.loads((REPOSITORY / name).read_text())


def sign_in(user: str, password: str) -> str:
    """An ID token, as the command line gets one."""
    settings = cloud()
    request = urllib.request.Request(
        settings["cognitoEndpoint"],
        data=json.dumps(
            {
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": settings["clientId"],
                "AuthParameters": {"USERNAME": user, "PASSWORD": password},
            }
        ).encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
        },
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["AuthenticationResult"]["IdToken"]


@pytest.fixture(scope="session")
def base_url() -> str:
    return cloud()["apiUrl"].rstrip("/")


@pytest.fixture(scope="session")
def token() -> str:
    settings = cloud()
    return sign_in(settings["username"], settings["password"])


@pytest.fixture(scope="session")
def clock():
    """Now on the clock of the local cloud, in Unix seconds."""
    epoch, scale = (float(part) for part in cloud()["clock"].split(","))
    return lambda: epoch + (time.time() - epoch) / scale
