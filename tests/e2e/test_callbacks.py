"""Callbacks: every change of the status reaches a real receiver, signed, and again until it is taken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from baton import Client, eventually, phone
from conftest import NewAccount
from hooks import Receiver, receiving, send
from standardwebhooks import Webhook, WebhookVerificationError


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Run a receiver."""
    with receiving() as started:
        yield started


@pytest.fixture(scope="module")
def secret(shop: Client) -> str:
    """Make the account's first secret."""
    return shop.ok("POST", "/callbacks/secrets")["secret"]


def test_every_change_is_told_and_an_independent_implementation_verifies_it(
    shop: Client, receiver: Receiver, secret: str
) -> None:
    """Handed over, delivered, read: three changes, three ids, times that grow, signatures that hold."""
    (message,) = send(shop, receiver.url("/life"), phone("0006"), callbackData="order 42", groupId="g 1")
    calls = receiver.wait("/life", 3)
    calls.sort(key=lambda call: call.body["at"])
    assert [call.change for call in calls] == [("CREATED", "PENDING"), ("PENDING", "DELIVERED"), ("DELIVERED", "READ")]
    assert len({call.id for call in calls}) == 3 and len({call.body["at"] for call in calls}) == 3
    for call in calls:
        assert Webhook(secret).verify(call.text, call.headers) == call.body
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(call.text.replace("order 42", "order 43"), call.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(call.text, {**call.headers, "webhook-id": "x"})
    first = calls[0].body
    seen = shop.message(message)
    assert first == {
        "id": message,
        "bulkId": seen["bulkId"],
        "groupId": "g 1",
        "flowId": message,
        "oldStatus": "CREATED",
        "newStatus": "PENDING",
        "oldStatusCode": 0,
        "newStatusCode": 2,
        "price": None,
        "currency": None,
        "partCount": first["partCount"],
        "callbackData": "order 42",
        "channel": "sms",
        "provider": "SANDBOX",
        "at": first["at"],
        "error": None,
    }


def test_a_failure_says_why_and_messages_of_a_bulk_are_told_each(shop: Client, receiver: Receiver, secret: str) -> None:
    """The content, and with it the callback, stands beside the bulk here."""
    refused, delivered = send(shop, receiver.url("/bulk"), phone("0001"), phone())
    calls = receiver.wait("/bulk", 3)
    (failed,) = [call for call in calls if call.body["id"] == refused]
    assert failed.body["newStatus"] == "UNDELIVERED" and failed.body["error"]["class"] == "permanent"
    assert {call.change for call in calls if call.body["id"] == delivered} == {
        ("CREATED", "PENDING"),
        ("PENDING", "DELIVERED"),
    }
    Webhook(secret).verify(failed.text, failed.headers)


def test_what_the_api_changes_is_told_too(shop: Client, receiver: Receiver, secret: str) -> None:
    """A cancelled message: nobody redelivers the request that cancelled it, and the change is told all the same."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (message,) = send(shop, receiver.url("/cancel"), phone(), sendAt=later)
    shop.ok("DELETE", "/messages", {"id": [message]})
    (call,) = receiver.wait("/cancel", 1)
    assert call.change == ("DELAYED", "CANCELED")


def test_a_refused_call_comes_again_under_the_same_id(shop: Client, receiver: Receiver, secret: str) -> None:
    """After about five seconds, with a fresh timestamp; the tries are shown."""
    receiver.answer("/again", 500)
    (message,) = send(shop, receiver.url("/again"), phone("0001"))
    first, second = receiver.wait("/again", 2)
    assert first.id == second.id and first.text == second.text
    assert 4 <= int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) <= 20
    for call in (first, second):
        Webhook(secret).verify(call.text, call.headers)
    (entry,) = eventually(
        lambda: [e for e in shop.walk("/callbacks", messageId=message) if e["standing"] == "delivered"], "a record"
    )
    assert (entry["id"], entry["oldStatus"], entry["newStatus"]) == (first.id, "CREATED", "UNDELIVERED")
    assert [line["statusCode"] for line in entry["tries"]] == [500, 200] and entry["nextTryAt"] is None


def test_gone_stops_and_by_hand_sends_again(shop: Client, receiver: Receiver, secret: str) -> None:
    """410 ends it; a person may ask for one more call."""
    receiver.answer("/gone", 410)
    (message,) = send(shop, receiver.url("/gone"), phone("0001"))
    receiver.wait("/gone", 1)
    (entry,) = eventually(lambda: list(shop.walk("/callbacks", messageId=message)), "a record")
    assert (entry["standing"], entry["tryCount"]) == ("gone", 1)
    shop.ok("POST", f"/callbacks/{entry['id']}/retry")
    first, second = receiver.wait("/gone", 2)
    assert first.id == second.id == entry["id"]
    (entry,) = eventually(
        lambda: [e for e in shop.walk("/callbacks", messageId=message) if e["tryCount"] == 2], "the second try"
    )
    assert entry["standing"] == "delivered" and entry["tries"][1]["byHand"]


def test_redirects_are_not_followed(shop: Client, receiver: Receiver, secret: str) -> None:
    """A redirect is an answer that is no success; what it names is never called."""
    receiver.answer("/redirect", 307, location=receiver.url("/elsewhere"))
    (message,) = send(shop, receiver.url("/redirect"), phone("0001"))
    receiver.wait("/redirect", 2)
    assert receiver.on("/elsewhere") == []
    (entry,) = list(shop.walk("/callbacks", messageId=message))
    assert entry["tries"][0]["statusCode"] == 307


def test_two_secrets_hold_while_they_rotate(new_account: NewAccount, receiver: Receiver) -> None:
    """No secret: no signature. Two: either verifies. The old one removed: the new one alone."""
    account = new_account()
    send(account, receiver.url("/none"), phone("0001"))
    (call,) = receiver.wait("/none", 1)
    assert "webhook-signature" not in call.headers
    old, new = (account.ok("POST", "/callbacks/secrets") for _ in range(2))
    assert account.call("POST", "/callbacks/secrets").status == 409
    send(account, receiver.url("/both"), phone("0001"))
    (call,) = receiver.wait("/both", 1)
    for made in (old, new):
        Webhook(made["secret"]).verify(call.text, call.headers)
    account.ok("DELETE", f"/callbacks/secrets/{old['id']}")
    send(account, receiver.url("/new"), phone("0001"))
    (call,) = receiver.wait("/new", 1)
    Webhook(new["secret"]).verify(call.text, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old["secret"]).verify(call.text, call.headers)


def test_a_dead_receiver_does_not_hold_up_another_one(shop: Client, receiver: Receiver, secret: str) -> None:
    """Nobody listens on the first address; the second one is told all the same, and the first one is tried again."""
    (dead,) = send(shop, "http://127.0.0.1:9/hook", phone("0001"))
    send(shop, receiver.url("/alive"), phone("0001"))
    receiver.wait("/alive", 1)
    (entry,) = eventually(lambda: list(shop.walk("/callbacks", messageId=dead)), "a record")
    assert entry["standing"] == "waiting" and entry["nextTryAt"]
    assert entry["tries"][0]["error"] == "no_connection" and entry["tries"][0]["statusCode"] is None
