"""RuStore's push service: FCM's message with a service token that does not change; no receipts."""

import json

from standins.base import HttpStandIn, Json, Reply, Taken

PROJECT, TOKEN = "p-1", "rustore-service-token"


def refusal(code: str, status: int, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as Google's APIs write it."""
    return Reply(status, {"error": {"code": status, "message": "refused", "status": code}}, headers or {})


class RuStore(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "RUSTORE", "baseUrl": self.base_url, "projectId": PROJECT, "serviceToken": TOKEN}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, authorisation and the message."""
        if path != f"/v1/projects/{PROJECT}/messages:send":
            return self.refuse(f"the path {path}", refusal("INVALID_ARGUMENT", 400))
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self.refuse("the authorisation", refusal("UNAUTHENTICATED", 401))
        message = json.loads(body).get("message", {})
        if not message.get("token") or not message.get("notification", {}).get("body"):
            return self.refuse(f"the message {sorted(message)}", refusal("INVALID_ARGUMENT", 400))
        return message["token"], message

    def success(self, taken: Taken) -> Reply:
        """Give nothing, as RuStore does."""
        return Reply(200, {})
