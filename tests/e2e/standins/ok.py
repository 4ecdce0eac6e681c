"""Odnoklassniki: the token in the query, errors with HTTP status 200 and in a header, nothing signed."""

import itertools
import json
import time
from urllib.parse import parse_qs, quote, urlsplit

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "ok-test-token:CBA"
SECRET = "ok-webhook-secret"

_mids = itertools.count(1)


def refusal(code: int, text: str = "REFUSED") -> Reply:
    """Give an error as the API writes it."""
    body: Json = {"error_code": code, "error_msg": text, "error_data": None}
    return Reply(200, body, {"invocation-error": str(code)})


class Ok(HttpStandIn):
    """The stand-in. Recipients are the digits of a user, or a chat."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "OK", "baseUrl": self.base_url, "token": TOKEN, "webhookSecret": SECRET}

    def _method(self, path: str) -> str | None:
        """Give the method of an address with the right token."""
        address = urlsplit(path)
        right = parse_qs(address.query) == {"access_token": [TOKEN]} and address.path.startswith("/graph/me/")
        return address.path.removeprefix("/graph/me/") if right else None

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """List the webhooks."""
        if self._method(path) != "subscriptions":
            return self.refuse(f"GET {path}", refusal(103, "PARAM_SESSION_KEY"))
        return Reply(200, {"subscriptions": []})

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, token, media type, recipient and the parts of the message."""
        method = self._method(path)
        if method is None:
            return self.refuse(f"the address {path}", refusal(103, "PARAM_SESSION_KEY"))
        if headers.get("content-type") != "application/json;charset=utf-8":
            return self.refuse("the media type", refusal(100, "PARAM"))
        fields = json.loads(body)
        recipient = fields["recipient"]
        chat = recipient.get("chat_id")
        users = recipient.get("user_ids", [])
        right = method == f"messages/{chat}" if chat else method == "messages" and len(users) == 1
        if not right or not all(user.startswith("user:") for user in users):
            return self.refuse(f"the recipient {recipient} at {method}", refusal(110, "PARAM_USER_ID"))
        message = fields["message"]
        kinds = {attachment["type"] for attachment in message.get("attachments", [])}
        if not (message.get("text") or "IMAGE" in kinds) or kinds - {"IMAGE", "INLINE_KEYBOARD"}:
            return self.refuse(f"the message with {sorted(message)}, {sorted(kinds)}", refusal(100, "PARAM"))
        return chat or users[0].removeprefix("user:"), fields

    def success(self, taken: Taken) -> Reply:
        """Say that it was sent; to users as a list."""
        if "chat_id" in taken.fields["recipient"]:
            return Reply(200, {"success": True, "message_id": f"mid:{message_id(taken)}"})
        return Reply(200, {"success": [True], "chat_ids": ["chat:C1"]})

    @staticmethod
    def event(webhooks: str, secret: str | None, body: Json) -> Answer:
        """Call the webhook at the address that was subscribed, with the secret in it."""
        query = f"?secret={quote(secret)}" if secret is not None else ""
        headers = {"Content-Type": "application/json"}
        return http("POST", f"{webhooks}/ok/ok{query}", headers, json.dumps(body).encode())

    @classmethod
    def inbound(cls, webhooks: str, person: str, text: str, secret: str | None = SECRET) -> Answer:
        """Write to the group as a person."""
        message = {"text": text, "seq": 1, "mid": f"mid:C1.{next(_mids)}"}
        return cls.event(webhooks, secret, {"webhookType": "MESSAGE_CREATED", "message": message, **_person(person)})

    @classmethod
    def press(cls, webhooks: str, person: str, payload: str) -> Answer:
        """Press a button that carries `payload`."""
        pressed = {"callbackId": f"cb{next(_mids)}", "payload": payload, "mid": "mid:C1.1"}
        return cls.event(webhooks, SECRET, {"webhookType": "MESSAGE_CALLBACK", **pressed, **_person(person)})


def _person(person: str) -> Json:
    """Give who does something, where and when."""
    sender = {"name": "Anna", "user_id": f"user:{person}"}
    return {"sender": sender, "recipient": {"chat_id": "chat:C1"}, "timestamp": int(time.time() * 1000)}
