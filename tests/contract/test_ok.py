"""Odnoklassniki: requests against the shape that its pages document. There is no published specification."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "ok"


def shape(required: str, **fields: Any) -> dict[str, Any]:
    """Give the schema of an object that has these fields alone."""
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": fields}


def kind(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of an attachment."""
    return shape("type payload", type={"const": name}, payload=payload)


TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://"}
LINK = shape(
    "type text url",
    type={"const": "LINK"},
    text=TEXT,
    intent={"enum": ["DEFAULT", "POSITIVE", "NEGATIVE"]},
    url=URL,
)
KEYBOARD = shape("buttons", buttons={"type": "array", "minItems": 1, "items": {"type": "array", "items": LINK}})
ATTACHMENT = {
    "oneOf": [
        kind("IMAGE", shape("url", url=URL)),
        kind("INLINE_KEYBOARD", shape("keyboard", keyboard=KEYBOARD)),
    ]
}
MESSAGE = shape("", text=TEXT | {"maxLength": 4000}, attachments={"type": "array", "maxItems": 5, "items": ATTACHMENT})
CHAT = shape("chat_id", chat_id={"type": "string", "pattern": "^chat:[A-Za-z0-9]+$"})
USERS = shape(
    "user_ids",
    user_ids={"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^user:[0-9]+$"}},
)
VALIDATOR = Draft202012Validator(
    shape("recipient message", recipient={"oneOf": [CHAT, USERS]}, message=MESSAGE | {"minProperties": 1})
)


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body; a keyboard alone is no message."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(body)]
    kinds = [attachment.get("type") for attachment in body["message"].get("attachments", [])]
    if "text" not in body["message"] and "IMAGE" not in kinds:
        found.append("$.message: neither a text nor a picture")
    return found


def test_every_body_is_of_the_shape(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has documented fields alone, each of its type."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """A chat is in the path as well; users are in the body alone. The media type names the character set."""
    for case, request in requests.items():
        recipient = request["body"]["recipient"]
        chat = recipient.get("chat_id")
        path = f"/graph/me/messages/{chat}" if chat else "/graph/me/messages"
        assert (request["method"], request["path"]) == ("POST", path), case
        assert request["query"] == {"access_token": "tkn1s3cret:CBA&x=1"}, case
        assert request["headers"]["content-type"] == "application/json;charset=utf-8", case


def test_the_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover both recipients, and every field and attachment that the adapter can send."""
    bodies = [request["body"] for request in requests.values()]
    assert {name for body in bodies for name in body["recipient"]} == {"chat_id", "user_ids"}
    assert {name for body in bodies for name in body["message"]} == {"text", "attachments"}
    kinds = {attachment["type"] for body in bodies for attachment in body["message"].get("attachments", [])}
    assert kinds == {"IMAGE", "INLINE_KEYBOARD"}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("recipient", {"user_ids": []}),
        ("recipient", {"user_ids": ["4242"]}),
        ("recipient", {"chat_id": "chat:C1"}),
        ("message", {"text": ""}),
        ("message", {"text": "я" * 4001}),
        ("message", {"txt": "x"}),
        ("message", {"attachments": [{"type": "PHOTO", "payload": {"url": "https://example.org"}}]}),
        ("message", {"attachments": [{"type": "IMAGE", "payload": {"url": "a.png"}}]}),
        ("message", {"attachments": [{"type": "INLINE_KEYBOARD", "payload": {"buttons": []}}]}),
        ("message", {"text": None}),
    ],
)
def test_the_check_finds_faults(part: str, change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the pages do not show."""
    body = requests["user"]["body"]
    assert problems(body) == []
    assert problems(body | {part: body[part] | change})
