"""Callbacks have two lanes: a receiver that never answers holds up nobody else's."""

import time
from collections.abc import Iterator

import pytest
from baton import Client, Json, eventually, phone
from conftest import NewAccount
from hooks import Receiver, receiving, send

# A callback needs about a second here; a call of the hung receiver lasts six, and there are two places in each lane.
PROMPT = 5.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Run a receiver."""
    with receiving() as started:
        yield started


@pytest.fixture
def hung() -> Iterator[Receiver]:
    """Run a receiver that takes requests and never answers."""
    with receiving() as started:
        started.answer("/hung", *[0] * 1000)
        yield started


def tries(account: Client, message: str) -> list[Json]:
    """Give the tries of a message's callbacks."""
    return [line for entry in account.walk("/callbacks", messageId=message) for line in entry["tries"]]


def test_a_hung_receiver_holds_up_no_other_account(new_account: NewAccount, receiver: Receiver, hung: Receiver) -> None:
    """Sixty callbacks that nobody takes are on their way; another account's come as if they were not."""
    noisy, quiet = new_account(), new_account()
    stuck = send(noisy, hung.url("/hung"), *(phone("0001") for _ in range(60)))
    hung.wait("/hung", 1)
    late = []
    for number in range(10):
        path = f"/lane/{number}"
        (message,) = send(quiet, receiver.url(path), phone("0001"))
        quiet.until(message, "UNDELIVERED")
        failed = time.monotonic()
        receiver.wait(path, 1)
        late.append(time.monotonic() - failed)
    assert max(late) < PROMPT, late
    # The call that hung is a try that timed out. The others were not called in vain meanwhile, and wait for their turn.
    tried = eventually(lambda: [line for message in stuck for line in tries(noisy, message)], "a try that timed out")
    assert {line["error"] for line in tried} == {"timeout"} and len(tried) <= 5, tried


def test_a_receiver_that_hangs_now_and_answers_later(new_account: NewAccount, receiver: Receiver) -> None:
    """A receiver that was quick stops to answer: what the fast lane gave up is a try, and the next one arrives."""
    account = new_account()
    send(account, receiver.url("/well"), phone("0001"))
    receiver.wait("/well", 1)
    receiver.answer("/stuck", 0)
    (message,) = send(account, receiver.url("/stuck"), phone("0001"))
    first, second = receiver.wait("/stuck", 2)
    assert first.id == second.id and first.text == second.text
    found = eventually(lambda: lines if len(lines := tries(account, message)) == 2 else None, "two tries")
    assert [(line["error"], line["statusCode"]) for line in found] == [("timeout", None), (None, 200)]
    assert 1000 <= found[0]["duration"] < 4000, "the fast lane waits for two seconds"
