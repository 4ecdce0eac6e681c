"""The stop list: who is on it is not written to, however they got there, until they are taken off."""

import time
import uuid
from urllib.parse import quote

from baton import Client, Json, Stack, eventually, http, item, phone
from conftest import NewAccount, StandIns
from providers import publish
from standins.aws import Ses
from standins.base import Taken


def sms(*phones: str, **more: object) -> Json:
    """Give a request of a text by SMS."""
    return {"messages": [item({"sms": {"text": "Hello"}}, *({"phone": number} for number in phones), **more)]}


def on_list(client: Client, recipient: str) -> list[Json]:
    """Give the lines about a recipient."""
    return client.ok("GET", f"/stopList?recipient={quote(recipient)}")["items"]


def until_listed(client: Client, recipient: str) -> Json:
    """Wait until a recipient is on a list, and for the few seconds for which nobody may have looked; give the line."""
    found = eventually(lambda: on_list(client, recipient), "the recipient is on the list")
    time.sleep(4)
    assert len(found) == 1, found
    return found[0]


def refused(client: Client, body: Json) -> list[tuple[str, str]]:
    """Give the faults of a request that must be refused."""
    answer = client.call("POST", "/messages", body)
    assert answer.status == 422, answer.text
    return answer.faults


def test_who_is_put_on_the_list_is_refused_and_the_others_go_ahead(account: Client) -> None:
    """By JSON, for one channel or all; the other channel takes over; taken off, they are written to again."""
    anna, boris = phone(), phone()
    entries = [{"recipient": anna, "channel": "sms", "comment": "asked by phone"}, {"recipient": "nobody"}]
    put = account.ok("PUT", "/stopList", {"entries": entries})
    assert put["stored"] == 1 and [row["path"] for row in put["refused"]] == ["/entries/1/recipient"]
    line = until_listed(account, anna)
    assert (line["reason"], line["source"], line["comment"]) == ("manual", "person", "asked by phone")

    first, second = account.ok("POST", "/messages", sms(anna, boris))
    assert (first["id"], first["error"]["code"]) == (None, "stop_list")
    assert first["error"]["path"] == "/messages/0/destinations/0"
    account.until(second["id"], "DELIVERED")

    both = item({"sms": {"text": "a"}, "whatsapp": {"text": "b"}}, {"phone": anna})
    (message,) = account.send(both)
    found = account.until(message, "DELIVERED")
    assert [(tried["channel"], (tried["error"] or {}).get("code")) for tried in found["attempts"]] == [
        ("sms", "stop_list"),
        ("whatsapp", None),
    ]
    assert [record["channel"] for record in account.outbox(messageId=message)] == ["whatsapp"]

    assert account.ok("DELETE", f"/stopList?recipient={quote(anna)}") == {"removed": 1}
    (message,) = account.send(*sms(anna)["messages"])
    account.until(message, "DELIVERED")


def test_an_account_without_a_list_is_not_touched(account: Client, new_account: NewAccount) -> None:
    """What one account has put on its list is nothing to another one."""
    anna = phone()
    account.ok("PUT", "/stopList", {"entries": [{"recipient": anna}]})
    other = new_account()
    assert on_list(other, anna) == []
    (message,) = other.send(*sms(anna)["messages"])
    other.until(message, "DELIVERED")
    assert refused(account, sms(anna)) == [("/messages/0/destinations/0", "stop_list")]


def test_a_stop_reply_holds_for_all_until_start(
    stack: Stack, standins: StandIns, account: Client, new_account: NewAccount, operator: Client
) -> None:
    """STOP by SMS: also what was accepted before and waits is not sent; START ends it."""
    anna = phone()
    (before,) = account.ok("POST", "/messages", sms(anna, sendAt=soon(8)))
    standins.twilio.inbound(stack.webhooks, anna, "STOP", sid=uuid.uuid4().hex)
    line = until_listed(account, anna)
    assert (line["scope"], line["channel"], line["reason"], line["by"]) == ("deployment", "sms", "stop_reply", "TWILIO")
    for client in (account, new_account()):
        assert refused(client, sms(anna)) == [("/messages/0/destinations/0", "stop_list")]
    found = account.until(before["id"], "UNDELIVERED")
    assert found["attempts"][0]["error"]["code"] == "stop_list"
    assert account.outbox(messageId=before["id"]) == []
    assert account.ok("DELETE", f"/stopList?recipient={quote(anna)}") == {"removed": 0}, "not the account's"
    assert any(entry["recipient"] == anna for entry in operator.walk("/stopList", scope="deployment"))

    standins.twilio.inbound(stack.webhooks, anna, "START", opt_out="START", sid=uuid.uuid4().hex)
    eventually(lambda: not on_list(account, anna), "they are off the list")
    (message,) = account.send(*sms(anna)["messages"])
    account.until(message, "DELIVERED")


def soon(seconds: float) -> str:
    """Give a time a little ahead."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def test_a_hard_bounce_and_a_complaint_end_in_the_list(stack: Stack, standins: StandIns, shop: Client) -> None:
    """The bounce on the list of the account that wrote, the complaint on the deployment's."""
    name = uuid.uuid4().hex
    bounced, complained = f"{name}a@example.org", f"{name}b@example.org"
    content = {"subject": "Order", "text": "It is ready", "provider": "SES", "fromEmail": "shop@example.org"}
    (message,) = shop.send(item({"email": content}, {"email": bounced}))
    taken = eventually(lambda: standins.ses.requests(bounced), "SES has it")
    publish(stack, Ses.event(taken[0], "Bounce"))
    shop.until(message, "UNDELIVERED")
    line = until_listed(shop, bounced)
    assert (line["scope"], line["channel"], line["reason"], line["by"]) == ("account", "email", "bounce", "SES")
    publish(stack, Ses.event(Taken(time.monotonic(), complained, {"EmailTags": []}), "Complaint"))
    line = until_listed(shop, complained.upper())
    assert (line["scope"], line["reason"]) == ("deployment", "complaint")
    for address in (bounced, complained):
        body = {"messages": [item({"email": content}, {"email": address})]}
        assert refused(shop, body) == [("/messages/0/destinations/0", "stop_list")]


def test_a_csv_goes_in_by_rows_and_out_again(account: Client) -> None:
    """A bad row is told by its number; what spreadsheets would take for a formula is none; long lists have parts."""
    phones = sorted(phone() for _ in range(40))
    rows = "".join(f"{number};sms;=1+{nth}\r\n" for nth, number in enumerate(phones))
    body = f"\ufeffPhone;Channel;Comment\r\n{rows}12;sms;\r\n".encode()
    put = account.ok("PUT", "/stopList", body, {"Content-Type": "text/csv"})
    assert put["stored"] == 40
    assert [(row["row"], row["path"], row["code"]) for row in put["refused"]] == [(42, "recipient", "invalid")]
    assert [entry["recipient"] for entry in account.walk("/stopList", limit="7")] == phones

    whole = account.call("GET", "/stopList", headers={"Accept": "text/csv"})
    assert whole.headers["content-type"].startswith("text/csv")
    lines = whole.text.split("\r\n")
    assert lines[0] == "recipient,channel,reason,source,by,comment,createdAt,scope"
    assert lines[1].startswith(f"{phones[0]},sms,manual,person,") and ",'=1+0," in lines[1] and len(lines) == 42
    part = account.call("GET", "/stopList?limit=30", headers={"Accept": "text/csv"})
    rest = account.call("GET", f"/stopList?cursor={part.headers['x-next-cursor']}", headers={"Accept": "text/csv"})
    assert part.text + rest.text.split("\r\n", 1)[1] == whole.text
    assert account.ok("PUT", "/stopList", whole.text.encode(), {"Content-Type": "text/csv"})["stored"] == 40
    assert account.ok("GET", "/stopList?limit=1")["items"][0]["comment"] == "=1+0"


def test_the_deployments_list_is_for_operators(account: Client) -> None:
    """Who may not name another account may not read, fill or empty it either."""
    entry = {"entries": [{"recipient": phone()}], "scope": "deployment"}
    calls = (("GET", None), ("DELETE", None), ("PUT", entry))
    for method, body in calls:
        path = "/stopList" + ("" if body else "?scope=deployment&recipient=1")
        assert account.call(method, path, body).status == 403, method
    assert http("GET", f"{account.base}/stopList").status == 401
