"""SMSC.ru: forms with the password in them, all said in the body with status 200, callbacks that are not signed."""

import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlencode

from baton import Answer, http

from standins.base import HttpStandIn, Json, Reply, Taken

LOGIN, PASSWORD, SECRET = "baton", "smsc-password", "smsc-webhook-secret"
REQUIRED = {"phones", "mes", "id", "fmt", "charset"}
# Of the look-ups (HLR): of an order, and of a question.
ORDER = {"phones", "hlr", "id", "fmt", "charset"}
QUESTION = {"phone", "id", "fmt", "charset"}
MOSCOW = timezone(timedelta(hours=3))


def refusal(code: int) -> Reply:
    """Give an error as SMSC writes it: with status 200."""
    return Reply(200, {"error": "refused", "error_code": code})


class Smsc(HttpStandIn):
    """The stand-in."""

    def __init__(self) -> None:
        super().__init__()
        self._ordered: set[tuple[str, str]] = set()  # the look-ups: the order's id, and the number

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        keys = {"login": LOGIN, "password": PASSWORD, "from": "BATON", "webhookSecret": SECRET}
        return {"name": "SMSC", "baseUrl": self.base_url, **keys}

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check address, login and the fields that must be there."""
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if path not in ("/sys/send.php", "/sys/status.php", "/sys/balance.php"):
            return self.refuse(f"the path {path}", Reply(404, {}))
        if (fields.get("login"), fields.get("psw")) != (LOGIN, PASSWORD):
            return self.refuse("the login", refusal(2))
        if path == "/sys/balance.php":
            return Reply(200, {"balance": "100.00"})
        if path == "/sys/status.php" or "hlr" in fields:
            return self._read_look_up(path, fields)
        if REQUIRED - fields.keys() or (fields["fmt"], fields["charset"]) != ("3", "utf-8") or len(fields["id"]) > 40:
            return self.refuse(f"the fields {sorted(fields)}", refusal(1))
        if not fields["phones"].isdigit():
            return self.refuse(f"the number {fields['phones']}", refusal(7))
        return fields["phones"], fields

    def _read_look_up(self, path: str, fields: dict[str, str]) -> tuple[str, Json] | Reply:
        """Check an order of look-ups, or a question about them."""
        asks = path == "/sys/status.php"
        own = fields.keys() - {"login", "psw"}
        if own != (QUESTION if asks else ORDER) or (fields["fmt"], fields["charset"]) != ("3", "utf-8"):
            return self.refuse(f"the fields {sorted(fields)}", refusal(1))
        numbers = fields["phone" if asks else "phones"]
        if not all(number.isdigit() for number in numbers.split(",")):
            return self.refuse(f"the numbers {numbers}", refusal(7))
        return numbers, fields

    def _ask(self, fields: Json) -> Reply:
        """Say that each number that was ordered is reachable, and that the others were never heard of."""
        pairs = list(zip(fields["id"].split(","), fields["phone"].split(","), strict=True))
        known = {"status": 1, "last_date": "05.05.2026 10:20:35", "last_timestamp": 1777965635, "err": 0, "mcc": "250"}
        told = [known if pair in self._ordered else {"status": -3, "err": 0} for pair in pairs]
        return Reply(200, json.dumps(told if len(told) > 1 else told[0]))

    def success(self, taken: Taken) -> Reply:
        """Give the message's id, which is ours; of look-ups, what became of them."""
        if "phone" in taken.fields:
            return self._ask(taken.fields)
        if "hlr" in taken.fields:
            numbers = taken.recipient.split(",")
            self._ordered |= {(taken.fields["id"], number) for number in numbers}
            return Reply(200, {"id": taken.fields["id"], "cnt": len(numbers)})
        return Reply(200, {"id": taken.fields["id"], "cnt": 1})

    @staticmethod
    def _call(webhooks: str, secret: str, fields: dict[str, str]) -> Answer:
        """Call the address that was entered in the account."""
        now = time.time()
        moscow = datetime.fromtimestamp(now, MOSCOW).strftime("%d.%m.%Y %H:%M:%S")
        form = urlencode({**fields, "time": moscow, "ts": str(int(now))}).encode()
        address = f"{webhooks}/sms/smsc?{urlencode({'secret': secret})}"
        return http("POST", address, {"Content-Type": "application/x-www-form-urlencoded"}, form)

    def receipt(
        self, taken: Taken, status: int, webhooks: str, error: int = 0, secret: str = SECRET, reference: str = ""
    ) -> Answer:
        """Send a status (0 sent, 1 delivered, 2 read, 3 expired, 20 … failed) to the account's address."""
        fields = {"id": reference or taken.fields["id"], "phone": taken.recipient, "status": str(status)}
        return self._call(webhooks, secret, fields | {"err": str(error), "cnt": "1", "type": "0"})

    def inbound(self, webhooks: str, phone: str, text: str, secret: str = SECRET, id: str = "") -> Answer:
        """Send what somebody wrote to a number of the account."""
        fields = {
            "id": id or str(uuid.uuid4().int)[:9],
            "phone": phone.removeprefix("+"),
            "mes": text,
            "to": "79990000099",
        }
        return self._call(webhooks, secret, fields)
