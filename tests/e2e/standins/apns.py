"""Apple Push Notification service: HTTP/2, a JWT (ES256) per team, the device's token in the path, no receipts."""

import json
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from standins.base import Json, Reply, Taken
from standins.http2 import Http2StandIn

KEY, TEAM, TOPIC = "ABC123DEFG", "DEF123GHIJ", "org.example.shop"
REQUIRED = {"authorization", "apns-topic", "apns-push-type", "apns-priority", "apns-id"}
HEX = set("0123456789abcdef")
HOUR = 3600


def refusal(reason: str, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as Apple writes it; 410 tells since when the token is dead."""
    body: Json = {"reason": reason}
    if status == 410:
        body["timestamp"] = int(time.time() * 1000)
    return Reply(status, body, {"apns-id": str(uuid.uuid4()), **(headers or {})})


class Apns(Http2StandIn):
    """The stand-in."""

    def __init__(self) -> None:
        super().__init__()
        self._key = generate_private_key(SECP256R1())

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        keys = {"keyId": KEY, "teamId": TEAM, "privateKey": pem, "topic": TOPIC}
        return {"name": "APNS", "baseUrl": self.base_url, **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check authorisation, headers, path and payload, in Apple's order."""
        if wrong := self._token(headers.get("authorization", "")):
            return self.refuse(f"the token: {wrong}", refusal(wrong, 403))
        if REQUIRED - headers.keys() or headers["apns-topic"] != TOPIC:
            return self.refuse(f"the headers {sorted(headers)}", refusal("BadTopic"))
        device = path.removeprefix("/3/device/")
        if device == path or not device or set(device) - HEX:
            return self.refuse(f"the path {path}", refusal("BadDeviceToken"))
        if not device.strip("0"):
            return refusal("BadDeviceToken")  # whom a check of the settings calls: nobody
        if len(body) > 4096:
            return self.refuse(f"{len(body)} bytes", refusal("PayloadTooLarge", 413))
        fields = json.loads(body)
        if not fields.get("aps", {}).get("alert", {}).get("body"):
            return self.refuse(f"the fields {sorted(fields)}", refusal("PayloadEmpty"))
        return device, fields

    def _token(self, authorization: str) -> str | None:
        """Give what Apple would call a token, None when it is good."""
        token = authorization.removeprefix("bearer ")
        if token == authorization:
            return "MissingProviderToken"
        try:
            claims = jwt.decode(
                token, self._key.public_key(), algorithms=["ES256"], options={"require": ["iss", "iat"]}
            )
        except jwt.InvalidTokenError:
            return "InvalidProviderToken"
        if claims["iss"] != TEAM or jwt.get_unverified_header(token).get("kid") != KEY:
            return "InvalidProviderToken"
        return "ExpiredProviderToken" if time.time() - claims["iat"] > HOUR else None

    def success(self, taken: Taken) -> Reply:
        """Give the id back."""
        return Reply(200, "", {"apns-id": taken.headers["apns-id"]})
