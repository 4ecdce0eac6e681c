"""Single messages overtake a large job: the queues are fair among tasks and accounts."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from baton import Client, Json, Stack, eventually, item, phone
from conftest import NewAccount

# What is in flight on the channel's queue when the single messages are posted, in requests of the largest size.
REQUESTS, RECIPIENTS = 3, 1000
# Until all of it has been delivered, on a machine that is busy.
PATIENCE = 240.0
SMS = {"sms": {"text": "Hello"}}

# How a job is sent: gives when its messages begin to go.
Job = Callable[[Client], None]


def people(request: int) -> list[Json]:
    """Give the recipients of a request, whose numbers have no ending of SANDBOX's."""
    return [{"phone": f"+7999{request}{n:06d}"} for n in range(100_000, 100_000 + RECIPIENTS)]


def post(client: Client, **more: str) -> None:
    """Post all requests."""
    for request in range(REQUESTS):
        answer = client.ok("POST", "/messages", {"messages": [item(SMS, *people(request), **more)]})
        assert not [element for element in answer if element["error"]]


def requests_for_one_moment(client: Client) -> None:
    """Post requests whose messages are all due at the same time."""
    due = int(time.time()) + 20
    post(client, sendAt=datetime.fromtimestamp(due, UTC).isoformat())
    assert time.time() < due, "the requests have taken too long"


def task(client: Client) -> None:
    """Start a task that has all its messages."""
    job = client.ok("POST", "/tasks", {"name": "overtaken"})["id"]
    for request in range(REQUESTS):
        sms = item(SMS, *people(request))
        answer = client.ok("POST", "/messages", {"messages": [sms], "taskId": job})
        assert not [element for element in answer if element["error"]]
    assert client.call("POST", f"/startedTasks/{job}").status in (200, 204)


@pytest.mark.parametrize(
    ("job", "own"),
    [(requests_for_one_moment, False), (task, False), (task, True)],
    ids=["another account's requests", "another account's task", "a task of the account"],
)
def test_a_single_message_overtakes(stack: Stack, new_account: NewAccount, job: Job, own: bool) -> None:
    """One that is posted while a job is going out is delivered before most of the job."""
    stack.quiet()
    sender = new_account()
    single = sender if own else new_account()
    job(sender)
    eventually(lambda: sender.ok("GET", "/outbox?limit=1")["items"], "a first message of the job", timeout=60)
    (message,) = single.send(item(SMS, {"phone": phone()}))
    single.until(message, "DELIVERED", timeout=PATIENCE)
    delivered = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    of_job = "/messages?status=DELIVERED&withoutItems=true"
    everything = REQUESTS * RECIPIENTS + own
    eventually(lambda: sender.ok("GET", of_job)["count"] == everything, "all delivered", PATIENCE, pause=1)
    times = {entry["id"]: entry["deliveredAt"] for entry in sender.walk("/messages", fields="id,deliveredAt")}
    times.pop(message, None)
    assert len(times) == REQUESTS * RECIPIENTS
    before = sum(at < delivered for at in times.values())
    assert before < len(times) / 2, f"{before} of {len(times)} were delivered before it"
