"""Webhooks by strangers and in wrong shapes: refused without a failure of ours, and nothing comes of them."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable

import pytest
from baton import Answer, Client, Json, Stack, eventually, http, item, phone
from conftest import StandIns
from inbox import Events, World
from standins import max, messenger, meta, telegram, viber_bot, vonage
from standins.base import Taken

HOOKS = (
    "sms/twilio sms/vonage sms/rapporto sms/smsc whatsapp/meta whatsapp/vonage viber/vonage viber/rapporto "
    "telegram/telegram telegram/telegram_gateway vk/vk vk/rapporto vk/devino ok/ok ok/devino max/max chat/messenger "
    "chat/viberbot"
)
JSON = {"Content-Type": "application/json"}
DEEP = b"[" * 100_000
HUGE = 600 * 1024

# Somebody who does not know the secret writes as a person; each gets the person.
FORGED: dict[str, Callable[[World, str], Answer]] = {
    "twilio": lambda w, who: w.s.twilio.inbound(w.hooks, f"+{who}", "hi", token="guess"),
    "twilio, changed": lambda w, who: w.s.twilio.inbound(w.hooks, f"+{who}", "hi", tampered=True),
    "rapporto": lambda w, who: w.s.rapporto.inbound(w.hooks, f"+{who}", "hi", secret="guess"),
    "smsc": lambda w, who: w.s.smsc.inbound(w.hooks, f"+{who}", "hi", secret="guess"),
    "meta": lambda w, who: meta.post(w.hooks, of_meta(who), secret="guess"),
    "meta, changed": lambda w, who: meta.post(w.hooks, of_meta("1"), tampered=of_meta(who)),
    "telegram": lambda w, who: w.s.telegram.inbound(w.hooks, who, "hi", secret="guess"),
    "telegram, no secret": lambda w, who: w.s.telegram.inbound(w.hooks, who, "hi", secret=None),
    "vk": lambda w, who: w.s.vk.inbound(w.hooks, who, "hi", secret="guess"),
    "vk, no secret": lambda w, who: w.s.vk.inbound(w.hooks, who, "hi", secret=None),
    "ok": lambda w, who: w.s.ok.inbound(w.hooks, who, "hi", secret="guess"),
    "ok, no secret": lambda w, who: w.s.ok.inbound(w.hooks, who, "hi", secret=None),
    "max": lambda w, who: w.s.max.inbound(w.hooks, who, "hi", secret="guess"),
    "messenger": lambda w, who: w.s.messenger.inbound(w.hooks, who, "hi", secret="guess"),
    "messenger, changed": lambda w, who: w.s.messenger.inbound(w.hooks, who, "hi", tampered=True),
    "viberbot": lambda w, who: w.s.viber_bot.inbound(w.hooks, who, "hi", token="guess"),
    "viberbot, changed": lambda w, who: w.s.viber_bot.inbound(w.hooks, who, "hi", tampered=True),
    "vonage": lambda w, who: of_vonage(w, who, secret="guess"),
    "vonage, replayed after ten minutes": lambda w, who: of_vonage(w, who, age=600),
}


def of_meta(who: str) -> Json:
    """Give a person's message as Meta hands it on."""
    message = {"from": who, "id": f"wamid.{uuid.uuid4().hex}", "timestamp": str(int(time.time())), "type": "text"}
    return meta.envelope({"messages": [message | {"text": {"body": "hi"}}]})


def of_vonage(w: World, who: str, **of_token: object) -> Answer:
    """Hand a person's message on with a token that is wrong or old."""
    body = json.dumps({"message_uuid": str(uuid.uuid4()), "from": who, "to": "1", "text": "hi", "channel": "sms"})
    signed = vonage.token(body.encode(), **of_token)
    return http("POST", f"{w.hooks}/sms/vonage", {"Authorization": f"Bearer {signed}", **JSON}, body.encode())


@pytest.fixture(scope="module")
def world(stack: Stack, standins: StandIns) -> World:
    """Give where webhooks come from."""
    return World(stack, standins)


def test_who_does_not_know_the_secret_writes_nothing(world: World) -> None:
    """401 for each, and once an authentic message has come on the queue there is none of theirs."""
    people = {name: phone().removeprefix("+") for name in FORGED}
    for name, forge in FORGED.items():
        answer = forge(world, people[name])
        assert (answer.status, len(answer.text) < 100) == (401, True), (name, answer)
    inbox, honest = Events(world.stack), phone()
    assert world.s.twilio.inbound(world.hooks, honest, "hi").status == 200
    eventually(lambda: inbox.of(honest), "the authentic message")
    strangers = {who for person in people.values() for who in (person, f"+{person}", f"user:{person}")}
    assert not [event for event in inbox.all if event["from"] in strangers]


@pytest.mark.parametrize("hook", HOOKS.split())
def test_nonsense_is_refused_before_it_costs_anything(hook: str, stack: Stack) -> None:
    """Too much is a 413, unread; what is deep, empty or no text at all is a refusal and never a failure of ours."""
    address = f"{stack.webhooks}/{hook}"
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        assert http("POST", address, {"Content-Type": kind}, b"x" * HUGE).status == 413
        for body in (DEEP, b"", b"null", b"\xff\xfe\x00", b'{"a":' * 50_000):
            answer = http("POST", address, {"Content-Type": kind}, body)
            assert answer.status == 401, (hook, body[:10], answer)


def signed(body: bytes) -> dict[str, tuple[str, dict[str, str]]]:
    """Give address and headers of an authentic webhook with this body, where the body does not hold the secret."""
    viber = hmac.new(viber_bot.TOKEN.encode(), body, hashlib.sha256).hexdigest()
    return {
        "meta": ("whatsapp/meta", {"X-Hub-Signature-256": meta.signature(body)}),
        "messenger": ("chat/messenger", {"X-Hub-Signature-256": messenger.signature(body)}),
        "viberbot": ("chat/viberbot", {"X-Viber-Content-Signature": viber}),
        "telegram": ("telegram/telegram", {"X-Telegram-Bot-Api-Secret-Token": telegram.SECRET}),
        "max": ("max/max", {"X-Max-Bot-Api-Secret": max.SECRET}),
        "vonage": ("sms/vonage", {"Authorization": f"Bearer {vonage.token(body)}"}),
    }


@pytest.mark.parametrize("body", [DEEP, b'{"a":' * 50_000, b"{", b"", b"nonsense"])
def test_authentic_nonsense_is_a_refusal(body: bytes, stack: Stack) -> None:
    """With the right signature, too: 400."""
    for name, (hook, headers) in signed(body).items():
        answer = http("POST", f"{stack.webhooks}/{hook}", {**JSON, **headers}, body)
        assert answer.status == 400, (name, answer)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"7", b'{"entry": 7, "object": "page", "statuses": {}}'])
def test_authentic_but_strange_is_no_failure(body: bytes, stack: Stack) -> None:
    """JSON that is none of the provider's: taken or refused, never a failure of ours that the provider would repeat."""
    for name, (hook, headers) in signed(body).items():
        answer = http("POST", f"{stack.webhooks}/{hook}", {**JSON, **headers}, body)
        assert answer.status in (200, 400), (name, answer)


# Reports by who does not know the secret; those of Twilio and Vonage are in test_webhooks.py.
REPORTS: dict[str, Callable[[World, Taken], Answer]] = {
    "sms/RAPPORTO": lambda w, taken: w.s.rapporto.receipt(taken, 5, 1, secret="guess"),
    "sms/SMSC": lambda w, taken: w.s.smsc.receipt(taken, 20, w.hooks, secret="guess"),
    "whatsapp/META": lambda w, taken: w.s.meta.receipt(w.hooks, taken, "failed", 131026, secret="guess"),
    "whatsapp/META changed": lambda w, taken: w.s.meta.receipt(w.hooks, taken, "failed", 131026, tampered=True),
    "telegram/TELEGRAM_GATEWAY": lambda w, taken: w.s.telegram_gateway.receipt(taken, "expired", token="guess"),
    "telegram/TELEGRAM_GATEWAY changed": lambda w, taken: w.s.telegram_gateway.receipt(taken, "expired", tampered=True),
    "telegram/TELEGRAM_GATEWAY replayed": lambda w, taken: w.s.telegram_gateway.receipt(taken, "expired", age=600),
    "vk/DEVINO": lambda w, taken: w.s.devino.receipt(taken, "UNDELIVERED", secret="guess"),
}


def test_forged_reports_change_nothing(world: World, shop: Client) -> None:
    """401, and each message waits for its report as before."""
    contents = {"telegram": {"code": "1234"}, "vk": {"templateName": "hello", "templateData": {}}}
    stand_ins = {
        "RAPPORTO": world.s.rapporto,
        "SMSC": world.s.smsc,
        "META": world.s.meta,
        "TELEGRAM_GATEWAY": world.s.telegram_gateway,
        "DEVINO": world.s.devino,
    }
    numbers = {name: phone() for name in REPORTS}
    items = []
    for name, number in numbers.items():
        channel, provider = name.partition(" ")[0].split("/")
        items.append(item({channel: {"provider": provider, **contents.get(channel, {"text": "t"})}}, {"phone": number}))
    for message, (name, number) in zip(shop.send(*items), numbers.items(), strict=True):
        before = shop.when(message, lambda seen: seen["attempts"][0]["sentAt"], "sent")
        (taken,) = stand_ins[name.partition(" ")[0].partition("/")[2]].requests(number)
        answer = REPORTS[name](world, taken)
        assert (answer.status, shop.message(message)) == (401, before), name
        assert before["status"] == "PENDING"


def test_handshakes(stack: Stack) -> None:
    """Meta gets its challenge back, VK its confirmation; who does not know the token gets nothing."""
    hooks = stack.webhooks
    for ask in (meta.confirm, messenger.Messenger.handshake):
        answer = ask(hooks, challenge="4711")
        assert (answer.status, answer.text) == (200, "4711")
        assert ask(hooks, token="guess").status == 401
    body = {"type": "confirmation", "group_id": 7}
    answer = http("POST", f"{hooks}/vk/vk", JSON, json.dumps(body).encode())
    assert (answer.status, answer.text) == (200, "c0nf1rm")
    other = http("POST", f"{hooks}/vk/vk", JSON, json.dumps({**body, "group_id": 8}).encode())
    assert (other.status, other.text) == (401, "")
