"""Delayed sends, windows and validity periods on the local stack: to the second, and never too early."""

from datetime import UTC, datetime, timedelta

import pytest
from baton import Client, Json, Stack, events, eventually, item, phone

# What a send may leave after its time.
PUNCTUAL = timedelta(seconds=2)


def now() -> datetime:
    """Give the time of this machine, which is also the stack's."""
    return datetime.now(UTC)


def text(time: datetime) -> str:
    """Write a time as the API takes it."""
    return time.isoformat(timespec="milliseconds")


def read(written: str) -> datetime:
    """Read a time as the API writes it."""
    return datetime.fromisoformat(written)


def post(account: Client, items: list[Json], status: str = "DELAYED") -> list[str]:
    """Send items, all of which must be accepted with this status; give the ids."""
    accepted = account.ok("POST", "/messages", {"messages": items})
    assert {element["status"] for element in accepted} == {status}, accepted
    return [element["id"] for element in accepted]


def schedules(stack: Stack) -> list[str]:
    """Give the names of all schedules."""
    found = stack.aws("scheduler").list_schedules()["Schedules"]
    return [schedule["Name"] for schedule in found]


def test_sends_leave_at_their_time(account: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty messages over fifteen seconds leave within two seconds after their time, and none before."""
    due = [now() + timedelta(seconds=3 + index / 2) for index in range(30)]
    ids = post(account, [item({"sms": {"text": "t"}}, {"phone": phone()}, sendAt=text(time)) for time in due])
    late = []
    for message, time in zip(ids, due, strict=True):
        seen = account.until(message, "DELIVERED")
        assert read(seen["sendAt"]) == read(text(time))
        (record,) = account.outbox(messageId=message)
        late.append(read(record["at"]) - read(text(time)))
    ordered = sorted(late)
    with capsys.disabled():
        print(f"\nlate by {ordered[len(ordered) // 2]} (median), {ordered[-1]} (most)")
    assert ordered[0] >= timedelta() and ordered[-1] <= PUNCTUAL, ordered


def test_a_closed_window_delays(account: Client) -> None:
    """A window that opens in two hours: the message waits for it, also as the next channel of a failed one."""
    opens = (now() + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    window = [[f"{opens:%H:%M}", f"{opens + timedelta(hours=1):%H:%M}"]]
    (message,) = post(account, [item({"sms": {"text": "t"}}, {"phone": phone()}, allowedTimeRanges=window)])
    seen = account.message(message)
    assert ("delayed", "sms") in events(seen) and f"{opens:%Y-%m-%dT%H:%M}" in seen["statusDescription"], seen
    assert account.outbox(messageId=message) == []


def test_a_far_bulk_has_one_schedule_until_it_is_cancelled(stack: Stack, account: Client) -> None:
    """A hundred recipients in an hour: one schedule; when all are cancelled it is removed."""
    to = [{"phone": phone()} for _ in range(100)]
    ids = post(account, [item({"sms": {"text": "t"}}, *to, sendAt=text(now() + timedelta(hours=1)))])
    bulk = account.message(ids[0])["bulkId"]
    own = f"{account.account}-{bulk.replace('-', '')}-"
    found = eventually(lambda: [name for name in schedules(stack) if name.startswith(own)], "a schedule")
    assert len(found) == 1
    answer = account.ok("DELETE", f"/messages?bulkId={bulk}")
    assert len(answer) == 100 and {element["status"] for element in answer} == {"CANCELED"}
    eventually(lambda: not [name for name in schedules(stack) if name.startswith(own)], "no schedule")


def test_a_waiting_message_is_rescheduled_and_a_sent_one_is_not(account: Client) -> None:
    """Sooner than planned; then it has gone out."""
    (message,) = post(
        account, [item({"sms": {"text": "t"}}, {"phone": phone()}, sendAt=text(now() + timedelta(hours=5)))]
    )
    soon = now() + timedelta(seconds=2)
    element = account.ok("PATCH", f"/messages/{message}", {"sendAt": text(soon)})
    assert element["status"] == "DELAYED"
    account.until(message, "DELIVERED")
    (record,) = account.outbox(messageId=message)
    assert read(text(soon)) <= read(record["at"]) <= soon + PUNCTUAL
    answer = account.call("PATCH", f"/messages/{message}", {"sendAt": text(now())})
    assert (answer.status, answer.json["code"]) == (409, "not_waiting")


def test_without_a_receipt_in_time_the_next_channel_follows(account: Client) -> None:
    """SANDBOX never reports on 0002: after a minute the e-mail goes out; one without a next channel expires."""
    silent = {"sms": {"text": "t", "validityPeriod": 1}}
    both = item({**silent, "email": {"subject": "s", "text": "t"}}, {"phone": phone("0002"), "email": "a1@example.org"})
    alone = item(silent, {"phone": phone("0002")})
    first, second = post(account, [both, alone], "CREATED")
    seen = account.until(first, "DELIVERED", timeout=110)
    assert [attempt["status"] for attempt in seen["attempts"]] == ["EXPIRED", "DELIVERED"]
    expired = account.until(second, "EXPIRED", timeout=60)
    assert expired["expiredAt"] and ("expired", "sms") in events(expired)
