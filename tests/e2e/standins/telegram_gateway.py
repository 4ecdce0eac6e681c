"""The Telegram Gateway: codes by phone, errors in the body, reports signed with the hash of the token."""

import hashlib
import hmac
import json
import time

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

TOKEN = "telegram-gateway-token"
REQUIRED = {"phone_number", "code", "payload", "callback_url"}


def refusal(code: str) -> Reply:
    """Give an error as the Gateway writes it."""
    return Reply(200, {"ok": False, "error": code})


class TelegramGateway(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "TELEGRAM_GATEWAY", "baseUrl": self.base_url, "token": TOKEN}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check method, authorisation and fields. The status of a request is asked for by the adapter's check alone."""
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self.refuse("the authorisation", refusal("ACCESS_TOKEN_INVALID"))
        fields = json.loads(body)
        if path == "/checkVerificationStatus":
            return refusal("REQUEST_ID_INVALID")
        if path != "/sendVerificationMessage":
            return self.refuse(f"the path {path}", refusal("UNKNOWN_METHOD"))
        if REQUIRED - fields.keys() or not fields["phone_number"].startswith("+"):
            return self.refuse(f"the fields {sorted(fields)}", refusal("PHONE_NUMBER_INVALID"))
        if not (fields["code"].isdigit() and 4 <= len(fields["code"]) <= 8):
            return self.refuse("the code", refusal("CODE_INVALID"))
        if len(fields["payload"].encode()) > 128:
            return self.refuse("the payload", refusal("PAYLOAD_INVALID"))
        if len(fields["callback_url"].encode()) > 256:
            return self.refuse("the address for reports", refusal("CALLBACK_URL_INVALID"))
        if not 30 <= fields.get("ttl", 30) <= 3600:
            return self.refuse(f"the ttl {fields['ttl']}", refusal("TTL_INVALID"))
        return fields["phone_number"], fields

    def success(self, taken: Taken) -> Reply:
        """Give the request's status."""
        status = {"request_id": message_id(taken), "phone_number": taken.recipient, "request_cost": 0.01}
        return Reply(200, {"ok": True, "result": status | {"remaining_balance": 9.99}})

    def receipt(
        self,
        taken: Taken,
        status: str,
        url: str = "",
        token: str = TOKEN,
        age: float = 0,
        tampered: bool = False,
        reference: str = "",
    ) -> Answer:
        """Send a report to the address that the request named; `tampered`: change the status after it was signed."""
        report: Json = {"request_id": message_id(taken), "phone_number": taken.recipient, "request_cost": 0.01}
        report |= {"payload": reference or taken.fields["payload"]}
        report |= {"delivery_status": {"status": "sent" if tampered else status, "updated_at": int(time.time())}}
        stamp = str(int(time.time() - age))
        signed = f"{stamp}\n{json.dumps(report)}".encode()
        signature = hmac.new(hashlib.sha256(token.encode()).digest(), signed, hashlib.sha256).hexdigest()
        report["delivery_status"]["status"] = status
        headers = {"X-Request-Timestamp": stamp, "X-Request-Signature": signature, "Content-Type": "application/json"}
        return http("POST", url or taken.fields["callback_url"], headers, json.dumps(report).encode())
