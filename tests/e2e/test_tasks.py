"""Tasks: messages that are started, paused, resumed and deleted as a whole, each sent once; and what a job costs."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from baton import PATIENCE, Client, Json, Stack, events, eventually, item, phone
from conftest import NewAccount
from consumption import of_event_sources, settled, start

SMS, VIBER = {"sms": {"text": "t"}}, {"viber": {"text": "t"}}

# What can be asked of a task.
START, PAUSE, RESUME = "POST /startedTasks/{}", "POST /pausedTasks/{}", "DELETE /pausedTasks/{}"
GET, STATUS, CHANGE, DELETE = "GET /tasks/{}", "GET /tasks/{}/statuses", "PUT /tasks/{}", "DELETE /tasks/{}"
WAYS = (GET, STATUS, CHANGE, DELETE, START, PAUSE, RESUME)
NOT_FOUND = (404, "not_found")

# What is on the queues when a task is stopped, how many go out a second, and how many have gone out by then.
COUNT, RATE, BEGUN = 300, 15, 10
# How long after the stop the last message may go out.
STOPS = timedelta(seconds=5)
# How many seconds nothing may change until it is believed that nothing will: else RATE would go out in each of them.
STILL = 6.0
# How many messages a job has, and what it may cost for each.
JOB, MOST_WRITES, MOST_REQUESTS = 1000, 5.5, 0.5


def people(count: int, ending: str = "1234") -> list[Json]:
    """Give recipients."""
    return [{"phone": phone(ending)} for _ in range(count)]


def window(begins: int, ends: int, zone: str = "UTC") -> list[list[str]]:
    """Give one window, from and to so many hours from now, on the clocks of a zone."""
    return [[f"{datetime.now(ZoneInfo(zone)) + timedelta(hours=hours):%H:%M:00}" for hours in (begins, ends)]]


def becomes(look: Callable[[], Any], expected: Any) -> None:
    """Wait until what is seen is what is expected; fail with what is seen."""
    deadline = time.monotonic() + PATIENCE
    while (seen := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.3)
    assert seen == expected


def still(look: Callable[[], Any]) -> Any:
    """Look until what is seen has stayed the same for some seconds; give it."""
    seen, since, deadline = look(), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() < since + STILL:
        assert time.monotonic() < deadline, f"it does not stay as it is, now {seen}"
        time.sleep(0.3)
        if (now := look()) != seen:
            seen, since = now, time.monotonic()
    return seen


def sent(client: Client) -> Counter[str]:
    """Count the records that each message of an account has in the outbox."""
    return Counter(record["messageId"] for record in client.walk("/outbox"))


@dataclass(frozen=True)
class Task:
    """A task, as an account sees it."""

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

    def ask(self, way: str) -> tuple[int, str | None]:
        """Ask something of it; give the answer's status, and the task's or the error's code."""
        method, path = way.format(self.id).split()
        answer = self.client.call(method, path, {"name": "Mine"} if way == CHANGE else None)
        return answer.status, answer.json.get("status" if answer.status == 200 else "code")

    def seen(self) -> Json:
        """Give it as it is."""
        return self.client.ok("GET", f"/tasks/{self.id}")

    def counts(self) -> tuple[int, ...]:
        """Give how many messages it has, have gone out, are with a provider and have ended; and the progress."""
        names = ("total", "totalProcessed", "inProgress", "completed")
        seen = self.seen()
        return (*(seen[f"{name}MessageCount"] for name in names), seen["progress"])

    def messages(self, **filters: str) -> dict[str, str]:
        """Give the status of each of its messages."""
        listed = self.client.walk("/messages", taskId=self.id, **filters)
        return {message["id"]: message["status"] for message in listed}

    def until_completed(self, timeout: float = PATIENCE) -> None:
        """Wait until all of its messages have come to their end."""
        eventually(lambda: self.ask(STATUS)[1] == "COMPLETED", "the task is completed", timeout)


@pytest.fixture
def limited(account: Client) -> Iterator[Client]:
    """Give an account whose messages go out slowly."""
    account.ok("PUT", f"/bandwidth/{account.account}", [{"bandwidth": RATE, "channel": "sms"}])
    yield account
    account.ok("PUT", f"/bandwidth/{account.account}", [])


def begun(client: Client) -> tuple[Task, list[str]]:
    """Start a task until its first messages have gone out, with the others on the queues; give it and all of them."""
    task = Task.make(client)
    ids = task.join(item(SMS, *people(COUNT)))
    assert task.ask(START) == (200, "RUNNING")
    eventually(lambda: len(sent(client)) >= BEGUN, "the first messages have gone out")
    return task, ids


def gone_out(client: Client, stopped: datetime) -> set[str]:
    """Wait until nothing goes out any more, which must have been soon after that time; give what has, each once."""
    records = still(client.outbox)
    late = [record["at"] for record in records if datetime.fromisoformat(record["at"]) > stopped + STOPS]
    assert not late, f"stopped at {stopped}, and sent at {late}"
    times = Counter(record["messageId"] for record in records)
    assert set(times.values()) == {1} and len(times) < COUNT - RATE * STILL, "sent twice, or too few were left"
    return set(times)


def test_messages_go_when_their_task_starts(stack: Stack, account: Client) -> None:
    """Nothing before; then each once, however often it is started. What joins it later goes at once."""
    task, expected = Task.make(account), {}
    ends = (("1234", "DELIVERED", 40), ("0001", "UNDELIVERED", 3), ("0003", "UNDELIVERED", 3), ("0006", "READ", 4))
    for ending, status, count in ends:
        expected |= dict.fromkeys(task.join(item(VIBER, *people(count, ending))), status)
    (other,) = account.send(item(VIBER, {"phone": phone()}))
    account.until(other, "DELIVERED")
    stack.quiet()
    assert set(sent(account)) == {other}
    assert task.messages() == dict.fromkeys(expected, "CREATED")
    assert account.message(next(iter(expected)))["taskId"] == task.id and account.message(other)["taskId"] is None
    assert (task.ask(GET), task.counts()) == ((200, "CREATED"), (50, 0, 0, 0, 0))
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(task.ask, [START, START])) == [(200, "RUNNING")] * 2
    progress = []

    def is_completed() -> bool:
        seen = task.seen()
        progress.append(seen["progress"])
        assert (seen["status"] == "COMPLETED") == (seen["progress"] == 100), seen
        return seen["status"] == "COMPLETED"

    eventually(is_completed, "the task is completed")
    assert progress == sorted(progress)
    becomes(task.messages, expected)
    assert task.ask(START) == (200, "COMPLETED")
    more = task.join(item(SMS, *people(2)))
    task.until_completed()
    stack.quiet()
    assert sent(account) == Counter([*expected, *more, other])
    # What is counted twice would be so by now.
    assert still(task.counts) == (52, 52, 0, 52, 100)


def test_what_a_provider_holds_is_in_progress_and_is_left_to_it(stack: Stack, account: Client) -> None:
    """SANDBOX never reports on 0002. Deleting the task does not change what has gone out."""
    task = Task.make(account)
    ids = task.join(item(VIBER, *people(2), *people(1, "0002")))
    task.ask(START)
    becomes(task.counts, (3, 3, 1, 2, 66))
    assert task.ask(GET) == (200, "RUNNING") and task.ask(DELETE)[0] == 200
    stack.quiet()
    assert [account.message(id_)["status"] for id_ in ids] == ["DELIVERED", "DELIVERED", "PENDING"]


def test_a_paused_task_holds_what_is_on_the_queues(stack: Stack, limited: Client) -> None:
    """Nothing more goes out, and what waits is shown as paused; resumed, all are delivered, each once."""
    task, ids = begun(limited)
    assert task.ask(PAUSE) == (200, "PAUSED")
    out = gone_out(limited, datetime.now(UTC))
    ids += task.join(item(SMS, *people(1)))
    waiting = set(ids) - out
    becomes(task.messages, {id_: "DELIVERED" if id_ in out else "PAUSED" for id_ in ids})
    assert set(task.messages(status="PAUSED")) == waiting and not task.messages(status="CREATED,DELAYED,PENDING")
    assert limited.ok("GET", "/messages?status=PAUSED&withoutItems=true")["count"] == len(waiting)
    assert limited.message(ids[-1])["statusCode"] == 3
    assert [found["id"] for found in limited.walk("/tasks", status="PAUSED")] == [task.id]
    assert (task.ask(PAUSE), task.ask(START)) == ((200, "PAUSED"), (409, "task_paused"))
    becomes(lambda: task.counts()[:4], (len(ids), len(out), 0, len(out)))
    assert [task.ask(RESUME), task.ask(RESUME)] == [(200, "RUNNING")] * 2
    task.until_completed(timeout=120)
    assert task.messages() == dict.fromkeys(ids, "DELIVERED")
    stack.quiet(120)
    assert sent(limited) == Counter(ids)
    assert still(task.counts) == (len(ids), len(ids), 0, len(ids), 100)
    assert task.ask(PAUSE) == (409, "task_completed")


def test_a_deleted_task_cancels_what_has_not_gone_out(stack: Stack, limited: Client) -> None:
    """Nothing goes out afterwards; its messages can still be looked at, it can not."""
    task, ids = begun(limited)
    assert limited.ok("DELETE", f"/tasks/{task.id}") == {"id": task.id}
    deleted = datetime.now(UTC)
    out = gone_out(limited, deleted)
    becomes(task.messages, {id_: "DELIVERED" if id_ in out else "CANCELED" for id_ in ids})
    canceled = next(id_ for id_ in ids if id_ not in out)
    assert events(limited.message(canceled)) == [("accepted", None), ("canceled", None)]
    stack.quiet()
    assert sent(limited) == Counter(out)
    assert {way: task.ask(way) for way in WAYS} == {**dict.fromkeys(WAYS, NOT_FOUND), DELETE: (200, None)}
    assert limited.ok("GET", "/tasks")["items"] == []


def test_a_task_keeps_to_its_windows(stack: Stack, account: Client) -> None:
    """Closed: only what has windows of its own goes, the rest waits for them to open. Changed to open ones: all go."""
    task = Task.make(account, allowedTimeRanges=window(2, 3))
    waiting = task.join(item(SMS, *people(20)))
    (own,) = task.join(item(SMS, *people(1), allowedTimeRanges=window(-1, 1)))
    assert task.ask(START) == (200, "RUNNING")
    account.until(own, "DELIVERED")
    eventually(lambda: stack.schedules(account.account), "a schedule for when the window opens")
    stack.quiet()
    assert set(sent(account)) == {own} and task.ask(GET) == (200, "RUNNING")
    assert set(task.messages(status="CREATED,DELAYED")) == set(waiting)
    opened = {"allowedTimeRanges": window(-1, 1, "Asia/Tokyo"), "timeZone": "Asia/Tokyo"}
    changed = account.ok("PUT", f"/tasks/{task.id}", opened)
    assert {**changed, **opened, "name": "December", "status": "RUNNING"} == changed
    task.until_completed()
    stack.quiet()
    assert sent(account) == Counter([*waiting, own])


def test_there_is_no_such_task(shop: Client, new_account: NewAccount) -> None:
    """Neither an unknown one nor another account's, which stays as it is, and which no message joins."""
    foreign = Task.make(new_account())
    foreign.join(item(SMS, *people(1)))
    before = foreign.seen()
    for task in (Task(shop, str(uuid.uuid4())), Task(shop, foreign.id)):
        assert {way: task.ask(way) for way in WAYS} == dict.fromkeys(WAYS, NOT_FOUND)
        assert task.messages() == {}
        answer = shop.call("POST", "/messages", {"taskId": task.id, "messages": [item(SMS, *people(1))]})
        assert (answer.status, answer.faults) == (422, [("/taskId", "unknown_task")])
    assert foreign.seen() == before


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"allowedTimeRange": []}, ("/allowedTimeRange", "unknown_field")),
        ({"allowedTimeRanges": [["09:00", "21:00"], ["22:00"]]}, ("/allowedTimeRanges/1", "invalid")),
        ({"allowedTimeRanges": [["09:00", "09:00"]]}, ("/allowedTimeRanges/0", "empty")),
        ({"allowedTimeRanges": [["09:00", "25:00"]]}, ("/allowedTimeRanges/0/1", "invalid")),
    ],
)
def test_bad_tasks(more: Json, fault: tuple[str, str], shop: Client) -> None:
    """Refused with their place, made or changed. One that was never started is neither paused nor resumed."""
    task = Task.make(shop)
    before = task.seen()
    for method, path in (("POST", "/tasks"), ("PUT", f"/tasks/{task.id}")):
        answer = shop.call(method, path, {"name": "Bad", **more})
        assert (answer.status, answer.faults) == (422, [fault])
    assert [task.ask(PAUSE), task.ask(RESUME)] == [(409, "task_not_started")] * 2
    assert task.seen() == before and list(shop.walk("/tasks", name="Bad")) == []


def test_what_a_job_costs(stack: Stack, account: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures of a job: write units and SQS requests per message, from making the task to its completion."""
    since, before = start(stack)
    task = Task.make(account)
    ids = task.join(item(SMS, *people(JOB)))
    task.ask(START)
    task.until_completed(timeout=120)
    stack.quiet()
    functions = ("api", "dispatch", "send-sms", "receipts", "progress")
    writes, requests, invocations = settled(stack, since, before, functions)
    # As in test_cost, and the wake queue has a message for each look at the bulk.
    of_sources = of_event_sources(JOB, requests["send-sms"], 10 * invocations["dispatch"])
    writes_each, requests_each = sum(writes.values()) / JOB, (sum(requests.values()) + of_sources) / JOB
    report = (
        f"\na task of {JOB} messages: {writes_each:.3f} write units and {requests_each:.3f} queue requests each\n"
        f"  write units {writes}, queue requests of the functions {requests}, of the event sources {of_sources}"
    )
    with capsys.disabled():
        print(report)
    assert all(writes.get(function) for function in ("api", "send-sms", "receipts", "progress")), report
    assert writes_each <= MOST_WRITES and requests_each <= MOST_REQUESTS, report
    assert sent(account) == Counter(ids) and task.counts() == (JOB, JOB, 0, JOB, 100)
