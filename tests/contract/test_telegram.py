"""Telegram: requests against the description of the Bot API."""

from typing import Any

import pytest
from conftest import SPECS
from telegram_spec import BotApi

PROVIDER = "telegram"
API = BotApi(SPECS / "telegram" / "api.json")


def method(request: dict[str, Any]) -> str:
    """Give the method, the last part of the path."""
    return str(request["path"].rsplit("/", 1)[1])


def test_every_body_is_one_of_the_method(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has the parameters of its method alone, each of its type and length."""
    for case, request in requests.items():
        assert API.problems(method(request), request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """The path is `/bot<token>/<method>`, the body JSON, nothing in the query."""
    for case, request in requests.items():
        token = "123456:ABC-DEF1234ghIkl_zyx57W2v1u123ew11"
        assert (request["method"], request["path"]) == ("POST", f"/bot{token}/{method(request)}"), case
        assert request["headers"]["content-type"] == "application/json", case
        assert request["query"] == {}, case


def test_the_parameters_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover both methods and every parameter that the adapter can send."""
    covered: dict[str, set[str]] = {}
    for request in requests.values():
        covered.setdefault(method(request), set()).update(request["body"])
    assert covered == {
        "sendMessage": {"chat_id", "text", "reply_markup"},
        "sendPhoto": {"chat_id", "photo", "caption", "reply_markup"},
    }


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("sendMessage", {"chat_id": 1.5}, "$.chat_id: not Integer or String"),
        ("sendMessage", {"text": ""}, "$.text: not 1-4096 characters"),
        ("sendMessage", {"text": "😀" * 2049}, "$.text: not 1-4096 characters"),
        ("sendMessage", {"parsemode": "HTML"}, "$.parsemode: unknown"),
        (
            "sendMessage",
            {"reply_markup": {"inline_keyboard": [[{"url": "https://example.org"}]]}},
            "$.reply_markup.inline_keyboard[0][0].text: missing",
        ),
        ("sendPhoto", {}, "$.photo: missing"),
        ("sendPost", {}, "sendPost: unknown method"),
    ],
)
def test_the_check_finds_faults(name: str, change: dict[str, Any], problem: str) -> None:
    """The check itself refuses what the description does not allow."""
    body = {"chat_id": 42} | ({"text": "x"} if name == "sendMessage" else {}) | change
    assert problem in API.problems(name, body)
