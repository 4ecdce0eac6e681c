"""Devino's new platform, `POST /vk/messages`: a key in the header, a code per message, unsigned callbacks."""

import json
from datetime import UTC, datetime

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

KEY, SECRET = "devino-api-key", "devino-webhook-secret"
REQUIRED = {"phone", "routes", "service", "tmpl_data", "status_url", "callbackData"}


def refusal(code: str) -> Reply:
    """Give the answer to a request whose one message was refused."""
    return Reply(200, {"result": [{"code": code}]})


def request_refusal(code: str, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    """Give the answer to a request that was refused as a whole."""
    return Reply(status, {"code": code, "description": "refused"}, headers or {})


class Devino(HttpStandIn):
    """The stand-in, for both channels."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document of either channel."""
        return {"name": "DEVINO", "baseUrl": self.base_url, "apiKey": KEY, "service": "baton", "webhookSecret": SECRET}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, key and the fields that must be there."""
        if path != "/vk/messages":
            return self.refuse(f"the path {path}", Reply(404, {}))
        if headers.get("authorization") != f"Key {KEY}":
            return self.refuse("the key", request_refusal("unauthorized", 401))
        messages = json.loads(body).get("messages", [])
        if len(messages) != 1 or REQUIRED - messages[0].keys():
            return self.refuse(f"the messages {messages}", request_refusal("validation_error"))
        message = messages[0]
        if ("tmpl" in message) == ("templateId" in message) or message["routes"] not in (["VK"], ["OK"]):
            return self.refuse(f"the message {sorted(message)}", refusal("validation_error"))
        if not message["phone"].isdigit():
            return self.refuse(f"the phone {message['phone']}", refusal("phone_invalid"))
        return message["phone"], message

    def id(self, taken: Taken) -> int:
        """Give the message's id."""
        return int(message_id(taken)[:15], 16)

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"result": [{"code": "OK", "messageId": self.id(taken)}]})

    def receipt(
        self,
        taken: Taken,
        status: str,
        error: str | None = None,
        url: str = "",
        secret: str = SECRET,
        alone: bool = False,
        reference: str = "",
    ) -> Answer:
        """Call back with a status (`DELIVERED`, `READ` …), in a list or `alone`, where the request said."""
        data = {"ref": reference} if reference else taken.fields["callbackData"]
        body: Json = {"messageId": self.id(taken), "status": status, "error": error, "callbackData": data}
        body["receivedAt"] = datetime.now(UTC).isoformat()
        address = (url or taken.fields["status_url"]).replace(SECRET, secret)
        content = json.dumps(body if alone else [body]).encode()
        return http("POST", address, {"Content-Type": "application/json"}, content)
