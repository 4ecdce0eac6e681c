"""Viber's bots: requests against the shapes that Viber documents, as there is no machine-readable specification.

The pages: the REST bot API (general parameters, text and picture messages), and keyboards.
"""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "viberbot"

URL = {"type": "string", "pattern": "^https?://", "maxLength": 2000}
BUTTON = {
    "type": "object",
    "properties": {
        "Columns": {"type": "integer", "minimum": 1, "maximum": 6},
        "Rows": {"type": "integer", "minimum": 1, "maximum": 2},
        "ActionType": {"enum": ["reply", "open-url", "none"]},
        "ActionBody": URL,
        # HTML: what is no tag must be escaped.
        "Text": {"type": "string", "minLength": 1, "maxLength": 250, "pattern": "^([^<>&]|&[a-z#0-9]+;)*$"},
    },
    "required": ["ActionBody"],
    "additionalProperties": False,
}
KEYBOARD = {
    "type": "object",
    "properties": {"Type": {"const": "keyboard"}, "Buttons": {"type": "array", "items": BUTTON, "minItems": 1}},
    "required": ["Type", "Buttons"],
    "additionalProperties": False,
}
COMMON = {
    "receiver": {"type": "string", "minLength": 1},
    "min_api_version": {"type": "integer", "minimum": 1},
    "sender": {
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 28}, "avatar": URL},
        "required": ["name"],
        "additionalProperties": False,
    },
    "tracking_data": {"type": "string", "maxLength": 4000},
    "keyboard": KEYBOARD,
}


def message(kind: str, limit: int, **more: Any) -> dict[str, Any]:
    """Give a message of this type, with a text of at most this length."""
    properties = COMMON | {"type": {"const": kind}, "text": {"type": "string", "maxLength": limit}} | more
    required = ["receiver", "sender", "type", "text", *more]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


VALIDATOR = Draft202012Validator({"oneOf": [message("text", 7000), message("picture", 768, media=URL)]})


def test_every_body_is_of_the_documented_shape(requests: dict[str, dict[str, Any]]) -> None:
    """Known fields alone, each of its type and length; the whole is at most 30 KB."""
    for case, request in requests.items():
        assert [error.message for error in VALIDATOR.iter_errors(request["body"])] == [], case
        assert len(json.dumps(request["body"], ensure_ascii=False).encode()) <= 30 * 1024, case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """The token is in its header alone."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/pa/send_message", {}), case
        assert request["headers"]["content-type"] == "application/json", case
        assert len(request["headers"]["x-viber-auth-token"]) == 50, case


def test_the_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""
    assert {name for request in requests.values() for name in request["body"]} == COMMON.keys() | {
        "type",
        "text",
        "media",
    }
    assert any("avatar" in request["body"]["sender"] for request in requests.values())


@pytest.mark.parametrize(
    "change",
    [
        {"type": "sticker"},
        {"type": "picture"},
        {"text": "x" * 7001},
        {"sender": {"name": "x" * 29}},
        {"sender": {}},
        {"receiver": None},
        {"to": "x"},
        {"keyboard": {"Type": "keyboard", "Buttons": []}},
        {"keyboard": {"Type": "keyboard", "Buttons": [{"ActionBody": "https://x", "Text": "a & <b"}]}},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the documentation does not allow."""
    assert list(VALIDATOR.iter_errors(requests["text"]["body"] | change))
