"""MAX: requests against the schema of the Bot API."""

from typing import Any

import pytest
from conftest import SPECS
from max_spec import MaxApi

PROVIDER = "max"
API = MaxApi(SPECS / "max" / "schema_2026_07_01.yaml")


def test_every_body_is_one_of_the_schema(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type, kind and length."""
    for case, request in requests.items():
        assert API.problems("NewMessageBody", request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """Method, path and parameters are those of the operation; the token is a header, and not in the query."""
    operation = API.paths["/messages"]["post"]
    known = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/messages", {"user_id": "4242"}), (
            case
        )
        assert request["query"].keys() <= known, case
        assert request["headers"]["authorization"] == "f9LHodD0cOL5-s3cret", case
        assert request["headers"]["content-type"] == "application/json", case


def test_a_message_says_something(requests: dict[str, dict[str, Any]]) -> None:
    """Every message has a text or a picture; a keyboard alone is nothing."""
    for case, request in requests.items():
        kinds = [attachment["type"] for attachment in request["body"].get("attachments", [])]
        assert request["body"].get("text") or "image" in kinds, case


def test_the_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field and attachment that the adapter can send."""
    assert {name for request in requests.values() for name in request["body"]} == {"text", "attachments"}
    kinds = {a["type"] for request in requests.values() for a in request["body"].get("attachments", [])}
    assert kinds == {"image", "inline_keyboard"}


def keyboard(**button: Any) -> dict[str, Any]:
    """Give an attachment with one button."""
    return {"type": "inline_keyboard", "payload": {"buttons": [[button]]}}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": "я" * 4001}, "$.text: not 0 to 4000 characters"),
        ({"text": 7}, "$.text: not string"),
        ({"txt": "x"}, "$.txt: unknown"),
        ({"format": 7}, "$.format: not string"),
        ({"attachments": {}}, "$.attachments: not array"),
        ({"attachments": [{"type": "photo", "payload": {}}]}, "$.attachments[0]: none of image, "),
        ({"attachments": [{"type": "image"}]}, "$.attachments[0].payload: missing"),
        ({"attachments": [{"type": "image", "payload": {"url": ""}}]}, "$.attachments[0].payload.url: not 1 to None"),
        ({"attachments": [{"type": "image", "payload": {"link": "x"}}]}, "$.attachments[0].payload.link: unknown"),
        ({"attachments": [keyboard(type="link", text="x")]}, "$.attachments[0].payload.buttons[0][0].url: missing"),
        ({"attachments": [keyboard(type="link", url="x")]}, "$.attachments[0].payload.buttons[0][0].text: missing"),
        (
            {"attachments": [keyboard(type="link", text="x" * 129, url="x")]},
            "$.attachments[0].payload.buttons[0][0].text: not 1 to 128 characters",
        ),
        (
            {"attachments": [keyboard(type="open", text="x")]},
            "$.attachments[0].payload.buttons[0][0]: none of callback",
        ),
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], problem: str) -> None:
    """The check itself refuses what the schema does not allow."""
    found = API.problems("NewMessageBody", {"text": "x"} | change)
    assert any(one.startswith(problem) for one in found), found
