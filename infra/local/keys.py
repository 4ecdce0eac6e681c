"""Accounts and API keys of the local stack, written as the API writes them."""

import contextlib
import hashlib
import secrets
import string
import time
from typing import Any

from local.settings import StackError

SCOPES = ("send", "read", "admin", "operator")
KEY_ALPHABET = string.ascii_lowercase + string.digits
SECRET_ALPHABET = string.ascii_letters + string.digits


def _pick(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _now() -> str:
    return str(int(time.time() * 1000))


def ensure_account(dynamodb: Any, table: str, account: int, name: str) -> None:
    """Make the account unless it is there."""
    with contextlib.suppress(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(
            TableName=table,
            Item={
                "pk": {"S": f"{account}#account"},
                "sk": {"S": "-"},
                "createdAt": {"N": _now()},
                "name": {"S": name},
            },
            ConditionExpression="attribute_not_exists(pk)",
        )


def make_key(dynamodb: Any, table: str, account: int, scopes: list[str], name: str) -> str:
    """Make a key and give its token, which is stored nowhere."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise StackError(f"unknown scope {', '.join(unknown) or '(none)'}; there are {', '.join(SCOPES)}")
    key_id, secret = _pick(KEY_ALPHABET, 12), _pick(SECRET_ALPHABET, 40)
    dynamodb.put_item(
        TableName=table,
        Item={
            "pk": {"S": f"{account}#key"},
            "sk": {"S": key_id},
            "hash": {"S": hashlib.sha256(secret.encode()).hexdigest()},
            "scopes": {"L": [{"S": scope} for scope in scopes]},
            "name": {"S": name},
            "createdAt": {"N": _now()},
        },
    )
    return f"bt_{account}_{key_id}_{secret}"


def valid(dynamodb: Any, table: str, token: str | None) -> bool:
    """Whether the token's key is still in the table."""
    parts = (token or "").split("_")
    if len(parts) != 4 or parts[0] != "bt":
        return False
    _, account, key_id, secret = parts
    found = dynamodb.get_item(
        TableName=table, Key={"pk": {"S": f"{account}#key"}, "sk": {"S": key_id}}, ConsistentRead=True
    )
    stored = found.get("Item", {}).get("hash", {}).get("S")
    return stored == hashlib.sha256(secret.encode()).hexdigest()
