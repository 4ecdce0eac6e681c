"""Fair queues in the emulator: its own module, with the order of ``local.fair`` in it."""

import asyncio
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from local import fair, fair_order

SECONDS = 30
# A long queue, and the calls that one receive of it may make, whatever its length.
LONG = 100_000
MOST_CALLS = 1000


class Clock:
    """The emulator's time, which passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        """Give the time."""
        return self.now


class Queues:
    """The queues of one emulator."""

    def __init__(self, sqs: ModuleType, clock: Clock, runner: asyncio.Runner) -> None:
        self.sqs, self.clock, self._runner = sqs, clock, runner

    def call(self, action: str, **data: Any) -> Any:
        """Make a request."""
        return self._runner.run(self.sqs._dispatch(action, data, ""))

    def make(self, name: str, **attributes: str) -> str:
        """Make a queue and give its address."""
        return self.call("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, url: str, body: str, group: str | None = None, delay: int = 0) -> None:
        """Send a message."""
        self.call("SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=group, DelaySeconds=delay)

    def receive(self, url: str, most: int = 10, seconds: int = SECONDS) -> list[dict]:
        """Receive messages."""
        answer = self.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=most, VisibilityTimeout=seconds)
        return answer.get("Messages", [])

    def bodies(self, url: str, most: int = 10, seconds: int = SECONDS) -> list[str]:
        """Receive messages and give their bodies."""
        return [message["Body"] for message in self.receive(url, most, seconds)]

    def sizes(self, url: str) -> tuple[int, int, int]:
        """Count the messages to be had, those in flight and those delayed."""
        found = self.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        names = ("", "NotVisible", "Delayed")
        visible, in_flight, delayed = (int(found[f"ApproximateNumberOfMessages{name}"]) for name in names)
        return visible, in_flight, delayed


def emulator(monkeypatch: pytest.MonkeyPatch, name: str) -> tuple[ModuleType, Clock]:
    """Give a copy of the emulator's module with a clock of its own."""
    spec = importlib.util.find_spec("ministack.services.sqs")
    sqs = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, sqs)
    spec.loader.exec_module(sqs)
    clock = Clock()
    monkeypatch.setattr(sqs, "time", clock)
    return sqs, clock


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Give what runs the requests."""
    with asyncio.Runner() as started:
        yield started


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch, runner: asyncio.Runner) -> Queues:
    """Give an emulator with fair queues."""
    sqs, clock = emulator(monkeypatch, "fair_sqs")
    monkeypatch.setattr(fair_order, "time", clock)
    assert fair.missing(sqs) == []
    fair.install(sqs)
    return Queues(sqs, clock, runner)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch, runner: asyncio.Runner) -> Queues:
    """Give an emulator as it is shipped."""
    return Queues(*emulator(monkeypatch, "plain_sqs"), runner)


def test_what_is_gone_is_named(queues: Queues) -> None:
    """So that the launcher can say what has to be adapted."""
    del queues.sqs._dlq_sweep, queues.sqs._HANDLERS["DeleteMessage"]
    assert fair.missing(queues.sqs) == ["_dlq_sweep", "DeleteMessage"]


def test_a_single_message_overtakes_a_backlog(queues: Queues) -> None:
    """It is in the first batch, whether or not others of the backlog are in flight."""
    url = queues.make("q")
    for n in range(50):
        queues.send(url, f"bulk {n}", "task-1")
    queues.send(url, "first", "account-2")
    assert queues.bodies(url) == ["first", *(f"bulk {n}" for n in range(9))]
    queues.send(url, "second", "account-2")
    assert "second" in queues.bodies(url)


def test_groups_share_a_batch(queues: Queues) -> None:
    """The one with the fewest in flight is next, so all have as many; within a group the first comes first."""
    url = queues.make("q")
    for group in "abc":
        for n in range(20):
            queues.send(url, f"{group}{n}", group)
    first, second = queues.bodies(url, 9), queues.bodies(url, 9)
    assert Counter(body[0] for body in first) == {"a": 3, "b": 3, "c": 3}
    assert Counter(body[0] for body in first + second) == {"a": 6, "b": 6, "c": 6}
    assert [body for body in first + second if body[0] == "a"] == [f"a{n}" for n in range(6)]


def test_one_in_flight_yields_and_comes_back_when_it_is_deleted(queues: Queues) -> None:
    """What counts is what was received and not deleted."""
    url = queues.make("q")
    queues.send(url, "a0", "a")
    (held,) = queues.receive(url)
    for body, group in (("a1", "a"), ("b0", "b"), ("b1", "b")):
        queues.send(url, body, group)
    assert queues.bodies(url, 1) == ["b0"]
    queues.call("DeleteMessage", QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])
    assert queues.bodies(url, 1) == ["a1"]


def test_nothing_starves(queues: Queues) -> None:
    """A busy group and a message without one get their turn, although quiet groups never end."""
    url = queues.make("q")
    for n in range(100):
        queues.send(url, f"bulk {n}", "task-1")
    queues.send(url, "alone")
    seen = []
    for n in range(60):
        for k in range(12):
            queues.send(url, "quiet", f"account-{n}-{k}")
        seen.extend(queues.bodies(url))
    assert "alone" in seen[:20]
    assert sum(body.startswith("bulk") for body in seen) >= len(seen) / 10 - 1


def test_what_is_visible_is_always_found(queues: Queues) -> None:
    """A receive never comes back with less than there is, whatever the groups."""
    url = queues.make("q")
    for n in range(37):
        queues.send(url, str(n), (None, "a", "b")[n % 3])
    assert [len(queues.bodies(url)) for _ in range(5)] == [10, 10, 10, 7, 0]
    queues.clock.now += SECONDS
    assert sorted(int(body) for _ in range(4) for body in queues.bodies(url)) == list(range(37))


def test_fifo_queues_are_left_alone(queues: Queues) -> None:
    """Their groups give out one batch at a time, in order."""
    url = queues.make("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body, group in (("a0", "a"), ("a1", "a"), ("b0", "b")):
        queues.call("SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=group)
    assert not isinstance(queues.sqs._queues[url]["messages"], fair_order.Messages)
    assert queues.bodies(url) == ["a0", "a1", "b0"]
    assert queues.bodies(url) == []


@pytest.mark.parametrize("group", [None, "task-1"])
def test_poison_goes_to_the_dead_letters(queues: Queues, group: str | None) -> None:
    """After as many receives as the policy says, which may be changed meanwhile, and whatever waits beside it."""
    dead = queues.make("dead")
    arn = queues.sqs._queues[dead]["attributes"]["QueueArn"]
    policy = lambda count: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})  # noqa: E731
    url = queues.make("q", RedrivePolicy=policy(10))
    for n in range(4):
        queues.send(url, f"poison {n}", group)
    queues.call("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": policy(3)})
    for receives in range(1, 4):
        found = queues.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
        assert [message["Attributes"]["ApproximateReceiveCount"] for message in found] == [str(receives)] * 4
        assert queues.bodies(url) == []
        queues.clock.now += SECONDS
    for n in range(1000):
        queues.send(url, f"bulk {n}", "task-1")
    assert queues.bodies(url) == [f"bulk {n}" for n in range(10)]
    for _ in range(3):  # Looked at, they stay.
        assert queues.bodies(dead, seconds=0) == [f"poison {n}" for n in range(4)]
    assert queues.sizes(url) == (990, 10, 0) and queues.sizes(dead) == (4, 0, 0)


def test_a_lower_limit_is_for_what_waits_too(queues: Queues) -> None:
    """Messages that are over a new limit already are moved at the next receive."""
    dead = queues.make("dead")
    arn = queues.sqs._queues[dead]["attributes"]["QueueArn"]
    url = queues.make("q")
    queues.send(url, "poison", "a")
    assert [queues.bodies(url, seconds=0) for _ in range(5)] == [["poison"]] * 5
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    queues.call("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": policy})
    assert queues.bodies(url) == [] and queues.bodies(dead) == ["poison"]


def test_it_does_all_that_the_emulator_does(queues: Queues, plain: Queues) -> None:
    """Without groups, each request of a long history is answered as by the emulator as shipped."""
    plain.sqs.time = queues.clock

    def both(action: str, **data: Any) -> tuple[Any, Any]:
        answers = []
        for one in (queues, plain):
            own = {key: value[one is plain] if isinstance(value, tuple) else value for key, value in data.items()}
            try:
                answers.append(one.call(action, **own))
            except Exception as error:  # Both modules have errors of their own.
                answers.append((type(error).__name__, str(error)))
        return answers[0], answers[1]

    both("CreateQueue", QueueName="dead")
    arn = plain.sqs._queues[plain.sqs._queue_url("dead")]["attributes"]["QueueArn"]
    attributes = {"VisibilityTimeout": "20", "MessageRetentionPeriod": "120"}
    attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 4})
    both("CreateQueue", QueueName="q", Attributes=attributes)
    url, dead = (plain.sqs._queue_url(name) for name in ("q", "dead"))
    held: list[tuple[str, str]] = []
    for step in range(600):
        queues.clock.now += step % 3
        both("SendMessage", QueueUrl=url, MessageBody=str(step), DelaySeconds=step * 7 % 40)
        ours, its = both("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=step % 4 + 1)
        pairs = list(zip(ours.get("Messages", []), its.get("Messages", []), strict=True))
        assert [one["Body"] for one, _ in pairs] == [other["Body"] for _, other in pairs], step
        held.extend((one["ReceiptHandle"], other["ReceiptHandle"]) for one, other in pairs)
        # One that may be gone or have been received again: deleted, hidden for longer, or given back at once.
        handle = held.pop(step * 5 % len(held)) if held else ("gone", "gone")
        if step % 3 == 0:
            ours, its = both("DeleteMessage", QueueUrl=url, ReceiptHandle=handle)
        else:
            seconds = step % 3 % 2 * 45
            ours, its = both("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
        assert ours == its, step
        assert queues.sizes(url) == plain.sizes(url) and queues.sizes(dead) == plain.sizes(dead), step
    assert plain.sizes(dead)[0] > 0 and queues.bodies(dead) == plain.bodies(dead)
    both("PurgeQueue", QueueUrl=url)
    assert queues.sizes(url) == plain.sizes(url) == (0, 0, 0)


def test_batches_of_deletes_and_times(queues: Queues) -> None:
    """Each entry has its own answer."""
    url = queues.make("q")
    for n in range(3):
        queues.send(url, str(n), "a")
    handles = [message["ReceiptHandle"] for message in queues.receive(url)]
    entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate([*handles[:2], "none"])]
    answer = queues.call("DeleteMessageBatch", QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "1"]
    assert [(entry["Id"], entry["Code"]) for entry in answer["Failed"]] == [("2", "ReceiptHandleIsInvalid")]
    back = [{"Id": "0", "ReceiptHandle": handles[2], "VisibilityTimeout": 0}]
    queues.call("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=back)
    assert queues.bodies(url) == ["2"]


def test_the_functions_of_event_sources_are_fair_too(queues: Queues) -> None:
    """Lambda's poller receives and deletes by them."""
    url = queues.make("q")
    for n in range(20):
        queues.send(url, f"bulk {n}", "task-1")
    queues.send(url, "single", "account-1")
    batch = queues.sqs._receive_messages_for_esm(url, 10)
    assert batch[0]["body"] == "single"
    queues.sqs._delete_messages_for_esm(url, {message["receipt_handle"] for message in batch[:4]})
    queues.sqs._queues[url]["messages"].remove(batch[4])
    assert queues.sizes(url) == (11, 5, 0)


def test_a_long_queue_costs_no_more(queues: Queues) -> None:
    """A receive and its deletes make a bounded number of calls, reading a message being one of them."""

    class Seen(dict):
        """A message of which each look is a call."""

        def __getitem__(self, key: str) -> Any:
            return dict.__getitem__(self, key)

    url = queues.make("q")
    messages = queues.sqs._queues[url]["messages"]
    now = queues.clock.now
    for n in range(LONG):
        message = Seen(id=str(n), body=str(n), sent_at=now, visible_at=now, group_id=("task-1", None)[n % 3 == 0])
        messages.append(message)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    queues.sqs._receive_messages_for_esm(url, 10)  # This one finds all that has come.
    for _ in range(100):
        queues.clock.now += 1
        sys.setprofile(count)
        batch = queues.sqs._receive_messages_for_esm(url, 10)
        queues.sqs._delete_messages_for_esm(url, {message["receipt_handle"] for message in batch})
        sys.setprofile(None)
        assert len(batch) == 10
    assert calls / 100 <= MOST_CALLS
    assert len(messages) == LONG - 1000
