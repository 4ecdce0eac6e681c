"""The keys that session tokens are signed with, and the users who log in, written as the API reads them."""

import base64
import contextlib
import json
import secrets
import time
from typing import Any

from local import checks
from local.settings import StackError

KEY_BYTES = 32
LIVE_KEYS = 2  # the newest signs; what the one before has signed still counts


def parameter(stack: str) -> str:
    """Give the name of the parameter that template.yaml names."""
    return f"/baton/{stack}/auth/keys"


def ensure_key(ssm: Any, stack: str) -> None:
    """Make the first key, unless there is one."""
    with contextlib.suppress(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=parameter(stack), Value=json.dumps([_key()]), Type="SecureString")


def rotate(ssm: Any, stack: str) -> list[str]:
    """Put a new key in front and keep the one before it; give the ids of the live keys."""
    try:
        known = json.loads(ssm.get_parameter(Name=parameter(stack), WithDecryption=True)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        known = []
    keys = [_key(), *known][:LIVE_KEYS]
    ssm.put_parameter(Name=parameter(stack), Value=json.dumps(keys), Type="SecureString", Overwrite=True)
    return [key["id"] for key in keys]


def password() -> str:
    """Give a new password."""
    return secrets.token_urlsafe(18)


def ensure_user(api: str, operator: str, user: dict[str, Any], known: str | None) -> str:
    """Make a user through the API unless its password is known and good; give the password.

    A user whose password is not known gets a new one. `operator` is a key that may do so.
    """
    headers = {"Authorization": f"Bearer {operator}", "Content-Type": "application/json"}
    login = {"email": user["email"], "password": known}
    if known and checks.call("POST", f"{api}/auth/login", headers, login)[0] == 200:
        return known
    body = {**user, "password": password()}
    status, text = checks.call("POST", f"{api}/users", headers, body)
    if status == 409:
        path = _find(api, headers, user)
        status, text = checks.call("PUT", f"{api}/users/{path}", headers, body)
    if status != 200:
        raise StackError(f"the user was not made: {status} {text[:300]}")
    return str(body["password"])


def _find(api: str, headers: dict[str, str], user: dict[str, Any]) -> str:
    status, text = checks.call("GET", f"{api}/users?limit=1000&companyId={user['companyId']}", headers)
    found = (
        [one["id"] for one in json.loads(text)["items"] if one["email"] == user["email"].lower()]
        if status == 200
        else []
    )
    if not found:
        raise StackError("another account has a user with this e-mail")
    return str(found[0])


def _key() -> dict[str, str]:
    name = time.strftime("%Y-%m-%d", time.gmtime()) + "-" + secrets.token_hex(4)
    return {"id": name, "key": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}
