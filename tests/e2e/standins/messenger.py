"""Facebook Messenger: the Send API in JSON, webhooks signed with HMAC-SHA256 over their body."""

import hashlib
import hmac
import json
import time
import uuid
from urllib.parse import parse_qsl, urlencode, urlsplit

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

PAGE = "104000000000001"
TOKEN = "EAAGmessenger-test-token"
SECRET, VERIFY = "messenger-app-secret", "messenger-verify-token"
PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
KINDS = ("RESPONSE", "UPDATE", "MESSAGE_TAG")


def refusal(code: int, subcode: int | None = None, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as the Graph API writes it."""
    error: Json = {"message": "refused", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEfGhIjK"}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Reply(status, {"error": error}, headers or {})


def signature(body: bytes, secret: str = SECRET) -> str:
    """Sign a webhook as Meta does."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Messenger(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        keys = {"pageId": PAGE, "pageAccessToken": TOKEN, "appSecret": SECRET, "verifyToken": VERIFY}
        return {"name": "MESSENGER", "baseUrl": self.base_url, **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, authorisation and the fields that must be there."""
        if urlsplit(path).path != f"/v25.0/{PAGE}/messages":
            return self.refuse(f"the path {path}", refusal(2500))
        if not self._authorised(path):
            return self.refuse("the authorisation", refusal(190, status=401))
        fields = json.loads(body)
        person, message = fields.get("recipient", {}).get("id", ""), fields.get("message", {})
        shapes = len({"text", "attachment"} & message.keys())
        if not person.isdigit() or fields.get("messaging_type") not in KINDS or shapes != 1:
            return self.refuse(f"the fields {fields}", refusal(100))
        return person, fields

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Give the page to a check of the credentials."""
        if urlsplit(path).path != "/v25.0/me" or not self._authorised(path):
            return self.refuse(f"GET {path}", refusal(190, status=401))
        return Reply(200, {"id": PAGE})

    @staticmethod
    def _authorised(path: str) -> bool:
        query = dict(parse_qsl(urlsplit(path).query))
        return (query.get("access_token"), query.get("appsecret_proof")) == (TOKEN, PROOF)

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"recipient_id": taken.recipient, "message_id": self.mid(taken)})

    @staticmethod
    def mid(taken: Taken) -> str:
        """Give the message's id."""
        return "m_" + message_id(taken)

    @staticmethod
    def post(webhooks: str, event: Json, secret: str = SECRET, tampered: bool = False) -> Answer:
        """Post an event to the webhook; `tampered`: change the body after it was signed."""
        entry = {"id": PAGE, "time": event["timestamp"], "messaging": [event]}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(body, secret)}
        return http("POST", f"{webhooks}/chat/messenger", headers, body + b" " * tampered)

    def receipt(self, taken: Taken, kind: str, webhooks: str, secret: str = SECRET, tampered: bool = False) -> Answer:
        """Report on a message: `echo` with our reference, `delivery` and `read` without it."""
        now = int(time.time() * 1000)
        event: Json = {"sender": {"id": taken.recipient}, "recipient": {"id": PAGE}, "timestamp": now}
        if kind == "echo":
            event = {"sender": {"id": PAGE}, "recipient": {"id": taken.recipient}, "timestamp": now}
            event["message"] = {"is_echo": True, "app_id": 1, "mid": self.mid(taken), **taken.fields["message"]}
        else:
            event[kind] = {"watermark": now} | ({"mids": [self.mid(taken)]} if kind == "delivery" else {})
        return self.post(webhooks, event, secret, tampered)

    @classmethod
    def inbound(
        cls,
        webhooks: str,
        person: str,
        text: str = "",
        payload: str = "",
        ref: str = "",
        secret: str = SECRET,
        tampered: bool = False,
        mid: str = "",
    ) -> Answer:
        """Hand on what a person did: wrote a text, pressed a button (`payload`), or came by a link (`ref`).

        The same `mid` is the same message again.
        """
        event: Json = {"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": int(time.time() * 1000)}
        mid = mid or f"m_{uuid.uuid4().hex}"
        if ref:
            event["referral"] = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        elif payload:
            event["postback"] = {"mid": mid, "title": text, "payload": payload}
        else:
            event["message"] = {"mid": mid, "text": text}
        return cls.post(webhooks, event, secret, tampered)

    @staticmethod
    def handshake(webhooks: str, token: str = VERIFY, challenge: str = "1158201444") -> Answer:
        """Ask for the challenge back, as Meta does once."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        return http("GET", f"{webhooks}/chat/messenger?{urlencode(query)}")
