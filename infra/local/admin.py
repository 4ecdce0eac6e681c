"""``admin --stack NAME --email ADDRESS``: make the first user of a deployed stack, and the key of its session tokens.

``--rotate-key`` puts a new key in front of the one that signs session tokens, and makes no user.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import auth, keys
from local.settings import StackError, fail


def main() -> None:
    """Run the command; a new user's password is printed this once."""
    parser = argparse.ArgumentParser(prog="admin", description=__doc__)
    parser.add_argument("--stack", required=True, help="the deployed stack")
    parser.add_argument("--email", default="", help="the e-mail address that the user logs in with")
    parser.add_argument("--account", type=int, default=1, help="number of the account (default 1)")
    parser.add_argument("--role", default="admin", help="viewer, editor, admin (default) or operator")
    parser.add_argument("--rotate-key", action="store_true", help="a new key for session tokens; nobody is logged out")
    options = parser.parse_args()
    if bool(options.email) == options.rotate_key:
        fail("give either --email or --rotate-key")
    try:
        if options.rotate_key:
            print("live keys, the newest first: " + ", ".join(auth.rotate(_client("ssm"), options.stack)))
        else:
            print(make(options.stack, options.email, options.account, options.role))
    except (StackError, BotoCoreError, ClientError) as problem:
        fail(problem)


def make(stack: str, email: str, account: int, role: str) -> str:
    """Make the key unless there is one, then the user; give its password. A user who is there gets a new one."""
    if account < 1:
        raise StackError("the account must be a positive number")
    auth.ensure_key(_client("ssm"), stack)
    cloudformation, dynamodb = _client("cloudformation"), _client("dynamodb")
    table = _resource(cloudformation, stack, "ControlTable")
    keys.ensure_account(dynamodb, table, account, f"account {account}")
    user = {"companyId": account, "email": email, "name": email.split("@")[0][:100] or "admin", "role": role}
    api = f"{_address(cloudformation, stack)}/api/v1"
    with _operator(dynamodb, table) as key:
        return auth.ensure_user(api, key, user, None)


@contextmanager
def _operator(dynamodb: Any, table: str) -> Iterator[str]:
    """Give a key that may make any user, and take it away afterwards."""
    token = keys.make_key(dynamodb, table, 1, ["admin", "operator"], "make admin")
    try:
        yield token
    finally:
        dynamodb.delete_item(TableName=table, Key={"pk": {"S": "1#key"}, "sk": {"S": token.split("_")[2]}})


def _address(cloudformation: Any, stack: str) -> str:
    """Give the stack's PublicUrl, or its API's own address where that is empty."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    public = next((one["ParameterValue"] for one in found if one["ParameterKey"] == "PublicUrl"), "")
    if public:
        return str(public).rstrip("/")
    api = _resource(cloudformation, stack, "HttpApi")
    return str(_client("apigatewayv2").get_api(ApiId=api)["ApiEndpoint"])


def _resource(cloudformation: Any, stack: str, logical_id: str) -> str:
    detail = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])


def _client(service: str) -> Any:
    """Give a client of the operator's own account and region."""
    import boto3

    return boto3.client(service)


if __name__ == "__main__":
    main()
