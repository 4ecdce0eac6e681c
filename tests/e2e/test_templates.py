"""Templates from their making to a message that keeps its version, and what would happen told instead of done."""

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from baton import Client, Json, phone
from conftest import NewAccount

TEMPLATE: Json = {
    "name": "Заказ готов",
    "channels": {
        "telegram": {"text": "{{имя|Здравствуйте}}, заказ {{order}} готов", "validityPeriod": 10},
        "sms": {"text": "Order {{order}} is ready", "from": "Shop"},
    },
}


def message(template: str, **more: object) -> Json:
    """Give a request of one item of a template, to one new phone."""
    destination = {"phone": phone(), "variables": {"order": 42}}
    return {"messages": [{"templateId": template, "destinations": [destination], **more}]}


def make(client: Client, template: Json | None = None) -> str:
    """Store a template and give its id."""
    return client.ok("POST", "/templates", template or TEMPLATE)["id"]


def test_a_template_lives_and_ends(account: Client) -> None:
    """It is made once per key, found by a part of its name in any case, replaced, previewed and deleted."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = (account.call("POST", "/templates", TEMPLATE, key) for _ in range(2))
    assert first.json == again.json and again.headers["idempotency-replayed"] == "true"
    template = first.json["id"]
    make(account, {"name": "Код", "channels": {"sms": {"text": "{{code}}"}}})
    found = account.ok("GET", f"/templates?name={quote('аКАз')}")
    assert (found["count"], found["items"]) == (1, [account.ok("GET", f"/templates/{template}")])
    item = found["items"][0]
    assert list(item["channels"]) == ["telegram", "sms"] and item["version"] == 1
    assert item["variables"] == [{"name": "order", "required": True}, {"name": "имя", "required": False}]
    assert account.ok("GET", "/templates")["count"] == 2

    preview = account.ok("POST", f"/templates/{template}/preview", {"variables": {"order": 5}})
    assert [leg["message"]["text"] for leg in preview["channels"]] == [
        "Здравствуйте, заказ 5 готов",
        "Order 5 is ready",
    ]
    assert (preview["channels"][1]["encoding"], preview["channels"][1]["partCount"]) == ("GSM-7", 1)

    windows = {"allowedTimeRanges": [["09:00", "21:00"]], "timeZone": "Europe/Moscow"}
    changed = account.ok("PUT", f"/templates/{template}", TEMPLATE | windows)
    assert (changed["version"], changed["allowedTimeRanges"]) == (2, [["09:00:00", "21:00:00"]])
    assert account.ok("PUT", f"/templates/{template}", TEMPLATE | windows) == changed
    assert account.ok("DELETE", f"/templates/{template}") == changed
    assert account.call("GET", f"/templates/{template}").status == 404
    assert account.ok("GET", f"/templates?id={template}")["count"] == 0


def test_a_message_keeps_the_version_it_was_accepted_with(account: Client) -> None:
    """What is sent and shown is the template as it was, also when it has changed before the message went out."""
    template = make(account)
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    (accepted,) = account.ok("POST", "/messages", message(template, sendAt=soon))
    account.ok("PUT", f"/templates/{template}", {"name": "Other", "channels": {"sms": {"text": "Other"}}})
    (second,) = account.ok("POST", "/messages", message(template))
    account.ok("DELETE", f"/templates/{template}")
    for element, version, name, text in (
        (accepted, 1, "Заказ готов", "Order 42 is ready"),
        (second, 2, "Other", "Other"),
    ):
        seen = account.until(element["id"], "DELIVERED")
        assert (seen["templateId"], seen["templateVersion"], seen["templateName"]) == (template, version, name)
        assert seen["message"]["text"] == text
        assert [record["content"]["text"] for record in account.outbox(messageId=element["id"])] == [text]
    listed = account.ok("GET", "/messages?sort=createdAt")["items"]
    assert [item["templateVersion"] for item in listed] == [1, 2]
    gone = account.call("POST", "/messages", message(template))
    assert (gone.status, gone.faults) == (422, [("/messages/0/templateId", "unknown_template")])


def test_many_recipients_share_one_content_of_a_template(account: Client) -> None:
    """Each gets its own variables; the item's own words win over the template's."""
    template = make(account)
    to = [{"phone": phone(), "variables": {"order": number}} for number in range(20)]
    item = {"templateId": template, "channels": {"sms": {"from": "Other"}}, "destinations": to}
    ids = account.send(item)
    for number, sent in enumerate(ids):
        account.until(sent, "DELIVERED")
        (record,) = account.outbox(messageId=sent)
        assert record["content"] == {"text": f"Order {number} is ready", "from": "Other"}


def test_a_repeated_request_takes_the_template_as_it_was(account: Client) -> None:
    """The stored answer comes again after the template has changed, and after it has gone."""
    template, key = make(account), {"Idempotency-Key": str(uuid.uuid4())}
    body = message(template)
    body["messages"][0]["destinations"] *= 2
    first = account.call("POST", "/messages", body, key)
    assert first.status == 200, first.text
    account.ok("PUT", f"/templates/{template}", {"name": "Other", "channels": {"viber": {"text": "Other"}}})
    after_change = account.call("POST", "/messages", body, key)
    account.ok("DELETE", f"/templates/{template}")
    after_end = account.call("POST", "/messages", body, key)
    for again in (after_change, after_end):
        assert (again.json, again.headers["idempotency-replayed"]) == (first.json, "true")
    assert account.ok("GET", "/messages")["count"] == 2


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("{{order", 422, "invalid"),
        ("{{a b}}", 422, "invalid"),
        ("x" * 100_000, 422, "too_long"),
        ("{{order}}" + "x" * 100_000, 422, "too_long"),
        (5, 400, "wrong_type"),
        (None, 422, "required"),
    ],
    ids=["unclosed", "bad name", "100 KB", "100 KB with a variable", "a number", "null"],
)
def test_a_bad_template_is_not_stored(text: object, status: int, code: str, account: Client) -> None:
    """The fault has its place, whether the template is new or replaced."""
    template = make(account)
    bad = {"name": "n", "channels": {"sms": {"text": text}}}
    for method, path in (("POST", "/templates"), ("PUT", f"/templates/{template}")):
        answer = account.call(method, path, bad)
        assert (answer.status, answer.faults) == (status, [("/channels/sms/text", code)])
    assert [item["version"] for item in account.ok("GET", "/templates")["items"]] == [1]


def test_templates_of_two_accounts_never_meet(new_account: NewAccount) -> None:
    """Another's template can be neither read nor used nor changed; a key without admin reads only."""
    mine, theirs = new_account(), new_account()
    template = make(mine)
    path = f"/templates/{template}"
    for method, where, body in (
        ("GET", path, None),
        ("PUT", path, TEMPLATE),
        ("DELETE", path, None),
        ("POST", f"{path}/preview", {}),
    ):
        assert theirs.call(method, where, body).status == 404, (method, where)
    assert theirs.ok("GET", f"/templates?id={template}")["items"] == []
    assert theirs.call("POST", "/messages", message(template)).faults[0][1] == "unknown_template"
    reader = new_account(["read"], mine.account)
    assert reader.ok("GET", path)["id"] == template
    for method, where in (("POST", "/templates"), ("PUT", path), ("DELETE", path)):
        answer = reader.call(method, where, None if method == "DELETE" else TEMPLATE)
        assert (answer.status, answer.json["code"]) == (403, "forbidden")


def test_validate_tells_and_does_nothing(account: Client) -> None:
    """Contents, parts, reach and time per recipient and channel; nothing is stored and nothing sent."""
    template = make(account)
    body = message(template, allowedTimeRanges=[["10:00", "10:01"]], timeZone="UTC")
    body["messages"][0]["destinations"].append({"email": "a@example.org"})
    good, bad = account.ok("POST", "/messages/validate", body)
    assert (good["templateId"], good["templateVersion"], good["faults"]) == (template, 1, [])
    assert (good["channel"], good["status"] in ("CREATED", "DELAYED"), "T10:00:" in good["sendAt"]) == (
        "sms",
        True,
        True,
    )
    telegram, sms = good["channels"]
    assert (telegram["reachable"], sms["reachable"]) == (False, True)
    assert (sms["message"]["text"], sms["encoding"], sms["partCount"]) == ("Order 42 is ready", "GSM-7", 1)
    assert (bad["status"], bad["faults"][0]["code"]) == (None, "no_address")
    assert account.ok("GET", "/messages")["count"] == 0 and account.outbox() == []
    wrong = account.call("POST", "/messages/validate", message(str(uuid.uuid4())))
    assert wrong.faults == [("/messages/0/templateId", "unknown_template")]
