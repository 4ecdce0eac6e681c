"""Rapporto's REST API, version 6: login and password in the body, statuses and inbound messages without a signature."""

import json
import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

LOGIN, PASSWORD, SECRET = "partner", "rapporto-password", "rapporto-webhook-secret"
PATH = "/api/v6"
REQUIRED = {"login", "password", "id", "destAddr", "notifyUrl", "message"}
# `message/data` per type.
DATA = {"SMS": {"text"}, "VIBER": {"instantContent"}, "VK": {"text", "serviceNumber", "ttl"}}
INSTANT = {"TEXT": {"text"}, "IMAGE_URL": {"imageURL"}, "BUTTON": {"text", "caption", "action"}}
# The HTTP status of each code.
STATUS = {1: 503, 2: 403, 3: 429, 4: 400, 5: 401, 6: 401, 7: 400, 8: 406, 9: 406, 10: 409, 11: 406, 100: 500}


def refusal(code: int, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as Rapporto writes it."""
    body = {"error": {"code": code, "description": "refused"}, "extendedDescription": "refused"}
    return Reply(STATUS[code], body, headers or {})


def clock() -> str:
    """Give the time as Rapporto writes it: `2019-05-05T10:20:35+0300`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


class Rapporto(HttpStandIn):
    """The stand-in, for all three channels."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[str, str] = {}

    @property
    def settings(self) -> Json:
        """Its entry in the providers document of any of the channels."""
        keys = {
            "login": LOGIN,
            "password": PASSWORD,
            "webhookSecret": SECRET,
            "from": "BATON",
            "duplicateControl": True,
        }
        return {"name": "RAPPORTO", "baseUrl": f"{self.base_url}{PATH}", **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, login and the fields that must be there."""
        if path != PATH:
            return self.refuse(f"the path {path}", Reply(404, {}))
        fields = json.loads(body)
        if fields.get("login") != LOGIN:
            return self.refuse("the login", refusal(5))
        if fields.get("password") != PASSWORD:
            return self.refuse("the password", refusal(6))
        if REQUIRED - fields.keys() or not fields["notifyUrl"]:
            return self.refuse(f"the fields {sorted(fields)}", refusal(4))
        if not fields["destAddr"].isdigit():
            return self.refuse(f"the number {fields['destAddr']}", refusal(8))
        return self._message(fields) or (fields["destAddr"], fields)

    def _message(self, fields: Json) -> Reply | None:
        """Check the message; give the refusal of one that is not right."""
        kind, data = fields["message"].get("type"), fields["message"].get("data", {})
        if kind not in DATA:
            return self.refuse(f"the type {kind}", refusal(9))
        if DATA[kind] - data.keys():
            return self.refuse(f"the data {sorted(data)}", refusal(4))
        if kind == "VIBER":
            content = data["instantContent"]
            if INSTANT.get(content.get("type"), {"type"}) - content.get("data", {}).keys():
                return self.refuse(f"the content {content}", refusal(4))
        return None

    def mt_num(self, taken: Taken) -> str:
        """Give the message's id: the same one to each request with the same `id`."""
        return self._ids.setdefault(taken.fields["id"], str(int(message_id(taken)[:12], 16)))

    def sent(self) -> int:
        """Give how many messages went out: a repeated `id` counts once."""
        return len(self._ids)

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"mtNum": self.mt_num(taken), "id": taken.fields["id"]})

    def receipt(
        self, taken: Taken, status: int, error: int = 0, url: str = "", secret: str = SECRET, reference: str = ""
    ) -> Answer:
        """Send a status (0 sent, 2 delivered, 5 not delivered, 9 read) to the address that the request named."""
        message = taken.fields["message"]
        body: Json = {"id": reference or taken.fields["id"], "mtNum": self.mt_num(taken), "status": status}
        body |= {"type": message["type"], "submitDate": clock(), "doneDate": "" if status in (0, 5) else clock()}
        body |= {"sourceAddr": "BATON", "destAddr": taken.recipient, "partCount": "001", "errorCode": str(error)}
        body |= {"mccMnc": "25012", "trafficType": 1}
        address = (url or taken.fields["notifyUrl"]).replace(SECRET, secret)
        return http("POST", address, {"Content-Type": "application/json"}, json.dumps(body).encode())

    @staticmethod
    def inbound(
        webhooks: str, phone: str, text: str | None, channel: str = "sms", secret: str = SECRET, transaction: str = ""
    ) -> Answer:
        """Send what somebody wrote to the address that was set up with Rapporto."""
        body: Json = {"transactionId": transaction or str(uuid.uuid4().int)[:20], "destAddr": "0000"}
        body |= {
            "sourceAddr": phone.removeprefix("+"),
            "type": channel.upper(),
            "partCount": 1,
            "receivedDate": clock(),
        }
        body |= {"mediaURL": "https://example.org/a.png"} if text is None else {"message": text}
        address = f"{webhooks}/{channel}/rapporto?{urlencode({'secret': secret})}"
        return http("POST", address, {"Content-Type": "application/json"}, json.dumps(body).encode())
