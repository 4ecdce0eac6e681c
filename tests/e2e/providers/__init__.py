"""The real providers as the tests see them: how each refuses, limits its rate and reports, in its own words."""

from baton import Stack
from conftest import StandIns

from providers.base import RENDERED, TEXT, Provider
from providers.bots import of_networks, of_sessions
from providers.devices import of_devices, of_mailboxes
from providers.phones import of_phones, publish

__all__ = ["KEYED", "NAMES", "RENDERED", "REPORTING", "TEXT", "Provider", "all_providers", "publish"]


def all_providers(stack: Stack, standins: StandIns) -> dict[str, Provider]:
    """Give every real provider by `channel/NAME`."""
    found = [
        *of_phones(stack, standins),
        *of_mailboxes(stack, standins),
        *of_devices(standins),
        *of_networks(standins),
        *of_sessions(standins),
    ]
    assert [provider.id for provider in found] == list(NAMES)
    assert tuple(provider.id for provider in found if provider.report) == REPORTING
    assert tuple(provider.id for provider in found if provider.key) == KEYED
    return {provider.id: provider for provider in found}


# Parameters of tests, which are named before there is a stack.
NAMES = (
    "sms/TWILIO",
    "sms/VONAGE",
    "sms/AWS",
    "sms/RAPPORTO",
    "sms/SMSC",
    "whatsapp/META",
    "whatsapp/VONAGE",
    "viber/VONAGE",
    "viber/RAPPORTO",
    "email/SES",
    "email/SMTP",
    "push/FCM",
    "push/APNS",
    "push/WEBPUSH",
    "push/RUSTORE",
    "telegram/TELEGRAM",
    "telegram/TELEGRAM_GATEWAY",
    "vk/VK",
    "ok/OK",
    "max/MAX",
    "vk/RAPPORTO",
    "vk/DEVINO",
    "ok/DEVINO",
    "chat/MESSENGER",
    "chat/VIBERBOT",
    "chat/TELEGRAM",
)
REPORTING = (
    "sms/TWILIO",
    "sms/VONAGE",
    "sms/AWS",
    "sms/RAPPORTO",
    "sms/SMSC",
    "whatsapp/META",
    "whatsapp/VONAGE",
    "viber/VONAGE",
    "viber/RAPPORTO",
    "email/SES",
    "telegram/TELEGRAM_GATEWAY",
    "vk/RAPPORTO",
    "vk/DEVINO",
    "ok/DEVINO",
)
KEYED = ("sms/RAPPORTO", "viber/RAPPORTO", "vk/VK", "vk/RAPPORTO")
