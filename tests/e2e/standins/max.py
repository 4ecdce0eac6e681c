"""The bot API of MAX: the token bare in a header, the recipient in the query, errors by HTTP status and code."""

import itertools
import json
import time
from urllib.parse import parse_qs, urlsplit

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "max-test-token"
SECRET = "max-webhook-secret"

_mids = itertools.count(1)


def refusal(status: int, code: str, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as the API writes it."""
    return Reply(status, {"code": code, "message": f"Key: {code}"}, headers or {})


class Max(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "MAX", "baseUrl": self.base_url, "token": TOKEN, "webhookSecret": SECRET}

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Answer who the bot is."""
        if path != "/me" or headers.get("authorization") != TOKEN:
            return self.refuse(f"GET {path}", refusal(401, "verify.token"))
        return Reply(200, {"user_id": 1, "first_name": "Baton", "is_bot": True, "last_activity_time": _now()})

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check path, authorisation, recipient and the parts of the body."""
        address = urlsplit(path)
        if headers.get("authorization") != TOKEN:
            return self.refuse("the authorisation", refusal(401, "verify.token"))
        users = parse_qs(address.query).get("user_id", [])
        if address.path != "/messages" or len(users) != 1 or not users[0].isdigit():
            return self.refuse(f"the address {path}", refusal(404, "not.found"))
        fields = json.loads(body)
        kinds = [attachment["type"] for attachment in fields.get("attachments", [])]
        whole = fields.get("text") or "image" in kinds
        if fields.keys() - {"text", "attachments"} or not whole or set(kinds) - {"image", "inline_keyboard"}:
            return self.refuse(f"the fields {sorted(fields)}, {kinds}", refusal(400, "proto.payload"))
        return users[0], fields

    def success(self, taken: Taken) -> Reply:
        """Give the message."""
        recipient = {"chat_id": 7, "chat_type": "dialog", "user_id": int(taken.recipient)}
        body = {"mid": f"mid.{message_id(taken)}", "seq": 1, "text": taken.fields.get("text"), "attachments": None}
        return Reply(200, {"message": {"recipient": recipient, "timestamp": _now(), "body": body}})

    @staticmethod
    def update(webhooks: str, secret: str | None, body: Json) -> Answer:
        """Post an update to the webhook."""
        headers = {"Content-Type": "application/json"}
        headers |= {"X-Max-Bot-Api-Secret": secret} if secret is not None else {}
        return http("POST", f"{webhooks}/max/max", headers, json.dumps({"timestamp": _now(), **body}).encode())

    @classmethod
    def inbound(cls, webhooks: str, person: str, text: str, secret: str | None = SECRET) -> Answer:
        """Write to the bot as a person."""
        message = {
            "sender": _user(person),
            "recipient": {"chat_id": 7, "chat_type": "dialog", "user_id": 1},
            "timestamp": _now(),
            "body": {"mid": f"mid.in{next(_mids)}", "seq": 1, "text": text, "attachments": None},
        }
        return cls.update(webhooks, secret, {"update_type": "message_created", "message": message})

    @classmethod
    def dialog(cls, webhooks: str, person: str, kind: str, payload: str | None = None) -> Answer:
        """Start the bot (`bot_started`, by a link with a payload), stop it or remove its dialog."""
        body = {"update_type": kind, "chat_id": 7, "user": _user(person), "user_locale": "ru"}
        return cls.update(webhooks, SECRET, body | ({"payload": payload} if kind == "bot_started" else {}))


def _now() -> int:
    return int(time.time() * 1000)


def _user(person: str) -> Json:
    return {"user_id": int(person), "first_name": "Anna", "is_bot": False, "last_activity_time": _now()}
