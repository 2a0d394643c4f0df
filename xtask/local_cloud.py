"""Sets up what the CDK app leaves open on a local cloud. Called by `cargo xtask up` with the environment that
points boto3 at MiniStack.

    local_cloud.py create-users USER_POOL_ID NAME=[GROUP]...   prints {"NAME": "password", ...}
"""

import json
import secrets
import sys

import boto3


def create_users(user_pool_id: str, users: dict[str, str]) -> dict[str, str]:
    cognito = boto3.client("cognito-idp")
    passwords = {}
    for name, group in users.items():
        # The suffix satisfies the pool's policy: upper and lower case, a digit and a symbol.
        passwords[name] = secrets.token_hex(8) + "-aA1"
        cognito.admin_create_user(UserPoolId=user_pool_id, Username=name, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=name, Password=passwords[name], Permanent=True
        )
        if group:
            cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=name, GroupName=group)
    return passwords


def main() -> None:
    match sys.argv[1:]:
        case ["create-users", user_pool_id, *users]:
            print(json.dumps(create_users(user_pool_id, dict(user.split("=", 1) for user in users))))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
