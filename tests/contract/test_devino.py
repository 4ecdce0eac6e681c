"""Devino: requests against the shape that https://docs.devino.online/en/http/vk_ok/ describes.

Devino publishes no schema. This one was written from the table of that page: the fields of a message, their types and
ranges.
"""

from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "devino"
URL = {"type": "string", "pattern": "^https?://"}
MESSAGE = {
    "type": "object",
    "properties": {
        "callbackData": {"type": "object"},
        "delivery_policy": {"enum": ["any", "mobile_device_required", "verified_phone_number"]},
        "phone": {"type": "string", "pattern": "^[0-9]{7,15}$"},
        "routes": {"type": "array", "items": {"enum": ["VK", "OK"]}, "minItems": 1, "uniqueItems": True},
        "service": {"type": "string", "minLength": 1},
        "status_url": URL,
        "templateId": {"type": "integer", "minimum": 1},
        "tmpl": {"type": "string", "minLength": 1},
        "tmpl_data": {"type": "object"},
        "ttl": {"type": "integer", "minimum": 15, "maximum": 86400},
    },
    "required": ["phone", "routes", "service", "tmpl_data"],
    # A template by its name or by its number.
    "oneOf": [{"required": ["tmpl"]}, {"required": ["templateId"]}],
    "additionalProperties": False,
}
MESSAGES = {"type": "array", "items": MESSAGE, "minItems": 1, "maxItems": 1000}
VALIDATOR = Draft202012Validator(
    {
        "type": "object",
        "properties": {"messages": MESSAGES},
        "required": ["messages"],
        "additionalProperties": False,
    }
)


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(body)]


def message(request: dict[str, Any]) -> dict[str, Any]:
    """Give the one message of a request."""
    (only,) = request["body"]["messages"]
    return dict(only)


def test_every_body_is_one_of_the_page(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type and range."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """Path, method, media type and the key are those of the page."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/vk/messages", {}), case
        assert request["headers"]["content-type"] == "application/json", case
        assert request["headers"]["authorization"] == "Key s3cret-key", case


def test_a_channel_has_its_own_route(requests: dict[str, dict[str, Any]]) -> None:
    """A message for one network never goes over the other one."""
    routes = {(case.split("_")[0], tuple(message(request)["routes"])) for case, request in requests.items()}
    assert routes == {("vk", ("VK",)), ("ok", ("OK",))}


def test_statuses_come_back_to_the_attempt(requests: dict[str, dict[str, Any]]) -> None:
    """The address for statuses carries a secret and the same reference as `callbackData`."""
    without = 0
    for case, request in requests.items():
        sent = message(request)
        if "status_url" not in sent:
            assert "callbackData" not in sent, case
            without += 1
            continue
        query = parse_qs(urlsplit(sent["status_url"]).query, strict_parsing=True)
        assert query == {"secret": ["a secret of ours & more"], "ref": [sent["callbackData"]["ref"]]}, case
    assert without == 2


def test_the_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""
    covered = {name for request in requests.values() for name in message(request)}
    assert covered == set(MESSAGE["properties"]) - {"delivery_policy"}


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("vk_named", {"phone": "+79990000001"}),
        ("vk_named", {"phone": 79990000001}),
        ("vk_named", {"routes": ["vk"]}),
        ("vk_named", {"routes": []}),
        ("vk_named", {"ttl": 14}),
        ("vk_named", {"ttl": 86401}),
        ("vk_named", {"tmpl_data": []}),
        ("vk_named", {"templateId": 16}),
        ("vk_named", {"tmpl": ""}),
        ("ok_numbered", {"templateId": "16"}),
        ("ok_named", {"status_url": "baton.example.org"}),
        ("ok_named", {"callbackData": "x"}),
        ("ok_named", {"text": "x"}),
        ("ok_named", {"service": None}),
    ],
)
def test_the_check_finds_faults(case: str, change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the page does not allow."""
    body = deepcopy(requests[case]["body"])
    body["messages"][0] |= change
    assert problems(body)
    assert problems({"messages": []})
