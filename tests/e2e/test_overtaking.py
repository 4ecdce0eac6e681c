"""Single messages overtake a large job: the queues are fair among tasks and accounts."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from baton import Client, Json, Stack, eventually, item, phone
from conftest import NewAccount

# What is on its way when the single messages are posted.
REQUESTS, RECIPIENTS = 15, 200
# How long it may take to post all requests.
AHEAD = 45
# Until a message has gone through, on a machine that is busy.
PATIENCE = 240.0
SMS = {"sms": {"text": "Hello"}}

# Sends a job; gives its bulks.
Job = Callable[[Client], list[str]]


def people(request: int) -> list[Json]:
    """Give the recipients of a request, whose numbers have no ending of SANDBOX's."""
    return [{"phone": f"+7999{request:02d}{n:05d}"} for n in range(10_100, 10_100 + RECIPIENTS)]


def post(client: Client, envelope: Json, **more: str) -> list[str]:
    """Post all requests; give their bulks."""
    bulks = []
    for request in range(REQUESTS):
        answer = client.ok("POST", "/messages", {**envelope, "messages": [item(SMS, *people(request), **more)]})
        assert not [element for element in answer if element["error"]]
        bulks.append(answer[0]["bulkId"])
    return bulks


def requests_for_one_moment(client: Client) -> list[str]:
    """Post requests whose messages are all due at the same time."""
    due = int(time.time()) + AHEAD
    bulks = post(client, {}, sendAt=datetime.fromtimestamp(due, UTC).isoformat())
    assert time.time() < due, f"the requests took more than {AHEAD} s"
    return bulks


def task(client: Client) -> list[str]:
    """Start a task that has all its messages."""
    job = client.ok("POST", "/tasks", {"name": "overtaken"})["id"]
    bulks = post(client, {"taskId": job})
    client.ok("POST", f"/startedTasks/{job}")
    return bulks


@pytest.mark.parametrize(
    ("job", "own"),
    [(requests_for_one_moment, False), (task, False), (task, True)],
    ids=["another account's requests", "another account's task", "a task of the account"],
)
def test_a_single_message_overtakes(stack: Stack, new_account: NewAccount, job: Job, own: bool) -> None:
    """One that is posted while a job is going out is delivered before most of the job."""
    stack.quiet(PATIENCE)
    sender = new_account()
    single = sender if own else new_account()
    bulks = job(sender)
    eventually(lambda: sender.ok("GET", "/outbox?limit=1")["items"], "a first message of the job", PATIENCE)
    (message,) = single.send(item(SMS, {"phone": phone()}))
    single.until(message, "DELIVERED", timeout=PATIENCE)
    before = sender.ok("GET", "/messages?status=DELIVERED&withoutItems=true")["count"] - own
    # Nobody waits for the rest.
    for bulk in bulks:
        sender.ok("DELETE", f"/messages?bulkId={bulk}")
    stack.quiet(PATIENCE)
    assert before < REQUESTS * RECIPIENTS / 2, f"{before} were delivered before it"
