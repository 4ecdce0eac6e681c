"""``key <account> [--scopes send,read] [--name NAME]``: make an API key, and its account when it is new."""

import argparse

from botocore.exceptions import BotoCoreError, ClientError

from local import keys
from local.settings import StackError, client, fail, load, read_stack


def main() -> None:
    """Run the command; the token is the only thing on the output."""
    parser = argparse.ArgumentParser(prog="key", description=__doc__)
    parser.add_argument("account", type=int, help="number of the account")
    parser.add_argument("--scopes", default="send,read,admin", help="comma list (default send,read,admin)")
    parser.add_argument("--name", default="make key", help="what the key is for")
    options = parser.parse_args()
    if options.account < 1:
        fail("the account must be a positive number")
    settings = load()
    table = read_stack(settings)["resources"]["ControlTable"]
    scopes = [scope.strip() for scope in options.scopes.split(",") if scope.strip()]
    try:
        dynamodb = client("dynamodb", settings)
        token = keys.make_key(dynamodb, table, options.account, scopes, options.name)
        keys.ensure_account(dynamodb, table, options.account, f"account {options.account}")
    except (StackError, BotoCoreError, ClientError) as problem:
        fail(problem)
    print(token)


if __name__ == "__main__":
    main()
