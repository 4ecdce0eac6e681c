"""The Telegram Bot API: the token stands in the path, and everything is said in the body."""

import itertools
import json
import time

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

BOT = 123456
TOKEN = f"{BOT}:telegram-test-token"
SECRET = "telegram-webhook-secret"

_updates = itertools.count(1)


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

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Answer getMe."""
        if path != f"/bot{TOKEN}/getMe":
            return self.refuse(f"GET {path}", refusal(401, "Unauthorized"))
        return Reply(200, {"ok": True, "result": {"id": BOT, "is_bot": True, "first_name": "Baton"}})

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

    @classmethod
    def inbound(cls, webhooks: str, person: str, text: str, secret: str | None = SECRET, update: int = 0) -> Answer:
        """Write to the bot as a person; `/start <parameter>` comes by a link. `update`: repeat this one's number."""
        message = {"message_id": 1, "date": int(time.time()), "text": text, **_person(person)}
        return cls.update(webhooks, secret, {"update_id": update or next(_updates), "message": message})

    @classmethod
    def press(cls, webhooks: str, person: str, data: str) -> Answer:
        """Press a button that carries `data`."""
        query = {"id": f"q{next(_updates)}", "from": _person(person)["from"], "chat_instance": "1", "data": data}
        return cls.update(webhooks, SECRET, {"update_id": next(_updates), "callback_query": query})

    @classmethod
    def member(cls, webhooks: str, person: str, status: str) -> Answer:
        """Block the bot (`kicked`) or let it in again (`member`)."""
        bot = {"id": BOT, "is_bot": True, "first_name": "Baton"}
        change = {"date": int(time.time()), "new_chat_member": {"status": status, "user": bot}, **_person(person)}
        return cls.update(webhooks, SECRET, {"update_id": next(_updates), "my_chat_member": change})


def _person(person: str) -> Json:
    """Give who does something, and the private chat that it happens in."""
    return {
        "from": {"id": int(person), "is_bot": False, "first_name": "Anna"},
        "chat": {"id": int(person), "type": "private", "first_name": "Anna"},
    }
