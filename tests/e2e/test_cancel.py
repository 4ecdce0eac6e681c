"""`DELETE /messages` in every state that a message can be in."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from baton import Client, Stack, events, eventually, item, phone
from conftest import StandIns
from standins import twilio
from standins.base import accept, answer

CHANNEL, RESOURCE = "chat", "SendChatBatch"


@pytest.fixture
def stopped(stack: Stack) -> Iterator[None]:
    """Stop the sender of one channel, so that its messages stay as they were accepted."""
    functions, mapping = stack.aws("lambda"), stack.resources[RESOURCE]
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    state = lambda: functions.get_event_source_mapping(UUID=mapping)["State"]  # noqa: E731
    eventually(lambda: state() == "Disabled", "a sender that is stopped")
    yield
    functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    eventually(lambda: state() == "Enabled", "a sender that runs")


def cancel(client: Client, *ids: str) -> list[tuple[str, str | None]]:
    """Cancel messages; give status and error of each."""
    elements = client.ok("DELETE", "/messages", {"id": list(ids)})
    assert [element["id"] for element in elements] == list(ids)
    return [(element["status"], element["error"] and element["error"]["code"]) for element in elements]


def start(stack: Stack) -> None:
    """Start the stopped sender and wait until its queue is empty."""
    stack.aws("lambda").update_event_source_mapping(UUID=stack.resources[RESOURCE], Enabled=True)
    stack.quiet()


def test_before_it_has_gone_out(stopped: None, stack: Stack, account: Client) -> None:
    """CREATED becomes CANCELED, by each name; nothing is sent when its sender comes to it."""
    elements = account.ok(
        "POST",
        "/messages",
        {"messages": [item({CHANNEL: {"text": "t"}}, {"clientId": f"c{n}"}, groupId=f"g{n}") for n in range(4)]},
    )
    ids = [element["id"] for element in elements]
    assert account.message(ids[0])["status"] == "CREATED"
    assert cancel(account, ids[0]) == [("CANCELED", None)]
    assert account.ok("DELETE", f"/messages?flowId={ids[1]}")[0]["status"] == "CANCELED"
    assert [e["id"] for e in account.ok("DELETE", "/messages?groupId=g2")] == [ids[2]]
    whole = account.ok("DELETE", "/messages", {"bulkId": elements[0]["bulkId"]})
    assert [(e["id"], e["status"], e["error"]) for e in whole] == [(id_, "CANCELED", None) for id_ in ids]
    start(stack)
    for id_ in ids:
        message = account.message(id_)
        assert (message["status"], message["statusCode"]) == ("CANCELED", 4)
        assert events(message) == [("accepted", None), ("canceled", None)]
    assert account.outbox() == []


def test_between_two_channels(stopped: None, stack: Stack, account: Client) -> None:
    """A message that is falling back stops."""
    (id_,) = account.send(
        item(
            {"sms": {"text": "t"}, CHANNEL: {"text": "t"}, "viber": {"text": "t"}},
            {"phone": phone("0001"), "clientId": "c"},
        )
    )
    account.when(id_, lambda seen: ("fell_back", CHANNEL) in events(seen), "on its way to the next channel")
    assert account.message(id_)["status"] == "PENDING"
    assert cancel(account, id_) == [("CANCELED", None)]
    start(stack)
    message = account.message(id_)
    assert message["status"] == "CANCELED" and len(message["attempts"]) == 2
    assert [record["channel"] for record in account.outbox()] == ["sms"]


def test_between_two_tries(stack: Stack, standins: StandIns, account: Client) -> None:
    """A message that waits for its next try is not tried again."""
    number = phone()
    standins.twilio.script(number, answer(twilio.refusal(20429, 429, {"Retry-After": "4"})), accept)
    (id_,) = account.send(item({"sms": {"text": "t", "provider": "TWILIO"}}, {"phone": number}))
    account.when(id_, lambda seen: ("retrying", "sms") in events(seen), "a first try")
    assert cancel(account, id_) == [("CANCELED", None)]
    stack.quiet()
    assert account.message(id_)["status"] == "CANCELED" and len(standins.twilio.requests(number)) == 1


@pytest.mark.parametrize(
    ("ending", "status"),
    [("0002", "PENDING"), ("1234", "DELIVERED"), ("0001", "UNDELIVERED"), ("0003", "UNDELIVERED"), ("0006", "READ")],
)
def test_what_has_gone_out_stays(ending: str, status: str, shop: Client) -> None:
    """Its present status, and `not_cancellable`; the message is what it was."""
    (id_,) = shop.send(item({"viber": {"text": "t"}}, {"phone": phone(ending)}))
    before = shop.when(id_, lambda seen: seen["status"] == status and len(seen["timeline"]) > 1, status)
    assert cancel(shop, id_) == [(status, "not_cancellable")]
    assert shop.message(id_) == before


def test_what_could_not_be_processed_stays(shop: Client) -> None:
    """ERROR is final."""
    (id_,) = shop.send(item({"sms": {"text": "t", "provider": "NOBODY"}}, {"phone": phone()}))
    shop.until(id_, "ERROR")
    assert cancel(shop, id_) == [("ERROR", "not_cancellable")]


def race(stack: Stack, account: Client, outcome: dict[str, tuple[str, str | None]]) -> Counter[str]:
    """Check what came of a cancel that raced the senders: CANCELED was not sent, all else was, and is delivered."""
    stack.quiet()
    sent = Counter(record["messageId"] for record in account.walk("/outbox"))
    now = {message["id"]: message["status"] for message in account.walk("/messages")}
    assert set(now) == set(outcome) and not [id_ for id_, times in sent.items() if times > 1]
    for id_, (status, error) in outcome.items():
        assert (status == "CANCELED") == (error is None), (status, error)
        assert (status == "CANCELED") == (id_ not in sent), (id_, status)
        assert now[id_] == ("CANCELED" if status == "CANCELED" else "DELIVERED"), (id_, status, now[id_])
    return Counter(now.values())


def test_at_once_after_sending(account: Client, stack: Stack) -> None:
    """By their ids, on three channels; whoever wins the race."""
    channels = [{name: {"text": "t"}} for name in ("sms", "viber", "whatsapp")]
    ids = account.send(*(item(content, *({"phone": phone()} for _ in range(40))) for content in channels))
    race(stack, account, dict(zip(ids, cancel(account, *ids), strict=True)))


# As many as the emulator changes twice, while they go out, within a function's time: it stores some 200 a second.
HUNDREDS = 500


def test_a_whole_bulk_while_it_goes_out(account: Client, stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Hundreds in one call by the bulk's name, twice at the same time: both answers are true."""
    answer = account.ok(
        "POST",
        "/messages",
        {"messages": [item({"sms": {"text": "t"}}, *({"phone": phone()} for _ in range(HUNDREDS)))]},
    )
    path = f"/messages?bulkId={answer[0]['bulkId']}"
    eventually(lambda: account.ok("GET", "/outbox?limit=1")["items"], "a first one that has gone out", pause=0.02)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: account.ok("DELETE", path), range(2)))
    states = [{e["id"]: (e["status"], e["error"] and e["error"]["code"]) for e in elements} for elements in answers]
    assert [len(state) for state in states] == [HUNDREDS, HUNDREDS]
    outcome = race(stack, account, states[0])
    race(stack, account, states[1])
    with capsys.disabled():
        print(f"\na bulk of {HUNDREDS} cancelled while it went out: {dict(outcome)}")
    assert set(outcome) == {"CANCELED", "DELIVERED"}, "there was no race"


@pytest.mark.parametrize(
    ("body", "status", "faults"),
    [
        ({}, 422, [("", "required")]),
        ({"id": ["x"]}, 422, [("/id/0", "invalid")]),
        ({"bulkId": {}}, 400, [("/bulkId", "wrong_type")]),
        ({"ids": ["x"]}, 422, [("/ids", "unknown_field")]),
    ],
)
def test_bad_questions(body: dict, status: int, faults: list, shop: Client) -> None:
    """Refused with their place."""
    answer = shop.call("DELETE", "/messages", body)
    assert (answer.status, answer.faults) == (status, faults)
