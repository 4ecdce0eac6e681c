"""Vonage Messages API v1 (SMS, WhatsApp, Viber): JSON, Basic authorisation; webhooks with a JWT that names a hash."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import UTC, datetime

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

KEY, SECRET, SIGNATURE = "vonagekey", "vonage-secret", "vonage-signature-secret"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
REQUIRED = {"message_type", "channel", "to", "from", "client_ref", "webhook_url"}
# The channels by our names, and the kinds of messages of each; a kind is also the field that holds the message.
CHANNELS = {"sms": "sms", "whatsapp": "whatsapp", "viber": "viber_service"}
KINDS = {
    "sms": {"text"},
    "whatsapp": {"text", "image", "video", "file", "template", "custom"},
    "viber_service": {"text", "image"},
}
FROM = {"sms": "Baton", "whatsapp": "447700900001", "viber": "16273"}


def refusal(code: str, status: int = 422, headers: dict[str, str] | None = None) -> Reply:
    """Give a problem document as Vonage writes it."""
    place = f"https://developer.vonage.com/api-errors/messages#{code}"
    body = {"type": place, "title": code, "detail": "refused", "instance": str(uuid.uuid4())}
    return Reply(status, body, {"Content-Type": "application/json", **(headers or {})})


def token(body: bytes, secret: str = SIGNATURE, age: float = 0) -> str:
    """Make the JWT (HS256) that goes with a status."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    claims = {"iat": int(time.time() - age), "jti": str(uuid.uuid4()), "iss": "Vonage", "api_key": KEY}
    claims["payload_hash"] = hashlib.sha256(body).hexdigest()
    header = {"alg": "HS256", "typ": "JWT"}
    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


class Vonage(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document of SMS."""
        return self.settings_of("sms")

    def settings_of(self, channel: str) -> Json:
        """Give its entry in the providers document of a channel: sms, whatsapp or viber."""
        keys = {"apiKey": KEY, "apiSecret": SECRET, "signatureSecret": SIGNATURE, "from": FROM[channel]}
        own = {"category": "transaction"} if channel == "viber" else {}
        return {"name": "VONAGE", "baseUrl": self.base_url, **keys, **own}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, authorisation and the fields that must be there."""
        if path != "/v1/messages":
            return self.refuse(f"the path {path}", refusal("not-found", 404))
        if headers.get("authorization") != BASIC:
            return self.refuse("the authorisation", refusal("1020", 401))
        fields = json.loads(body)
        if not fields:
            # The check of credentials: no message at all.
            return refusal("1150")
        if REQUIRED - fields.keys() or not fields["to"].isdigit():
            return self.refuse(f"the fields {sorted(fields)}, to {fields.get('to')}", refusal("1150"))
        channel, kind = fields["channel"], fields["message_type"]
        if kind not in KINDS.get(channel, set()) or not fields.get(kind):
            return self.refuse(f"a {kind} over {channel} with {sorted(fields)}", refusal("1140"))
        if kind == "template" and "locale" not in fields.get("whatsapp", {}):
            return self.refuse("a template without a locale", refusal("1022"))
        bare = kind == "image" and not fields["image"].get("caption")
        if bare and "action" in fields.get("viber_service", {}):
            return self.refuse("a button under a picture without a caption", refusal("1150"))
        return fields["to"], fields

    def uuid(self, taken: Taken) -> str:
        """Give the message's id."""
        return str(uuid.UUID(message_id(taken)))

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(202, {"message_uuid": self.uuid(taken)})

    def receipt(
        self,
        taken: Taken,
        status: str,
        error: str = "",
        url: str = "",
        secret: str = SIGNATURE,
        age: float = 0,
        tampered: bool = False,
        reference: str = "",
    ) -> Answer:
        """Send a status to the address that the request named; `tampered`: change the status after it was signed."""
        channel = taken.fields["channel"]
        body: Json = {"message_uuid": self.uuid(taken), "to": taken.recipient, "from": taken.fields["from"]}
        body |= {"timestamp": datetime.now(UTC).isoformat(), "client_ref": reference or taken.fields["client_ref"]}
        body |= {"status": "submitted" if tampered else status, "channel": channel}
        body |= {"sms": {"count_total": "1"}} if channel == "sms" else {}
        if error:
            body["error"] = refusal(error).body
        signed = token(json.dumps(body).encode(), secret, age)
        body["status"] = status
        headers = {"Authorization": f"Bearer {signed}", "Content-Type": "application/json"}
        return http("POST", url or taken.fields["webhook_url"], headers, json.dumps(body).encode())

    @staticmethod
    def inbound(webhooks: str, channel: str, sender: str, content: Json | str, id: str = "") -> Answer:
        """Let somebody write over sms, whatsapp or viber: a text, or the fields of another kind of message."""
        fields = {"message_type": "text", "text": content} if isinstance(content, str) else content
        body: Json = {"channel": CHANNELS[channel], "message_uuid": id or str(uuid.uuid4()), "to": FROM[channel]}
        body |= {"from": sender.removeprefix("+"), "timestamp": datetime.now(UTC).isoformat()} | fields
        if channel == "sms":
            del body["message_type"]
        signed = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token(signed)}", "Content-Type": "application/json"}
        return http("POST", f"{webhooks}/{channel}/vonage", headers, signed)
