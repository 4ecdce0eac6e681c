"""What people do towards our senders, from each provider that tells: events on the queue of inbound messages."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from baton import Answer, Client, Json, Stack, eventually, item, phone
from conftest import StandIns
from inbox import Events, World
from providers import publish
from standins.aws import Eum, Ses
from standins.base import Taken

TEXT = "Привет, are you there?"
WROTE = {"act": "wrote", "text": TEXT}
BLOCKED = {"act": "blocked"}
ALLOWED = {"act": "allowed"}


@dataclass(frozen=True)
class Case:
    """Something that a person does, and the events that come of it."""

    provider: str  # channel/NAME
    do: Callable[[World, str, str], Any]  # gets the person and an id for the event
    acts: list[Json] = field(default_factory=lambda: [WROTE])
    keeps_id: bool = True  # the event has the id that `do` was given
    prefix: str = ""  # of the person in the event


def rapporto(channel: str, text: str) -> Callable[[World, str, str], Answer]:
    """Give what writes by Rapporto."""
    return lambda w, who, id_: w.s.rapporto.inbound(w.hooks, who, text, channel, transaction=id_)


def vonage(channel: str, text: str) -> Callable[[World, str, str], Answer]:
    """Give what writes by Vonage."""
    return lambda w, who, id_: w.s.vonage.inbound(w.hooks, channel, who, text, id=id_)


def pressed(payload: str) -> Json:
    """Give the act of a button or a link."""
    return {"act": "wrote", "text": "", "payload": payload}


def complain(w: World, who: str, _: str) -> None:
    """Call an e-mail spam."""
    publish(w.stack, Ses.event(Taken(time.monotonic(), who, {"EmailTags": []}), "Complaint"))


# A person can be the case's number: nobody else has it.
CASES = {
    "Twilio, a text": Case("sms/TWILIO", lambda w, who, i: w.s.twilio.inbound(w.hooks, who, TEXT, sid=i)),
    "Twilio, STOP": Case("sms/TWILIO", lambda w, who, i: w.s.twilio.inbound(w.hooks, who, "STOP", sid=i), [BLOCKED]),
    "Twilio, START": Case(
        "sms/TWILIO", lambda w, who, i: w.s.twilio.inbound(w.hooks, who, "go", opt_out="START", sid=i), [ALLOWED]
    ),
    "AWS, a text": Case("sms/AWS", lambda w, who, i: publish(w.stack, Eum.inbound(who, TEXT, i))),
    "AWS, STOP": Case("sms/AWS", lambda w, who, i: publish(w.stack, Eum.inbound(who, "Stop.", i)), [BLOCKED]),
    "SMSC, a text": Case("sms/SMSC", lambda w, who, i: w.s.smsc.inbound(w.hooks, who, TEXT, id=i)),
    "SMSC, STOP": Case("sms/SMSC", lambda w, who, i: w.s.smsc.inbound(w.hooks, who, "Стоп", id=i), [BLOCKED]),
    "SES, a complaint": Case("email/SES", complain, [BLOCKED], keeps_id=False),
    "Meta, a text": Case("whatsapp/META", lambda w, who, i: w.s.meta.inbound(w.hooks, who, TEXT, id=i)),
    "Meta, STOP": Case("whatsapp/META", lambda w, who, i: w.s.meta.inbound(w.hooks, who, "stop", id=i), [BLOCKED]),
    "Telegram, a text": Case(
        "telegram/TELEGRAM", lambda w, who, _: w.s.telegram.inbound(w.hooks, who, TEXT), keeps_id=False
    ),
    "Telegram, a button": Case(
        "telegram/TELEGRAM", lambda w, who, _: w.s.telegram.press(w.hooks, who, "yes"), [pressed("yes")], False
    ),
    "Telegram, a block": Case(
        "telegram/TELEGRAM", lambda w, who, _: w.s.telegram.member(w.hooks, who, "kicked"), [BLOCKED], False
    ),
    "Telegram, let in": Case(
        "telegram/TELEGRAM", lambda w, who, _: w.s.telegram.member(w.hooks, who, "member"), [ALLOWED], False
    ),
    "VK, a text by a link": Case(
        "vk/VK",
        lambda w, who, _: w.s.vk.inbound(w.hooks, who, TEXT, ref="promo"),
        [{**WROTE, "payload": "promo"}],
        keeps_id=False,
    ),
    "VK, a block": Case(
        "vk/VK",
        lambda w, who, i: w.s.vk.event(w.hooks, "message_deny", {"user_id": int(who)}, event=i),
        [BLOCKED],
    ),
    "VK, let in": Case(
        "vk/VK",
        lambda w, who, i: w.s.vk.event(w.hooks, "message_allow", {"user_id": int(who), "key": ""}, event=i),
        [ALLOWED],
    ),
    "Odnoklassniki, a text": Case(
        "ok/OK", lambda w, who, _: w.s.ok.inbound(w.hooks, who, TEXT), keeps_id=False, prefix="user:"
    ),
    "Odnoklassniki, a button": Case(
        "ok/OK", lambda w, who, _: w.s.ok.press(w.hooks, who, "yes"), [pressed("yes")], False, prefix="user:"
    ),
    "MAX, a text": Case("max/MAX", lambda w, who, _: w.s.max.inbound(w.hooks, who, TEXT), keeps_id=False),
    "MAX, started by a link": Case(
        "max/MAX",
        lambda w, who, _: w.s.max.dialog(w.hooks, who, "bot_started", "promo"),
        [ALLOWED, pressed("promo")],
        keeps_id=False,
    ),
    "MAX, a block": Case("max/MAX", lambda w, who, _: w.s.max.dialog(w.hooks, who, "bot_stopped"), [BLOCKED], False),
    "Messenger, a text": Case("chat/MESSENGER", lambda w, who, i: w.s.messenger.inbound(w.hooks, who, TEXT, mid=i)),
    "Messenger, a button": Case(
        "chat/MESSENGER",
        lambda w, who, i: w.s.messenger.inbound(w.hooks, who, "Yes", payload="yes", mid=i),
        [{"act": "wrote", "text": "Yes", "payload": "yes"}],
    ),
    "Viber's bot, a text": Case(
        "chat/VIBERBOT", lambda w, who, i: w.s.viber_bot.inbound(w.hooks, who, TEXT, number=int(i))
    ),
    "Viber's bot, a block": Case(
        "chat/VIBERBOT",
        lambda w, who, i: w.s.viber_bot.inbound(w.hooks, who, kind="unsubscribed", number=int(i)),
        [BLOCKED],
    ),
    "Viber's bot, let in": Case(
        "chat/VIBERBOT",
        lambda w, who, i: w.s.viber_bot.inbound(w.hooks, who, kind="subscribed", number=int(i)),
        [ALLOWED],
    ),
}
for _channel in ("sms", "viber"):
    CASES[f"Rapporto, a text over {_channel}"] = Case(f"{_channel}/RAPPORTO", rapporto(_channel, TEXT))
    CASES[f"Rapporto, STOP over {_channel}"] = Case(f"{_channel}/RAPPORTO", rapporto(_channel, "СТОП"), [BLOCKED])
for _channel in ("sms", "whatsapp", "viber"):
    CASES[f"Vonage, a text over {_channel}"] = Case(f"{_channel}/VONAGE", vonage(_channel, TEXT))
    CASES[f"Vonage, STOP over {_channel}"] = Case(f"{_channel}/VONAGE", vonage(_channel, "STOP"), [BLOCKED])

BY_PHONE = ("sms", "whatsapp", "viber")


@pytest.fixture(scope="module")
def world(stack: Stack, standins: StandIns) -> World:
    """Give where events come from."""
    return World(stack, standins)


@pytest.fixture(scope="module")
def inbox(stack: Stack) -> Iterator[Events]:
    """Give the queue's reader."""
    yield Events(stack)


@dataclass(frozen=True)
class Done:
    """A case that has been played."""

    person: str
    id: str


@pytest.fixture(scope="module")
def done(world: World) -> dict[str, Done]:
    """Let every case happen, each of them twice, as providers repeat what they are not sure of."""
    played = {}
    for name, case in CASES.items():
        channel = case.provider.partition("/")[0]
        digits = phone().removeprefix("+")
        who = {"email": f"u{digits}@example.org"}.get(channel, f"+{digits}" if channel in BY_PHONE else digits)
        number = str(uuid.uuid4().int)[:15]
        for _ in range(2 if case.keeps_id else 1):
            answer = case.do(world, who, number)
            assert answer is None or answer.status == 200, (name, answer)
        played[name] = Done(case.prefix + who, number)
    return played


@pytest.mark.parametrize("name", CASES)
def test_what_a_person_does_becomes_an_event(name: str, done: dict[str, Done], inbox: Events) -> None:
    """Channel, provider, id, person, time and act; a repeated one has the same id."""
    case, played = CASES[name], done[name]
    wanted = [*case.acts] * (2 if case.keeps_id else 1)
    events = eventually(
        lambda: found if len(found := inbox.of(played.person)) >= len(wanted) else None, f"the events of {name}"
    )
    assert len(events) == len(wanted)
    channel, provider = case.provider.split("/")
    for event in events:
        assert (event["channel"], event["provider"]) == (channel, provider)
        assert event["id"] and (event["id"] == played.id or not case.keeps_id)
        assert abs(datetime.fromisoformat(event["at"]) - datetime.now(UTC)) < timedelta(minutes=10)
        assert set(event) <= {"channel", "provider", "id", "from", "to", "at", "act", "text", "payload"}
    acts = [{key: event[key] for key in ("act", "text", "payload") if key in event} for event in events]
    assert sorted(map(json.dumps, acts)) == sorted(map(json.dumps, wanted))
    ids = {event["id"] for event in events}
    assert len(ids) == len(case.acts), "one id for each event, however often it came"


def test_a_text_is_free_within_a_day_after_they_wrote_on_whatsapp(
    stack: Stack, standins: StandIns, shop: Client
) -> None:
    """Later than that it is refused before any call; a template goes at any time, and so does a text to a stranger."""
    late, recent, stranger = phone(), phone(), phone()
    for number, hours in ((late, 25), (recent, 23)):
        wrote = {"type": "text", "text": {"body": "hi"}, "timestamp": str(int(time.time()) - hours * 3600)}
        assert standins.meta.inbound(stack.webhooks, number, wrote).status == 200
    text = {"whatsapp": {"text": "t", "provider": "META"}}
    template = {"whatsapp": {"templateName": "hello", "language": "en_US", "provider": "META"}}
    refused, by_template, within, unknown = shop.send(
        item(text, {"phone": late}),
        item(template, {"phone": late}),
        item(text, {"phone": recent}),
        item(text, {"phone": stranger}),
    )
    (attempt,) = shop.until(refused, "UNDELIVERED")["attempts"]
    assert (attempt["error"]["class"], attempt["error"]["code"]) == ("permanent", "outside_window")
    for message in (by_template, within, unknown):
        shop.when(message, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    kinds = {number: [taken.fields["type"] for taken in standins.meta.requests(number)] for number in (late, recent)}
    assert kinds == {late: ["template"], recent: ["text"]}
    # They write again: the day begins anew.
    assert standins.meta.inbound(stack.webhooks, late, "hello?").status == 200
    (again,) = shop.send(item(text, {"phone": late}))
    shop.when(again, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    assert [taken.fields["type"] for taken in standins.meta.requests(late)] == ["template", "text"]
