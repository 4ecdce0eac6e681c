"""Vonage: requests against the OpenAPI document of the Messages API."""

import json
from typing import Any

import jwt
import pytest
from conftest import HERE, SPECS
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jsonschema import Draft4Validator

PROVIDER = "vonage"
SPEC = json.loads((SPECS / "vonage" / "messages.openapi.json").read_text())
SCHEMA = "#/components/schemas/OutboundSMSText"
VALIDATOR = Draft4Validator({"$ref": SCHEMA, "components": SPEC["components"]})
PEM = HERE.parents[1] / "shared" / "channels" / "tests" / "support" / "test-only.pem"


def resolve(reference: str) -> dict[str, Any]:
    """Give the part of the document that a reference names."""
    part = SPEC
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def fields(schema: dict[str, Any]) -> set[str]:
    """Give the names of all fields of a schema. The document does not refuse unknown ones, so the check does."""
    if "$ref" in schema:
        return fields(resolve(schema["$ref"]))
    names = set(schema.get("properties", {}))
    return names.union(*(fields(part) for part in schema.get("allOf", [])))


KNOWN = fields({"$ref": SCHEMA})


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body: by the schema, and by what its descriptions say in prose."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(body)]
    found += [f"$.{name}: unknown" for name in body.keys() - KNOWN]
    if len(body.get("text", "")) > 1000:
        found.append("$.text: too long")
    if len(body.get("client_ref", "")) > 100:
        found.append("$.client_ref: too long")
    if not str(body.get("to", "")).isdigit():
        found.append("$.to: digits alone are expected")
    return found


def test_every_body_is_one_of_the_specification(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type and range."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """Path, method and media type are those of the operation."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/v1/messages", {}), case
        assert "post" in SPEC["paths"][request["path"]], case
        assert request["headers"]["content-type"] == "application/json", case


def test_tokens_are_those_of_the_application(requests: dict[str, dict[str, Any]]) -> None:
    """A call is signed with the application's key and good for 15 minutes, or carries the account's key and secret."""
    key = load_pem_private_key(PEM.read_bytes(), password=None).public_key()
    seen, schemes = set(), set()
    for case, request in requests.items():
        scheme, value = request["headers"]["authorization"].split(" ")
        schemes.add(scheme)
        if scheme == "Basic":
            continue
        # The time of the run is long past when the file is checked.
        options = {"require": ["iat", "exp", "jti"], "verify_exp": False}
        claims = jwt.decode(value, key, algorithms=["RS256"], options=options)
        assert claims["application_id"] == "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", case
        assert claims["exp"] - claims["iat"] == 900, case
        assert claims["jti"] not in seen, case
        seen.add(claims["jti"])
    assert schemes == {"Bearer", "Basic"}


def test_the_optional_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""
    covered = {name for request in requests.values() for name in request["body"]}
    expected = "message_type channel to from text client_ref ttl webhook_url webhook_version"
    assert covered == set(expected.split())


@pytest.mark.parametrize(
    "change",
    [
        {"to": "+79990000001"},
        {"to": "123"},
        {"ttl": "60"},
        {"channel": "fax"},
        {"reference": "x"},
        {"webhook_version": "v9"},
        {"text": "я" * 1001},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the specification does not allow."""
    assert problems(next(iter(requests.values()))["body"] | change)
