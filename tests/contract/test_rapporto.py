"""Rapporto: requests against the shape that the pages `rest_sms`, `rest_viber` and `rest_vk` describe.

Rapporto publishes no schema. This one was written from the tables of those pages (https://github.com/rapporto/docs,
commit 7fb5379): the fields that the adapter may send, their types, ranges and lengths, per type of message.
"""

from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "rapporto"
TTL_UNIT = {"enum": ["SECONDS", "MINUTES", "HOURS"]}
URL = {"type": "string", "pattern": "^https?://", "maxLength": 2048}
# How many seconds a unit has: a time to live has its range in seconds, and minutes where the unit is missing.
SECONDS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600}
TTL_RANGE = {"SMS": (60, 2880 * 60), "VIBER": (30, 86400), "VK": (60, 86400)}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """Give the schema of an object with these fields alone."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def common(required: list[str], **properties: Any) -> dict[str, Any]:
    """Give the schema of `message/data`, which has sender and time to live on every channel."""
    sender = {"type": "string", "minLength": 1}
    schema = closed(
        required, serviceNumber=sender, ttl={"type": "integer", "minimum": 0}, ttlUnit=TTL_UNIT, **properties
    )
    return schema | {"dependentRequired": {"ttlUnit": ["ttl"]}}


def instant(kind: str, required: list[str], **properties: Any) -> dict[str, Any]:
    """Give the schema of an `instantContent`."""
    return closed(["type", "data"], type={"const": kind}, data=closed(required, **properties))


def text(limit: int) -> dict[str, Any]:
    """Give the schema of a text."""
    return {"type": "string", "minLength": 1, "maxLength": limit}


BUTTON = {
    "text": text(1000),
    "imageURL": URL,
    "caption": text(30),
    "action": {"type": "string", "pattern": "^(https?://|viber://|mailto:|tel:)", "maxLength": 2048},
}
VIBER = [
    instant("TEXT", ["text"], text=text(1000)),
    instant("IMAGE_URL", ["imageURL"], imageURL=URL),
    instant("BUTTON", ["text", "caption", "action"], **BUTTON),
]
DATA = {
    "SMS": common(["text"], text=text(2000)),
    "VIBER": common(["instantContent"], instantContent={"oneOf": VIBER}),
    "VK": common(["text", "serviceNumber", "ttl"], text=text(2000)),
}
MESSAGE = {"oneOf": [closed(["type", "data"], type={"const": kind}, data=data) for kind, data in DATA.items()]}
VALIDATOR = Draft202012Validator(
    closed(
        ["login", "password", "destAddr", "message"],
        login={"type": "string", "minLength": 1},
        password={"type": "string", "minLength": 1},
        id={"type": "string", "minLength": 1},
        destAddr={"type": "string", "pattern": "^[+]?[0-9]{7,15}$"},
        shortenLinks={"type": "boolean"},
        registeredDelivery={"enum": [0, 1, 2]},
        notifyUrl=URL,
        message=MESSAGE,
    )
)


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body: by the schema, and by the range of its time to live."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(body)]
    if found:
        return found
    kind, data = body["message"]["type"], body["message"]["data"]
    # 0 stands for the agreed value.
    ttl = data.get("ttl", 0) * SECONDS[data.get("ttlUnit", "MINUTES")]
    shortest, longest = TTL_RANGE[kind]
    return [] if ttl == 0 or shortest <= ttl <= longest else [f"$.message.data.ttl: {ttl} s"]


def test_every_body_is_one_of_the_pages(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type, length and range."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """The address is the one of the contract, the body JSON; login and password stand in the body."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/api/v6", {}), case
        assert request["headers"]["content-type"] == "application/json", case
        assert "authorization" not in request["headers"], case


def test_statuses_come_back_to_the_attempt(requests: dict[str, dict[str, Any]]) -> None:
    """The address for statuses carries a secret and the same reference as `id`; without it none are asked for."""
    for case, request in requests.items():
        body = request["body"]
        if "notifyUrl" not in body:
            assert body["registeredDelivery"] == 0, case
            continue
        query = parse_qs(urlsplit(body["notifyUrl"]).query, strict_parsing=True)
        assert query == {"secret": ["a secret of ours & more"], "ref": [body["id"]]}, case
        assert body["registeredDelivery"] == 1, case


def test_the_kinds_of_messages_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every type, every `instantContent`, and every field of a button."""
    messages = [request["body"]["message"] for request in requests.values()]
    assert {message["type"] for message in messages} == set(DATA)
    viber = [message["data"]["instantContent"] for message in messages if message["type"] == "VIBER"]
    assert {content["type"] for content in viber} == {"TEXT", "IMAGE_URL", "BUTTON"}
    buttons = [set(content["data"]) for content in viber if content["type"] == "BUTTON"]
    assert {frozenset(BUTTON), frozenset(BUTTON) - {"imageURL"}} == {frozenset(button) for button in buttons}


@pytest.mark.parametrize(
    ("case", "place", "value"),
    [
        ("sms", "id", 5),
        ("sms", "destAddr", "+7 999 000"),
        ("sms", "notifyUrl", ""),
        ("sms", "notifyUrl", "https://example.org/" + "x" * 2048),
        ("sms", "registeredDelivery", True),
        ("sms", "reference", "x"),
        ("sms", "message.type", "MMS"),
        ("sms", "message.type", "VIBER"),
        ("sms", "message.data.text", "я" * 2001),
        ("sms", "message.data.ttlUnit", "MINUTES"),
        ("sms_all", "message.data.ttl", 2881),
        ("sms_all", "message.data.ttlUnit", "DAYS"),
        ("vk_longest", "message.data.ttl", 1441),
        ("vk", "message.data.serviceNumber", None),
        ("vk", "message.data.text", ""),
        ("viber_text", "message.data.text", "x"),
        ("viber_text", "message.data.instantContent.type", "BUTTON"),
        ("viber_text", "message.data.instantContent.data.imageURL", "https://example.org/a.png"),
        ("viber_text", "message.data.instantContent.data.text", "я" * 1001),
        ("viber_all", "message.data.instantContent.data.caption", "я" * 31),
        ("viber_all", "message.data.instantContent.data.action", "javascript:1"),
        ("viber_all", "message.data.instantContent.type", "IMAGE_URL"),
    ],
)
def test_the_check_finds_faults(case: str, place: str, value: Any, requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the pages do not allow."""
    body = deepcopy(requests[case]["body"])
    *path, name = place.split(".")
    part = body
    for step in path:
        part = part[step]
    part[name] = value
    assert problems(body)
