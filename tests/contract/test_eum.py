"""AWS End User Messaging: requests against the service model of botocore."""

from typing import Any

import aws_model
import pytest
from conftest import SPECS, load_requests

PROVIDER = "eum"
MODEL = aws_model.load(SPECS / "aws" / "pinpoint-sms-voice-v2-2022-03-31-service-2.json.gz")
INPUT = MODEL.operation_model("SendTextMessage").input_shape


def test_every_body_is_one_of_the_model(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has the members of the model alone, each of its type, range and pattern."""
    for case, request in requests.items():
        assert aws_model.problems(INPUT, request["body"]) == [], case


def test_every_call_is_addressed_and_signed(requests: dict[str, dict[str, Any]]) -> None:
    """The target and media type are those of the protocol; the signature is for the service and the region."""
    for case, request in requests.items():
        headers = request["headers"]
        assert (request["method"], request["path"]) == ("POST", "/"), case
        assert headers["x-amz-target"] == f"{MODEL.metadata['targetPrefix']}.SendTextMessage", case
        assert headers["content-type"] == f"application/x-amz-json-{MODEL.metadata['jsonVersion']}", case
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), case
        service = MODEL.metadata.get("signingName", MODEL.endpoint_prefix)
        assert f"/eu-central-1/{service}/aws4_request" in headers["authorization"], case


def test_the_optional_members_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every member that the adapter can send."""
    covered = {name for request in requests.values() for name in request["body"]}
    assert covered == {
        "DestinationPhoneNumber",
        "OriginationIdentity",
        "MessageBody",
        "MessageType",
        "ConfigurationSetName",
        "MaxPrice",
        "TimeToLive",
        "Context",
    }


def test_a_check_is_a_dry_run_of_the_model() -> None:
    """It is the same operation, so it needs the same right; and it is dry."""
    (request,) = load_requests("eum_check").values()
    assert aws_model.problems(INPUT, request["body"]) == []
    assert request["body"]["DryRun"] is True
    assert request["headers"]["x-amz-target"] == f"{MODEL.metadata['targetPrefix']}.SendTextMessage"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"DestinationPhoneNumber": "7 999"}, "does not match"),
        ({"MessageBody": "x" * 1601}, "is not between"),
        ({"MessageType": "URGENT"}, "not one of"),
        ({"TimeToLive": 4}, "is not between"),
        ({"TimeToLive": "60"}, "a number is expected"),
        ({"Sender": "x"}, "unknown"),
        ({"Context": {"ref": 1}}, "a string is expected"),
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], problem: str, requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the model does not allow."""
    found = aws_model.problems(INPUT, next(iter(requests.values()))["body"] | change)
    assert len(found) == 1 and problem in found[0], found
