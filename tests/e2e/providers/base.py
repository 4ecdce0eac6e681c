"""What the tests need to know of a real provider behind its stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from baton import Json, phone
from standins.base import Reply, StandIn, Taken

TEXT = "Hello, ваш заказ {{order}} готов"
RENDERED = "Hello, ваш заказ 42 готов"
PAUSE = 3  # seconds that a rate limit asks for
AFTER = {"Retry-After": str(PAUSE)}

ADDRESSES = {"sms": "phone", "whatsapp": "phone", "viber": "phone", "email": "email", "push": "pushRegistrationId"}


@dataclass(frozen=True)
class Provider:
    """One real provider behind its stand-in."""

    name: str
    channel: str
    stand_in: StandIn
    refused: Reply  # for good
    refused_code: str
    limited: Reply
    texts: Callable[[Taken], list[Any]]  # what came in of the content
    provider_id: Callable[[Taken], str | None]
    pause: float = PAUSE  # between the first and the second request, at least
    report: Callable[[Taken, str], Any] | None = None  # send a receipt: sent, delivered, failed or read
    read_word: str | None = None  # "read" where the provider reports it
    key: Callable[[Taken], str] | None = None  # the key against duplicates, where it takes one
    own: Json = field(default_factory=lambda: {"text": TEXT})  # the content without the provider's name
    expected: tuple[Any, ...] = (RENDERED,)  # what `texts` then gives
    to: str = ""  # the address's field, where it is not the channel's usual one
    registration: Callable[[str], str] | None = None  # the address of a recipient, where it is not the same

    @property
    def id(self) -> str:
        """Its name in the tests, as several channels have a provider of the same name."""
        return f"{self.channel}/{self.name}"

    @property
    def fallback(self) -> str:
        """The channel that these tests fall back to, which goes to a messenger as well."""
        return "ok" if self.channel == "max" else "max"

    def destination(self, recipient: str) -> Json:
        """Give a destination; it can be reached by the other channel as well."""
        address = self.registration(recipient) if self.registration else recipient
        place = self.to or ADDRESSES.get(self.channel, "messengerUserId")
        platform = {"platform": "ios"} if self.name == "APNS" else {}
        return {"messengerUserId": "774321", place: address, "variables": {"order": 42}, **platform}

    def recipient(self) -> str:
        """Give an address that nobody has had."""
        number = phone()
        if (self.to or ADDRESSES.get(self.channel)) == "phone":
            return number
        digits = number.removeprefix("+")
        return f"user{digits}@example.com" if self.channel == "email" else digits

    def content(self) -> Json:
        """Give the channel's content, which names the provider."""
        return {"provider": self.name, **self.own}
