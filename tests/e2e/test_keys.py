"""Keys and accounts: what a key is good for, and that two accounts never meet."""

import uuid
from urllib.parse import quote

import pytest
from baton import Client, item
from conftest import NewAccount

SMS = item({"sms": {"text": "t"}}, {"phone": "+79990000002"})

CALLS = [
    ("send", "POST", "/messages", {"messages": [SMS]}),
    ("send", "POST", "/messages/validate", {"messages": [SMS]}),
    ("send", "DELETE", f"/messages?id={uuid.uuid4()}", None),
    ("read", "GET", "/messages", None),
    ("read", "GET", "/outbox", None),
    ("admin", "GET", "/keys", None),
    ("admin", "POST", "/keys", {"name": "one more"}),
    ("admin", "DELETE", "/keys/nothere", None),
]


@pytest.mark.parametrize("scope", ["send", "read", "admin"])
def test_a_key_is_good_for_its_scopes_alone(scope: str, new_account: NewAccount) -> None:
    """403 for anything else, and nothing is done."""
    client = new_account([scope])
    for needed, method, path, body in CALLS:
        answer = client.call(method, path, body)
        assert (answer.status == 403) == (needed != scope), (method, path, answer.text)
        if needed != scope:
            assert answer.json["code"] == "forbidden" and needed in answer.json["error"]
    reader = new_account(["read"], client.account)
    assert reader.ok("GET", "/messages")["count"] == (1 if scope == "send" else 0)


def test_a_revoked_key_is_no_key(account: Client) -> None:
    """401 at once; the list shows it revoked, and shows no secret."""
    made = account.ok("POST", "/keys", {"name": "shop", "scopes": ["send", "read"]})
    other = Client(account.base, made["key"], account.account)
    assert other.call("GET", "/messages").status == 200
    revoked = account.ok("DELETE", f"/keys/{made['id']}")
    assert revoked["revokedAt"]
    for method, path, body in (("GET", "/messages", None), ("POST", "/messages", {"messages": [SMS]})):
        answer = other.call(method, path, body)
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    listed = account.call("GET", "/keys")
    assert {key["id"]: bool(key["revokedAt"]) for key in listed.json["items"]}[made["id"]]
    assert made["key"].rpartition("_")[2] not in listed.text and "hash" not in listed.text
    assert account.ok("GET", "/messages")["count"] == 0


def test_nobody_makes_an_operator(account: Client) -> None:
    """An account's key can not raise itself above its account."""
    answer = account.call("POST", "/keys", {"name": "x", "scopes": ["operator"]})
    assert (answer.status, answer.faults) == (422, [("/scopes/0", "invalid")])
    answer = account.call("POST", "/keys", {"name": "x", "companyId": account.account + 1})
    assert answer.status == 403


@pytest.mark.parametrize("form", ["hash", "secret of another key", "another account's number"])
def test_a_made_up_key(form: str, account: Client, new_account: NewAccount) -> None:
    """401 for a token that is put together from parts of good ones."""
    other = new_account()
    bt, number, key, secret = account.token.split("_")
    made_up = {
        "hash": f"{bt}_{number}_{key}_{'0' * 64}",
        "secret of another key": f"{bt}_{number}_{key}_{other.token.split('_')[3]}",
        "another account's number": f"{bt}_{other.account}_{key}_{secret}",
    }[form]
    assert Client(account.base, made_up).call("GET", "/messages").status == 401


def test_two_accounts_never_see_each_other(new_account: NewAccount) -> None:
    """Another's messages are neither read nor listed, cancelled nor rescheduled; nor are its outbox and keys."""
    mine, theirs = new_account(), new_account()
    waiting = item({"sms": {"text": "t"}}, {"phone": "+79990000002"}, groupId="the same group")
    (element,) = mine.ok("POST", "/messages", {"messages": [waiting]})
    message, bulk = element["id"], element["bulkId"]
    before = mine.until(message, "PENDING")

    answer = theirs.call("GET", f"/messages/{message}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    names = {"id": message, "flowId": message, "bulkId": bulk, "groupId": "the same group"}
    for name, value in names.items():
        query = f"/messages?{name}={quote(value)}"
        assert theirs.ok("GET", query) == {"count": 0, "items": [], "nextCursor": None}, name
        assert mine.ok("GET", query)["count"] == 1, name
        assert theirs.ok("DELETE", query) == [], name
        assert theirs.ok("DELETE", "/messages", {name: value}) == [], name
    answer = theirs.call("PATCH", f"/messages/{message}", {"sendAt": "2020-01-01T00:00:00Z"})
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    for query in ("", "?recipient=%2B79990000002", "?status=PENDING", "?channel=sms"):
        assert theirs.ok("GET", f"/messages{query}")["count"] == 0, query
    assert theirs.ok("GET", f"/outbox?messageId={message}")["items"] == []
    assert theirs.ok("GET", "/outbox")["items"] == [] and len(mine.outbox()) == 1
    my_key = mine.token.split("_")[2]
    assert my_key not in theirs.call("GET", "/keys").text
    assert theirs.call("DELETE", f"/keys/{my_key}").status == 404
    assert mine.message(message) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/messages?companyId={0}", None),
        ("GET", "/outbox?companyId={0}", None),
        ("GET", "/keys?companyId={0}", None),
        ("GET", f"/messages/{uuid.uuid4()}?companyId={{0}}", None),
        ("DELETE", f"/messages?companyId={{0}}&id={uuid.uuid4()}", None),
        ("POST", "/messages", {"messages": [SMS]}),
        ("POST", "/keys", {"name": "x"}),
        ("DELETE", "/messages", {"groupId": "g"}),
    ],
)
def test_naming_another_account_is_for_operators(
    method: str, path: str, body: dict | None, new_account: NewAccount, operator: Client
) -> None:
    """403 for everyone else, wherever the account is named."""
    mine, theirs = new_account(), new_account()
    named = {**body, "companyId": theirs.account} if body is not None else None
    answer = mine.call(method, path.format(theirs.account), named)
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert theirs.ok("GET", "/messages")["count"] == 0
    allowed = operator.call(method, path.format(theirs.account), named)
    assert allowed.status == (404 if "/messages/" in path else 200), allowed.text


def test_the_same_names_in_two_accounts_are_two_things(new_account: NewAccount) -> None:
    """The same bulk, group and idempotency key in two accounts stay apart."""
    bulk, clients = str(uuid.uuid4()), [new_account(), new_account()]
    body = {"bulkId": bulk, "messages": [{**SMS, "groupId": "g"}]}
    for client in clients:
        answer = client.call("POST", "/messages", body, {"Idempotency-Key": "the same"})
        assert answer.status == 200 and "idempotency-replayed" not in answer.headers, answer.text
    for client in clients:
        client.until(client.ok("GET", f"/messages?bulkId={bulk}")["items"][0]["id"], "PENDING")
        assert client.ok("GET", "/messages?groupId=g")["count"] == 1
        assert [record["companyId"] for record in client.outbox()] == [client.account]
