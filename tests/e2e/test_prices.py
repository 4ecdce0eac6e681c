"""Senders, prices of SMS, and what messages cost: told by validate, settled when accepted, shown everywhere."""

import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from baton import Client, Json, eventually, item, phone
from conftest import NewAccount, StandIns

TARIFFS: list[Json] = [
    {"price": "3.5"},
    {"iso": "RU", "country": "Россия", "price": 2.4375},
    {"mcc_mnc_id": 5, "mcc_mnc": "25001", "iso": "RU", "network": "MTS", "price": "1"},
]
SENDERS: list[Json] = [
    {"from": "Shop", "channel": "sms", "price": "0.0703"},
    {"from": "Shop", "channel": "sms", "provider": "RAPPORTO", "price": "1.1"},
    {"from": "Shop", "channel": "viber", "price": "0.3"},
    {"from": "Bare", "channel": "sms"},
]
TWO_PARTS = "Ваш заказ готов. " * 6
KAZAKHSTAN = "+7701"


@pytest.fixture
def priced(account: Client) -> Client:
    """Give an account with senders and prices."""
    account.ok("PUT", "/senders", {"senders": SENDERS})
    account.ok("PUT", "/tariffs/sms", TARIFFS)
    return account


def sms(to: str, text: str = "Hello", **more: Any) -> Json:
    """Give an item of one SMS."""
    return item({"sms": {"text": text, **more}}, {"phone": to})


def told(client: Client, message: Json) -> tuple[str | None, str | None]:
    """Give the price and the currency of an item's only channel, as validate tells them."""
    (element,) = client.ok("POST", "/messages/validate", {"messages": [message]})
    return element["channels"][0]["price"], element["channels"][0]["currency"]


def test_lists_are_replaced_whole_or_not_at_all(priced: Client) -> None:
    """What is put is listed, in its order; one bad price leaves all as it was, and is named."""
    senders, tariffs = (priced.ok("GET", path) for path in ("/senders", "/tariffs/sms"))
    assert [(entry["from"], entry["price"]) for entry in senders["items"]] == [
        ("Shop", "0.0703"),
        ("Shop", "1.1"),
        ("Shop", "0.3"),
        ("Bare", None),
    ]
    assert {entry["companyId"] for entry in senders["items"]} == {priced.account}
    assert [entry["price"] for entry in tariffs["items"]] == ["3.5", "2.4375", "1"]
    assert priced.ok("GET", "/senders?channel=viber")["items"] == [senders["items"][2]]
    for bad in ("1.00001", "-1", "NaN", "1e2", "9" * 30, -0.5, 1e300, 0.00001):
        answer = priced.call("PUT", "/senders", {"senders": [{"from": "A", "price": 1}, {"from": "B", "price": bad}]})
        assert (answer.status, [path for path, _ in answer.faults]) == (422, ["/senders/1/price"]), bad
        answer = priced.call("PUT", "/tariffs/sms", [{"iso": "KZ", "price": 1}, {"price": bad}])
        assert (answer.status, [path for path, _ in answer.faults]) == (422, ["/1/price"]), bad
    for text in (b"1e2", b"1.00000000000000000001"):
        answer = priced.call("PUT", "/tariffs/sms", b'[{"price": %b}]' % text)
        assert (answer.status, [path for path, _ in answer.faults]) == (422, ["/0/price"]), text
    assert priced.ok("GET", "/senders") == senders and priced.ok("GET", "/tariffs/sms") == tariffs
    many = [
        {"mcc_mnc": f"{number:06d}", "iso": "RU", "network": f"n{number}", "price": "1.25"} for number in range(2500)
    ]
    assert priced.ok("PUT", "/tariffs/sms?limit=1", many)["count"] == 2500
    assert [entry["network"] for entry in priced.walk("/tariffs/sms")] == [entry["network"] for entry in many]


def test_the_price_that_validate_tells_is_the_price_that_is_shown(priced: Client) -> None:
    """By the country, the sender, the parts; on the attempt, the message and in the list."""
    cases = [
        (sms(phone()), "2.4375"),
        (sms(phone(), TWO_PARTS), "4.875"),
        (sms(f"{KAZAKHSTAN}{phone()[-7:]}", "x" * 161), "7"),
        (sms(phone(), **{"from": "Bare"}), "2.4375"),
        (sms(phone(), "x" * 161, **{"from": "Shop"}), "0.1406"),
        (item({"viber": {"text": TWO_PARTS, "from": "Shop"}}, {"phone": phone()}), "0.3"),
        (item({"telegram": {"text": "t"}}, {"messengerUserId": "5"}), None),
    ]
    for message, price in cases:
        currency = None if price is None else "RUB"
        assert told(priced, message) == (price, currency), message
        (sent,) = priced.send(message)
        seen = priced.until(sent, "DELIVERED")
        assert (seen["price"], seen["currency"], seen["attempts"][0]["price"]) == (price, currency, price)
    listed = priced.ok("GET", "/messages?sort=createdAt")["items"]
    assert [message["price"] for message in listed] == [price for _, price in cases]


def test_only_what_a_provider_took_costs(priced: Client) -> None:
    """A refusal is free, a non-delivery is not, and a message costs what its attempts do together."""
    refused, undelivered = priced.send(sms(phone("0001")), sms(phone("0003")))
    assert priced.until(refused, "UNDELIVERED")["price"] is None
    assert priced.until(undelivered, "UNDELIVERED")["price"] == "2.4375"
    both = item({"sms": {"text": "t"}, "viber": {"text": "t", "from": "Shop"}}, {"phone": phone("0003")})
    (sent,) = priced.send(both)
    seen = priced.until(sent, "UNDELIVERED")
    assert ([attempt["price"] for attempt in seen["attempts"]], seen["price"]) == (["2.4375", "0.3"], "2.7375")


def test_the_prices_of_the_acceptance_hold(priced: Client) -> None:
    """Later prices are for later messages; what is put is used at once."""
    (before,) = priced.send(sms(phone()))
    priced.ok("PUT", "/tariffs/sms", [{"price": "100"}])
    (after,) = priced.send(sms(phone()))
    priced.ok("PUT", "/tariffs/sms", [])
    (unpriced,) = priced.send(sms(phone()))
    assert [priced.until(sent, "DELIVERED")["price"] for sent in (before, after, unpriced)] == ["2.4375", "100", None]


def test_another_provider_another_price_and_a_receipt_corrects_the_parts(priced: Client, standins: StandIns) -> None:
    """RAPPORTO has a price of its own; two parts by our count, one by its receipt."""
    to = phone()
    message = sms(to, TWO_PARTS, **{"from": "Shop", "provider": "rapporto"})
    assert told(priced, message) == ("2.2", "RUB")
    (sent,) = priced.send(message)
    seen = priced.when(sent, lambda seen: seen["sentAt"] is not None, "taken by RAPPORTO")
    assert (seen["partCount"], seen["price"]) == (2, "2.2")
    (taken,) = standins.rapporto.requests(to)
    assert standins.rapporto.receipt(taken, 2).status == 200
    seen = priced.until(sent, "DELIVERED")
    assert (seen["partCount"], seen["price"], seen["attempts"][0]["price"]) == (1, "1.1", "1.1")


def test_a_sender_must_be_registered_once_any_is(account: Client) -> None:
    """On the channels that have senders; a repeated request is not judged again."""
    foreign, key = sms(phone(), **{"from": "Anyone"}), {"Idempotency-Key": str(uuid.uuid4())}
    first = account.call("POST", "/messages", {"messages": [foreign]}, key)
    assert first.status == 200
    account.ok("PUT", "/senders", {"senders": SENDERS})
    for path in ("/messages", "/messages/validate"):
        answer = account.call("POST", path, {"messages": [foreign]})
        assert (answer.status, answer.faults) == (422, [("/messages/0/channels/sms/from", "unknown_sender")])
    again = account.call("POST", "/messages", {"messages": [foreign]}, key)
    assert (again.status, again.json) == (200, first.json)
    account.send(sms(phone(), **{"from": "Shop"}), sms(phone()))
    account.send(item({"max": {"text": "t", "from": "Anyone"}}, {"phone": phone(), "messengerUserId": "5"}))


def test_callbacks_tell_the_price_as_a_number(priced: Client) -> None:
    """With its currency, and null before anything has gone out."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        priced.ok("POST", "/messages", {"messages": [sms(phone(), TWO_PARTS) | {"callbackUrl": url}]})
        priced.ok("POST", "/messages", {"messages": [sms(phone("0001")) | {"callbackUrl": url}]})
        eventually(lambda: len(bodies) >= 3, "three callbacks")
    finally:
        server.shutdown()
    assert sum(b'"price":4.875,"currency":"RUB"' in body for body in bodies) == 2
    assert sum(b'"price":null,"currency":null' in body for body in bodies) == 1


def test_only_admins_write_and_accounts_are_apart(priced: Client, new_account: NewAccount, operator: Client) -> None:
    """Other scopes are refused; what one account sets is none of another's."""
    lists = {"/senders": {"senders": []}, "/tariffs/sms": []}
    reader = new_account(["read", "send"], priced.account)
    for path, body in lists.items():
        assert reader.call("PUT", path, body).status == 403
        assert reader.ok("GET", path)["count"] > 0
    other = new_account()
    assert [other.ok("GET", path)["count"] for path in lists] == [0, 0]
    assert other.call("GET", f"/senders?companyId={priced.account}").status == 403
    assert told(other, sms(phone())) == (None, None)
    assert operator.ok("GET", f"/tariffs/sms?companyId={priced.account}")["count"] == len(TARIFFS)
