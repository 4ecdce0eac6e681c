"""VK: a form with the token in it, errors with HTTP status 200, a key against duplicates that is kept."""

import itertools
import json
import time
from urllib.parse import parse_qsl

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "vk-test-token"
GROUP = 7
SECRET = "vk-webhook-secret"
CONFIRMATION = "c0nf1rm"
REQUIRED = {"access_token", "v", "peer_ids", "random_id"}

_events = itertools.count(1)


def refusal(code: int, fields: Json | None = None) -> Reply:
    """Give an error about the call as VK writes it: with all that was sent."""
    params = [{"key": name, "value": value} for name, value in (fields or {"access_token": TOKEN}).items()]
    return Reply(200, {"error": {"error_code": code, "error_msg": "refused", "request_params": params}})


def refusal_for_peer(peer: str, code: int) -> Reply:
    """Give an error about the recipient alone."""
    error = {"code": code, "description": "refused"}
    sent = {"peer_id": int(peer), "message_id": 0, "conversation_message_id": 0, "error": error}
    return Reply(200, {"response": [sent]})


class Vk(HttpStandIn):
    """The stand-in. `distinct` gives how many messages a recipient got: repeated keys are one."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[tuple[str, str], int] = {}

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        hook = {"groupId": GROUP, "confirmation": CONFIRMATION, "webhookSecret": SECRET}
        return {"name": "VK", "baseUrl": self.base_url, "token": TOKEN, **hook}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check method, token and parameters. The community is asked for by the adapter's check alone."""
        fields: Json = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if fields.get("access_token") != TOKEN or fields.get("v") != "5.199":
            return self.refuse("the token or the version", refusal(5, fields))
        if path == "/method/groups.getById":
            return Reply(200, {"response": {"groups": [{"id": GROUP, "name": "Baton"}], "profiles": []}})
        if path != "/method/messages.send":
            return self.refuse(f"the path {path}", refusal(3, fields))
        random = fields.get("random_id", "")
        if REQUIRED - fields.keys() or not random.lstrip("-").isdigit() or not -(2**31) <= int(random) < 2**31:
            return self.refuse(f"the fields {sorted(fields)}, random_id {random}", refusal(100, fields))
        if not (fields.get("message") or fields.get("attachment")) or not fields["peer_ids"].isdigit():
            return self.refuse(f"the fields {sorted(fields)}", refusal(100, fields))
        if "keyboard" in fields and not json.loads(fields["keyboard"])["inline"]:
            return self.refuse("the keyboard", refusal(911, fields))
        return fields["peer_ids"], fields

    def id(self, taken: Taken) -> int:
        """Give the message's number; the same for a repeated key."""
        key = (taken.recipient, taken.fields["random_id"])
        return self._ids.setdefault(key, int(message_id(taken)[:7], 16))

    def distinct(self, recipient: str) -> int:
        """Give how many different messages came in for a recipient."""
        return len({taken.fields["random_id"] for taken in self.requests(recipient)})

    def success(self, taken: Taken) -> Reply:
        """Give the numbers of the message."""
        sent = {"peer_id": int(taken.recipient), "message_id": self.id(taken), "conversation_message_id": 1}
        return Reply(200, {"response": [sent]})

    @staticmethod
    def event(webhooks: str, kind: str, content: Json | None, secret: str | None = SECRET, event: str = "") -> Answer:
        """Call the webhook; `event`: repeat this one's id."""
        body: Json = {"type": kind, "group_id": GROUP, "v": "5.199", "event_id": event or f"e{next(_events)}"}
        body |= {"object": content} if content is not None else {}
        body |= {"secret": secret} if secret is not None else {}
        return http("POST", f"{webhooks}/vk/vk", {"Content-Type": "application/json"}, json.dumps(body).encode())

    @classmethod
    def inbound(cls, webhooks: str, person: str, text: str, secret: str | None = SECRET, ref: str = "") -> Answer:
        """Write to the community as a person; `ref`: they came by a link with this parameter."""
        message: Json = {"id": 1, "date": int(time.time()), "peer_id": int(person), "from_id": int(person)}
        message |= {"text": text, "conversation_message_id": 1, "attachments": []} | ({"ref": ref} if ref else {})
        return cls.event(webhooks, "message_new", {"message": message, "client_info": {}}, secret)
