"""Telegram Gateway: requests against the shape that its page documents. There is no published specification."""

import re
from typing import Any

import pytest

PROVIDER = "telegram_gateway"
# The parameters of `sendVerificationMessage`: a pattern of the value as text, and whether it is required.
PARAMETERS = {
    "phone_number": (str, r"\+[1-9]\d{6,14}", True),
    "request_id": (str, r".+", False),
    "sender_username": (str, r"[A-Za-z]\w{4,31}", False),
    "code": (str, r"\d{4,8}", False),
    "code_length": (int, r"[4-8]", False),
    "callback_url": (str, r"https://.{1,248}", False),
    "payload": (str, r".{0,128}", False),
    "ttl": (int, r"\d+", False),
}


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body."""
    found = [f"{name}: unknown" for name in body.keys() - PARAMETERS.keys()]
    for name, (kind, pattern, required) in PARAMETERS.items():
        if name not in body:
            found += [f"{name}: missing"] if required else []
        elif type(body[name]) is not kind or not re.fullmatch(pattern, str(body[name])):
            found.append(f"{name}: {body[name]!r}")
    if isinstance(body.get("ttl"), int) and not 30 <= body["ttl"] <= 3600:
        found.append("ttl: not 30 to 3600")
    if ("code" in body) == ("code_length" in body):
        found.append("code or code_length: one of them is expected")
    return found


def test_every_body_is_one_of_the_method(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has documented parameters alone, each in its range, and our reference."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case
        assert re.fullmatch(r"7-[0-9a-f]{32}-1", request["body"]["payload"]), case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """The path is the method's name; the token is a header."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/sendVerificationMessage", {}), case
        assert request["headers"]["authorization"] == "Bearer AAEG9gAAZ3Qe-s3cret", case
        assert request["headers"]["content-type"] == "application/json", case


def test_the_parameters_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every parameter that the adapter can send; a text never goes out."""
    covered = {name for request in requests.values() for name in request["body"]}
    assert covered == {"phone_number", "code", "payload", "callback_url", "ttl", "sender_username"}
    assert {request["body"].get("ttl") for request in requests.values()} == {None, 60, 600, 3600}


@pytest.mark.parametrize(
    "change",
    [
        {"phone_number": "79990000001"},
        {"code": "123"},
        {"code": "12a4"},
        {"code": 1234},
        {"code_length": 4},
        {"ttl": 29},
        {"ttl": "60"},
        {"callback_url": "http://example.org"},
        {"callback_url": "https://" + "a" * 249},
        {"payload": "x" * 129},
        {"text": "x"},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the page does not allow."""
    assert problems(requests["code"]["body"] | change)
