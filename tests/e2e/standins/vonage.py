"""Vonage Messages API v1: JSON, Basic authorisation, statuses with a JWT that names the hash of their body."""

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
REQUIRED = {"message_type", "channel", "to", "from", "text", "client_ref", "webhook_url"}


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
        """Its entry in the providers document."""
        keys = {"apiKey": KEY, "apiSecret": SECRET, "signatureSecret": SIGNATURE, "from": "Baton"}
        return {"name": "VONAGE", "baseUrl": self.base_url, **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, authorisation and the fields that must be there."""
        if path != "/v1/messages":
            return self.refuse(f"the path {path}", refusal("not-found", 404))
        if headers.get("authorization") != BASIC:
            return self.refuse("the authorisation", refusal("1020", 401))
        fields = json.loads(body)
        if REQUIRED - fields.keys() or not fields["to"].isdigit():
            return self.refuse(f"the fields {sorted(fields)}, to {fields.get('to')}", refusal("1150"))
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
        body: Json = {"message_uuid": self.uuid(taken), "to": taken.recipient, "from": "Baton", "channel": "sms"}
        body |= {"timestamp": datetime.now(UTC).isoformat(), "client_ref": reference or taken.fields["client_ref"]}
        body |= {"status": "submitted" if tampered else status, "sms": {"count_total": "1"}}
        if error:
            body["error"] = refusal(error).body
        signed = token(json.dumps(body).encode(), secret, age)
        body["status"] = status
        headers = {"Authorization": f"Bearer {signed}", "Content-Type": "application/json"}
        return http("POST", url or taken.fields["webhook_url"], headers, json.dumps(body).encode())
