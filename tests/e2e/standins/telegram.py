"""The Telegram Bot API: the token stands in the path, and everything is said in the body."""

import json

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "123456:telegram-test-token"
SECRET = "telegram-webhook-secret"


def refusal(code: int, description: str, retry_after: int | None = None) -> Reply:
    """Give an error as the Bot API writes it."""
    body: Json = {"ok": False, "error_code": code, "description": description}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return Reply(code, body)


class Telegram(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "TELEGRAM", "baseUrl": self.base_url, "botToken": TOKEN, "secretToken": SECRET}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check the method and its required parameters."""
        prefix, _, method = path.rpartition("/")
        if prefix != f"/bot{TOKEN}":
            return self.refuse(f"the token in {path}", refusal(401, "Unauthorized"))
        fields = json.loads(body)
        required = {"sendMessage": {"chat_id", "text"}, "sendPhoto": {"chat_id", "photo"}}.get(method)
        if required is None or required - fields.keys():
            return self.refuse(f"{method} with {sorted(fields)}", refusal(400, "Bad Request: parameters"))
        return str(fields["chat_id"]), fields

    def success(self, taken: Taken) -> Reply:
        """Give the message."""
        number = int(message_id(taken)[:7], 16)
        chat = {"id": int(taken.recipient), "type": "private"}
        return Reply(200, {"ok": True, "result": {"message_id": number, "date": 0, "chat": chat}})

    @staticmethod
    def update(webhooks: str, secret: str | None, body: Json) -> Answer:
        """Post an update to the webhook."""
        headers = {"Content-Type": "application/json"}
        headers |= {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        return http("POST", f"{webhooks}/telegram/telegram", headers, json.dumps(body).encode())
