"""Messages that do not belong on a queue: they end in its dead-letter queue, the log says why, nothing else waits."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from baton import Client, Stack, eventually, item

# In the deployment a record has ten tries over some 13 minutes; here three over a few seconds.
TRIES = 3
NORMAL_SECONDS = 10.0

BODIES = {
    "garbage": "\x7bnot json",
    "another shape": json.dumps({"hello": "world", "attempt": 7}),
    "another queue's": json.dumps({"account": 1, "message": "x", "bulk": None}),
    "a list": "[]",
}


@dataclass(frozen=True)
class Queue:
    """A queue, its function and its dead-letter queue."""

    name: str
    function: str
    url: str
    dead: str


def queues(stack: Stack) -> list[Queue]:
    """Give a channel's queue, that of the fallback and that of the receipts."""
    functions = {"Ok": "send-ok", "Fallback": "fallback", "Receipts": "receipts"}
    found = stack.resources
    return [Queue(n, f, found[f"{n}Queue"], found[f"{n}DeadLetters"]) for n, f in functions.items()]


@pytest.fixture(scope="module")
def few_tries(stack: Stack) -> Iterator[list[Queue]]:
    """Lower the tries of the queues for a while."""
    sqs, before = stack.aws("sqs"), {}
    for queue in queues(stack):
        attributes = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["RedrivePolicy"])["Attributes"]
        before[queue.url] = attributes["RedrivePolicy"]
        policy = json.loads(before[queue.url]) | {"maxReceiveCount": TRIES}
        sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"RedrivePolicy": json.dumps(policy)})
    yield queues(stack)
    for url, policy in before.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


def dead_bodies(stack: Stack, queue: Queue) -> dict[str, str]:
    """Give the bodies in a dead-letter queue by their message's id; they stay there."""
    answer = stack.aws("sqs").receive_message(QueueUrl=queue.dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return {message["MessageId"]: message["Body"] for message in answer.get("Messages", [])}


def test_poison_ends_in_the_dead_letter_queue_and_holds_up_nothing(
    few_tries: list[Queue], stack: Stack, account: Client
) -> None:
    """All of it at once, and a good message over the same queues meanwhile."""
    since = time.time() - 1
    sqs = stack.aws("sqs")
    poison: dict[str, dict[str, str]] = {}
    for queue in few_tries:
        ids = [sqs.send_message(QueueUrl=queue.url, MessageBody=body)["MessageId"] for body in BODIES.values()]
        poison[queue.name] = dict(zip(ids, BODIES.values(), strict=True))

    # Refused on WhatsApp, so it goes through the fallback queue, then through the channel's and the receipts'.
    channels = {"whatsapp": {"text": "t"}, "ok": {"text": "t"}}
    (message,) = account.send(item(channels, {"phone": "+79990000001", "messengerUserId": "771234"}))
    begun = time.monotonic()
    seen = account.until(message, "DELIVERED")
    assert seen["channel"] == "ok" and time.monotonic() - begun < NORMAL_SECONDS

    for queue in few_tries:
        found: dict[str, str] = {}

        def all_there(queue: Queue = queue, found: dict[str, str] = found) -> bool:
            found.update(dead_bodies(stack, queue))
            return poison[queue.name].items() <= found.items()

        eventually(all_there, f"all poison of {queue.name} in its dead-letter queue", timeout=60, pause=0.5)
        stack.flush_logs([queue.function])
        records = [record for record in stack.log(queue.function, since) if record.get("record") in poison[queue.name]]
        for id_, body in poison[queue.name].items():
            own = [record for record in records if record["record"] == id_]
            assert [record["receives"] for record in own] == list(range(1, TRIES + 1)), (queue.name, body, own)
            for record in own:
                assert (record["level"], record["message"]) == ("ERROR", "a record failed")
                assert record["error"].startswith("not what this queue holds: ")
                assert "hello" not in record["error"] and "not json" not in record["error"]
    assert [entry["status"] for entry in account.walk("/messages")] == ["DELIVERED"]
