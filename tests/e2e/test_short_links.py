"""Short links from an SMS to a click: who is led where, and who is counted."""

import statistics
import time
import uuid
from datetime import UTC, datetime

import pytest
from baton import Answer, Client, Json, Stack, eventually, http, item, phone

PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148"
PREVIEWS = (
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "Viber/13.3.0.5 CFNetwork/1240.0.4",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
)
# Longer than a short link of the local stack, whose own address is long.
ORDER = "https://магазин.рф:8443/заказы/42/подробно/обо/всём?источник=sms&номер=1000000042#доставка"
SALE = f"https://example.org/{'sale/' * 20}autumn"
SHORTEST = "https://example.org"


def follow(link: str, agent: str = PERSON, method: str = "GET", **headers: str) -> Answer:
    """Follow a short link, and not on from there."""
    return http(method, link, {"User-Agent": agent, **headers})


def sent(client: Client, text: str, *phones: str, **more: object) -> tuple[list[str], list[str]]:
    """Send a text with short links by SMS; give the ids and what went out."""
    people = [{"phone": number} for number in phones or [phone()]]
    ids = client.send(item({"sms": {"text": text}}, *people, useShortLinks=True, **more))
    for message in ids:
        client.until(message, "DELIVERED", "UNDELIVERED")
    return ids, [client.outbox(messageId=message)[-1]["content"]["text"] for message in ids]


def links(client: Client, message: str) -> dict[str, Json]:
    """Give the links of a message by their long addresses."""
    return {link["content"]: link for link in client.ok("GET", f"/shortLinks?messageId={message}")["items"]}


def put(stack: Stack, code: str, field: str, value: Json) -> None:
    """Change an attribute of a link behind the stack's back."""
    stack.aws("dynamodb").update_item(
        TableName=stack.resources["ShortLinksTable"],
        Key={"pk": {"S": code}},
        UpdateExpression="SET #f = :v",
        ExpressionAttributeNames={"#f": field},
        ExpressionAttributeValues={":v": value},
    )


def test_a_link_is_sent_followed_and_counted(stack: Stack, account: Client) -> None:
    """Each recipient has links of their own; what is no longer than a short one stays, and so does the punctuation."""
    text = f"Заказ («{ORDER}»), скидки: {SALE}, {SHORTEST}."
    ids, texts = sent(account, text, phone(), phone())
    codes = set()
    for message, went in zip(ids, texts, strict=True):
        made = links(account, message)
        assert set(made) == {ORDER, SALE}
        short = {url: link["shortcut"] for url, link in made.items()}
        assert went == f"Заказ («{short[ORDER]}»), скидки: {short[SALE]}, {SHORTEST}."
        for link in short.values():
            base, code = link.rsplit("/", 1)
            assert base == stack.short_url and len(code) == 7 and code.isalnum() and code.isascii()
            codes.add(code)
    assert len(codes) == 4
    first, second = (links(account, message)[ORDER] for message in ids)
    answer = follow(first["shortcut"])
    assert answer.status == 302 and answer.text == ""
    location = answer.headers["location"]
    assert location.startswith("https://xn--80aairftm.xn--p1ai:8443/%D0%B7") and location.isascii()
    assert location.endswith("=1000000042#%D0%B4%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
    assert follow(first["shortcut"]).status == 302
    clicked, other = (links(account, message)[ORDER] for message in ids)
    assert clicked["clicks"] == 2 and clicked["firstVisitedAt"] < clicked["lastVisitedAt"] == clicked["updatedAt"]
    assert (other["clicks"], other["firstVisitedAt"], other["updatedAt"]) == (0, None, second["createdAt"])
    assert clicked["id"] == first["id"] != second["id"] and uuid.UUID(first["id"])
    tracks = account.message(ids[0])["tracks"]
    assert tracks["clicks"]["count"] == 2 and [link["clicks"] for link in tracks["links"]] == [2, 0]
    listed = {message["id"]: message["tracks"] for message in account.ok("GET", "/messages")["items"]}
    assert listed[ids[0]] == tracks and "clicks" not in listed[ids[1]]
    assert [link["clicks"] for link in listed[ids[1]]["links"]] == [0, 0]


def test_previews_and_heads_are_led_on_and_not_counted(account: Client) -> None:
    """Programs of messengers, a HEAD request, and a browser that fetches ahead."""
    (message,), _ = sent(account, ORDER)
    short = links(account, message)[ORDER]["shortcut"]
    visits = [follow(short, agent) for agent in PREVIEWS]
    visits += [follow(short, method="HEAD"), follow(short, **{"Sec-Purpose": "prefetch;prerender"})]
    assert {visit.status for visit in visits} == {302} and len({visit.headers["location"] for visit in visits}) == 1
    link = links(account, message)[ORDER]
    assert (link["clicks"], link["firstVisitedAt"]) == (0, None)


def test_what_leads_nowhere(stack: Stack, account: Client) -> None:
    """404 for what never was a link, whatever it looks like; 410 for one that has ended, uncounted."""
    for code in ("AAAAAAA", "short", "TooLongACode", "%41%42%43%44", "A%2FBCDEF", "..%2F..%2Fa", "<script>", "АБВГДЕЖ"):
        for agent, method in ((PERSON, "GET"), (PREVIEWS[0], "GET"), (PERSON, "HEAD")):
            from_nowhere = follow(f"{stack.short_url}/{code}", agent, method)
            assert from_nowhere.status == 404 and "location" not in from_nowhere.headers, code
            assert "script" not in from_nowhere.text
    (message,), _ = sent(account, ORDER)
    short = links(account, message)[ORDER]["shortcut"]
    code = short.rsplit("/", 1)[1]
    now = int(datetime.now(UTC).timestamp() * 1000)
    put(stack, code, "e", {"N": str(now - 1)})
    assert {follow(short).status, follow(short, PREVIEWS[0]).status, follow(short, method="HEAD").status} == {410}
    assert links(account, message)[ORDER]["clicks"] == 0
    put(stack, code, "e", {"N": str(now + 60_000)})
    put(stack, code, "u", {"S": "javascript:alert(1)"})
    evil = follow(short)
    assert evil.status == 404 and "location" not in evil.headers


def test_only_sms_is_shortened(account: Client) -> None:
    """Telegram keeps the long link; the SMS that follows it has a short one."""
    channels = {"telegram": {"text": ORDER}, "sms": {"text": ORDER}}
    (message,) = account.send(
        item(channels, {"messengerUserId": "7770001", "phone": phone()}, useShortLinks=True),
    )
    account.until(message, "DELIVERED")
    records = {record["channel"]: record["content"]["text"] for record in account.outbox(messageId=message)}
    assert records == {"telegram": ORDER, "sms": links(account, message)[ORDER]["shortcut"]}


def test_another_try_has_the_same_links(account: Client) -> None:
    """Two temporary failures, then it goes: three calls with one text, and one link."""
    (message,), (went,) = sent(account, ORDER, phone("0004"))
    assert {record["content"]["text"] for record in account.outbox(messageId=message)} == {went}
    assert len(account.outbox(messageId=message)) == 3 and len(links(account, message)) == 1


def test_what_would_happen_has_links_of_the_right_length(stack: Stack, account: Client) -> None:
    """The text of the preview is as long as the one that goes out, so its parts are right."""
    text = f"Order: {SALE}{'a' * 100}"
    body = {"messages": [item({"sms": {"text": text}}, {"phone": phone()}, useShortLinks=True)]}
    (shown,) = account.ok("POST", "/messages/validate", body)[0]["channels"]
    assert shown["message"]["text"] == f"Order: {stack.short_url}/xxxxxxx" and len(shown["shortLinks"]) == 1
    (message,), (went,) = sent(account, text)
    assert len(went) == len(shown["message"]["text"])
    assert account.message(message)["partCount"] == shown["partCount"] == 1


def test_own_time_of_the_redirect(stack: Stack, account: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """At most 20 ms besides the table, which is one call for each visit."""
    (message,), _ = sent(account, ORDER)
    short = links(account, message)[ORDER]["shortcut"]
    follow(short)
    since, count = time.time() - 1, 50
    for _ in range(count):
        assert follow(short).status == 302
    seen: list[Json] = []

    def look() -> bool:
        stack.flush_logs(["redirect"])
        lines = [line for line in stack.log("redirect", since) if line.get("message") == "visit"]
        seen[:] = [line for line in lines if line["status"] == 302]
        return len(seen) >= count

    eventually(look, f"{count} visits in the log", pause=0.5)
    own, whole = ([line[name] / 1000 for line in seen] for name in ("own_micros", "micros"))
    with capsys.disabled():
        print(
            f"\nredirect: own time {statistics.median(own):.2f} ms, at most {max(own):.2f} ms; with the table "
            f"{statistics.median(whole):.2f} ms, {len(seen)} visits"
        )
    assert statistics.median(own) <= 20
    assert links(account, message)[ORDER]["clicks"] == count + 1
