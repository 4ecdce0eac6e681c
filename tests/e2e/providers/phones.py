"""SMS, WhatsApp and Viber: providers that call a phone."""

import json

from baton import Json, Stack
from conftest import StandIns
from standins import meta, rapporto, smsc, twilio, vonage
from standins.aws import Eum
from standins.base import Reply, Taken, message_id

from providers.base import AFTER, Provider

AWS = {"delivered": "TEXT_DELIVERED", "failed": "TEXT_UNREACHABLE", "sent": "TEXT_SUCCESSFUL"}
RAPPORTO = {"sent": 0, "delivered": 2, "failed": 5, "read": 9}
SMSC = {"sent": 0, "delivered": 1, "failed": 20, "read": 2}
VONAGE = {"failed": "undeliverable", "sent": "submitted"}


def publish(stack: Stack, event: Json) -> None:
    """Publish an event of an AWS service to the stack's topic, as the service does."""
    stack.aws("sns").publish(TopicArn=stack.resources["ProviderEvents"], Message=json.dumps(event))


def of_vonage(s: StandIns, channel: str) -> Provider:
    """Give Vonage on a channel."""
    return Provider(
        name="VONAGE",
        channel=channel,
        stand_in=s.vonage,
        refused=vonage.refusal("1170"),
        refused_code="1170",
        limited=vonage.refusal("1000", 429, AFTER),
        texts=lambda taken: [taken.fields["text"]],
        provider_id=s.vonage.uuid,
        report=lambda taken, word: s.vonage.receipt(taken, VONAGE.get(word, word), "1260" if word == "failed" else ""),
        read_word="read",
    )


def of_rapporto(s: StandIns, channel: str) -> Provider:
    """Give Rapporto on a channel."""

    def texts(taken: Taken) -> list[str]:
        data = taken.fields["message"]["data"]
        return [data["instantContent"]["data"]["text"] if channel == "viber" else data["text"]]

    return Provider(
        name="RAPPORTO",
        channel=channel,
        stand_in=s.rapporto,
        refused=rapporto.refusal(8),
        refused_code="8",
        limited=rapporto.refusal(3, AFTER),
        texts=texts,
        provider_id=s.rapporto.mt_num,
        report=lambda taken, word: s.rapporto.receipt(taken, RAPPORTO[word], int(word == "failed")),
        read_word="read",
        key=lambda taken: taken.fields["id"],
        to="phone",
    )


def of_phones(stack: Stack, s: StandIns) -> list[Provider]:
    """Give the providers of SMS, WhatsApp and Viber."""
    hooks = stack.webhooks
    sms = [
        Provider(
            name="TWILIO",
            channel="sms",
            stand_in=s.twilio,
            refused=twilio.refusal(21211),
            refused_code="21211",
            limited=twilio.refusal(20429, 429, AFTER),
            texts=lambda taken: [taken.fields["Body"]],
            provider_id=lambda taken: "SM" + message_id(taken),
            report=lambda taken, word: s.twilio.receipt(
                taken, "undelivered" if word == "failed" else word, "30003" if word == "failed" else ""
            ),
            read_word="read",
        ),
        of_vonage(s, "sms"),
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
            report=lambda taken, word: publish(stack, Eum.event(taken, AWS[word])),
        ),
        of_rapporto(s, "sms"),
        Provider(
            name="SMSC",
            channel="sms",
            stand_in=s.smsc,
            refused=smsc.refusal(7),
            refused_code="7",
            limited=Reply(429, "", AFTER),  # its own code 9 asks for a minute
            texts=lambda taken: [taken.fields["mes"]],
            provider_id=lambda taken: taken.fields["id"],
            report=lambda taken, word: s.smsc.receipt(taken, SMSC[word], hooks),
            read_word="read",
        ),
    ]
    messengers = [
        Provider(
            name="META",
            channel="whatsapp",
            stand_in=s.meta,
            refused=meta.refusal(131026),
            refused_code="131026",
            limited=meta.refusal(130429, 429, AFTER),
            texts=lambda taken: [taken.fields["text"]["body"]],
            provider_id=s.meta.wamid,
            report=lambda taken, word: s.meta.receipt(hooks, taken, word, 131026 if word == "failed" else 0),
            read_word="read",
        ),
        of_vonage(s, "whatsapp"),
        of_vonage(s, "viber"),
        of_rapporto(s, "viber"),
    ]
    return [*sms, *messengers]
