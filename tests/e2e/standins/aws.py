"""The services of AWS: their models check each request, and their events go to the SNS topic of the stack."""

import gzip
import importlib.util
import json
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.model import ServiceModel

from standins.base import HttpStandIn, Json, Reply, Taken, message_id

CONTRACT = Path(__file__).resolve().parents[2] / "contract"
SPECS = CONTRACT / "specs" / "aws"


def _checker() -> Any:
    """Load the contract tests' check of a request against a service's model."""
    spec = importlib.util.spec_from_file_location("aws_model", CONTRACT / "aws_model.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class AwsStandIn(HttpStandIn):
    """A service of AWS."""

    model_file: str
    operation: str

    def __init__(self) -> None:
        super().__init__()
        with gzip.open(SPECS / self.model_file) as packed:
            self._input = ServiceModel(json.load(packed)).operation_model(self.operation).input_shape
        self._checker = _checker()

    def check(self, headers: dict[str, str], fields: Json) -> list[str]:
        """Give what is wrong with a request."""
        signed = headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=")
        return self._checker.problems(self._input, fields) + ([] if signed else ["it is not signed"])


class Eum(AwsStandIn):
    """End User Messaging: SendTextMessage in AWS JSON 1.0."""

    model_file = "pinpoint-sms-voice-v2-2022-03-31-service-2.json.gz"
    operation = "SendTextMessage"

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        return {"name": "AWS", "baseUrl": self.base_url, "configurationSet": "baton", "from": "+15005550006"}

    @staticmethod
    def refusal(exception: str, status: int = 400, headers: dict[str, str] | None = None, **members: Any) -> Reply:
        """Give an exception."""
        kind = {"Content-Type": "application/x-amz-json-1.0"}
        return Reply(status, {"__type": exception, "Message": "refused", **members}, kind | (headers or {}))

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check the request against the service's model."""
        fields = json.loads(body)
        problems = self.check(headers, fields)
        if headers.get("x-amz-target") != "PinpointSMSVoiceV2.SendTextMessage":
            problems.append("the target")
        if problems:
            return self.refuse(str(problems), self.refusal("ValidationException", Reason="OTHER"))
        return fields["DestinationPhoneNumber"], fields

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"MessageId": message_id(taken)}, {"Content-Type": "application/x-amz-json-1.0"})

    @staticmethod
    def event(taken: Taken, kind: str) -> Json:
        """Give an event of the configuration set, `TEXT_DELIVERED` for one."""
        return {
            "eventType": kind,
            "eventVersion": "1.0",
            "eventTimestamp": int(time.time() * 1000),
            "isFinal": kind != "TEXT_SUCCESSFUL",
            "messageId": message_id(taken),
            "messageStatus": kind.removeprefix("TEXT_"),
            "context": taken.fields["Context"],
            "totalMessageParts": 1,
        }

    @staticmethod
    def inbound(sender: str, text: str, number: str = "") -> Json:
        """Give the event of an SMS to a two-way number; the same `number` (its id) is the same message again."""
        return {
            "originationNumber": sender,
            "destinationNumber": "+15005550006",
            "messageKeyword": "KEYWORD_123456789012",
            "messageBody": text,
            "previousPublishedMessageId": str(uuid.uuid4()),
            "inboundMessageId": number or str(uuid.uuid4()),
        }


class Ses(AwsStandIn):
    """SES v2: SendEmail in REST-JSON."""

    model_file = "sesv2-2019-09-27-service-2.json.gz"
    operation = "SendEmail"

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        keys = {"fromEmail": "shop@example.org", "fromName": "Shop", "configurationSet": "baton"}
        return {"name": "SES", "baseUrl": self.base_url, **keys}

    @staticmethod
    def refusal(exception: str, status: int = 400, message: str = "refused") -> Reply:
        """Give an exception."""
        return Reply(status, {"message": message}, {"x-amzn-ErrorType": exception})

    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Check the request against the service's model."""
        fields = json.loads(body)
        problems = self.check(headers, fields)
        if path != "/v2/email/outbound-emails":
            problems.append(f"the path {path}")
        if problems:
            return self.refuse(str(problems), self.refusal("BadRequestException"))
        return fields["Destination"]["ToAddresses"][0], fields

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Give the account to a check of the credentials."""
        signed = headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=")
        if path != "/v2/email/account" or not signed:
            return self.refuse(f"GET {path}", self.refusal("AccessDeniedException", 403))
        return Reply(200, {"SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY"})

    def success(self, taken: Taken) -> Reply:
        """Give the message's id."""
        return Reply(200, {"MessageId": message_id(taken)})

    @staticmethod
    def event(taken: Taken, kind: str) -> Json:
        """Give an event of the configuration set, `Delivery` or `Complaint` for one."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        tags = {tag["Name"]: [tag["Value"]] for tag in taken.fields["EmailTags"]}
        mail = {"messageId": message_id(taken), "timestamp": now, "tags": tags, "destination": [taken.recipient]}
        particulars: Json = {"timestamp": now}
        if kind == "Bounce":
            particulars |= {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": []}
        if kind == "Complaint":
            particulars |= {
                "complainedRecipients": [{"emailAddress": taken.recipient}],
                "feedbackId": message_id(taken),
            }
            particulars |= {"complaintFeedbackType": "abuse", "userAgent": "Stand-in/1.0", "arrivalDate": now}
        return {"eventType": kind, "mail": mail, kind.lower(): particulars}
