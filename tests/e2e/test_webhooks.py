"""Who may write receipts: forged ones are a 401 and change nothing, ones about messages that nobody knows are a 200."""

import json
import uuid
from collections.abc import Callable

import pytest
from baton import Answer, Client, Stack, eventually, http, item, phone
from conftest import NewAccount, StandIns
from standins import telegram
from standins.base import Taken
from standins.telegram import Telegram
from standins.twilio import signature

Forge = Callable[[StandIns, Taken, str], Answer]

# How each forgery is made of a request that was taken; the last parameter is the address of all webhooks.
FORGED: dict[str, tuple[str, Forge]] = {
    "twilio: another account's token": ("TWILIO", lambda s, t, _: s.twilio.receipt(t, "undelivered", token="guess")),
    "twilio: a field changed": ("TWILIO", lambda s, t, _: s.twilio.receipt(t, "undelivered", tampered=True)),
    "twilio: no signature": ("TWILIO", lambda s, t, _: post(t.fields["StatusCallback"], b"MessageStatus=undelivered")),
    "twilio: a signature for another address": (
        "TWILIO",
        lambda s, t, base: replay_elsewhere(s, t, base),
    ),
    "vonage: another secret": ("VONAGE", lambda s, t, _: s.vonage.receipt(t, "rejected", secret="guess")),
    "vonage: the body changed": ("VONAGE", lambda s, t, _: s.vonage.receipt(t, "rejected", tampered=True)),
    "vonage: replayed after ten minutes": ("VONAGE", lambda s, t, _: s.vonage.receipt(t, "rejected", age=600)),
    "vonage: from the future": ("VONAGE", lambda s, t, _: s.vonage.receipt(t, "rejected", age=-600)),
    "vonage: no token": ("VONAGE", lambda s, t, _: post(t.fields["webhook_url"], b"{}", "application/json")),
}


def post(url: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Answer:
    """Post a body without any signature."""
    return http("POST", url, {"Content-Type": kind}, body)


def replay_elsewhere(standins: StandIns, taken: Taken, base: str) -> Answer:
    """Sign for an address without our reference, and call the one with it."""
    url = taken.fields["StatusCallback"]
    form = {"MessageStatus": "undelivered"}
    headers = {"X-Twilio-Signature": signature(f"{base}/sms/twilio", form)}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return http("POST", url, headers, b"MessageStatus=undelivered")


@pytest.fixture(scope="module")
def taken(stack: Stack, standins: StandIns, shop: Client) -> dict[str, tuple[str, Taken]]:
    """Send a message by Twilio and one by Vonage; give their ids and requests."""
    by_name = {"TWILIO": standins.twilio, "VONAGE": standins.vonage}
    numbers = {name: phone() for name in by_name}
    ids = shop.send(*(item({"sms": {"text": "t", "provider": name}}, {"phone": to}) for name, to in numbers.items()))
    found = {}
    for (name, to), message in zip(numbers.items(), ids, strict=True):
        shop.when(message, lambda seen: seen["attempts"][0]["sentAt"], "sent")
        (request,) = by_name[name].requests(to)
        found[name] = (message, request)
    return found


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_receipt_changes_nothing(
    forgery: str, taken: dict[str, tuple[str, Taken]], stack: Stack, standins: StandIns, shop: Client
) -> None:
    """401, and the message is what it was."""
    provider, forge = FORGED[forgery]
    message, request = taken[provider]
    before = shop.message(message)
    assert (before["status"], before["attempts"][0]["provider"]) == ("PENDING", provider)
    answer = forge(standins, request, stack.webhooks)
    assert answer.status == 401, answer
    assert "secret" not in answer.text and len(answer.text) < 100
    assert shop.message(message) == before


def test_the_addresses_that_providers_are_given(taken: dict[str, tuple[str, Taken]], stack: Stack) -> None:
    """Twilio's callback carries our reference, Vonage's is the channel's webhook."""
    callback = taken["TWILIO"][1].fields["StatusCallback"]
    assert callback.startswith(f"{stack.webhooks}/sms/") and taken["TWILIO"][0].replace("-", "") in callback
    assert taken["VONAGE"][1].fields["webhook_url"].lower() == f"{stack.webhooks}/sms/vonage"


def test_a_receipt_of_an_unknown_message_is_taken(
    taken: dict[str, tuple[str, Taken]], stack: Stack, standins: StandIns, shop: Client
) -> None:
    """200, so that the provider does not repeat it: a message that is gone, an attempt that is not there, another's."""
    stranger = f"{shop.account}-{uuid.uuid4().hex}-0"
    twilio, vonage = taken["TWILIO"][1], taken["VONAGE"][1]
    url = twilio.fields["StatusCallback"]
    real = url.partition("?ref=")[2]
    assert real.endswith("-0")
    for reference in (stranger, real[:-1] + "7", f"{shop.account + 1}-{real.partition('-')[2]}", "nonsense"):
        assert standins.twilio.receipt(twilio, "delivered", url=url.replace(real, reference)).status == 200, reference
        assert standins.vonage.receipt(vonage, "delivered", reference=reference).status == 200, reference
    assert standins.twilio.receipt(twilio, "delivered", url=f"{stack.webhooks}/sms/twilio").status == 200
    for message, _ in taken.values():
        assert shop.message(message)["status"] == "PENDING"


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (telegram.SECRET, {"update_id": 1, "message": {"message_id": 1}}, 200),
        (telegram.SECRET, {"no": "update"}, 400),
        ("guess", {"update_id": 1}, 401),
        ("", {"update_id": 1}, 401),
        (None, {"update_id": 1}, 401),
    ],
)
def test_telegrams_updates_carry_the_secret(secret: str | None, body: dict, status: int, stack: Stack) -> None:
    """Only who knows the secret token of the webhook gets past it."""
    assert Telegram.update(stack.webhooks, secret, body).status == status


@pytest.mark.parametrize("path", ["sms/aws", "sms/sandbox", "sms/nobody", "fax/twilio", "email/twilio", "sms"])
def test_a_webhook_of_nobody(path: str, stack: Stack) -> None:
    """A provider that is not set, or that calls no webhooks, is not found."""
    assert post(f"{stack.webhooks}/{path}", b"MessageStatus=delivered").status == 404


def test_a_receipt_is_for_its_own_account(standins: StandIns, new_account: NewAccount) -> None:
    """A receipt of one account's message leaves the other account's message alone."""
    first, second = new_account(), new_account()
    numbers = [phone(), phone()]
    sent = [
        client.send(item({"sms": {"text": "t", "provider": "TWILIO"}}, {"phone": number}))[0]
        for client, number in zip((first, second), numbers, strict=True)
    ]
    (request,) = eventually(lambda: standins.twilio.requests(numbers[0]), "a request")
    second.when(sent[1], lambda seen: seen["attempts"][0]["sentAt"], "sent")
    assert standins.twilio.receipt(request, "delivered").status == 200
    first.until(sent[0], "DELIVERED")
    assert second.message(sent[1])["status"] == "PENDING"


def test_events_of_aws_about_unknown_messages(stack: Stack, standins: StandIns, shop: Client) -> None:
    """What the topic brings and nobody knows is taken and done with: no failed record, nothing left on the queue."""
    reference = f"{shop.account}-{uuid.uuid4().hex}-0"
    stranger = Taken(
        0, "a@example.org", {"Context": {"ref": reference}, "EmailTags": [{"Name": "msg", "Value": reference}]}
    )
    bodies = [
        json.dumps(standins.eum.event(stranger, "TEXT_DELIVERED")),
        json.dumps(standins.ses.event(stranger, "Delivery")),
        "Successfully validated SNS topic for Amazon SES event publishing.",
        json.dumps({"originationNumber": "+14255550156", "messageBody": "STOP", "inboundMessageId": "x"}),
    ]
    for body in bodies:
        stack.aws("sns").publish(TopicArn=stack.resources["ProviderEvents"], Message=body)
    # A record that fails comes back for minutes; the functions' logs come late here, so they are no measure.
    stack.quiet(timeout=15)
