"""One message to each of the ten channels through a real provider: it arrives, and its receipt ends the matter."""

import pytest
from baton import CHANNELS, Client, Stack, eventually, item
from conftest import StandIns
from providers import all_providers

# Through which provider each channel is shown. What has no receipts is delivered when it is taken.
BY = {
    "sms": "TWILIO",
    "email": "SES",
    "push": "FCM",
    "whatsapp": "META",
    "viber": "RAPPORTO",
    "telegram": "TELEGRAM",
    "vk": "VK",
    "ok": "OK",
    "max": "MAX",
    "chat": "MESSENGER",
}


@pytest.mark.parametrize("last", ["delivered", "read"])
def test_a_message_to_each_channel(last: str, stack: Stack, standins: StandIns, account: Client) -> None:
    """In the right shape, through the provider's own protocol, to DELIVERED or READ."""
    assert set(BY) == set(CHANNELS)
    known = all_providers(stack, standins)
    ways = [known[f"{channel}/{name}"] for channel, name in BY.items()]
    people = [way.recipient() for way in ways]
    items = [
        item({way.channel: way.content()}, way.destination(person)) for way, person in zip(ways, people, strict=True)
    ]
    for way, person, message in zip(ways, people, account.send(*items), strict=True):
        (taken,) = eventually(lambda way=way, person=person: way.stand_in.requests(person), f"a request to {way.id}")
        assert way.texts(taken) == list(way.expected)
        account.when(message, lambda seen: seen["attempts"][0]["sentAt"], "sent")
        word = last if way.read_word else "delivered"
        if way.report:
            answer = way.report(taken, word)
            assert answer is None or answer.status == 200, answer
        seen = account.until(message, word.upper())
        (attempt,) = seen["attempts"]
        assert (attempt["channel"], attempt["provider"], attempt["error"]) == (way.channel, way.name, None)
        assert seen["channel"] == way.channel
    account_wide = account.ok("GET", "/messages?limit=100&fields=id,status")["items"]
    assert len(account_wide) == len(CHANNELS)


# Sessions in messengers that have a channel of their own.
SESSIONS = {"TELEGRAM": "telegram", "VK": "vk", "OK": "ok", "MAX": "max"}


def test_a_chat_lives_in_every_messenger(stack: Stack, standins: StandIns, account: Client) -> None:
    """The same request as on the channel of its own."""
    known = all_providers(stack, standins)
    ways = {name: known[f"{channel}/{name}"] for name, channel in SESSIONS.items()}
    people = {name: way.recipient() for name, way in ways.items()}
    content = {name: {"text": way.own["text"], "provider": name} for name, way in ways.items()}
    items = [item({"chat": content[name]}, ways[name].destination(people[name])) for name in ways]
    for name, message in zip(ways, account.send(*items), strict=True):
        (attempt,) = account.until(message, "DELIVERED")["attempts"]
        assert (attempt["channel"], attempt["provider"]) == ("chat", name)
        (taken,) = ways[name].stand_in.requests(people[name])
        assert ways[name].texts(taken) == list(ways[name].expected)
