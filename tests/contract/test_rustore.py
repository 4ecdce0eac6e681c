"""RuStore: no specification is published; its page shows a part of FCM's message, and is checked as that part."""

from typing import Any

import pytest
from conftest import SPECS
from fcm_spec import Fcm

PROVIDER = "rustore"
API = Fcm(SPECS / "google" / "fcm.v1.json")
# What the page names, of what FCM knows.
FIELDS = {
    "": {"token", "data", "notification", "android"},
    "notification": {"title", "body", "image"},
    "android": {"ttl", "notification"},
}


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body."""
    message = body.get("message", {})
    found = API.problems(body) + [f"$.{name}: unknown" for name in body.keys() - {"message"}]
    for path, known in FIELDS.items():
        part = message.get(path, {}) if path else message
        found += [f"$.message.{path}.{name}: not RuStore's" for name in part.keys() - known]
    return found


def test_every_body_is_one_of_the_page(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has the fields of the page alone, each of its type."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """The project stands in the path, the service token in the header."""
    for case, request in requests.items():
        assert (request["method"], request["path"]) == ("POST", "/v1/projects/p-1/messages:send"), case
        assert request["headers"]["authorization"] == "Bearer service-s3cret", case
        assert request["headers"]["content-type"] == "application/json", case


@pytest.mark.parametrize("change", [{"fid": "x"}, {"apns": {}}, {"android": {"collapseKey": "x"}}, {"data": {"n": 1}}])
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the page does not have."""
    assert problems({"message": requests["text"]["body"]["message"] | change})
