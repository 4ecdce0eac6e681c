"""The white list: an account that may reach a few phones alone, and use a few senders."""

from baton import Client, Json, item, phone


def sms(*phones: str, **content: str) -> Json:
    """Give a request of a text by SMS."""
    return {"messages": [item({"sms": {"text": "Hello", **content}}, *({"phone": number} for number in phones))]}


def set_list(operator: Client, account: Client, *lines: Json) -> Json:
    """Replace the list of an account."""
    return operator.ok("PUT", f"/whiteList/{account.account}", list(lines))


def test_a_test_account_reaches_its_phones_alone(account: Client, operator: Client) -> None:
    """What is not on the list is refused with its path; an empty list permits everything again."""
    own, other = phone(), phone()
    line = {"entity": "phone", "channel": "sms", "values": [own.removeprefix("+")]}
    assert set_list(operator, account, line)["count"] == 1
    (shown,) = account.ok("GET", "/whiteList")["items"]
    assert shown == {
        "companyId": account.account,
        "entity": "phone",
        "channel": "sms",
        "provider": None,
        "values": [own],
    }
    first, second = account.ok("POST", "/messages", sms(own, other))
    account.until(first["id"], "DELIVERED")
    assert (second["id"], second["error"]["code"]) == (None, "not_permitted")
    assert second["error"]["path"] == "/messages/0/destinations/1/phone"
    assert account.call("POST", "/messages", sms(other)).status == 422

    assert set_list(operator, account)["count"] == 0
    (message,) = account.send(*sms(other)["messages"])
    account.until(message, "DELIVERED")


def test_a_sender_that_is_not_on_the_list_refuses_the_request(account: Client, operator: Client) -> None:
    """By channel: no other channel is touched by it."""
    set_list(operator, account, {"entity": "from", "channel": "sms", "values": ["Shop"]})
    number = phone()
    assert account.call("POST", "/messages", sms(number, **{"from": "Shop"})).status == 200
    answer = account.call("POST", "/messages", sms(number, **{"from": "Bank"}))
    assert (answer.status, answer.faults) == (422, [("/messages/0/channels/sms/from", "not_permitted")])


def test_an_account_does_not_set_its_own_list(account: Client) -> None:
    """It is the operator who says what a test account may do."""
    assert account.call("PUT", f"/whiteList/{account.account}", []).status == 403
