"""From channel to channel: what leads to the next one, what does not, and what the message's status then says."""

from dataclasses import dataclass
from typing import Any

import pytest
from baton import Client, Json, events, item, phone, shown

T = {"text": "t"}


@dataclass(frozen=True)
class Case:
    """A message and what becomes of it. Addresses: `phone` and `user` end as SANDBOX is to act."""

    channels: Json
    status: str
    attempts: list[tuple[str, str]]  # channel and status
    phone: str | None = None
    user: str | None = None
    email: str | None = None
    timeline: list[tuple[str, str | None]] | None = None  # without "accepted"
    error: tuple[str, str] | None = None  # class and code of the first attempt
    outbox: list[tuple[str, str]] | None = None

    def destination(self) -> Json:
        """Give the recipient."""
        to: Json = {"phone": phone(self.phone)} if self.phone else {}
        to |= {"messengerUserId": f"77{self.user}"} if self.user else {}
        return to | ({"email": f"u{self.email}@example.org"} if self.email else {})


def required(**more: Any) -> Json:
    """Give a content that goes out whatever the others do."""
    return {"text": "t", "required": True, **more}


CASES = {
    "refused": Case(
        {"sms": T, "telegram": T},
        "DELIVERED",
        [("sms", "UNDELIVERED"), ("telegram", "DELIVERED")],
        phone="0001",
        user="1234",
        error=("permanent", "sandbox_rejected"),
        timeline=[("failed", "sms"), ("fell_back", "telegram"), ("sent", "telegram"), ("delivered", "telegram")],
    ),
    "the order is that of the keys": Case(
        {"telegram": T, "sms": T},
        "DELIVERED",
        [("telegram", "UNDELIVERED"), ("sms", "DELIVERED")],
        phone="1234",
        user="0001",
    ),
    "reported as not delivered": Case(
        {"viber": T, "max": T},
        "READ",
        [("viber", "UNDELIVERED"), ("max", "READ")],
        phone="0003",
        user="0006",
        error=("permanent", "sandbox_undelivered"),
    ),
    "a provider that is not set": Case(
        {"sms": {"text": "t", "provider": "NOBODY"}, "telegram": T},
        "DELIVERED",
        [("sms", "UNDELIVERED"), ("telegram", "DELIVERED")],
        phone="1234",
        user="1234",
        error=("misconfigured", "no_provider"),
        outbox=[("telegram", "delivered")],
    ),
    "only a provider that is not set": Case(
        {"sms": {"text": "t", "provider": "NOBODY"}},
        "ERROR",
        [("sms", "UNDELIVERED")],
        phone="1234",
        error=("misconfigured", "no_provider"),
        outbox=[],
    ),
    "skipped at the beginning": Case(
        {"email": {"text": "t", "subject": "s"}, "telegram": T},
        "DELIVERED",
        [("telegram", "DELIVERED")],
        user="1234",
        timeline=[("skipped", "email"), ("sent", "telegram"), ("delivered", "telegram")],
    ),
    "skipped on the way": Case(
        {"sms": T, "push": T, "ok": T},
        "DELIVERED",
        [("sms", "UNDELIVERED"), ("ok", "DELIVERED")],
        phone="0001",
        user="1234",
        timeline=[("skipped", "push"), ("failed", "sms"), ("fell_back", "ok"), ("sent", "ok"), ("delivered", "ok")],
    ),
    "everything failed": Case(
        {"sms": T, "email": {"text": "t", "subject": "s"}, "vk": T},
        "UNDELIVERED",
        [("sms", "UNDELIVERED"), ("email", "UNDELIVERED"), ("vk", "UNDELIVERED")],
        phone="0001",
        email="0003",
        user="0001",
        outbox=[("sms", "rejected"), ("email", "undelivered"), ("vk", "rejected")],
    ),
    "required goes out beside the chain": Case(
        {"sms": T, "telegram": required(), "whatsapp": T},
        "DELIVERED",
        [("sms", "DELIVERED"), ("telegram", "DELIVERED")],
        phone="1234",
        user="1234",
    ),
    "required does not end the chain": Case(
        {"telegram": required(), "sms": T, "viber": T},
        "DELIVERED",
        [("telegram", "DELIVERED"), ("sms", "UNDELIVERED"), ("viber", "UNDELIVERED")],
        phone="0001",
        user="1234",
    ),
    "required fails and starts nothing": Case(
        {"telegram": required(), "sms": T, "viber": T},
        "DELIVERED",
        [("telegram", "UNDELIVERED"), ("sms", "DELIVERED")],
        phone="1234",
        user="0001",
    ),
    "sent is enough": Case(
        {"sms": {"text": "t", "successStatus": "sent"}, "telegram": T},
        "DELIVERED",
        [("sms", "DELIVERED")],
        phone="0002",
        user="1234",
        timeline=[("sent", "sms")],
    ),
    "sent was enough when it fails later": Case(
        {"sms": {"text": "t", "successStatus": "SENT"}, "telegram": T},
        "DELIVERED",
        [("sms", "DELIVERED")],
        phone="0003",
        user="1234",
        timeline=[("sent", "sms"), ("late_receipt", "sms")],
        outbox=[("sms", "undelivered")],
    ),
    "delivered waits to be read": Case(
        {"sms": {"text": "t", "successStatus": "read"}, "telegram": T},
        "PENDING",
        [("sms", "DELIVERED")],
        phone="1234",
        user="1234",
        timeline=[("sent", "sms"), ("delivered", "sms")],
        outbox=[("sms", "delivered")],
    ),
    "read is asked for and comes": Case(
        {"sms": {"text": "t", "successStatus": "read"}, "telegram": T},
        "READ",
        [("sms", "READ")],
        phone="0006",
        user="1234",
        timeline=[("sent", "sms"), ("delivered", "sms"), ("read", "sms")],
    ),
    "an unknown outcome starts nothing": Case(
        {"sms": T, "telegram": T},
        "DELIVERED",
        [("sms", "DELIVERED")],
        phone="0005",
        user="1234",
        timeline=[("outcome_unknown", "sms"), ("delivered", "sms")],
        outbox=[("sms", "timeout")],
    ),
    "no receipt keeps the others waiting": Case(
        {"sms": T, "telegram": T},
        "PENDING",
        [("sms", "PENDING")],
        phone="0002",
        user="1234",
        timeline=[("sent", "sms")],
        outbox=[("sms", "no_receipt")],
    ),
    "tries are used up before the next channel": Case(
        {"sms": T, "telegram": T},
        "DELIVERED",
        [("sms", "DELIVERED")],
        phone="0004",
        user="1234",
        outbox=[("sms", "temporary_failure"), ("sms", "temporary_failure"), ("sms", "delivered")],
    ),
}


@pytest.fixture(scope="module")
def sent(shop: Client) -> dict[str, str]:
    """Send all cases in one request."""
    ids = shop.send(*(item(case.channels, case.destination()) for case in CASES.values()))
    return dict(zip(CASES, ids, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_course_of_a_message(name: str, sent: dict[str, str], shop: Client) -> None:
    """Status, attempts, timeline and what really went out."""
    case = CASES[name]

    def fits(seen: Json) -> bool:
        attempts = [(attempt["channel"], attempt["status"]) for attempt in seen["attempts"]]
        known = case.timeline is None or set(case.timeline) <= set(events(seen))
        return (seen["status"], attempts) == (case.status, case.attempts) and known

    message = shop.when(sent[name], fits, f"{case.status} {case.attempts}")
    if case.timeline is not None:
        assert events(message) == [("accepted", None), *case.timeline], shown(message)
    if case.error:
        error = message["attempts"][0]["error"]
        assert (error["class"], error["code"]) == case.error
    if case.outbox is not None:
        assert [
            (record["channel"], record["outcome"]) for record in shop.outbox(messageId=message["id"])
        ] == case.outbox


def test_nothing_more_comes_of_them(sent: dict[str, str], shop: Client) -> None:
    """When every message has come to its end there are no attempts beyond the expected ones."""
    for name, message in sent.items():
        case = CASES[name]
        seen = shop.until(message, case.status)
        assert [(a["channel"], a["status"]) for a in seen["attempts"]] == case.attempts, name
        assert len({record["channel"] for record in shop.outbox(messageId=message)}) <= len(case.attempts), name


def test_status_descriptions_say_what_happened(sent: dict[str, str], shop: Client) -> None:
    """The sentence names no internals, and differs where the course does."""
    described = {name: shop.message(sent[name])["statusDescription"] for name in ("refused", "everything failed")}
    assert described["refused"] == "Delivered by telegram."
    assert described["everything failed"] not in ("", described["refused"])
    configured = shop.message(sent["only a provider that is not set"])["statusDescription"]
    assert configured and "NOBODY" in configured
