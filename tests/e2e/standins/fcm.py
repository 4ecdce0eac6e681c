"""Firebase Cloud Messaging, HTTP v1: an access token for a signed assertion, then JSON; no receipts."""

import json
import secrets
import time
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

PROJECT, EMAIL = "shop-1", "baton@shop-1.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PATH = f"/v1/projects/{PROJECT}/messages:send"
KIND = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
LIFE = 3599


def refusal(code: str, status: int, name: str = "", headers: dict[str, str] | None = None) -> Reply:
    """Give an error as FCM writes it; with a `name` of Google's own, `code` is FCM's."""
    details = [{"@type": KIND, "errorCode": code}] if name else []
    error = {"code": status, "message": "refused", "status": name or code, "details": details}
    return Reply(status, {"error": error}, headers or {})


class Fcm(HttpStandIn):
    """The stand-in: the token endpoint of Google and FCM in one."""

    def __init__(self) -> None:
        super().__init__()
        self._key = generate_private_key(65_537, 2048)
        self._good: dict[str, float] = {}  # access tokens, and until when each is good
        self.fetches = 0

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        account = {"type": "service_account", "project_id": PROJECT, "private_key_id": "k1", "private_key": pem}
        account |= {"client_email": EMAIL, "token_uri": AUDIENCE}
        own = {"baseUrl": self.base_url, "tokenUri": f"{self.base_url}/token"}
        return {"name": "FCM", "serviceAccount": account, **own}

    def withdraw(self) -> None:
        """Make every access token useless before its time."""
        self._good.clear()

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Give an access token, or check address, authorisation and the message."""
        if path == "/token":
            return self._token(body)
        if path != PATH:
            return self.refuse(f"the path {path}", refusal("NOT_FOUND", 404))
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if self._good.get(bearer, 0) < time.time():
            # A test withdraws tokens, so this is no problem of the caller's.
            return refusal("UNAUTHENTICATED", 401)
        message = json.loads(body).get("message", {})
        strings = all(isinstance(value, str) for value in message.get("data", {}).values())
        if not message.get("token") or not message.get("notification", {}).get("body") or not strings:
            return self.refuse(f"the message {sorted(message)}", refusal("INVALID_ARGUMENT", 400))
        return message["token"], message

    def _token(self, body: bytes) -> Reply:
        form = parse_qs(body.decode())
        try:
            [assertion] = form["assertion"]
            key = self._key.public_key()
            claims = jwt.decode(assertion, key, algorithms=["RS256"], audience=AUDIENCE, issuer=EMAIL)
        except (KeyError, ValueError, jwt.InvalidTokenError) as error:
            return self.refuse(f"the assertion: {error}", Reply(400, {"error": "invalid_grant"}))
        if form.get("grant_type") != [GRANT] or claims.get("scope") != SCOPE or claims["exp"] - claims["iat"] > 3600:
            return self.refuse(f"the claims {claims}", Reply(400, {"error": "invalid_scope"}))
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._good[token] = time.time() + LIFE
        self.fetches += 1
        return Reply(200, {"access_token": token, "expires_in": LIFE, "token_type": "Bearer"})

    @staticmethod
    def id(taken: Taken) -> str:
        """Give the message's id."""
        return f"projects/{PROJECT}/messages/0:{message_id(taken)}"

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"name": self.id(taken)})
