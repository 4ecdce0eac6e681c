"""Viber's bots: JSON, the token in a header, everything said in the body, webhooks signed with HMAC-SHA256."""

import hashlib
import hmac
import json
import time

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
REQUIRED = {"receiver", "sender", "type", "text"}


def refusal(status: int, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as Viber writes it: with HTTP status 200."""
    return Reply(200, {"status": status, "status_message": "refused", "chat_hostname": "STAND-IN"}, headers or {})


def signature(body: bytes, token: str = TOKEN) -> str:
    """Sign a webhook as Viber does."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


class ViberBot(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "VIBERBOT", "baseUrl": self.base_url, "authToken": TOKEN, "from": "Baton"}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, token and the fields that must be there; give the account to a check of the credentials."""
        if path not in ("/pa/send_message", "/pa/get_account_info"):
            return self.refuse(f"the path {path}", Reply(404, {}))
        if headers.get("x-viber-auth-token") != TOKEN:
            return self.refuse("the token", refusal(2))
        fields = json.loads(body)
        if path == "/pa/get_account_info":
            return Reply(200, {"status": 0, "status_message": "ok", "id": "pa:1", "name": "Baton", "webhook": ""})
        missing = REQUIRED - fields.keys()
        if missing or not 1 <= len(fields["sender"].get("name", "")) <= 28:
            return self.refuse(f"the fields {sorted(fields)}", refusal(4))
        if (fields["type"], "media" in fields) not in (("text", False), ("picture", True)):
            return self.refuse(f"the type {fields['type']}", refusal(3))
        return fields["receiver"], fields

    @staticmethod
    def token(taken: Taken) -> int:
        """Give the message's id, a number of 64 bits."""
        return int(message_id(taken)[:16], 16)

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        body = {"status": 0, "status_message": "ok", "message_token": self.token(taken), "billing_status": 1}
        return Reply(200, body)

    @staticmethod
    def post(webhooks: str, event: Json, token: str = TOKEN, tampered: bool = False) -> Answer:
        """Post an event to the webhook; `tampered`: change the body after it was signed."""
        now = int(time.time() * 1000)
        body = json.dumps({"timestamp": now, "message_token": now, "chat_hostname": "STAND-IN", **event}).encode()
        headers = {"Content-Type": "application/json", "X-Viber-Content-Signature": signature(body, token)}
        return http("POST", f"{webhooks}/chat/viberbot", headers, body + b" " * tampered)

    def receipt(self, taken: Taken, kind: str, webhooks: str, token: str = TOKEN, tampered: bool = False) -> Answer:
        """Report on a message: `delivered`, `seen` or `failed`, none of which has our reference."""
        event: Json = {"event": kind, "user_id": taken.recipient, "message_token": self.token(taken)}
        return self.post(webhooks, event | ({"desc": "failed"} if kind == "failed" else {}), token, tampered)

    @classmethod
    def inbound(
        cls,
        webhooks: str,
        person: str,
        text: str = "",
        kind: str = "message",
        context: str = "",
        token: str = TOKEN,
        tampered: bool = False,
        number: int = 0,
    ) -> Answer:
        """Hand on what a person did: `message`, `subscribed`, `unsubscribed`, `conversation_started`.

        A conversation is started by a link with this `context`. The same `number` is the same event again.
        """
        user = {
            "id": person,
            "name": "Anna",
            "avatar": "https://example.org/a.png",
            "language": "ru",
            "api_version": 10,
        }
        event: Json = {"event": kind} | ({"message_token": number} if number else {})
        if kind == "message":
            event |= {"sender": user, "message": {"type": "text", "text": text}, "silent": False}
        elif kind == "unsubscribed":
            event["user_id"] = person
        else:
            event |= {"user": user}
        if kind == "conversation_started":
            event |= {"type": "open", "context": context, "subscribed": False}
        return cls.post(webhooks, event, token, tampered)
