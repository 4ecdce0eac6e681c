"""Tasks: messages that are started, paused, resumed and deleted as a whole, each of them sent once; and what a job costs."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from baton import PATIENCE, Client, Json, Stack, events, eventually, item, phone
from conftest import NewAccount
from consumption import of_event_sources, settled, start

T = TypeVar("T")

SMS, VIBER = {"sms": {"text": "t"}}, {"viber": {"text": "t"}}

# What is on the queues when a task is stopped, and how many of them go out a second.
COUNT, RATE = 300, 15
# How many have gone out when it is stopped.
BEGUN = 10
# How long after the call the last message may go out.
STOPS = timedelta(seconds=5)
# How long nothing may change until it is believed that nothing will: without the stop, RATE times as many would go out.
STILL = 6.0
# What a job may cost, per message.
JOB, MOST_WRITES, MOST_REQUESTS = 1000, 5.5, 0.5

TOKYO = ZoneInfo("Asia/Tokyo")


def people(count: int, ending: str = "1234") -> list[Json]:
    """Give recipients."""
    return [{"phone": phone(ending)} for _ in range(count)]


def window(begins: int, ends: int, zone: ZoneInfo | None = None) -> list[list[str]]:
    """Give one window, from and to so many hours from now, in UTC or another zone."""
    now = datetime.now(zone or UTC)
    return [[f"{now + timedelta(hours=hours):%H:%M:%S}" for hours in (begins, ends)]]


def still(look: Callable[[], T], what: str) -> T:
    """Look until what is seen has stayed the same for some seconds; give it."""
    seen, since = look(), time.monotonic()

    def has_stayed() -> bool:
        nonlocal seen, since
        now = look()
        if now != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since >= STILL

    eventually(has_stayed, f"{what} that stays as it is", pause=0.3)
    return seen


def sent(client: Client) -> Counter[str]:
    """Count the records that each message of an account has in the outbox."""
    return Counter(record["messageId"] for record in client.walk("/outbox"))


@dataclass(frozen=True)
class Task:
    """A task, as its account sees it."""

    client: Client
    id: str

    @classmethod
    def make(cls, client: Client, **more: Any) -> "Task":
        """Make one."""
        return cls(client, client.ok("POST", "/tasks", {"name": "December", **more})["id"])

    def join(self, *items: Json) -> list[str]:
        """Add messages, all of which must be accepted; give their ids."""
        elements = self.client.ok("POST", "/messages", {"taskId": self.id, "messages": list(items)})
        assert {(element["status"], element["error"]) for element in elements} == {("CREATED", None)}, elements
        return [element["id"] for element in elements]

    def start(self) -> Json:
        """Start it."""
        return self.client.ok("POST", f"/startedTasks/{self.id}")

    def pause(self) -> Json:
        """Pause it."""
        return self.client.ok("POST", f"/pausedTasks/{self.id}")

    def resume(self) -> Json:
        """Resume it."""
        return self.client.ok("DELETE", f"/pausedTasks/{self.id}")

    def seen(self) -> Json:
        """Give it as it is."""
        return self.client.ok("GET", f"/tasks/{self.id}")

    def counts(self) -> tuple[int, int, int, int, int]:
        """Give how many messages it has, how many have gone out, are with a provider, have ended; and the progress."""
        seen, names = self.seen(), ("total", "totalProcessed", "inProgress", "completed")
        total, processed, in_progress, completed = (seen[f"{name}MessageCount"] for name in names)
        return total, processed, in_progress, completed, seen["progress"]

    def messages(self, **filters: str) -> dict[str, str]:
        """Give the status of each of its messages."""
        listed = self.client.walk("/messages", taskId=self.id, **filters)
        return {message["id"]: message["status"] for message in listed}

    def until_completed(self, timeout: float = PATIENCE) -> None:
        """Wait until all of its messages have come to their end."""
        status = lambda: self.client.ok("GET", f"/tasks/{self.id}/statuses")["status"]  # noqa: E731
        eventually(lambda: status() == "COMPLETED", "the task is completed", timeout)

    def until_statuses(self, **expected: int) -> None:
        """Wait until its messages have these statuses, so many of them each."""
        seen: Counter[str] = Counter()

        def look() -> bool:
            seen.clear()
            seen.update(self.messages().values())
            return seen == expected

        try:
            eventually(look, f"messages that are {expected}", pause=0.3)
        except AssertionError as late:
            raise AssertionError(f"{late}; they are {dict(seen)}") from None

    def refused(self, method: str, path: str) -> tuple[int, str]:
        """Ask what must be refused; give the answer's status and code."""
        answer = self.client.call(method, f"{path}/{self.id}")
        return answer.status, answer.json["code"]


@pytest.fixture
def limited(account: Client) -> Iterator[Client]:
    """Give an account whose messages go out slowly."""
    account.ok("PUT", f"/bandwidth/{account.account}", [{"bandwidth": RATE, "channel": "sms"}])
    yield account
    account.ok("PUT", f"/bandwidth/{account.account}", [])


def begun(client: Client) -> tuple[Task, list[str]]:
    """Start a task whose first messages have gone out and whose other ones are on the queues; give it and all of them."""
    task = Task.make(client)
    ids = task.join(item(SMS, *people(COUNT)))
    assert task.start()["status"] == "RUNNING"
    eventually(lambda: len(sent(client)) >= BEGUN, "the first messages have gone out")
    return task, ids


def gone_out(client: Client, stopped: datetime) -> set[str]:
    """Wait until nothing goes out any more, which must have been soon after that time; give what has, each once."""
    records = still(client.outbox, "an outbox")
    late = [record["at"] for record in records if datetime.fromisoformat(record["at"]) > stopped + STOPS]
    assert not late, f"stopped at {stopped}, and sent at {late}"
    times = Counter(record["messageId"] for record in records)
    assert BEGUN <= len(times) < COUNT - RATE * STILL, "too few are left to see that they are held"
    assert set(times.values()) == {1}
    return set(times)


def test_messages_go_when_their_task_starts(stack: Stack, account: Client) -> None:
    """Nothing before; then each once, however often and by however many it is started."""
    task = Task.make(account)
    endings = {"1234": ("DELIVERED", 40), "0001": ("UNDELIVERED", 3), "0003": ("UNDELIVERED", 3), "0006": ("READ", 4)}
    expected, total = {}, 50
    for ending, (status, count) in endings.items():
        expected |= dict.fromkeys(task.join(item(VIBER, *people(count, ending))), status)
    (other,) = account.send(item(VIBER, {"phone": phone()}))
    account.until(other, "DELIVERED")
    stack.quiet()
    assert set(sent(account)) == {other}
    assert task.messages() == dict.fromkeys(expected, "CREATED")
    one = account.message(next(iter(expected)))
    assert (one["taskId"], one["status"], account.message(other)["taskId"]) == (task.id, "CREATED", None)
    assert task.seen()["status"] == "CREATED" and task.counts() == (total, 0, 0, 0, 0)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: task.start(), range(2)))
    assert [(answer["id"], answer["status"]) for answer in answers] == [(task.id, "RUNNING")] * 2
    progress = []

    def is_completed() -> bool:
        seen = task.seen()
        progress.append(seen["progress"])
        assert (seen["status"] == "COMPLETED") == (seen["progress"] == 100), seen
        return seen["status"] == "COMPLETED"

    eventually(is_completed, "the task is completed")
    assert progress == sorted(progress)
    task.until_statuses(DELIVERED=40, UNDELIVERED=6, READ=4)
    assert task.messages() == expected
    assert task.start()["status"] == "COMPLETED"
    stack.quiet()
    assert sent(account) == Counter([*expected, other])
    # What is counted twice would be so by now.
    assert still(task.counts, "counts") == (total, total, 0, total, 100)


def test_a_running_task_takes_more(account: Client) -> None:
    """They go at once; the task is completed again when they have come to their end."""
    task = Task.make(account)
    assert task.start()["status"] == "RUNNING"
    (first,) = task.join(item(SMS, {"phone": phone()}))
    task.until_completed()
    second = task.join(item(SMS, *people(2)))
    assert (task.seen()["status"], task.counts()) in [("RUNNING", (3, 1, 0, 1, 33)), ("RUNNING", (3, 3, 2, 1, 33))]
    task.until_completed()
    assert task.counts() == (3, 3, 0, 3, 100) and sent(account) == Counter([first, *second])


def test_what_a_provider_holds_is_in_progress_and_is_left_to_it(stack: Stack, account: Client) -> None:
    """SANDBOX never reports on 0002. Deleting the task does not change what has gone out."""
    task = Task.make(account)
    ids = task.join(item(VIBER, *people(2)), item(VIBER, *people(1, "0002")))
    task.start()
    eventually(lambda: task.counts() == (3, 3, 1, 2, 66), "two that are delivered, and one that is not")
    assert task.seen()["status"] == "RUNNING"
    assert account.ok("DELETE", f"/tasks/{task.id}") == {"id": task.id}
    stack.quiet()
    assert [account.message(id_)["status"] for id_ in ids] == ["DELIVERED", "DELIVERED", "PENDING"]


def test_a_paused_task_holds_what_is_on_the_queues(stack: Stack, limited: Client) -> None:
    """Nothing more goes out, and what waits is shown as paused; resumed, all are delivered, each once."""
    task, ids = begun(limited)
    assert task.pause()["status"] == "PAUSED"
    out = gone_out(limited, datetime.now(UTC))
    ids += task.join(item(SMS, {"phone": phone()}))
    waiting = set(ids) - out
    task.until_statuses(DELIVERED=len(out), PAUSED=len(waiting))
    assert task.messages(status="PAUSED") == dict.fromkeys(waiting, "PAUSED")
    assert task.messages(status="CREATED,DELAYED,PENDING") == {}
    assert limited.ok("GET", "/messages?status=PAUSED&withoutItems=true")["count"] == len(waiting)
    one = limited.message(ids[-1])
    assert (one["status"], one["statusCode"]) == ("PAUSED", 3)
    assert [found["id"] for found in limited.walk("/tasks", status="PAUSED")] == [task.id]
    assert task.pause()["status"] == "PAUSED"
    assert task.refused("POST", "/startedTasks") == (409, "task_paused")
    eventually(lambda: task.counts()[:4] == (len(ids), len(out), 0, len(out)), "exact counts")

    assert [task.resume()["status"] for _ in range(2)] == ["RUNNING", "RUNNING"]
    task.until_completed(timeout=120)
    assert task.messages() == dict.fromkeys(ids, "DELIVERED")
    stack.quiet(120)
    assert sent(limited) == Counter(ids)
    assert still(task.counts, "counts") == (len(ids), len(ids), 0, len(ids), 100)
    assert task.refused("POST", "/pausedTasks") == (409, "task_completed")


# What can be asked of a task.
WAYS = [
    ("GET", "/tasks/{}"),
    ("GET", "/tasks/{}/statuses"),
    ("PUT", "/tasks/{}"),
    ("DELETE", "/tasks/{}"),
    ("POST", "/startedTasks/{}"),
    ("POST", "/pausedTasks/{}"),
    ("DELETE", "/pausedTasks/{}"),
]


def ask(client: Client, method: str, path: str, task: str) -> tuple[int, str | None]:
    """Ask something of a task; give the answer's status and code."""
    answer = client.call(method, path.format(task), {"name": "Mine"} if method == "PUT" else None)
    return answer.status, answer.json.get("code")


def of_task(task: str) -> Json:
    """Give a request for a task."""
    return {"taskId": task, "messages": [item(SMS, {"phone": phone()})]}


def test_a_deleted_task_cancels_what_has_not_gone_out(stack: Stack, limited: Client) -> None:
    """Nothing goes out afterwards; its messages can still be looked at, it can not."""
    task, ids = begun(limited)
    assert limited.ok("DELETE", f"/tasks/{task.id}") == {"id": task.id}
    deleted = datetime.now(UTC)
    assert ask(limited, "GET", "/tasks/{}", task.id) == (404, "not_found")
    out = gone_out(limited, deleted)
    task.until_statuses(DELIVERED=len(out), CANCELED=COUNT - len(out))
    assert task.messages() == {id_: "DELIVERED" if id_ in out else "CANCELED" for id_ in ids}
    canceled = next(id_ for id_ in ids if id_ not in out)
    assert events(limited.message(canceled)) == [("accepted", None), ("canceled", None)]
    stack.quiet()
    assert sent(limited) == Counter(out)

    again = {method + path: ask(limited, method, path, task.id) for method, path in WAYS}
    assert again.pop("DELETE/tasks/{}") == (200, None)
    assert set(again.values()) == {(404, "not_found")}, again
    assert limited.ok("GET", "/tasks")["items"] == []
    answer = limited.call("POST", "/messages", of_task(task.id))
    assert (answer.status, answer.faults) == (422, [("/taskId", "unknown_task")])


def test_a_task_keeps_to_its_windows(stack: Stack, account: Client) -> None:
    """Closed: only what has windows of its own goes, the rest waits for them to open. Changed to open ones: all go."""
    closed = window(2, 3)
    task = Task.make(account, allowedTimeRanges=closed)
    assert task.seen()["allowedTimeRanges"] == closed
    waiting = task.join(item(SMS, *people(20)))
    (own,) = task.join(item(SMS, {"phone": phone()}, allowedTimeRanges=window(-1, 1)))
    assert task.start()["status"] == "RUNNING"
    account.until(own, "DELIVERED")
    eventually(lambda: stack.schedules(account.account), "a schedule for when the window opens")
    stack.quiet()
    assert set(sent(account)) == {own} and task.seen()["status"] == "RUNNING"
    assert set(task.messages(status="CREATED,DELAYED")) == set(waiting)

    opened = {"allowedTimeRanges": window(-1, 1, TOKYO), "timeZone": TOKYO.key}
    changed = account.ok("PUT", f"/tasks/{task.id}", opened)
    assert (changed["name"], changed["status"]) == ("December", "RUNNING")
    assert {name: changed[name] for name in opened} == opened
    task.until_completed()
    stack.quiet()
    assert sent(account) == Counter([*waiting, own])


def test_a_task_that_was_never_started_is_not_paused(shop: Client) -> None:
    """And not resumed."""
    task = Task.make(shop)
    assert task.refused("POST", "/pausedTasks") == (409, "task_not_started")
    assert task.refused("DELETE", "/pausedTasks") == (409, "task_not_started")
    assert task.seen()["status"] == "CREATED"


@pytest.mark.parametrize(("method", "path"), WAYS)
def test_there_is_no_such_task(method: str, path: str, shop: Client, new_account: NewAccount) -> None:
    """Neither an unknown one nor another account's, which stays as it is."""
    foreign = Task.make(new_account())
    before = foreign.seen()
    for unknown in (str(uuid.uuid4()), "none", foreign.id):
        assert ask(shop, method, path, unknown) == (404, "not_found"), unknown
    assert foreign.seen() == before


def test_no_message_joins_another_accounts_task(shop: Client, new_account: NewAccount) -> None:
    """Nor an unknown one; its messages are not listed."""
    foreign = Task.make(new_account())
    foreign.join(item(SMS, {"phone": phone()}))
    for task, code in ((foreign.id, "unknown_task"), (str(uuid.uuid4()), "unknown_task"), ("none", "invalid")):
        answer = shop.call("POST", "/messages", of_task(task))
        assert (answer.status, answer.faults) == (422, [("/taskId", code)])
    assert Task(shop, foreign.id).messages() == {}
    assert foreign.counts() == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"allowedTimeRange": []}, ("/allowedTimeRange", "unknown_field")),
        ({"name": " "}, ("/name", "empty")),
        ({"timeZone": "Mars"}, ("/timeZone", "invalid")),
        ({"allowedTimeRanges": [["09:00", "21:00"], ["22:00"]]}, ("/allowedTimeRanges/1", "invalid")),
        ({"allowedTimeRanges": [["09:00", "09:00"]]}, ("/allowedTimeRanges/0", "empty")),
        ({"allowedTimeRanges": [["09:00", "25:00"]]}, ("/allowedTimeRanges/0/1", "invalid")),
    ],
)
def test_bad_tasks(more: Json, fault: tuple[str, str], shop: Client) -> None:
    """Refused with their place, made or changed."""
    task = Task.make(shop)
    before = task.seen()
    for method, path in (("POST", "/tasks"), ("PUT", f"/tasks/{task.id}")):
        answer = shop.call(method, path, {"name": "Bad", **more})
        assert (answer.status, answer.faults) == (422, [fault])
    assert task.seen() == before and list(shop.walk("/tasks", name="Bad")) == []


def test_what_a_job_costs(stack: Stack, account: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures of a job: write units and SQS requests per message, from making the task to its completion."""
    since, before = start(stack)
    task = Task.make(account)
    ids = task.join(item(SMS, *people(JOB)))
    task.start()
    task.until_completed(timeout=120)
    stack.quiet()
    functions = ("api", "dispatch", "send-sms", "receipts", "progress")
    writes, requests, invocations = settled(stack, since, before, functions)
    # The sender's queue has a message per recipient, the receipts queue at most one for each request of the sender, the
    # wake queue one for each look at the bulk.
    of_sources = of_event_sources(JOB, requests["send-sms"], 10 * invocations["dispatch"])
    writes_each = sum(writes.values()) / JOB
    requests_each = (sum(requests.values()) + of_sources) / JOB
    report = (
        f"\na task of {JOB} messages: {writes_each:.3f} write units and {requests_each:.3f} queue requests per message\n"
        f"  write units {writes}, queue requests of the functions {requests}, of the event sources {of_sources}, "
        f"invocations that consumed {invocations}"
    )
    with capsys.disabled():
        print(report)
    assert all(writes.get(function) for function in ("api", "send-sms", "receipts", "progress")), report
    assert writes_each <= MOST_WRITES and requests_each <= MOST_REQUESTS, report
    assert sent(account) == Counter(ids) and task.counts() == (JOB, JOB, 0, JOB, 100)
