"""Twilio: requests against Twilio's OpenAPI document."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import SPECS, load_requests
from jsonschema import Draft4Validator

PROVIDER = "twilio"
SPEC = json.loads((SPECS / "twilio" / "twilio_api_v2010.json").read_text())
PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
OPERATION = SPEC["paths"][PATH]["post"]
FORM = OPERATION["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
# Unknown fields are refused; references are resolved in the document's components.
VALIDATOR = Draft4Validator(FORM | {"additionalProperties": False, "components": SPEC["components"]})


def typed(form: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a form the types of the schema, as a server does when it reads them."""
    fields: dict[str, Any] = {}
    for name, value in form.items():
        kind = FORM["properties"].get(name, {}).get("type")
        if kind == "integer":
            fields[name] = int(value) if value.isascii() and value.isdigit() else value
        elif kind == "array":
            fields[name] = value if isinstance(value, list) else [value]
        else:
            fields[name] = value
    return fields


def problems(form: dict[str, Any]) -> list[str]:
    """Give what is wrong with a form: by the schema, and by what its descriptions say in prose."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(typed(form))]
    if not form.keys() & {"From", "MessagingServiceSid"}:
        found.append("From or MessagingServiceSid is required")
    if not form.keys() & {"Body", "MediaUrl", "ContentSid"}:
        found.append("Body, MediaUrl or ContentSid is required")
    if not 1 <= int(form.get("ValidityPeriod", 1)) <= 36000:
        found.append("ValidityPeriod is out of its range")
    if len(form.get("Body", "")) > 1600:
        found.append("Body is too long")
    callback = urlsplit(form.get("StatusCallback", "https://example.org"))
    if callback.scheme not in ("http", "https") or not callback.hostname or "_" in callback.hostname:
        found.append("StatusCallback is no address")
    return found


def test_every_form_is_one_of_the_specification(requests: dict[str, dict[str, Any]]) -> None:
    """Every form has known fields alone, each of its type and pattern."""
    for case, request in requests.items():
        assert problems(request["form"]) == [], case


def test_every_call_is_addressed_and_authorised(requests: dict[str, dict[str, Any]]) -> None:
    """Path, method, media type and scheme of authorisation are those of the operation."""
    sid = OPERATION["parameters"][0]["schema"]
    for case, request in requests.items():
        before, after = PATH.split("{AccountSid}")
        path = request["path"]
        assert request["method"] == "POST" and path.startswith(before) and path.endswith(after), case
        Draft4Validator(sid).validate(path.removeprefix(before).removesuffix(after))
        assert request["query"] == {}, case
        assert request["headers"]["content-type"] == "application/x-www-form-urlencoded", case
        assert request["headers"]["authorization"].startswith("Basic "), case


def test_the_optional_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""
    covered = {name for request in requests.values() for name in request["form"]}
    assert covered == {"To", "Body", "From", "MessagingServiceSid", "StatusCallback", "ValidityPeriod"}


def test_a_check_reads_what_the_specification_has() -> None:
    """The account's resource, and one message with the key."""
    requests = load_requests("twilio_check")
    assert requests.keys() == {"account", "key"}
    for case, path in (("account", "/2010-04-01/Accounts/{Sid}.json"), ("key", PATH)):
        known = SPEC["paths"][path]["get"]["parameters"]
        before, after = re.split(r"\{\w+\}", path)
        assert requests[case]["method"] == "GET", case
        assert re.fullmatch(re.escape(before) + "AC[0-9a-f]{32}" + re.escape(after), requests[case]["path"]), case
        assert requests[case]["query"].keys() <= {one["name"] for one in known if one["in"] == "query"}, case


@pytest.mark.parametrize(
    "change",
    [{"Text": "x"}, {"MessagingServiceSid": "MG1"}, {"ValidityPeriod": "soon"}, {"RiskCheck": "maybe"}, {"To": None}],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the specification does not allow."""
    form = next(iter(requests.values()))["form"] | change
    assert list(VALIDATOR.iter_errors(typed(form)))
