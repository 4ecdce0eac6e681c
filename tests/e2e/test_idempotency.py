"""`Idempotency-Key`: a request that comes again is done once, however many come at the same time."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from baton import Answer, Client, Json, eventually, item
from conftest import NewAccount


def request(recipients: int, text: str = "t") -> Json:
    """Give a request; no phone has an ending that SANDBOX knows."""
    return {
        "messages": [item({"sms": {"text": text}}, *({"phone": f"+7999{5_001_000 + n}"} for n in range(recipients)))]
    }


def post(client: Client, key: str, body: Json, path: str = "/messages") -> Answer:
    """Post under a key."""
    return client.call("POST", path, body, {"Idempotency-Key": key})


def once(client: Client, ids: list[str]) -> None:
    """Check that these messages are all there are, delivered, each sent exactly once."""
    delivered = "/messages?status=DELIVERED&withoutItems=true"
    eventually(lambda: client.ok("GET", delivered)["count"] == len(ids), "all delivered")
    assert sorted(entry["id"] for entry in client.walk("/messages")) == sorted(ids)
    assert Counter(record["messageId"] for record in client.outbox()) == Counter(ids)


@pytest.mark.parametrize("recipients", [1, 3])
def test_a_replay_gives_the_same_answer(recipients: int, account: Client) -> None:
    """The stored answer, marked as such, also when the messages have long been delivered."""
    first = post(account, "k", request(recipients))
    assert first.status == 200 and "idempotency-replayed" not in first.headers
    ids = [element["id"] for element in first.json]
    for _ in range(2):
        again = post(account, "k", request(recipients))
        assert (again.status, again.headers.get("idempotency-replayed")) == (200, "true")
        assert again.json == first.json
        once(account, ids)


def test_another_body_under_the_same_key_is_refused(account: Client) -> None:
    """422, and the first request alone counts."""
    first = post(account, "k", request(1))
    for body in (request(1, "another text"), request(2)):
        answer = post(account, "k", body)
        assert (answer.status, answer.json["code"]) == (422, "idempotency_mismatch")
    once(account, [first.json[0]["id"]])


def test_another_key_is_another_request(account: Client) -> None:
    """The same body under two keys, and under none, is three requests."""
    answers = [
        post(account, "a", request(1)),
        post(account, "b", request(1)),
        account.call("POST", "/messages", request(1)),
    ]
    once(account, [answer.json[0]["id"] for answer in answers])


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_none(key: str, account: Client) -> None:
    """1 to 255 visible characters; anything else is refused, and nothing is sent."""
    answer = post(account, key, request(1))
    assert 400 <= answer.status < 500 and answer.json["requestId"], answer
    assert account.ok("GET", "/messages")["count"] == 0


@pytest.mark.parametrize("recipients", [1, 25])
def test_many_at_the_same_time_are_one(recipients: int, account: Client) -> None:
    """Whoever comes while the first is running gets its answer, or a 409 with Retry-After; all ids are the same."""
    tries = 8
    barrier = Barrier(tries)

    def attempt(_: int) -> Answer:
        barrier.wait()
        return post(account, "k", request(recipients))

    with ThreadPoolExecutor(tries) as threads:
        answers = list(threads.map(attempt, range(tries)))
    assert {answer.status for answer in answers} <= {200, 409}, [answer.text for answer in answers]
    for answer in answers:
        if answer.status == 409:
            assert int(answer.headers["retry-after"]) >= 1
    good = [answer for answer in answers if answer.status == 200]
    assert sum("idempotency-replayed" not in answer.headers for answer in good) == 1
    good.append(eventually(lambda: done(post(account, "k", request(recipients))), "an answer to the last try"))
    ids = [[element["id"] for element in answer.json] for answer in good]
    assert len(set(map(tuple, ids))) == 1 and len(set(ids[0])) == recipients
    once(account, ids[0])


def done(answer: Answer) -> Answer | None:
    """Give an answer that is a 200."""
    return answer if answer.status == 200 else None


def test_a_bulk_id_of_ones_own_is_used_once(account: Client) -> None:
    """Another request with the same bulkId is refused, the same one adds nothing."""
    bulk = str(uuid.uuid4())
    first = account.ok("POST", "/messages", request(2) | {"bulkId": bulk})
    answer = account.call("POST", "/messages", request(3) | {"bulkId": bulk})
    assert (answer.status, answer.json["code"]) == (422, "idempotency_mismatch"), answer.text
    account.call("POST", "/messages", request(2) | {"bulkId": bulk})
    once(account, [element["id"] for element in first])


def test_a_key_is_made_once(new_account: NewAccount) -> None:
    """A replayed `POST /keys` shows the key without its token."""
    client = new_account()
    first, again = (post(client, "k", {"name": "shop"}, "/keys") for _ in range(2))
    assert first.json["key"] and again.json == first.json | {"key": None}
    assert again.headers["idempotency-replayed"] == "true"
    assert [key["name"] for key in client.walk("/keys")].count("shop") == 1
