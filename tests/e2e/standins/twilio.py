"""Twilio Programmable Messaging: forms, Basic authorisation, callbacks signed with HMAC-SHA1 over address and form."""

import base64
import hashlib
import hmac
import uuid
from urllib.parse import parse_qsl, urlencode

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "twilio-test-token"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


def refusal(code: int, status: int = 400, headers: dict[str, str] | None = None) -> Reply:
    """Give an error as Twilio writes it."""
    body = {"code": code, "message": "refused", "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return Reply(status, {**body, "status": status}, headers or {})


def signature(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """Sign a callback as Twilio does: the full address, then each field's name and value in the order of the names."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Twilio(HttpStandIn):
    """The stand-in."""

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        keys = {"accountSid": ACCOUNT, "authToken": TOKEN, "from": "+15005550006"}
        return {"name": "TWILIO", "baseUrl": self.base_url, **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, authorisation and the fields that must be there."""
        if path != PATH:
            return self.refuse(f"the path {path}", refusal(20404, 404))
        if headers.get("authorization") != BASIC:
            return self.refuse("the authorisation", refusal(20003, 401))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        missing = {"To", "From", "Body", "StatusCallback"} - form.keys()
        if missing:
            return self.refuse(f"without {missing}", refusal(21603))
        return form["To"], form

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Give the account to a check of the credentials."""
        if path != PATH.replace("/Messages.json", ".json") or headers.get("authorization") != BASIC:
            return self.refuse(f"GET {path}", refusal(20003, 401))
        return Reply(200, {"sid": ACCOUNT, "status": "active", "type": "Full"})

    def success(self, taken: Taken) -> Reply:
        """Give the message resource."""
        body = {"sid": "SM" + message_id(taken), "status": "queued", "num_segments": "1", "to": taken.recipient}
        return Reply(201, {**body, "error_code": None})

    def receipt(
        self, taken: Taken, status: str, error: str = "", url: str = "", token: str = TOKEN, tampered: bool = False
    ) -> Answer:
        """Call the status callback that the request named; `tampered`: change the status after it was signed."""
        url = url or taken.fields["StatusCallback"]
        form = {"MessageSid": "SM" + message_id(taken), "MessageStatus": "sent" if tampered else status}
        form |= {"To": taken.recipient, "AccountSid": ACCOUNT, "From": taken.fields.get("From", "")}
        form |= {"ErrorCode": error} if error else {}
        headers = {"X-Twilio-Signature": signature(url, form, token)}
        form["MessageStatus"] = status
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        return http("POST", url, headers, urlencode(form).encode())

    @staticmethod
    def inbound(
        webhooks: str,
        sender: str,
        text: str,
        opt_out: str = "",
        token: str = TOKEN,
        tampered: bool = False,
        sid: str = "",
    ) -> Answer:
        """Hand an SMS to our number on, as Twilio does; `tampered`: change the text after it was signed.

        The same `sid` is the same message again; `opt_out` is what Advanced Opt-Out makes of it.
        """
        url, sid = f"{webhooks}/sms/twilio", sid or f"SM{uuid.uuid4().hex}"
        form = {"ToCountry": "US", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received"}
        form |= {"Body": text, "To": "+15005550006", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT}
        form |= {"From": sender, "ApiVersion": "2010-04-01"} | ({"OptOutType": opt_out} if opt_out else {})
        headers = {"X-Twilio-Signature": signature(url, form, token)}
        form["Body"] += "!" if tampered else ""
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        return http("POST", url, headers, urlencode(form).encode())
