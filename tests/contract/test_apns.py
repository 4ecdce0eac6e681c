"""APNs: Apple publishes no specification; requests against the tables of its documentation."""

import json
import re
import uuid
from typing import Any

import jwt
import pytest
from conftest import HERE
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jsonschema import Draft202012Validator

PROVIDER = "apns"
PEM = HERE.parents[1] / "shared" / "channels" / "tests" / "support" / "test-only-ec.pem"
TEXT = {"type": "string", "minLength": 1}
# "Generating a remote notification": the keys of `aps` and `alert` that the adapter uses, and our own beside them.
PAYLOAD = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "aps": {
                "type": "object",
                "properties": {
                    "alert": {
                        "type": "object",
                        "properties": {"title": TEXT, "body": TEXT},
                        "required": ["body"],
                        "additionalProperties": False,
                    },
                    "sound": TEXT,
                    "mutable-content": {"const": 1},
                },
                "required": ["alert"],
                "additionalProperties": False,
            },
            **dict.fromkeys(("msg", "url", "button", "image"), TEXT),
        },
        "required": ["aps", "msg"],
        "additionalProperties": False,
    }
)
# "Sending notification requests to APNs": the headers, each with what it may hold.
HEADERS = {
    "authorization": r"bearer [\w-]+\.[\w-]+\.[\w-]+",
    "apns-push-type": r"alert|background|controls|location|voip|complication|fileprovider|mdm|liveactivity|pushtotalk",
    "apns-id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "apns-expiration": r"0|[1-9]\d{9}",
    "apns-priority": r"10|5|1",
    "apns-topic": r"[\w.-]+",
    "apns-collapse-id": r".{1,64}",
}
REQUIRED = {"authorization", "apns-push-type", "apns-topic"}
# What HTTP itself brings.
PLAIN = {"accept", "content-length", "content-type", "user-agent"}


def problems(request: dict[str, Any]) -> list[str]:
    """Give what is wrong with a request."""
    found = [f"{error.json_path}: {error.message}" for error in PAYLOAD.iter_errors(request["body"])]
    if len(json.dumps(request["body"], ensure_ascii=False, separators=(",", ":")).encode()) > 4096:
        found.append("the payload is too large")
    if request["method"] != "POST" or not re.fullmatch(r"/3/device/[0-9a-f]{64}", request["path"]):
        found.append("the path is not that of a device")
    headers = request["headers"]
    found += [f"{name}: missing" for name in REQUIRED - headers.keys()]
    for name, value in headers.items():
        if name not in HEADERS and name not in PLAIN:
            found.append(f"{name}: unknown")
        elif name in HEADERS and not re.fullmatch(HEADERS[name], value):
            found.append(f"{name}: not of its form")
    return found


def test_every_request_is_one_of_the_documentation(requests: dict[str, dict[str, Any]]) -> None:
    """Path, headers and payload are those that Apple documents."""
    for case, request in requests.items():
        assert problems(request) == [], case


def test_tokens_are_signed_by_the_teams_key(requests: dict[str, dict[str, Any]]) -> None:
    """The token names key and team, is signed with ES256, and says when it was made and nothing more."""
    key = load_pem_private_key(PEM.read_bytes(), password=None).public_key()
    for case, request in requests.items():
        token = request["headers"]["authorization"].removeprefix("bearer ")
        assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "ES256", "kid": "ABC123DEFG"}, case
        claims = jwt.decode(token, key, algorithms=["ES256"], options={"require": ["iss", "iat"]})
        assert claims.keys() == {"iss", "iat"} and claims["iss"] == "DEF123GHIJ", case


def test_the_optional_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every header and key that the adapter can send; the id is a UUID of ours."""
    headers = {name for request in requests.values() for name in request["headers"]}
    assert headers - PLAIN == set(HEADERS)
    keys = {name for request in requests.values() for name in request["body"]}
    assert keys == {"aps", "msg", "url", "button", "image"}
    assert {uuid.UUID(request["headers"]["apns-id"]).version for request in requests.values()} == {8}


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/3/device/xyz"},
        {"body": {"msg": "x"}},
        {"body": {"aps": {"alert": {"body": "x"}, "alarm": 1}, "msg": "x"}},
        {"body": {"aps": {"alert": {"body": "я" * 2048}}, "msg": "x"}},
        {"headers": {"apns-priority": "7"}},
        {"headers": {"apns-collapse-id": "x" * 65}},
        {"headers": {"apns-reference": "x"}},
        {"headers": {"apns-push-type": "text"}},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what Apple does not document."""
    request = requests["text"]
    headers = request["headers"] | change.get("headers", {})
    assert problems(request | change | {"headers": headers})
