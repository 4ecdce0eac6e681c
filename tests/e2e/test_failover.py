"""From provider to provider within a channel: when, when not, and how breakers keep messages from one that fails.

Here the real providers come first, in an order of these tests' own, so the stack is set up for this file and set back
after it.
"""

import json
import subprocess
import time
from collections.abc import Iterator

import pytest
from baton import Client, Json, Stack, events, eventually, item, phone, shown
from conftest import StandIns, bring_up
from standins import meta, rapporto, vonage
from standins.base import accept, answer

T = {"text": "t"}
TOKEN = meta.refusal(190, 401)  # Meta refuses the access token
ALARM = {"breaker": "opened", "provider": "META", "channel": "whatsapp"}


@pytest.fixture(scope="module")
def ordered(stack: Stack, standins: StandIns) -> Iterator[Stack]:
    """Put real providers first on Viber and WhatsApp."""
    documents = standins.documents()
    documents["viber"] = [standins.vonage.settings_of("viber"), standins.rapporto.settings]
    documents["whatsapp"] = [standins.meta.settings, standins.vonage.settings_of("whatsapp")]
    stack.quiet()
    yield bring_up(documents)
    stack.quiet()
    bring_up(standins.documents())


def entry(operator: Client, channel: str, provider: str) -> Json:
    """Give a provider as the operator sees it."""
    items = operator.ok("GET", "/providers")["items"]
    (found,) = [item for item in items if (item["channel"], item["provider"]) == (channel, provider)]
    return found


def ways(message: Json) -> list[tuple[str, str, str]]:
    """Give the attempts as channel, provider and status."""
    return [(attempt["channel"], attempt["provider"], attempt["status"]) for attempt in message["attempts"]]


def test_the_channels_next_provider_takes_over(ordered: Stack, standins: StandIns, shop: Client) -> None:
    """After a misconfiguration, and a temporary failure that is too long to wait for; not after a refusal."""
    limited = vonage.refusal("1000", 429, {"Retry-After": "86400"})
    scripts = {"1120": vonage.refusal("1120"), "1000": limited, "1170": vonage.refusal("1170")}
    people = {code: phone() for code in scripts}
    for code, reply in scripts.items():
        standins.vonage.script(people[code], answer(reply))
    ids = shop.send(*(item({"viber": T, "max": T}, {"phone": to, "messengerUserId": "77"}) for to in people.values()))
    sent = dict(zip(people, ids, strict=True))
    for code, kind in (("1120", "misconfigured"), ("1000", "temporary")):
        message = shop.when(sent[code], lambda seen: len(seen["attempts"]) == 2 and seen["attempts"][1]["sentAt"], code)
        assert ways(message) == [("viber", "VONAGE", "UNDELIVERED"), ("viber", "RAPPORTO", "PENDING")], shown(message)
        error = message["attempts"][0]["error"]
        assert (error["class"], error["code"], message["attempts"][1]["error"]) == (kind, code, None)
        wanted = [("accepted", None), ("failed", "viber"), ("failed_over", "viber"), ("sent", "viber")]
        assert events(message) == wanted
        (note,) = [entry["detail"] for entry in message["timeline"] if entry["event"] == "failed_over"]
        assert note == "VONAGE"
        (taken,) = standins.rapporto.requests(people[code])
        assert standins.rapporto.receipt(taken, 2).status == 200
        assert ways(shop.until(sent[code], "DELIVERED"))[1] == ("viber", "RAPPORTO", "DELIVERED")
    refused = shop.until(sent["1170"], "DELIVERED")
    assert ways(refused) == [("viber", "VONAGE", "UNDELIVERED"), ("max", "SANDBOX", "DELIVERED")]
    assert standins.rapporto.requests(people["1170"]) == []


def test_when_every_provider_has_failed_the_next_channel_follows(
    ordered: Stack, standins: StandIns, shop: Client
) -> None:
    """Both are visible in the attempts, in their order."""
    person = phone()
    standins.vonage.script(person, answer(vonage.refusal("1120")))
    standins.rapporto.script(person, answer(rapporto.refusal(7)))
    (message,) = shop.send(item({"viber": T, "max": T}, {"phone": person, "messengerUserId": "77"}))
    seen = shop.until(message, "DELIVERED")
    assert ways(seen) == [
        ("viber", "VONAGE", "UNDELIVERED"),
        ("viber", "RAPPORTO", "UNDELIVERED"),
        ("max", "SANDBOX", "DELIVERED"),
    ]
    assert [attempt["error"]["code"] for attempt in seen["attempts"][:2]] == ["1120", "7"]


def test_a_provider_in_the_content_pins_it(ordered: Stack, standins: StandIns, shop: Client) -> None:
    """The named one alone is called, be it the first or not; when it fails the next channel follows."""
    first, second = phone(), phone()
    standins.vonage.script(first, answer(vonage.refusal("1120")))
    pinned = [{"viber": {**T, "provider": name}, "max": T} for name in ("vonage", "RAPPORTO")]
    to = [{"phone": number, "messengerUserId": "77"} for number in (first, second)]
    failed, taken = shop.send(*(item(channels, person) for channels, person in zip(pinned, to, strict=True)))
    seen = shop.until(failed, "DELIVERED")
    assert ways(seen) == [("viber", "VONAGE", "UNDELIVERED"), ("max", "SANDBOX", "DELIVERED")]
    assert standins.rapporto.requests(first) == []
    seen = shop.when(taken, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    assert ways(seen) == [("viber", "RAPPORTO", "PENDING")]
    assert (len(standins.rapporto.requests(second)), standins.vonage.requests(second)) == (1, [])


def through(shop: Client, person: str) -> Json:
    """Send a WhatsApp message and wait until some provider has it."""
    (message,) = shop.send(item({"whatsapp": T}, {"phone": person}))
    return shop.when(message, lambda seen: seen["attempts"][-1]["sentAt"], "sent")


def test_a_breaker_opens_and_closes(ordered: Stack, standins: StandIns, operator: Client, shop: Client) -> None:
    """Five refusals of the token in a row open it; messages go round it without a call, until a trial succeeds."""
    since = time.time()

    def refused() -> Json | None:
        person = phone()
        standins.meta.script(person, answer(TOKEN))
        message = through(shop, person)
        assert ways(message)[-1] == ("whatsapp", "VONAGE", "PENDING")
        seen = entry(operator, "whatsapp", "META")
        return seen if seen["breaker"] == "open" else None

    # Failures are counted by each process, of which a function has two here.
    seen = eventually(refused, "an open breaker")
    assert seen["openUntil"] and (seen["lastError"]["class"], seen["lastError"]["code"]) == ("misconfigured", "190")
    assert entry(operator, "whatsapp", "VONAGE")["breaker"] == "closed"
    assert meta.TOKEN not in json.dumps(operator.ok("GET", "/providers"))

    def passed_over() -> Json | None:
        person = phone()
        message = through(shop, person)
        return message if not standins.meta.requests(person) else None

    # The other process hears of it within seconds.
    message = eventually(passed_over, "a message that goes round", timeout=15)
    assert ways(message) == [("whatsapp", "VONAGE", "PENDING")]
    details = [entry["detail"] for entry in message["timeline"] if entry["event"] == "failed_over"]
    assert details == ["META breaker_open"]
    ordered.flush_logs(["send-whatsapp"])
    records = eventually(
        lambda: [record for record in ordered.log("send-whatsapp", since) if ALARM.items() <= flat(record).items()],
        "the line that raises the alarm",
    )
    assert {flat(record)["level"] for record in records} == {"ERROR"}

    eventually(lambda: entry(operator, "whatsapp", "META")["breaker"] == "half_open", "half open", pause=0.5)

    def closed() -> bool:
        person = phone()
        standins.meta.script(person, accept)
        through(shop, person)
        return entry(operator, "whatsapp", "META")["breaker"] == "closed"

    eventually(closed, "a closed breaker", timeout=15)


def flat(record: Json) -> Json:
    """Give a log record with its fields beside the rest."""
    return {**record, **record.get("fields", {})}


def test_a_channel_with_a_faulty_document_fails_alone(
    ordered: Stack, standins: StandIns, operator: Client, shop: Client
) -> None:
    """Its messages go on to the next channel, and the other channels work as before."""
    ssm, function = ordered.aws("ssm"), ordered.aws("lambda")
    name, own = "/baton/baton/providers/ok", "baton-send-ok"
    ssm.put_parameter(Name=name, Value='[{"name": "OK"}]', Type="SecureString", Overwrite=True)
    variables = function.get_function_configuration(FunctionName=own)["Environment"]["Variables"]
    anew = {**variables, "STARTED_ANEW": "1"}  # functions read their document once a minute, and when they start
    function.update_function_configuration(FunctionName=own, Environment={"Variables": anew})
    both, alone = shop.send(
        item({"ok": T, "max": T}, {"messengerUserId": "771234"}), item({"max": T}, {"messengerUserId": "781234"})
    )
    seen = shop.until(both, "DELIVERED")
    assert [(a["channel"], a["status"]) for a in seen["attempts"]] == [("ok", "UNDELIVERED"), ("max", "DELIVERED")]
    error = seen["attempts"][0]["error"]
    assert (error["class"], error["code"]) == ("misconfigured", "no_provider")
    shop.until(alone, "DELIVERED")
    # The webhooks of other channels are read as before.
    assert standins.max.inbound(ordered.webhooks, "771234", "hi").status == 200


def test_a_faulty_file_is_refused_with_the_path(ordered: Stack, standins: StandIns) -> None:
    """Before anything is changed: the stack goes on with what it has."""
    documents = standins.documents()
    del documents["vk"][1]["token"]
    documents["sms"][1]["baseUrl"] = "ftp://example.org"
    documents["max"].append({"name": "NOBODY"})
    before = ordered.aws("ssm").get_parameter(Name="/baton/baton/providers/sms", WithDecryption=True)["Parameter"]
    with pytest.raises(subprocess.CalledProcessError) as refused:
        bring_up(documents)
    ran = refused.value
    assert ran.returncode == 1
    for path in ("vk/1/token", "sms/1/baseUrl", "max/2"):
        assert path in ran.stderr, ran.stderr
    for secret in ("vk-webhook-secret", "twilio-test-token"):
        assert secret not in ran.stderr
    after = ordered.aws("ssm").get_parameter(Name="/baton/baton/providers/sms", WithDecryption=True)["Parameter"]
    assert after["Version"] == before["Version"]
