"""Messenger: requests against the shapes that Meta documents, as there is no machine-readable specification.

The pages: the Send API, the templates "button" and "generic", the URL button, secure requests.
"""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "messenger"

URL = {"type": "string", "pattern": "^https?://"}
BUTTON = {
    "type": "object",
    "properties": {
        "type": {"const": "web_url"},
        "url": URL,
        "title": {"type": "string", "minLength": 1, "maxLength": 20},
    },
    "required": ["type", "url", "title"],
    "additionalProperties": False,
}
BUTTONS = {"type": "array", "items": BUTTON, "minItems": 1, "maxItems": 3}
CARD = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 80},
        "subtitle": {"type": "string", "minLength": 1, "maxLength": 80},
        "image_url": URL,
        "buttons": BUTTONS,
    },
    "required": ["title"],
    "minProperties": 2,
    "additionalProperties": False,
}


def shape(kind: str, **properties: Any) -> dict[str, Any]:
    """Give the attachment of this type with these properties, all required, as its payload."""
    payload = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"type": {"const": kind}, "payload": payload},
        "required": ["type", "payload"],
        "additionalProperties": False,
    }


ATTACHMENT = {
    "oneOf": [
        shape("image", url=URL, is_reusable={"type": "boolean"}),
        shape(
            "template",
            template_type={"const": "button"},
            text={"type": "string", "minLength": 1, "maxLength": 640},
            buttons=BUTTONS,
        ),
        shape(
            "template",
            template_type={"const": "generic"},
            elements={"type": "array", "items": CARD, "minItems": 1, "maxItems": 10},
        ),
    ]
}
MESSAGE = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 2000},
        "attachment": ATTACHMENT,
        "metadata": {"type": "string", "maxLength": 1000},
    },
    "oneOf": [{"required": ["text"]}, {"required": ["attachment"]}],
    "additionalProperties": False,
}
VALIDATOR = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "recipient": {
                "type": "object",
                "properties": {"id": {"type": "string", "pattern": "^[0-9]+$"}},
                "required": ["id"],
                "additionalProperties": False,
            },
            "messaging_type": {"enum": ["RESPONSE", "UPDATE", "MESSAGE_TAG"]},
            "tag": {"enum": ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "CUSTOMER_FEEDBACK", "HUMAN_AGENT"]},
            "message": MESSAGE,
        },
        "required": ["recipient", "messaging_type", "message"],
        # A tag goes with MESSAGE_TAG alone.
        "if": {"properties": {"messaging_type": {"const": "MESSAGE_TAG"}}},
        "then": {"required": ["tag"]},
        "else": {"properties": {"tag": False}},
        "additionalProperties": False,
    }
)


def test_every_body_is_of_the_documented_shape(requests: dict[str, dict[str, Any]]) -> None:
    """Known fields alone, each of its type and length; what exceeds a shape never gets here."""
    for case, request in requests.items():
        assert [error.message for error in VALIDATOR.iter_errors(request["body"])] == [], case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """The path is `/<version>/<page>/messages`; the token is in the query, with the app's proof where it has one."""
    for case, request in requests.items():
        version, page, method = request["path"].removeprefix("/").split("/")
        assert (request["method"], method) == ("POST", "messages"), case
        assert version.startswith("v") and page.isdigit(), case
        assert request["headers"]["content-type"] == "application/json", case
        assert request["query"].keys() - {"appsecret_proof"} == {"access_token"}, case
        assert len(request["query"].get("appsecret_proof", "0" * 64)) == 64, case


def test_the_shapes_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every shape that the adapter can send."""
    covered = set()
    for request in requests.values():
        attachment = request["body"]["message"].get("attachment", {"type": "text", "payload": {}})
        covered.add((attachment["type"], attachment["payload"].get("template_type")))
    assert covered == {("text", None), ("image", None), ("template", "button"), ("template", "generic")}
    assert {request["body"]["messaging_type"] for request in requests.values()} == {"UPDATE", "MESSAGE_TAG"}


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": {"id": 42}},
        {"messaging_type": "LATER"},
        {"messaging_type": "MESSAGE_TAG"},
        {"tag": "HUMAN_AGENT"},
        {"message": {}},
        {"message": {"text": "x" * 2001}},
        {
            "message": {
                "text": "x",
                "attachment": {"type": "image", "payload": {"url": "https://x", "is_reusable": False}},
            }
        },
        {"message": {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": []}}}},
        {"text": "x"},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the documentation does not allow."""
    assert list(VALIDATOR.iter_errors(requests["text"]["body"] | change))
