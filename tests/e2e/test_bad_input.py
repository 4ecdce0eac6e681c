"""What is wrong with a request is told with status, code and place, and nothing of it is stored or sent."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baton import Answer, Client, Json, http, item

GOOD = {"phone": "+79990001234"}
TEXT = {"text": "Hello"}


def one(channels: Any, *destinations: Any, **more: Any) -> Json:
    """Give a request of one item."""
    return {"messages": [item(channels, *(destinations or (GOOD,)), **more)]}


def sms(**more: Any) -> Json:
    """Give a request of one SMS with more fields in its content."""
    return one({"sms": TEXT | more})


SMS, TO = "/messages/0/channels/sms", "/messages/0/destinations/0"
LATER = "2027-01-01T10:00:00Z"
TOO_LATE = (datetime.now(UTC) + timedelta(days=730)).isoformat()

# Name: body, status, and the path and code of a fault that must be among the details.
TABLE: dict[str, tuple[Any, int, str, str]] = {
    "an array": ([], 400, "", "wrong_type"),
    "messages is an object": ({"messages": {}}, 400, "/messages", "wrong_type"),
    "a text that is a number": (one({"sms": {"text": 5}}), 400, f"{SMS}/text", "wrong_type"),
    "a phone that is a number": (one({"sms": TEXT}, {"phone": 79990001234}), 400, f"{TO}/phone", "wrong_type"),
    "a flag that is text": (sms(required="yes"), 400, f"{SMS}/required", "wrong_type"),
    "a variable that is an object": (
        one({"sms": TEXT}, GOOD | {"variables": {"a/b": {}}}),
        400,
        f"{TO}/variables/a~1b",
        "wrong_type",
    ),
    "nothing": ({}, 422, "/messages", "required"),
    "no messages": ({"messages": []}, 422, "/messages", "empty"),
    "no destinations": (
        {"messages": [{"channels": {"sms": TEXT}, "destinations": []}]},
        422,
        "/messages/0/destinations",
        "empty",
    ),
    "no channels": (one({}), 422, "/messages/0/channels", "empty"),
    "1,001 recipients": (one({"sms": TEXT}, *[GOOD] * 1001), 422, "/messages", "too_many_recipients"),
    "1,001 recipients of two items": (
        {"messages": [item({"sms": TEXT}, *[GOOD] * 1000), item({"sms": TEXT}, GOOD)]},
        422,
        "/messages",
        "too_many_recipients",
    ),
    "an unknown field": (one({"sms": TEXT}, sendat=LATER), 422, "/messages/0/sendat", "unknown_field"),
    "an unknown field of the request": (one({"sms": TEXT}) | {"message": 1}, 422, "/message", "unknown_field"),
    "another channel's field": (sms(subject="s"), 422, f"{SMS}/subject", "unknown_field"),
    "an unknown field of a destination": (one({"sms": TEXT}, GOOD | {"tel": "1"}), 422, f"{TO}/tel", "unknown_field"),
    "an unknown channel": (one({"fax": TEXT}), 422, "/messages/0/channels/fax", "unknown_channel"),
    "a bad phone": (one({"sms": TEXT}, {"phone": "12345"}), 422, f"{TO}/phone", "invalid"),
    "a bad e-mail": (
        one({"email": {"text": "t", "subject": "s"}}, {"email": "a@b"}),
        422,
        f"{TO}/email",
        "invalid",
    ),
    "no address for any channel": (one({"sms": TEXT}, {"email": "a@example.org"}), 422, TO, "no_address"),
    "a text over its limit": (sms(text="x" * 1601), 422, f"{SMS}/text", "too_long"),
    "a text over its limit once it is rendered": (
        one({"sms": {"text": "{{a}}{{a}}"}}, GOOD | {"variables": {"a": "x" * 801}}),
        422,
        f"{SMS}/text",
        "too_long",
    ),
    "a control character": (sms(text="a\u0007"), 422, f"{SMS}/text", "control_character"),
    "a control character in a variable": (
        one({"sms": {"text": "{{a}}"}}, GOOD | {"variables": {"a": "\u0002"}}),
        422,
        f"{TO}/variables/a",
        "control_character",
    ),
    "a line break in a subject": (
        one({"email": {"text": "t", "subject": "s\r\nBcc: x@example.org"}}, {"email": "a@example.org"}),
        422,
        "/messages/0/channels/email/subject",
        "control_character",
    ),
    "a template that does not end": (sms(text="{{name"), 422, f"{SMS}/text", "invalid"),
    "a validity period of 2,881 minutes": (sms(validityPeriod=2881), 422, f"{SMS}/validityPeriod", "out_of_range"),
    "an unknown success status": (sms(successStatus="seen"), 422, f"{SMS}/successStatus", "invalid"),
    "a time without an offset": (
        one({"sms": TEXT}, sendAt="2027-01-01T10:00:00"),
        422,
        "/messages/0/sendAt",
        "invalid",
    ),
    "a time in two years": (one({"sms": TEXT}, sendAt=TOO_LATE), 422, "/messages/0/sendAt", "out_of_range"),
    "an empty window": (
        one({"sms": TEXT}, allowedTimeRanges=[["09:00", "21:00"], ["09:00", "09:00"]]),
        422,
        "/messages/0/allowedTimeRanges/1",
        "empty",
    ),
    "a window at 25 o'clock": (
        one({"sms": TEXT}, allowedTimeRanges=[["25:00", "09:00"]]),
        422,
        "/messages/0/allowedTimeRanges/0/0",
        "invalid",
    ),
    "an unknown time zone": (one({"sms": TEXT}, timeZone="Moscow"), 422, "/messages/0/timeZone", "invalid"),
    "an unknown template": (
        one({"sms": TEXT}, templateId="0f8fad5b-d9cb-469f-a165-70867728950e"),
        422,
        "/messages/0/templateId",
        "unknown_template",
    ),
    "no text": (one({"sms": {"text": None}}), 422, f"{SMS}/text", "required"),
    "no subject": (
        one({"email": {"text": "t"}}, {"email": "a@example.org"}),
        422,
        "/messages/0/channels/email/subject",
        "required",
    ),
    "a link of 10 KB": (
        one({"sms": {"text": f"https://example.org/{'a' * 10_220}"}}, useShortLinks=True),
        422,
        "/messages/0/channels/sms/text",
        "too_long",
    ),
}


def well_formed(answer: Answer) -> None:
    """Check the shape that every error has, and that it tells nothing of the inside."""
    body = answer.json
    assert set(body) == {"error", "code", "details", "requestId"}, body
    assert body["requestId"] == answer.headers["x-request-id"] and body["error"] and body["code"]
    assert all({"path", "code", "message"} == set(detail) for detail in body["details"])
    for word in ("panicked", "DynamoDB", "baton_", "src/", "arn:"):
        assert word not in answer.text


def nothing_stored(client: Client) -> None:
    """Check that the account has neither messages nor anything sent."""
    for path in ("/messages", "/outbox"):
        assert client.ok("GET", path) == {"count": 0, "items": [], "nextCursor": None}


@pytest.mark.parametrize("name", TABLE)
def test_a_bad_request_is_refused(name: str, shop: Client) -> None:
    """Status, code and path are those of the contract, and the account stays empty."""
    body, status, path, code = TABLE[name]
    answer = shop.call("POST", "/messages", body)
    assert answer.status == status, answer.text[:1000]
    well_formed(answer)
    assert (path, code) in answer.faults
    assert all(place.startswith(path) or path.startswith(place) for place, _ in answer.faults), "no fault elsewhere"


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b'{"messages": [}', b"[" * 100_000])
def test_a_body_that_is_no_json(body: bytes, shop: Client) -> None:
    """400, and where it went wrong."""
    answer = shop.call("POST", "/messages", body, {"Content-Type": "application/json"})
    assert (answer.status, answer.json["code"]) == (400, "invalid_json")
    assert "line 1" in answer.json["error"]
    well_formed(answer)


@pytest.mark.parametrize("size", [5 * 1024 * 1024 + 1, 6 * 1000 * 1000])
def test_a_body_that_is_too_large(size: int, shop: Client) -> None:
    """413, whatever is in it."""
    body = json.dumps(sms()).encode().ljust(size)
    answer = shop.call("POST", "/messages", body, {"Content-Type": "application/json"})
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    well_formed(answer)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind(kind: str, shop: Client) -> None:
    """415."""
    answer = shop.call("POST", "/messages", json.dumps(sms()).encode(), {"Content-Type": kind})
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")
    well_formed(answer)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/messages/x/y", 404, "not_found"),
        ("GET", "/messages/not-an-id", 404, "not_found"),
        ("GET", "/messages/0f8fad5b-d9cb-469f-a165-70867728950e", 404, "not_found"),
        ("PUT", "/messages", 405, "method_not_allowed"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("POST", "/outbox", 405, "method_not_allowed"),
    ],
)
def test_routes_and_methods_that_are_not_there(method: str, path: str, status: int, code: str, shop: Client) -> None:
    """404 and 405 have the shape of every error, and 405 names the methods."""
    answer = shop.call(method, path)
    assert (answer.status, answer.json["code"]) == (status, code), answer.text
    well_formed(answer)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer bt_1_none_secret"])
def test_without_a_key(header: str | None, shop: Client) -> None:
    """401, before anything of the request is looked at."""
    sent = {"Content-Type": "application/json"} | ({"Authorization": header} if header is not None else {})
    for method, path, body in (("POST", "/messages", b"{"), ("GET", "/messages", None), ("GET", "/outbox", None)):
        answer = http(method, f"{shop.base}{path}", sent, body)
        assert (answer.status, answer.json["code"]) == (401, "unauthorized"), (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
        well_formed(answer)


def test_all_faults_are_told_together(shop: Client) -> None:
    """One answer names everything that is wrong, in both items."""
    body = {
        "messages": [
            {"channels": {"sms": {"subject": "s"}, "fax": {}}, "destinations": [{"phone": "1"}]},
            {"channels": {"email": {"text": "t"}}, "sendAt": "tomorrow", "destinations": [{"email": "x"}]},
        ]
    }
    answer = shop.call("POST", "/messages", body)
    assert answer.status == 422
    assert {
        (f"{SMS}/subject", "unknown_field"),
        (f"{SMS}/text", "required"),
        ("/messages/0/channels/fax", "unknown_channel"),
        (f"{TO}/phone", "invalid"),
        ("/messages/1/sendAt", "invalid"),
        ("/messages/1/channels/email/subject", "required"),
        ("/messages/1/destinations/0/email", "invalid"),
    } == set(answer.faults)


def test_one_bad_destination_holds_up_only_itself(account: Client) -> None:
    """The others go ahead; with `validate` none does."""
    destinations = [GOOD, {"phone": "1"}, GOOD]
    answer = account.call("POST", "/messages", one({"sms": TEXT}, *destinations, validate=True))
    assert (answer.status, answer.faults) == (422, [("/messages/0/destinations/1/phone", "invalid")])
    nothing_stored(account)
    first, refused, last = account.ok("POST", "/messages", one({"sms": TEXT}, *destinations))
    assert (refused["id"], refused["status"], refused["error"]["code"]) == (None, None, "invalid")
    assert refused["error"]["path"] == "/messages/0/destinations/1/phone"
    for element in (first, last):
        account.until(element["id"], "DELIVERED")
    assert account.ok("GET", "/messages")["count"] == 2


def test_nothing_of_all_this_was_stored(shop: Client) -> None:
    """The account that all bad requests came from is empty, its outbox too."""
    nothing_stored(shop)
