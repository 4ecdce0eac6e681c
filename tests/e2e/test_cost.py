"""What messages cost, and that a large request is sent once: 1,000 recipients at once, and one.

Write units are what the functions log as consumed (DynamoDB's ConsumedCapacity, indexes included). Requests to SQS are
those that the functions log, and those of the event sources: a receive and a delete for every ten messages of a queue,
as a busy queue hands them out. The sender's queue has a message per recipient; the receipts queue has one for each
request that the sender made, as it gathers the receipts of a batch in one.
"""

import math
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from baton import Client, Stack, eventually, item
from conftest import NewAccount

# A large request has three writes that are its own, whatever its size: the bulk's head, the head's line in the list of the
# day, and the content that all its messages share.
MOST_WRITES = {1000: 5.0 + 3 / 1000, 1: 7.0}
MOST_REQUESTS = 0.5


@dataclass(frozen=True)
class Life:
    """A request and all that came of it."""

    account: Client
    recipients: int
    writes: dict[str, float]
    requests: dict[str, int]
    invocations: dict[str, int]
    seconds: float

    def report(self) -> str:
        """Say what was consumed, per message and per function."""
        writes, requests = sum(self.writes.values()), self.queue_requests()
        return (
            f"\n{self.recipients} recipient(s): {writes / self.recipients:.3f} write units and "
            f"{requests / self.recipients:.3f} queue requests per message, all delivered after {self.seconds:.1f} s\n"
            f"  write units {self.writes}, queue requests of the functions {self.requests}, of the event sources "
            f"{requests - sum(self.requests.values())}, invocations that consumed {self.invocations}"
        )

    def queue_requests(self) -> int:
        """Count the requests to SQS, those of the event sources too."""
        on_queues = (self.recipients, self.requests["send-sms"])
        return sum(self.requests.values()) + sum(2 * math.ceil(messages / 10) for messages in on_queues)


def consumed(stack: Stack, since: float) -> tuple[Counter, Counter, Counter]:
    """Give write units, queue requests and invocations by function, since a time."""
    writes, requests, invocations = Counter(), Counter(), Counter()
    for function in stack.functions():
        for record in stack.log(function, since):
            if record.get("message") == "consumed":
                writes[function] += record["write_units"]
                requests[function] += record["queue_requests"]
                invocations[function] += 1
    return writes, requests, invocations


def live(stack: Stack, account: Client, recipients: int, headers: dict[str, str]) -> Life:
    """Send one request while nothing else runs, and count until nothing happens any more."""
    stack.quiet()
    stack.flush_logs(stack.functions())
    since = time.time() - 60
    before = consumed(stack, since)
    to = [{"phone": f"+7999{n:07d}"} for n in range(1_001_000, 1_001_000 + recipients)]  # no ending of SANDBOX's
    begun = time.monotonic()
    accepted = account.ok("POST", "/messages", {"messages": [item({"sms": {"text": "Hello"}}, *to)]}, headers)
    assert len({element["id"] for element in accepted} - {None}) == recipients
    query = "/messages?status=DELIVERED&withoutItems=true"
    eventually(lambda: account.ok("GET", query)["count"] == recipients, f"{recipients} delivered", timeout=120, pause=1)
    seconds = time.monotonic() - begun
    stack.quiet()
    seen = [before]

    def settled() -> bool:
        stack.flush_logs(("api", "send-sms", "receipts"))
        seen.append(consumed(stack, since))
        return seen[-1] == seen[-2]

    eventually(settled, "logs that stay as they are", pause=1)
    return Life(account, recipients, *(dict(now - then) for now, then in zip(seen[-1], before, strict=True)), seconds)


CASES = {
    "1000 recipients": (1000, {}),
    "1 recipient": (1, {}),
    "1 recipient with an Idempotency-Key": (1, {"Idempotency-Key": "k"}),
}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES.keys())
def life(request: pytest.FixtureRequest, stack: Stack, new_account: NewAccount) -> Life:
    """Give the life of a request, in an account of its own."""
    recipients, headers = request.param
    return live(stack, new_account(), recipients, headers)


def test_write_units_and_queue_requests(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures of the first issue."""
    with capsys.disabled():
        print(life.report())
    assert life.writes["api"] > 0 and life.writes["send-sms"] > 0 and life.writes["receipts"] > 0, life.report()
    assert sum(life.writes.values()) / life.recipients <= MOST_WRITES[life.recipients], life.report()
    if life.recipients > 1:
        assert life.queue_requests() / life.recipients <= MOST_REQUESTS, life.report()


def test_each_recipient_is_written_to_exactly_once(life: Life) -> None:
    """Every message is delivered, with one record in the outbox."""
    messages = list(life.account.walk("/messages"))
    assert len(messages) == life.recipients and {message["status"] for message in messages} == {"DELIVERED"}
    records = Counter(record["messageId"] for record in life.account.walk("/outbox"))
    assert records == Counter(message["id"] for message in messages)
    assert all(len(message["attempts"]) == 1 for message in messages)
