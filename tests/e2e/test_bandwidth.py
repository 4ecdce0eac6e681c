"""Messages a second: limits of accounts and providers are kept by all instances together, nothing is lost."""

from datetime import datetime

from baton import Client, Json, Stack, eventually, item, phone
from conftest import NewAccount, StandIns

RATE = 5  # an account's, messages a second
COUNT = 40
SLACK = 1.5  # seconds that the first message may be late by, on a busy machine
LATE = 8  # … and any later one
T = {"text": "t"}


def times(client: Client, channel: str, count: int) -> list[float]:
    """Give when SANDBOX "sent" an account's messages of a channel, once all of them are out."""

    def look() -> list[Json] | None:
        found = [record for record in client.outbox() if record["channel"] == channel]
        return found if len(found) >= count else None

    records = eventually(look, f"{count} messages over {channel}", pause=0.5)
    assert len({record["messageId"] for record in records}) == len(records) == count
    return sorted(datetime.fromisoformat(record["at"]).timestamp() for record in records)


def check_rate(at: list[float], rate: int) -> None:
    """Check that times keep to a rate: no message is ahead of its turn, and none waits much longer than it must.

    A turn that the queue is late for is taken at once, so turns may come together, but never early. The first message
    may have been late itself.
    """
    ahead = [index / rate - (time - at[0]) for index, time in enumerate(at)]
    assert max(ahead) <= SLACK and min(ahead) >= -LATE, [round(lead, 2) for lead in ahead]


def test_an_account_keeps_to_its_limit_and_nobody_else_waits(stack: Stack, new_account: NewAccount) -> None:
    """40 messages at 5 a second take 8 seconds; the account's e-mails and another account's SMS go out meanwhile."""
    limited, other = new_account(), new_account()
    limits = limited.ok("PUT", f"/bandwidth/{limited.account}", [{"bandwidth": RATE, "channel": "sms"}])
    assert [(limit["bandwidth"], limit["channel"]) for limit in limits["items"]] == [(RATE, "sms")]
    before = stack.dead_letters()
    slow = limited.send(*(item({"sms": T}, {"phone": phone()}) for _ in range(COUNT)))
    mail = limited.send(
        *(item({"email": {"subject": "s", **T}}, {"email": f"b{n}1234@example.org"}) for n in range(10))
    )
    fast = other.send(*(item({"sms": T}, {"phone": phone()}) for _ in range(COUNT)))
    for message in (*slow, *mail):
        seen = limited.until(message, "DELIVERED")
        # Waiting is no try, and no failure.
        assert [entry["event"] for entry in seen["timeline"]] == ["accepted", "sent", "delivered"]
    for message in fast:
        other.until(message, "DELIVERED")
    at = times(limited, "sms", COUNT)
    check_rate(at, RATE)
    assert times(limited, "email", 10)[-1] < at[-1] and times(other, "sms", COUNT)[-1] < at[-1]
    assert stack.dead_letters() == before


def test_a_limit_of_all_channels_together(new_account: NewAccount) -> None:
    """Without a channel it counts SMS and e-mails alike."""
    limited = new_account()
    limited.ok("PUT", f"/bandwidth/{limited.account}", [{"bandwidth": RATE}])
    items = [item({"sms": T}, {"phone": phone()}) for _ in range(10)]
    items += [item({"email": {"subject": "s", **T}}, {"email": f"c{n}1234@example.org"}) for n in range(10)]
    for message in limited.send(*items):
        limited.until(message, "DELIVERED")
    check_rate(sorted(times(limited, "sms", 10) + times(limited, "email", 10)), RATE)


def test_a_providers_own_limit_is_for_all_accounts_together(standins: StandIns, new_account: NewAccount) -> None:
    """The document gives MAX's chat sessions a rate; two accounts share it."""
    rate = standins.documents()["chat"][-1]["bandwidth"]
    accounts, people = (new_account(), new_account()), [phone().removeprefix("+") for _ in range(20)]
    content = {"chat": {"provider": "MAX", **T}}
    sent = []
    for index, client in enumerate(accounts):
        ids = client.send(*(item(content, {"messengerUserId": person}) for person in people[index::2]))
        sent += [(client, message) for message in ids]
    for client, message in sent:
        client.until(message, "DELIVERED")
    requests = [standins.max.requests(person) for person in people]
    assert [len(of_person) for of_person in requests] == [1] * len(people)
    check_rate(sorted(taken.at for (taken,) in requests), rate)
