"""A browser with its push service: verifies who calls (RFC 8292), decrypts what came (RFC 8291); no receipts."""

import base64
import json
import re
import secrets

import http_ece
import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

SUBJECT = "mailto:push@example.org"
AUTHORIZATION = re.compile(r"vapid t=([\w.-]+), k=([\w-]+)")
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


def encoded(raw: bytes) -> str:
    """Write base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: EllipticCurvePrivateKey) -> str:
    """Give a public key as browsers write it."""
    return encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def refusal(status: int, headers: dict[str, str] | None = None) -> Reply:
    """Give an error: the status is all that push services have in common."""
    return Reply(status, "refused", {"Content-Type": "text/plain", **(headers or {})})


class WebPush(HttpStandIn):
    """The stand-in."""

    def __init__(self) -> None:
        super().__init__()
        self._server_key = generate_private_key(SECP256R1())
        self._browser_key = generate_private_key(SECP256R1())
        self._secret = secrets.token_bytes(16)

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        private = encoded(self._server_key.private_numbers().private_value.to_bytes(32))
        keys = {"publicKey": point(self._server_key), "privateKey": private, "subject": SUBJECT}
        return {"name": "WEBPUSH", "allowedHosts": ["127.0.0.1"], **keys}

    def subscription(self, recipient: str) -> str:
        """Give the `pushRegistrationId` of a recipient, a plain name that its script goes by."""
        keys = {"p256dh": point(self._browser_key), "auth": encoded(self._secret)}
        return json.dumps({"endpoint": f"{self.base_url}/push/{recipient}", "expirationTime": None, "keys": keys})

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, signature and headers, and decrypt the message."""
        recipient = path.removeprefix("/push/")
        if recipient == path:
            return self.refuse(f"the path {path}", refusal(404))
        if wrong := self._caller(headers.get("authorization", "")):
            return self.refuse(f"the authorisation: {wrong}", refusal(403))
        if not headers.get("ttl", "").isdigit() or headers.get("content-encoding") != "aes128gcm":
            return self.refuse(f"the headers {headers}", refusal(400))
        if not TOPIC.fullmatch(headers.get("topic", "")) or len(body) > 4096:
            return self.refuse(f"the topic or {len(body)} bytes", refusal(413))
        try:
            text = http_ece.decrypt(body, private_key=self._browser_key, auth_secret=self._secret, version="aes128gcm")
        except (http_ece.ECEException, InvalidTag, ValueError) as error:
            return self.refuse(f"the message can not be read: {error!r}", refusal(400))
        return recipient, json.loads(text)

    def _caller(self, authorization: str) -> str | None:
        """Give what is wrong with the caller's signature, None when it is good."""
        found = AUTHORIZATION.fullmatch(authorization)
        if not found or found[2] != point(self._server_key):
            return "no VAPID token of the key that the browser subscribed with"
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(found[2]))
        try:
            claims = jwt.decode(found[1], key, algorithms=["ES256"], audience=self.base_url)
        except jwt.InvalidTokenError as error:
            return repr(error)
        return None if claims.get("sub") == SUBJECT else "the subject"

    def id(self, taken: Taken) -> str:
        """Give the message's address."""
        return f"{self.base_url}/m/{message_id(taken)}"

    def success(self, taken: Taken) -> Reply:
        """Give the message's address."""
        return Reply(201, "", {"Location": self.id(taken)})
