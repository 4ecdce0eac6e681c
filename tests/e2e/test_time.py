"""Delayed sends, windows and validity periods on the local stack: to the second, and never too early."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from baton import PATIENCE, Client, Json, Stack, events, eventually, item, phone
from conftest import NewAccount

# What a send may leave after its time; how many do, over how many seconds.
PUNCTUAL = timedelta(seconds=2)
MESSAGES, SPREAD = 200, 120

MOSCOW = ZoneInfo("Europe/Moscow")


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


@dataclass(frozen=True)
class Delayed:
    """Messages that wait, from the beginning of this file on: the other tests are made meanwhile."""

    account: Client
    due: dict[str, datetime]
    falls_back: str
    waits: str
    expires: str


@pytest.fixture(scope="module", autouse=True)
def delayed(new_account: NewAccount) -> Delayed:
    """Send what takes its time: messages with a time of their own each, and two without a receipt."""
    account, first = new_account(), now() + timedelta(seconds=5)
    due = [first + timedelta(seconds=SPREAD * index / MESSAGES) for index in range(MESSAGES)]
    items = [item({"sms": {"text": "t"}}, {"phone": phone()}, sendAt=text(time)) for time in due]
    ids = post(account, items)
    silent = {"sms": {"text": "t", "validityPeriod": 1}}
    to = {"phone": phone("0002"), "email": "a1@example.org"}
    closes = now().astimezone(MOSCOW) + timedelta(seconds=30)
    window = [[f"{closes - timedelta(hours=2):%H:%M:%S}", f"{closes:%H:%M:%S}"]]
    both = item({**silent, "email": {"subject": "s", "text": "t"}}, to)
    quiet = item({**silent, "email": {"subject": "s", "text": "t"}}, to, allowedTimeRanges=window, timeZone=MOSCOW.key)
    alone = item(silent, {"phone": phone("0002")})
    first_id, quiet_id, last_id = post(account, [both, quiet, alone], "CREATED")
    return Delayed(account, dict(zip(ids, due, strict=True)), falls_back=first_id, waits=quiet_id, expires=last_id)


def test_a_closed_window_delays(account: Client) -> None:
    """A window that opens in two hours: the message waits for it, also as the next channel of a failed one."""
    opens = (now() + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    window = [[f"{opens:%H:%M}", f"{opens + timedelta(hours=1):%H:%M}"]]
    (message,) = post(account, [item({"sms": {"text": "t"}}, {"phone": phone()}, allowedTimeRanges=window)])
    seen = account.message(message)
    assert ("delayed", "sms") in events(seen) and f"{opens:%Y-%m-%dT%H:%M}" in seen["statusDescription"], seen
    assert account.outbox(messageId=message) == []


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


def test_nothing_of_a_far_message_is_removed_before_its_time(stack: Stack, account: Client) -> None:
    """Neither the messages nor the content that they share expire in the table, also when one is put off."""
    ahead = [now() + timedelta(days=days) for days in (300, 360)]
    ids = post(account, [item({"sms": {"text": "t"}}, {"phone": phone()}, {"phone": phone()}, sendAt=text(ahead[0]))])
    key = f"{account.account}#{UUID(account.message(ids[0])['bulkId']).hex}"
    table = stack.aws("dynamodb")

    def kept() -> dict[str, datetime]:
        condition = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": key}}}
        items = table.query(TableName=stack.resources["MessagesTable"], ConsistentRead=True, **condition)["Items"]
        return {part["sk"]["S"]: datetime.fromtimestamp(int(part["ttl"]["N"]), UTC) for part in items}

    before = kept()
    assert sorted(before) == ["b", "m0000", "m0001", "s0000"] and min(before.values()) > ahead[0]
    account.ok("PATCH", f"/messages/{ids[1]}", {"sendAt": text(ahead[1])})
    after = kept()
    assert min(after[part] for part in ("b", "m0001", "s0000")) > ahead[1] and after["m0000"] == before["m0000"]
    account.ok("DELETE", "/messages", {"id": ids})


def test_without_a_receipt_in_time_the_next_channel_follows(delayed: Delayed) -> None:
    """SANDBOX never reports on 0002: after a minute the e-mail goes out; one without a next channel expires."""
    seen = delayed.account.until(delayed.falls_back, "DELIVERED", timeout=110)
    assert [attempt["status"] for attempt in seen["attempts"]] == ["EXPIRED", "DELIVERED"]
    expired = delayed.account.until(delayed.expires, "EXPIRED", timeout=60)
    assert expired["expiredAt"] and ("expired", "sms") in events(expired)


def test_the_next_channel_waits_for_the_window(delayed: Delayed) -> None:
    """The window closed while the receipt was waited for: the e-mail goes when it opens again."""
    seen = delayed.account.when(delayed.waits, lambda seen: ("delayed", "email") in events(seen), "delayed", 110)
    assert [attempt["status"] for attempt in seen["attempts"]] == ["EXPIRED", "CREATED"] and seen["status"] == "PENDING"
    assert [record["channel"] for record in delayed.account.outbox(messageId=delayed.waits)] == ["sms"]
    (element,) = delayed.account.ok("DELETE", f"/messages?id={delayed.waits}")
    assert (element["status"], element["error"]) == ("CANCELED", None)


def test_sends_leave_at_their_time(delayed: Delayed, capsys: pytest.CaptureFixture[str]) -> None:
    """Two hundred messages over two minutes leave within two seconds after their time, and none before."""
    done = "/messages?status=DELIVERED&withoutItems=true"
    left = (max(delayed.due.values()) - now()).total_seconds()
    enough = len(delayed.due) + 1  # the one that fell back
    eventually(lambda: delayed.account.ok("GET", done)["count"] >= enough, "all delivered", max(left, 0) + PATIENCE, 1)
    left_at = {r["messageId"]: read(r["at"]) for r in delayed.account.outbox() if r["messageId"] in delayed.due}
    late = sorted(left_at[message] - read(text(time)) for message, time in delayed.due.items())
    with capsys.disabled():
        print(f"\n{len(late)} sends over {SPREAD} s: late by {late[len(late) // 2]} (median), {late[-1]} (most)")
    assert late[0] >= timedelta() and late[-1] <= PUNCTUAL, [str(by) for by in late]
