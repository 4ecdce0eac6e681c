"""The real providers as the tests see them: how each refuses, limits its rate and reports, in its own words."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from baton import Json, Stack, phone
from conftest import StandIns
from standins import telegram, twilio, vonage
from standins.aws import Eum, Ses
from standins.base import Reply, StandIn, Taken, message_id

TEXT = "Hello, ваш заказ {{order}} готов"
RENDERED = "Hello, ваш заказ 42 готов"
PAUSE = 3  # seconds that a rate limit asks for


@dataclass(frozen=True)
class Provider:
    """One real provider behind its stand-in."""

    name: str
    channel: str
    stand_in: StandIn
    refused: Reply  # for good
    refused_code: str
    limited: Reply
    pause: float  # between the first and the second request, at least
    texts: Callable[[Taken], list[str]]
    provider_id: Callable[[Taken], str]
    report: Callable[[Taken, str], Any] | None = None  # send a receipt: delivered, failed or another of `words`
    read_word: str | None = None

    def destination(self, recipient: str) -> Json:
        """Give a destination; it can be reached by MAX as well, the channel that these tests fall back to."""
        field = {"sms": "phone", "email": "email", "telegram": "messengerUserId"}[self.channel]
        return {"messengerUserId": "774321", field: recipient, "variables": {"order": 42}}

    def recipient(self) -> str:
        """Give an address that nobody has had."""
        number = phone()
        if self.channel == "sms":
            return number
        digits = number.removeprefix("+")
        return f"user{digits}@example.com" if self.channel == "email" else digits

    def content(self) -> Json:
        """Give the channel's content, which names the provider."""
        subject = {"subject": "Заказ {{order}}"} if self.channel == "email" else {}
        return {"provider": self.name, "text": TEXT, **subject}


def publish(stack: Stack, event: Json) -> None:
    """Publish an event of an AWS service to the stack's topic, as the service does."""
    stack.aws("sns").publish(TopicArn=stack.resources["ProviderEvents"], Message=json.dumps(event))


def all_providers(stack: Stack, standins: StandIns) -> dict[str, Provider]:
    """Give every real provider by its name."""
    s = standins
    words_aws = {"delivered": "TEXT_DELIVERED", "failed": "TEXT_UNREACHABLE", "sent": "TEXT_SUCCESSFUL"}
    words_ses = {"delivered": "Delivery", "failed": "Bounce", "read": "Open", "sent": "Send"}
    words_twilio = {"failed": "undelivered"}
    words_vonage = {"failed": "undeliverable", "sent": "submitted"}
    after = {"Retry-After": str(PAUSE)}

    def body(taken: Taken) -> list[str]:
        return [taken.fields["Body"]]

    def ses_texts(taken: Taken) -> list[str]:
        simple = taken.fields["Content"]["Simple"]
        assert simple["Subject"]["Data"] == "Заказ 42"
        return [simple["Body"]["Text"]["Data"]]

    def smtp_texts(taken: Taken) -> list[str]:
        assert taken.fields["headers"]["Subject"] == "Заказ 42"
        return [text.strip() for text in taken.fields["bodies"].values()]

    def telegram_id(taken: Taken) -> str:
        return str(int(message_id(taken)[:7], 16))

    found = [
        Provider(
            name="TWILIO",
            channel="sms",
            stand_in=s.twilio,
            refused=twilio.refusal(21211),
            refused_code="21211",
            limited=twilio.refusal(20429, 429, after),
            pause=PAUSE,
            texts=body,
            provider_id=lambda taken: "SM" + message_id(taken),
            report=lambda taken, word: s.twilio.receipt(
                taken, words_twilio.get(word, word), "30003" if word == "failed" else ""
            ),
            read_word="read",
        ),
        Provider(
            name="VONAGE",
            channel="sms",
            stand_in=s.vonage,
            refused=vonage.refusal("1170"),
            refused_code="1170",
            limited=vonage.refusal("1000", 429, after),
            pause=PAUSE,
            texts=lambda taken: [taken.fields["text"]],
            provider_id=s.vonage.uuid,
            report=lambda taken, word: s.vonage.receipt(
                taken, words_vonage.get(word, word), "1260" if word == "failed" else ""
            ),
            read_word="read",
        ),
        Provider(
            name="AWS",
            channel="sms",
            stand_in=s.eum,
            refused=Eum.refusal("ConflictException", Reason="DESTINATION_PHONE_NUMBER_OPTED_OUT"),
            refused_code="DESTINATION_PHONE_NUMBER_OPTED_OUT",
            limited=Eum.refusal("ThrottlingException"),
            pause=1,
            texts=lambda taken: [taken.fields["MessageBody"]],
            provider_id=message_id,
            report=lambda taken, word: publish(stack, Eum.event(taken, words_aws[word])),
        ),
        Provider(
            name="SES",
            channel="email",
            stand_in=s.ses,
            refused=Ses.refusal("BadRequestException", message="Illegal address"),
            refused_code="BadRequestException",
            limited=Ses.refusal("TooManyRequestsException", 429),
            pause=1,
            texts=ses_texts,
            provider_id=message_id,
            report=lambda taken, word: publish(stack, Ses.event(taken, words_ses[word])),
            read_word="read",
        ),
        Provider(
            name="SMTP",
            channel="email",
            stand_in=s.smtp,
            refused=Reply(550, "5.1.1 No such user"),
            refused_code="5.1.1",
            limited=Reply(451, "4.7.1 Try again later"),
            pause=1,
            texts=smtp_texts,
            provider_id=lambda taken: taken.fields["headers"]["Message-ID"].strip("<>"),
        ),
        Provider(
            name="TELEGRAM",
            channel="telegram",
            stand_in=s.telegram,
            refused=telegram.refusal(403, "Forbidden: bot was blocked by the user"),
            refused_code="403",
            limited=telegram.refusal(429, f"Too Many Requests: retry after {PAUSE}", PAUSE),
            pause=PAUSE,
            texts=lambda taken: [taken.fields["text"]],
            provider_id=telegram_id,
        ),
    ]
    return {provider.name: provider for provider in found}


NAMES = ("TWILIO", "VONAGE", "AWS", "SES", "SMTP", "TELEGRAM")
REPORTING = ("TWILIO", "VONAGE", "AWS", "SES")
