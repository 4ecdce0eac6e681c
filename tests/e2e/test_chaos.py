"""Two thousand messages while the functions' processes are killed: each comes to its end, and nothing goes out twice.

What decides how long it takes: a batch whose process was killed comes again when its queue shows it again (60 s here),
a claim is then older than its limit, so its outcome is unknown, and that ends with the validity period (a minute).
"""

import itertools
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from baton import FINAL, Client, Json, Stack, by_id, events, eventually, item, phone, shown, state_folder
from chaos import Killer
from conftest import NewAccount

# The same kills in the same order each time; another seed kills otherwise.
SEED = int(os.environ.get("BATON_CHAOS_SEED") or 20_261_124)

BULKS, RECIPIENTS = 20, 100

# Mean seconds between two kills, and for how long there are any. What was killed comes again after a minute, a request
# as well as a batch, and what it then sends may wait for another; so requests are killed only at the beginning.
PAUSE, KILLING, KILLING_REQUESTS = 0.4, 90.0, 30.0
# It takes three and a half minutes on two idle cores; on a machine that is busy nothing is wrong yet after five.
LIMIT = 600.0

# Endings of SANDBOX and how often each comes; the rest is delivered.
ENDINGS = {"0001": 12, "0002": 8, "0003": 10, "0004": 8, "0005": 8, "0006": 8, "0007": 6, "1234": 40}

TEXT = {"text": "Hello {{name}}", "validityPeriod": 1}
CONTENTS = {"sms": TEXT, "email": TEXT | {"subject": "Hello"}, "telegram": TEXT}

# Outcomes in the outbox after which the recipient has it.
ARRIVED = {"delivered", "read", "timeout"}
# Those after which there is another try.
FOR_NOW = {"temporary_failure", "rate_limited"}


def route(*order: str, required: str | None = None) -> Json:
    """Give channels in an order, one of them required."""
    return {name: CONTENTS[name] | ({"required": True} if name == required else {}) for name in order}


ROUTES = [
    route("sms", "email", "telegram"),
    route("telegram", "sms", "email"),
    route("email", "telegram", "sms"),
    route("sms", "telegram", "email", required="email"),
]


def recipient(chance: random.Random, number: int) -> Json:
    """Give a recipient with an ending for each channel, at most one of which is never reported on."""
    endings = chance.choices(list(ENDINGS), list(ENDINGS.values()), k=3)
    while endings.count("0002") > 1:
        endings[endings.index("0002")] = "0003"
    first, second, third = endings
    return {
        "phone": phone(first),
        "email": f"chaos{number}-{second}@example.org",
        "messengerUserId": f"{number}{third}",
        "variables": {"name": f"N{number}"},
    }


def bulk(chance: random.Random, number: int) -> Json:
    """Give a request with a few of its recipients on each route."""
    people = [recipient(chance, number * RECIPIENTS + n) for n in range(RECIPIENTS)]
    return {"messages": [item(channels, *people[n :: len(ROUTES)]) for n, channels in enumerate(ROUTES)]}


@dataclass(frozen=True)
class Story:
    """What came of it all."""

    account: Client
    answers: list[list[Json]]
    repeated: int
    messages: list[Json]
    outbox: list[Json]
    killed: Counter[str]
    dead: dict[str, int]
    seconds: tuple[float, float]

    def attempts(self, code: str) -> int:
        """Count the attempts with an error of this code."""
        return sum((a["error"] or {}).get("code") == code for m in self.messages for a in m["attempts"])

    def report(self) -> str:
        """Say how it went."""
        posted, ended = self.seconds
        return (
            f"\nseed {SEED}: {self.killed.total()} processes killed {dict(sorted(self.killed.items()))};\n"
            f"  {len(self.messages)} messages accepted after {posted:.0f} s and {self.repeated} repeated requests, all "
            f"final after {ended:.0f} s: {dict(Counter(m['status'] for m in self.messages))};\n"
            f"  {len(self.outbox)} provider calls, {self.attempts('sender_lost')} outcomes lost with their sender, "
            f"{len(arrived_twice(self))} recipients reached twice as the first receipt was lost"
        )


def by_attempt(outbox: list[Json]) -> Iterator[tuple[str, Json]]:
    """Give each record with the name of its attempt: its id is message, attempt and try, and something random."""
    return ((record["id"].rpartition("-")[0].rpartition(".")[0], record) for record in outbox)


def arrived_twice(story: Story) -> dict[str, list[Json]]:
    """Give the messages that reached their recipient more than once over channels that are not required."""
    required = {element["id"] for answer in story.answers for element in answer[-(RECIPIENTS // len(ROUTES)) :]}
    found = defaultdict(list)
    for record in story.outbox:
        chained = record["channel"] != "email" or record["messageId"] not in required
        if chained and record["outcome"] in ARRIVED:
            found[record["messageId"]].append(record)
    return {message: records for message, records in found.items() if len(records) > 1}


def submit(account: Client, number: int, body: Json) -> tuple[list[Json], int]:
    """Send a bulk, again and again with its key until it is accepted; give the answer and how often it was repeated."""
    tries = itertools.count()

    def look() -> list[Json] | None:
        next(tries)
        answer = account.call("POST", "/messages", body, {"Idempotency-Key": f"chaos-{number}"})
        assert answer.status in (200, 409, 500, 502, 503, 504), answer.text[:1000]
        return answer.json if answer.status == 200 else None

    accepted = eventually(look, f"bulk {number} accepted", timeout=LIMIT, pause=1)
    return accepted, next(tries) - 1


def settled(account: Client) -> list[Json] | None:
    """Give all messages once none of their attempts waits any more, those of required channels too."""
    messages = list(account.walk("/messages"))
    waits = any(attempt["status"] in ("CREATED", "PENDING") for message in messages for attempt in message["attempts"])
    return None if waits else messages


def unfinished(account: Client) -> int | None:
    """Count the messages that are not final; nothing when the API was killed while it counted."""
    answer = account.call("GET", "/messages?status=CREATED,DELAYED,PENDING&withoutItems=true")
    return answer.json["count"] if answer.status == 200 else None


@pytest.fixture(scope="module")
def story(stack: Stack, new_account: NewAccount) -> Story:
    """Live it once for all tests of this file."""
    account, chance = new_account(), random.Random(SEED)
    bulks = [bulk(chance, number) for number in range(BULKS)]
    spared = {"api": KILLING_REQUESTS}
    killer = Killer(stack.content["pid"], state_folder() / "bin", SEED, PAUSE, KILLING, spared)
    begun = time.monotonic()
    with killer, ThreadPoolExecutor(4) as threads:
        submitted = list(threads.map(lambda n: submit(account, n, bulks[n]), range(BULKS)))
        posted = time.monotonic() - begun
        eventually(lambda: unfinished(account) == 0, "every message final", LIMIT - posted, pause=3)
        ended = time.monotonic() - begun
    messages = eventually(lambda: settled(account), "every attempt ended", LIMIT - ended, pause=3)
    # What came twice is gone too. The wake-ups that are left find nothing to do.
    stack.quiet(but={"WakeQueue"})
    return Story(
        account=account,
        answers=[answer for answer, _ in submitted],
        repeated=sum(times for _, times in submitted),
        messages=messages,
        outbox=account.outbox(),
        killed=killer.killed,
        dead=stack.dead_letters(),
        seconds=(posted, ended),
    )


def test_every_message_is_accepted_once(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """However often its request had to be repeated; and the processes really died."""
    with capsys.disabled():
        print(story.report())
    ids = [element["id"] for answer in story.answers for element in answer]
    assert len(set(ids) - {None}) == BULKS * RECIPIENTS
    assert set(ids) == set(by_id(story.messages)) and len(story.messages) == len(ids)
    assert {"send-sms", "send-email", "send-telegram", "receipts", "fallback", "dispatch"} <= set(story.killed)
    assert story.attempts("sender_lost") > 0, "no sender died between its claim and its result"


def test_every_message_and_every_attempt_comes_to_its_end(story: Story) -> None:
    """All are final, the attempts have been waited for, and nothing was given up into a dead-letter queue."""
    assert {message["status"] for message in story.messages} <= FINAL - {"ERROR", "CANCELED"}
    assert not any(story.dead.values()), story.dead


def test_no_attempt_goes_out_twice(story: Story) -> None:
    """One record for each try, and none after the provider took the message, or refused it for good."""
    tries = Counter(record["id"].rpartition("-")[0] for record in story.outbox)
    assert not {name: count for name, count in tries.items() if count > 1}
    ends = Counter(name for name, record in by_attempt(story.outbox) if record["outcome"] not in FOR_NOW)
    assert not {name: count for name, count in ends.items() if count > 1}


def test_at_most_one_delivery_that_is_not_required(story: Story) -> None:
    """A second one only where the receipt of the first did not come in time."""
    for message, records in arrived_twice(story).items():
        seen = story.account.message(message)
        for earlier in records[:-1]:
            assert ("expired", earlier["channel"]) in events(seen), shown(seen)


def test_what_is_said_is_what_happened(story: Story) -> None:
    """Who is said to have it has got it; who is said not to was not reached, or not in time."""
    reached = {record["messageId"] for record in story.outbox if record["outcome"] in ARRIVED}
    for message in story.messages:
        if message["status"] in ("DELIVERED", "READ"):
            assert message["id"] in reached, shown(message)
        if message["status"] == "UNDELIVERED":
            last = message["attempts"][-1]
            assert last["error"]["code"] in ("sandbox_rejected", "sandbox_undelivered"), shown(message)
