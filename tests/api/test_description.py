"""The REST API against its own description: whatever `docs/openapi.json` allows somebody to send, and much that it does
not, is answered with a documented status, in the documented form, and never with a server error.
"""

import os

import schemathesis
from conftest import DESCRIPTION
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

schema = schemathesis.openapi.from_path(str(DESCRIPTION))

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("API_EXAMPLES", "10")),
    deadline=None,
    # One seed, so that a failure comes again; `--hypothesis-seed=random` looks further.
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_description(case, base_url, token):
    # The caller is known throughout: who may do what is tests/tests/roles.rs.
    headers = {"Authorization": token}
    response = case.call(base_url=base_url, headers=headers, timeout=35)
    case.validate_response(response, checks=CHECKS)
