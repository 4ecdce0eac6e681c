"""E-mail and push: providers that call a mailbox or a device."""

from baton import Stack
from conftest import StandIns
from standins import apns, fcm, rustore, webpush
from standins.aws import Ses
from standins.base import Reply, Taken, message_id

from providers.base import AFTER, TEXT, Provider
from providers.phones import publish

SUBJECT = "Заказ 42"
SES = {"delivered": "Delivery", "failed": "Bounce", "read": "Open", "sent": "Send"}


def of_mailboxes(stack: Stack, s: StandIns) -> list[Provider]:
    """Give the providers of e-mail."""
    letter = {"subject": "Заказ {{order}}", "text": TEXT}

    def ses_texts(taken: Taken) -> list[str]:
        simple = taken.fields["Content"]["Simple"]
        assert simple["Subject"]["Data"] == SUBJECT
        return [simple["Body"]["Text"]["Data"]]

    def smtp_texts(taken: Taken) -> list[str]:
        assert taken.fields["headers"]["Subject"] == SUBJECT
        return [text.strip() for text in taken.fields["bodies"].values()]

    return [
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
            report=lambda taken, word: publish(stack, Ses.event(taken, SES[word])),
            read_word="read",
            own=letter,
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
            own=letter,
        ),
    ]


def of_devices(s: StandIns) -> list[Provider]:
    """Give the providers of push, none of which has receipts."""
    return [
        Provider(
            name="FCM",
            channel="push",
            stand_in=s.fcm,
            refused=fcm.refusal("UNREGISTERED", 404, "NOT_FOUND"),
            refused_code="UNREGISTERED",
            limited=fcm.refusal("QUOTA_EXCEEDED", 429, "RESOURCE_EXHAUSTED", AFTER),
            texts=lambda taken: [taken.fields["notification"]["body"]],
            provider_id=s.fcm.id,
        ),
        Provider(
            name="APNS",
            channel="push",
            stand_in=s.apns,
            refused=apns.refusal("Unregistered", 410),
            refused_code="Unregistered",
            limited=apns.refusal("TooManyRequests", 429, AFTER),
            texts=lambda taken: [taken.fields["aps"]["alert"]["body"]],
            provider_id=lambda taken: taken.headers["apns-id"],
        ),
        Provider(
            name="WEBPUSH",
            channel="push",
            stand_in=s.webpush,
            refused=webpush.refusal(410),
            refused_code="gone",
            limited=webpush.refusal(429, AFTER),
            texts=lambda taken: [taken.fields["body"]],
            provider_id=s.webpush.id,
            registration=s.webpush.subscription,
        ),
        Provider(
            name="RUSTORE",
            channel="push",
            stand_in=s.rustore,
            refused=rustore.refusal("NOT_FOUND", 404),
            refused_code="NOT_FOUND",
            limited=rustore.refusal("RESOURCE_EXHAUSTED", 429, AFTER),
            texts=lambda taken: [taken.fields["notification"]["body"]],
            provider_id=lambda _: None,
        ),
    ]
