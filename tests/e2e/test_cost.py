"""What messages cost, and that a large request is sent once: 1,000 recipients at once, in a while, and one.

Write units are what the functions log as consumed (DynamoDB's ConsumedCapacity, indexes included). Requests to SQS are
those that the functions log, and those of the event sources: a receive and a delete for every ten messages of a queue,
as a busy queue hands them out. The sender's queue has a message per recipient; the receipts queue has one for each
request that the sender made, as it gathers the receipts of a batch in one.
"""

import functools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from baton import Client, Json, Stack, eventually, item
from conftest import NewAccount
from consumption import of_event_sources, settled, start

# A large request has three writes that are its own, whatever its size: the bulk's head, the head's line in the list of
# the day, and the content that all its messages share.
MOST_WRITES = {1000: 5.0 + 3 / 1000, 1: 7.0}
MOST_REQUESTS = 0.5
# What a short link costs: it is stored.
WRITES_OF_A_LINK = 1.0
LINK = f"https://example.org/{'orders/' * 20}"
# What a message with a time may cost more than one without.
MOST_MORE_WRITES = 1.0


@dataclass(frozen=True)
class Life:
    """A request and all that came of it."""

    account: Client
    recipients: int
    writes: dict[str, float]
    requests: dict[str, int]
    invocations: dict[str, int]
    seconds: float
    schedules: list[str]
    links: int = 0

    def report(self) -> str:
        """Say what was consumed, per message and per function."""
        requests = self.queue_requests()
        return (
            f"\n{self.recipients} recipient(s), {self.links} short link(s) each: {self.writes_each():.3f} write units "
            f"and {requests / self.recipients:.3f} queue requests per message, delivered after {self.seconds:.1f} s\n"
            f"  write units {self.writes}, queue requests of the functions {self.requests}, of the event sources "
            f"{requests - sum(self.requests.values())}, invocations that consumed {self.invocations}"
        )

    def writes_each(self) -> float:
        """Give the write units per message."""
        return sum(self.writes.values()) / self.recipients

    def queue_requests(self) -> int:
        """Count the requests to SQS, those of the event sources too."""
        return sum(self.requests.values()) + of_event_sources(self.recipients, self.requests["send-sms"])


def people(recipients: int) -> list[Json]:
    """Give recipients whose numbers have no ending of SANDBOX's."""
    return [{"phone": f"+7999{n:07d}"} for n in range(1_001_000, 1_001_000 + recipients)]


def ahead(seconds: float | None) -> Json:
    """Give the fields of an item that is to go in so many seconds, to the second."""
    return {} if seconds is None else {"sendAt": datetime.fromtimestamp(int(time.time() + seconds), UTC).isoformat()}


def live(
    stack: Stack, account: Client, recipients: int, headers: dict[str, str], seconds: float | None, links: int = 0
) -> Life:
    """Send one request while nothing else runs, and count until nothing happens any more."""
    since, before = start(stack)
    begun = time.monotonic()
    text = " ".join(["Hello", *(f"{LINK}{n}" for n in range(links))])
    sms = item({"sms": {"text": text}}, *people(recipients), **ahead(seconds), useShortLinks=links > 0)
    accepted = account.ok("POST", "/messages", {"messages": [sms]}, headers)
    assert len({element["id"] for element in accepted} - {None}) == recipients
    scheduled = stack.schedules(account.account)
    query = "/messages?status=DELIVERED&withoutItems=true"
    eventually(lambda: account.ok("GET", query)["count"] == recipients, f"{recipients} delivered", timeout=120, pause=1)
    passed = time.monotonic() - begun
    stack.quiet()
    used = settled(stack, since, before, ("api", "send-sms", "receipts", "dispatch"))
    return Life(account, recipients, *used, passed, scheduled + stack.schedules(account.account), links)


AT_ONCE, IN_A_WHILE = "1000 recipients", "1000 recipients in 15 seconds"
# Recipients, headers, seconds until they are to go, and short links in the text.
CASES: dict[str, tuple[int, dict[str, str], float | None] | tuple[int, dict[str, str], float | None, int]] = {
    AT_ONCE: (1000, {}, None),
    IN_A_WHILE: (1000, {}, 15),
    "1 recipient": (1, {}, None),
    "1 recipient with an Idempotency-Key": (1, {"Idempotency-Key": "k"}, None),
    "1 recipient with 2 short links": (1, {}, None, 2),
    "1000 recipients with a short link": (1000, {}, None, 1),
}


@pytest.fixture(scope="module")
def lived(stack: Stack, new_account: NewAccount) -> Callable[[str], Life]:
    """Give a function that gives the life of a case, lived once in an account of its own."""
    return functools.cache(lambda case: live(stack, new_account(), *CASES[case]))


@pytest.fixture(params=CASES)
def life(request: pytest.FixtureRequest, lived: Callable[[str], Life]) -> Life:
    """Give the life of each case."""
    return lived(request.param)


def test_write_units_and_queue_requests(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures of the first issue."""
    with capsys.disabled():
        print(life.report())
    assert life.writes["api"] > 0 and life.writes["send-sms"] > 0 and life.writes["receipts"] > 0, life.report()
    assert life.writes_each() <= MOST_WRITES[life.recipients] + WRITES_OF_A_LINK * life.links, life.report()
    if life.recipients > 1:
        assert life.queue_requests() / life.recipients <= MOST_REQUESTS, life.report()


def test_each_recipient_is_written_to_exactly_once(life: Life) -> None:
    """Every message is delivered, with one record in the outbox."""
    messages = list(life.account.walk("/messages"))
    assert len(messages) == life.recipients and {message["status"] for message in messages} == {"DELIVERED"}
    records = Counter(record["messageId"] for record in life.account.walk("/outbox"))
    assert records == Counter(message["id"] for message in messages)
    assert all(len(message["attempts"]) == 1 for message in messages)


def test_a_near_time_costs_next_to_nothing(lived: Callable[[str], Life]) -> None:
    """No schedule for what is due soon, and no more write units than without a time, and one."""
    assert lived(AT_ONCE).schedules == lived(IN_A_WHILE).schedules == []
    assert lived(IN_A_WHILE).writes_each() <= lived(AT_ONCE).writes_each() + MOST_MORE_WRITES


def test_a_far_time_is_one_schedule(
    stack: Stack, lived: Callable[[str], Life], account: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the number of recipients; until they go, it has cost no more. When all are cancelled it is removed."""
    at_once = lived(AT_ONCE)
    since, before = start(stack)
    sms = item({"sms": {"text": "Hello"}}, *people(1000), **ahead(3600))
    answer = account.ok("POST", "/messages", {"messages": [sms]})
    assert {element["status"] for element in answer} == {"DELAYED"}
    found = eventually(lambda: stack.schedules(account.account), "a schedule")
    stack.quiet()
    writes, requests, _ = settled(stack, since, before, ("api", "dispatch"))
    with capsys.disabled():
        print(f"\n1000 recipients in an hour: write units {writes}, queue requests {requests}, schedules {len(found)}")
    assert found == stack.schedules(account.account) and len(found) == 1
    assert sum(writes.values()) <= at_once.writes["api"] + MOST_MORE_WRITES * at_once.recipients
    canceled = account.ok("DELETE", f"/messages?bulkId={answer[0]['bulkId']}")
    assert len(canceled) == 1000 and {element["status"] for element in canceled} == {"CANCELED"}
    eventually(lambda: not stack.schedules(account.account), "no schedule")
