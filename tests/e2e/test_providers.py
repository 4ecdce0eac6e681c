"""The real providers against stand-ins that speak their protocols: requests, refusals, limits, time-outs, receipts."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from baton import Client, Json, Stack, events, eventually, item
from conftest import StandIns
from providers import KEYED, NAMES, REPORTING, Provider, all_providers
from standins.base import Step, Taken, accept, after, answer, hang

FALLBACK = {"text": "The other way"}


@dataclass(frozen=True)
class Sent:
    """A message of this file's one request."""

    provider: Provider
    recipient: str
    id: str

    def requests(self) -> list[Taken]:
        """Give what the stand-in got."""
        return self.provider.stand_in.requests(self.recipient)

    def report(self, word: str) -> None:
        """Let the provider send a receipt, which must be taken."""
        assert self.provider.report
        answer = self.provider.report(self.requests()[0], word)
        assert answer is None or answer.status == 200, answer


@pytest.fixture(scope="module")
def providers(stack: Stack, standins: StandIns) -> dict[str, Provider]:
    """Give the providers by channel and name."""
    return all_providers(stack, standins)


@pytest.fixture(scope="module")
def sent(providers: dict[str, Provider], shop: Client) -> dict[tuple[str, str], Sent]:
    """Send every case of every provider in one request, so that all of them wait at the same time."""
    cases: list[tuple[str, Provider, str]] = []
    items: list[Json] = []

    def case(name: str, provider: Provider, *steps: Step, channels: Json | None = None) -> None:
        recipient = provider.recipient()
        provider.stand_in.script(recipient, *steps)
        cases.append((name, provider, recipient))
        content = {provider.channel: provider.content()}
        items.append(item(content | (channels or {}), provider.destination(recipient)))

    for provider in providers.values():
        case("success", provider, accept)
        case("refused", provider, answer(provider.refused), channels={provider.fallback: FALLBACK})
        case("limited", provider, answer(provider.limited), accept)
        case("hung", provider, hang, accept)
        if provider.report:
            case("failed", provider, accept, channels={provider.fallback: FALLBACK})
            case("disorder", provider, accept)
            case("early", provider, after(reporter(provider, "delivered")))
    ids = shop.send(*items)
    return {(name, provider.id): Sent(provider, to, id_) for (name, provider, to), id_ in zip(cases, ids, strict=True)}


def reporter(provider: Provider, word: str) -> Callable[[Taken], None]:
    """Give a step's act: send a receipt."""

    def act(taken: Taken) -> None:
        assert provider.report
        provider.report(taken, word)

    return act


Cases = dict[tuple[str, str], Sent]


@pytest.mark.parametrize("name", NAMES)
def test_a_message_arrives_as_it_was_written(name: str, sent: Cases, shop: Client) -> None:
    """The text comes through in both alphabets; without receipts taken is delivered, else PENDING until they come."""
    case = sent["success", name]
    (taken,) = eventually(case.requests, "a request")
    assert case.provider.texts(taken) == list(case.provider.expected)
    if case.provider.report:
        waiting = shop.when(case.id, lambda seen: seen["attempts"][0]["sentAt"], "sent")
        assert waiting["status"] == "PENDING"
        case.report("delivered")
    message = shop.until(case.id, "DELIVERED")
    (attempt,) = message["attempts"]
    assert (attempt["provider"], attempt["error"]) == (case.provider.name, None)
    assert attempt["providerMessageId"] == case.provider.provider_id(taken)
    assert attempt["deliveredAt"] or not case.provider.report
    if case.provider.read_word:
        case.report(case.provider.read_word)
        assert shop.until(case.id, "READ")["attempts"][0]["readAt"]
    assert len(case.requests()) == 1 and shop.outbox(messageId=case.id) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_for_good_leads_to_the_next_channel(name: str, sent: Cases, shop: Client) -> None:
    """One request, the provider's code with its class, and then the next channel."""
    case = sent["refused", name]
    message = shop.until(case.id, "DELIVERED")
    first, second = message["attempts"]
    assert (first["provider"], first["status"]) == (case.provider.name, "UNDELIVERED")
    assert (first["error"]["class"], first["error"]["code"]) == ("permanent", case.provider.refused_code)
    assert (second["channel"], second["provider"], second["status"]) == (case.provider.fallback, "SANDBOX", "DELIVERED")
    assert len(case.requests()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_limit_is_honoured(name: str, sent: Cases, shop: Client) -> None:
    """The second request comes no earlier than the provider asked for, and is the last."""
    case = sent["limited", name]
    eventually(lambda: len(case.requests()) == 2, "a second request")
    message = shop.when(case.id, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    first, second = case.requests()
    assert case.provider.pause <= second.at - first.at <= case.provider.pause * 1.2 + 15
    assert [event for event, _ in events(message)][:3] == ["accepted", "retrying", "sent"]
    if case.provider.report:
        case.report("delivered")
    shop.until(case.id, "DELIVERED")
    assert len(case.requests()) == 2


@pytest.mark.parametrize("name", [name for name in NAMES if name not in KEYED])
def test_a_time_out_after_taking_is_never_sent_again(name: str, sent: Cases, shop: Client) -> None:
    """Exactly one request, PENDING with the class unknown; a receipt settles it."""
    case = sent["hung", name]
    message = shop.when(case.id, lambda seen: seen["attempts"][0]["error"], "an error")
    assert (message["status"], message["attempts"][0]["error"]["class"]) == ("PENDING", "unknown")
    assert ("outcome_unknown", case.provider.channel) in events(message)
    if case.provider.report:
        case.report("delivered")
        message = shop.until(case.id, "DELIVERED")
        assert message["attempts"][0]["error"] is None
    assert len(case.requests()) == 1


@pytest.mark.parametrize("name", KEYED)
def test_a_time_out_where_there_is_a_key_is_sent_again_with_it(name: str, sent: Cases, shop: Client) -> None:
    """The provider takes a key against duplicates: the same call again has the same key, so one message goes out."""
    case = sent["hung", name]
    assert case.provider.key
    message = shop.when(case.id, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    first, second = case.requests()
    assert case.provider.key(first) == case.provider.key(second)
    assert case.provider.provider_id(first) == case.provider.provider_id(second)
    assert [event for event, _ in events(message)][:3] == ["accepted", "retrying", "sent"]
    if case.provider.report:
        case.report("delivered")
    (attempt,) = shop.until(case.id, "DELIVERED")["attempts"]
    assert (attempt["error"], len(case.requests())) == (None, 2)


@pytest.mark.parametrize("name", REPORTING)
def test_a_report_of_non_delivery_leads_to_the_next_channel(name: str, sent: Cases, shop: Client) -> None:
    """The receipt fails the attempt; the next channel delivers."""
    case = sent["failed", name]
    shop.when(case.id, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    case.report("failed")
    message = shop.until(case.id, "DELIVERED")
    first, second = message["attempts"]
    assert (first["status"], first["error"]["class"]) == ("UNDELIVERED", "permanent")
    assert (second["channel"], second["status"]) == (case.provider.fallback, "DELIVERED")


@pytest.mark.parametrize("name", REPORTING)
def test_a_receipt_before_the_send_call_returned(name: str, sent: Cases, shop: Client) -> None:
    """DELIVERED, and the answer that comes later adds the provider's id and takes nothing back."""
    case = sent["early", name]
    message = shop.when(
        case.id, lambda seen: seen["status"] == "DELIVERED" and seen["attempts"][0]["sentAt"], "delivered and sent"
    )
    (attempt,) = message["attempts"]
    assert attempt["providerMessageId"] == case.provider.provider_id(case.requests()[0])
    assert (attempt["provider"], attempt["error"], len(case.requests())) == (case.provider.name, None, 1)


@pytest.mark.parametrize("name", REPORTING)
def test_duplicate_and_reordered_receipts(name: str, sent: Cases, shop: Client) -> None:
    """A message moves forward only, and a receipt counts once."""
    case = sent["disorder", name]
    shop.when(case.id, lambda seen: seen["attempts"][0]["sentAt"], "sent")
    best = case.provider.read_word or "delivered"
    for word in (best, "delivered", best, "sent", "failed", "delivered"):
        case.report(word)
    final = "READ" if best == "read" else "DELIVERED"
    message = shop.when(case.id, lambda seen: ("late_receipt", case.provider.channel) in events(seen), "all receipts")
    assert message["status"] == final
    names = [event for event, _ in events(message)]
    assert names.count("late_receipt") == 1 and "fell_back" not in names
    assert names.count(final.lower()) == 1 and names.count("delivered") <= 1
    (attempt,) = message["attempts"]
    assert (attempt["status"], attempt["error"], bool(attempt["deliveredAt"])) == (final, None, True)


def test_nothing_went_out_twice(sent: Cases, stack: Stack) -> None:
    """When all queues are empty, each provider has had one request a message, two where it limited or has a key."""
    stack.quiet()
    counts = {case: len(message.requests()) for case, message in sent.items()}
    twice = {("limited", name) for name in NAMES} | {("hung", name) for name in KEYED}
    assert counts == {case: 2 if case in twice else 1 for case in sent}
