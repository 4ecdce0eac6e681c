"""Messengers: bots, the networks that are also reached by phone, and chat sessions."""

from conftest import StandIns
from standins import devino, max, messenger, ok, telegram, telegram_gateway, viber_bot, vk
from standins.base import Taken, message_id

from providers.base import AFTER, PAUSE, Provider
from providers.phones import of_rapporto

TEMPLATE = {"templateName": "order_ready", "templateData": {"order": "{{order}}"}}
DEVINO = {"sent": "SENT", "delivered": "DELIVERED", "failed": "UNDELIVERED", "read": "READ"}


def of_devino(s: StandIns, channel: str) -> Provider:
    """Give Devino on a channel: templates, by phone."""
    return Provider(
        name="DEVINO",
        channel=channel,
        stand_in=s.devino,
        refused=devino.refusal("phone_invalid"),
        refused_code="phone_invalid",
        limited=devino.request_refusal("queue_full", 429, AFTER),
        texts=lambda taken: [taken.fields["tmpl"], taken.fields["tmpl_data"], taken.fields["routes"]],
        provider_id=lambda taken: str(s.devino.id(taken)),
        report=lambda taken, word: s.devino.receipt(taken, DEVINO[word]),
        read_word="read",
        own=TEMPLATE,
        expected=("order_ready", {"order": "42"}, [channel.upper()]),
        to="phone",
    )


def of_telegram(s: StandIns, channel: str) -> Provider:
    """Give Telegram's bots, on their own channel or as chat sessions."""

    def number(taken: Taken) -> str:
        return str(int(message_id(taken)[:7], 16))

    return Provider(
        name="TELEGRAM",
        channel=channel,
        stand_in=s.telegram,
        refused=telegram.refusal(403, "Forbidden: bot was blocked by the user"),
        refused_code="403",
        limited=telegram.refusal(429, f"Too Many Requests: retry after {PAUSE}", PAUSE),
        texts=lambda taken: [taken.fields["text"]],
        provider_id=number,
    )


def of_networks(s: StandIns) -> list[Provider]:
    """Give the providers of Telegram, VK, Odnoklassniki and MAX."""
    gateway = Provider(
        name="TELEGRAM_GATEWAY",
        channel="telegram",
        stand_in=s.telegram_gateway,
        refused=telegram_gateway.refusal("PHONE_NUMBER_NOT_FOUND"),
        refused_code="PHONE_NUMBER_NOT_FOUND",
        limited=telegram_gateway.refusal(f"FLOOD_WAIT_{PAUSE}"),
        texts=lambda taken: [taken.fields["code"]],
        provider_id=message_id,
        report=lambda taken, word: s.telegram_gateway.receipt(taken, "expired" if word == "failed" else word),
        read_word="read",
        own={"code": "271828"},
        expected=("271828",),
        to="phone",
    )
    bots = [
        Provider(
            name="VK",
            channel="vk",
            stand_in=s.vk,
            refused=vk.refusal(901),
            refused_code="901",
            limited=vk.refusal(6),
            pause=1,
            texts=lambda taken: [taken.fields["message"]],
            provider_id=lambda taken: str(s.vk.id(taken)),
            key=lambda taken: taken.fields["random_id"],
        ),
        Provider(
            name="OK",
            channel="ok",
            stand_in=s.ok,
            refused=ok.refusal(7),
            refused_code="7",
            limited=ok.refusal(11),
            pause=1,
            texts=lambda taken: [taken.fields["message"]["text"]],
            provider_id=lambda _: None,
        ),
        Provider(
            name="MAX",
            channel="max",
            stand_in=s.max,
            refused=max.refusal(403, "chat.denied"),
            refused_code="chat.denied",
            limited=max.refusal(429, "too.many.requests", AFTER),
            texts=lambda taken: [taken.fields["text"]],
            provider_id=lambda taken: f"mid.{message_id(taken)}",
        ),
    ]
    by_phone = [of_rapporto(s, "vk"), of_devino(s, "vk"), of_devino(s, "ok")]
    return [of_telegram(s, "telegram"), gateway, *bots, *by_phone]


def of_sessions(s: StandIns) -> list[Provider]:
    """Give the providers of chat sessions that are no bots of other channels."""
    return [
        Provider(
            name="MESSENGER",
            channel="chat",
            stand_in=s.messenger,
            refused=messenger.refusal(551),
            refused_code="551",
            limited=messenger.refusal(613, headers=AFTER),
            texts=lambda taken: [taken.fields["message"]["text"]],
            provider_id=s.messenger.mid,
        ),
        Provider(
            name="VIBERBOT",
            channel="chat",
            stand_in=s.viber_bot,
            refused=viber_bot.refusal(6),
            refused_code="6",
            limited=viber_bot.refusal(12, AFTER),
            texts=lambda taken: [taken.fields["text"]],
            provider_id=lambda taken: str(s.viber_bot.token(taken)),
        ),
        of_telegram(s, "chat"),
    ]
