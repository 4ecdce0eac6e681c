"""`tracks`: opens and clicks of an e-mail, from the events that SES publishes to the topic."""

import json
import uuid

from baton import Client, Json, Stack, item
from conftest import NewAccount


def event(client: Client, message: str, kind: str, particulars: Json) -> str:
    """Give an event of SES about a message's only attempt, as its developer guide shows it."""
    reference = f"{client.account}-{uuid.UUID(message).hex}-0"
    mail = {"messageId": "0100", "timestamp": "2026-11-24T09:00:00.000Z", "tags": {"msg": [reference]}}
    particulars = {"ipAddress": "192.0.2.1", "userAgent": "Mozilla/5.0", **particulars}
    return json.dumps({"eventType": kind, "mail": mail, kind.lower(): particulars})


def test_opens_and_clicks_of_an_email(stack: Stack, new_account: NewAccount) -> None:
    """An open is READ; each event counts once, however often it comes, and nobody else's message is touched."""
    client = new_account()
    content = {"email": {"subject": "Ваш заказ", "text": "Заказ готов: https://example.org/orders/42"}}
    opened, other = client.send(item(content, {"email": "anna@example.org"}, {"email": "boris@example.org"}))
    client.until(opened, "DELIVERED")
    first, second = "2026-11-24T09:00:05.250Z", "2026-11-24T09:30:00.001Z"
    click = {"timestamp": "2026-11-24T09:01:00.500Z", "link": "https://example.org/orders/42"}
    events = [
        event(client, opened, "Open", {"timestamp": second}),
        event(client, opened, "Open", {"timestamp": first}),
        event(client, opened, "Click", click),
    ]
    for body in events + events:
        stack.aws("sns").publish(TopicArn=stack.resources["ProviderEvents"], Message=body)
    stack.quiet()
    message = client.when(opened, lambda seen: set(seen["tracks"]) == {"opens", "clicks"}, "opens and clicks")
    assert message["status"] == "READ"
    assert message["tracks"] == {
        "opens": {"count": 2, "firstAt": first, "lastAt": second},
        "clicks": {"count": 1, "firstAt": click["timestamp"], "lastAt": click["timestamp"]},
    }
    listed = client.ok("GET", "/messages?fields=id,tracks&sort=createdAt")["items"]
    assert listed == [{"id": opened, "tracks": message["tracks"]}, {"id": other, "tracks": {}}]
