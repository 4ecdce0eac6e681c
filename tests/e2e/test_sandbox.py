"""The scenario of the first issue, and every ending of a SANDBOX address on every channel."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from baton import CHANNELS, Client, Json, events, item, phone

CASES = [
    (channel, ending)
    for channel in CHANNELS
    for ending in ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "1234")
]


@dataclass(frozen=True)
class Course:
    """What becomes of a message, by the end of its address."""

    status: str
    outbox: list[str]
    timeline: list[str]
    error: tuple[str, str] | None = None


COURSES = {
    "0001": Course("UNDELIVERED", ["rejected"], ["accepted", "failed"], ("permanent", "sandbox_rejected")),
    "0002": Course("PENDING", ["no_receipt"], ["accepted", "sent"]),
    "0003": Course(
        "UNDELIVERED", ["undelivered"], ["accepted", "sent", "failed"], ("permanent", "sandbox_undelivered")
    ),
    "0004": Course(
        "DELIVERED",
        ["temporary_failure", "temporary_failure", "delivered"],
        ["accepted", "retrying", "retrying", "sent", "delivered"],
    ),
    "0005": Course("DELIVERED", ["timeout"], ["accepted", "outcome_unknown", "delivered"]),
    "0006": Course("READ", ["read"], ["accepted", "sent", "delivered", "read"]),
    "0007": Course("DELIVERED", ["rate_limited", "delivered"], ["accepted", "retrying", "sent", "delivered"]),
    "1234": Course("DELIVERED", ["delivered"], ["accepted", "sent", "delivered"]),
}


def address(channel: str, ending: str) -> tuple[Json, str]:
    """Give a destination for the channel alone, and the address in it."""
    number = phone(ending)
    if channel in ("sms", "whatsapp", "viber"):
        return {"phone": number}, number
    if channel == "email":
        return {"email": f"user{ending}@example.org"}, f"user{ending}@example.org"
    field = "pushRegistrationId" if channel == "push" else "messengerUserId"
    return {field: f"55{ending}"}, f"55{ending}"


@pytest.fixture(scope="module")
def sent(shop: Client) -> dict[tuple[str, str], str]:
    """Send all cases in one request; give the messages' ids."""
    items = []
    for channel, ending in CASES:
        content = {"text": "Hello {{n}}", **({"subject": "S"} if channel == "email" else {})}
        destination, _ = address(channel, ending)
        items.append(item({channel: content}, destination | {"variables": {"n": ending}}))
    return dict(zip(CASES, shop.send(*items), strict=True))


@pytest.mark.parametrize(("channel", "ending"), CASES)
def test_every_ending_on_every_channel(
    channel: str, ending: str, sent: dict[tuple[str, str], str], shop: Client
) -> None:
    """Status, attempt, timeline and outbox are those of the contract's section 7."""
    course = COURSES[ending]
    message = shop.when(
        sent[channel, ending],
        lambda seen: seen["status"] == course.status and len(seen["timeline"]) >= len(course.timeline),
        f"{course.status} over {course.timeline}",
    )
    assert [event for event, _ in events(message)] == course.timeline
    assert {name for event, name in events(message) if event != "accepted"} == {channel}
    (attempt,) = message["attempts"]
    assert (attempt["channel"], attempt["provider"], attempt["status"]) == (channel, "SANDBOX", course.status)
    error = attempt["error"]
    assert (error and (error["class"], error["code"])) == course.error
    records = shop.outbox(messageId=message["id"])
    assert [record["outcome"] for record in records] == course.outbox
    assert {record["content"]["text"] for record in records} == {f"Hello {ending}"}
    assert all(record["to"].split("@")[0].endswith(ending) for record in records)
    if ending == "0007":
        first, second = (datetime.fromisoformat(record["at"]) for record in records)
        assert (second - first).total_seconds() >= 2


def test_without_a_receipt_it_stays_pending(sent: dict[tuple[str, str], str], shop: Client) -> None:
    """When everything else has come to its end, nothing has happened to the ones without a receipt."""
    for (channel, ending), message in sent.items():
        if ending not in ("0002", "0005"):
            shop.until(message, COURSES[ending].status)
        elif ending == "0005":
            assert shop.until(message, "DELIVERED")["attempts"][0]["sentAt"] is None, channel
    for channel in CHANNELS:
        message = shop.message(sent[channel, "0002"])
        assert (message["status"], events(message)) == ("PENDING", [("accepted", None), ("sent", channel)])


def test_a_refusal_on_whatsapp_falls_back_to_telegram(account: Client) -> None:
    """The README's first message: refused on WhatsApp, delivered by Telegram, both attempts to be seen."""
    channels = {"whatsapp": {"text": "Ваш заказ {{order}} готов"}, "telegram": {"text": "Заказ {{order}}"}}
    to = {"phone": "+79990000001", "messengerUserId": "100500", "variables": {"order": "42"}}
    (message,) = account.send(item(channels, to))
    seen = account.until(message, "DELIVERED")
    assert (seen["channel"], seen["statusCode"], seen["message"]) == ("telegram", 6, {"text": "Заказ 42"})
    assert [(a["channel"], a["status"]) for a in seen["attempts"]] == [
        ("whatsapp", "UNDELIVERED"),
        ("telegram", "DELIVERED"),
    ]
    assert events(seen) == [
        ("accepted", None),
        ("failed", "whatsapp"),
        ("fell_back", "telegram"),
        ("sent", "telegram"),
        ("delivered", "telegram"),
    ]
    records = account.outbox()
    assert [(r["channel"], r["to"], r["outcome"], r["content"]["text"]) for r in records] == [
        ("whatsapp", "+79990000001", "rejected", "Ваш заказ 42 готов"),
        ("telegram", "100500", "delivered", "Заказ 42"),
    ]
