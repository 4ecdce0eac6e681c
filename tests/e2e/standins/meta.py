"""Meta's WhatsApp Cloud API: JSON with a bearer token; webhooks signed over their body, and confirmed once by a GET."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN, APP_SECRET, VERIFY = "EAA-meta-token", "meta-app-secret", "meta-verify-token"
NUMBER, NUMBER_ID = "15550123456", "106540352242922"
PATH = f"/v25.0/{NUMBER_ID}"
KINDS = {"text", "image", "video", "document", "interactive", "template"}
REQUIRED = {"messaging_product", "recipient_type", "to", "type", "biz_opaque_callback_data"}
LADDER = ("sent", "delivered", "read")


def refusal(code: int, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as the Graph API writes it."""
    data = {"messaging_product": "whatsapp", "details": "refused"}
    error: Json = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "error_data": data}
    return Reply(status, {"error": error | {"fbtrace_id": "AXsgnV2Cm3ZMGF3dF_cfYIn"}}, headers or {})


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    """Sign a body as Meta does: HMAC-SHA256 under the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def envelope(value: Json, field: str = "messages") -> Json:
    """Wrap what happened as a webhook does."""
    metadata = {"display_phone_number": NUMBER, "phone_number_id": NUMBER_ID}
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata} | value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


def post(webhooks: str, body: Json, secret: str = APP_SECRET, tampered: Json | None = None) -> Answer:
    """Post a signed webhook; `tampered`: another body under the signature of the first one."""
    signed = json.dumps(body).encode()
    headers = {"X-Hub-Signature-256": signature(signed, secret), "Content-Type": "application/json"}
    sent = signed if tampered is None else json.dumps(tampered).encode()
    return http("POST", f"{webhooks}/whatsapp/meta", headers, sent)


def confirm(webhooks: str, token: str = VERIFY, challenge: str = "1158201444") -> Answer:
    """Confirm the address, as happens once when it is typed into the app's settings."""
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
    return http("GET", f"{webhooks}/whatsapp/meta?{urlencode(query)}")


class Meta(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        secrets = {"accessToken": TOKEN, "appSecret": APP_SECRET, "verifyToken": VERIFY}
        return {"name": "META", "baseUrl": self.base_url, "phoneNumberId": NUMBER_ID, **secrets}

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Tell the number's id to whoever has the token."""
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self.refuse("the authorisation", refusal(190, 401))
        if path.partition("?")[0] != PATH:
            return self.refuse(f"the path {path}", refusal(100))
        return Reply(200, {"id": NUMBER_ID})

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, token and the fields that must be there."""
        if path != f"{PATH}/messages":
            return self.refuse(f"the path {path}", refusal(100))
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self.refuse("the authorisation", refusal(190, 401))
        fields = json.loads(body)
        if REQUIRED - fields.keys() or not fields["to"].isdigit():
            return self.refuse(f"the fields {sorted(fields)}, to {fields.get('to')}", refusal(131008))
        kind = fields["type"]
        if kind not in KINDS or not isinstance(fields.get(kind), dict):
            return self.refuse(f"a message of the type {kind}", refusal(131009))
        if kind == "template" and not {"name", "language"} <= fields[kind].keys():
            return self.refuse(f"a template with {sorted(fields[kind])}", refusal(132000))
        return fields["to"], fields

    @staticmethod
    def wamid(taken: Taken) -> str:
        """Give the message's id."""
        return f"wamid.{message_id(taken)}"

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        contact = {"input": taken.recipient, "wa_id": taken.recipient}
        message = {"id": self.wamid(taken), "message_status": "accepted"}
        return Reply(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})

    def status(self, taken: Taken, status: str, error: int = 0, reference: str = "") -> Json:
        """Give a status of a message."""
        body: Json = {"id": self.wamid(taken), "status": status, "timestamp": str(int(time.time()))}
        body |= {"recipient_id": taken.recipient}
        body |= {"biz_opaque_callback_data": reference or taken.fields["biz_opaque_callback_data"]}
        if error:
            data = {"details": "refused"}
            body["errors"] = [{"code": error, "title": "refused", "message": "refused", "error_data": data}]
        return body

    def receipt(
        self,
        webhooks: str,
        taken: Taken,
        status: str,
        error: int = 0,
        secret: str = APP_SECRET,
        tampered: bool = False,
        reference: str = "",
    ) -> Answer:
        """Send a status; `tampered`: change it after it was signed."""
        told = envelope({"statuses": [self.status(taken, status, error, reference)]})
        signed = envelope({"statuses": [self.status(taken, "sent", 0, reference)]}) if tampered else told
        return post(webhooks, signed, secret, told if tampered else None)

    def ladder(self, webhooks: str, taken: Taken, upto: str = "read") -> list[Answer]:
        """Send the statuses of a message one by one, up to this one."""
        steps = LADDER[: LADDER.index(upto) + 1]
        return [self.receipt(webhooks, taken, status) for status in steps]

    @staticmethod
    def inbound(webhooks: str, sender: str, content: Json | str, id: str = "", user_id: str = "") -> Answer:
        """Let somebody write: a text, or the fields of another kind of message; an empty `sender` hides the number."""
        fields = {"type": "text", "text": {"body": content}} if isinstance(content, str) else content
        number = sender.removeprefix("+")
        told: Json = {"id": id or f"wamid.in.{time.time_ns()}", "timestamp": str(int(time.time()))}
        told |= fields | ({"from": number} if number else {}) | ({"from_user_id": user_id} if user_id else {})
        contact: Json = {"profile": {"name": "Anna"}} | ({"wa_id": number} if number else {})
        contact |= {"user_id": user_id} if user_id else {}
        return post(webhooks, envelope({"contacts": [contact], "messages": [told]}))
