"""Amazon SES: requests against the service model of botocore."""

import copy
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import aws_model
import pytest
from conftest import SPECS

PROVIDER = "ses"
MODEL = aws_model.load(SPECS / "aws" / "sesv2-2019-09-27-service-2.json.gz")
OPERATION = MODEL.operation_model("SendEmail")
INPUT = OPERATION.input_shape


def test_every_body_is_one_of_the_model(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has the members of the model alone, each of its type, range and pattern."""
    for case, request in requests.items():
        assert aws_model.problems(INPUT, request["body"]) == [], case


def test_every_call_is_addressed_and_signed(requests: dict[str, dict[str, Any]]) -> None:
    """Method and path are those of the model; the signature is for the service and the region."""
    for case, request in requests.items():
        assert (request["method"], request["path"]) == (OPERATION.http["method"], OPERATION.http["requestUri"]), case
        assert request["headers"]["content-type"] == "application/json", case
        scope = f"/eu-central-1/{MODEL.signing_name}/aws4_request"
        assert scope in request["headers"]["authorization"], case


def test_addresses_are_those_of_a_header(requests: dict[str, dict[str, Any]]) -> None:
    """Names beyond ASCII are encoded words, which a parser of mail reads back."""
    names = {}
    for case, request in requests.items():
        sender = request["body"]["FromEmailAddress"]
        assert sender.isascii() and "\n" not in sender, case
        name, address = parseaddr(sender)
        assert address.endswith("@example.org"), case
        names[case] = str(make_header(decode_header(name)))
        assert [parseaddr(to)[1] for to in request["body"]["Destination"]["ToAddresses"]] == ["ann@example.com"], case
    assert names["text"] == ""
    assert names["html"] == "Baton"
    assert names["cyrillic"] == "Батон: новости"
    assert names["all"] == 'Лавка "У дома", Москва'


def test_the_optional_members_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every member that the adapter can send."""
    covered = {name for request in requests.values() for name in request["body"]}
    assert covered == {
        "FromEmailAddress",
        "Destination",
        "ReplyToAddresses",
        "Content",
        "EmailTags",
        "ConfigurationSetName",
    }
    simple = [request["body"]["Content"]["Simple"] for request in requests.values()]
    assert {name for message in simple for name in message} == {"Subject", "Body", "Headers"}
    assert {name for message in simple for name in message["Body"]} == {"Text", "Html"}


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["Content", "Simple", "Subject"], {"Charset": "UTF-8"}, "missing"),
        (["Content", "Simple", "Subject"], {"Data": 1}, "a string is expected"),
        (["Content", "Simple", "Headers"], [{"Name": "Bad name", "Value": "x"}], "does not match"),
        (["EmailTags"], [{"Name": "msg"}], "missing"),
        (["Sender"], "x", "unknown"),
    ],
)
def test_the_check_finds_faults(path: list[str], value: Any, problem: str, requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the model does not allow."""
    body = copy.deepcopy(requests["text"]["body"])
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    found = aws_model.problems(INPUT, body)
    assert len(found) == 1 and problem in found[0], found
