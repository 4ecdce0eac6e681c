"""Vonage: requests against the OpenAPI document of the Messages API."""

import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from conftest import HERE, SPECS, load_requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jsonschema import Draft4Validator

SPEC = json.loads((SPECS / "vonage" / "messages.openapi.json").read_text())
PEM = HERE.parents[1] / "shared" / "channels" / "tests" / "support" / "test-only.pem"

# By the folder of the requests: the schema of each kind of message, the longest text (from descriptions), the channel.
SCHEMAS = {
    "vonage": {"text": "OutboundSMSText"},
    "vonage_whatsapp": {
        "text": "OutboundWhatsAppText",
        "image": "OutboundWhatsAppImage",
        "video": "OutboundWhatsAppVideo",
        "file": "OutboundWhatsAppFile",
        "template": "OutboundWhatsAppTemplate",
        "custom": "OutboundWhatsAppCustom",
    },
    "vonage_viber": {"text": "OutboundViberText", "image": "OutboundViberImage"},
}
LIMITS = {"vonage": 1000, "vonage_whatsapp": 4096, "vonage_viber": 1000}
CHANNELS = {"vonage": "sms", "vonage_whatsapp": "whatsapp", "vonage_viber": "viber_service"}

Requests = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def requests() -> Iterator[Requests]:
    """Give the requests of all channels by folder and case."""
    yield {(folder, case): request for folder in SCHEMAS for case, request in load_requests(folder).items()}


def resolve(reference: str) -> dict[str, Any]:
    """Give the part of the document that a reference names."""
    part = SPEC
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def properties(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give all fields of a schema, each with the schemas that it must fit."""
    if "$ref" in schema:
        return properties(resolve(schema["$ref"]))
    found: dict[str, list[dict[str, Any]]] = {}
    for name, part in schema.get("properties", {}).items():
        found.setdefault(name, []).append(part)
    for part in schema.get("allOf", []):
        for name, parts in properties(part).items():
            found.setdefault(name, []).extend(parts)
    return found


def unknown(body: Any, schemas: list[dict[str, Any]], place: str) -> list[str]:
    """Give the fields that no schema knows, at any depth. The document does not refuse them, so the check does."""
    if not isinstance(body, dict) or any(schema.get("additionalProperties") is True for schema in schemas):
        return []
    known: dict[str, list[dict[str, Any]]] = {}
    for schema in schemas:
        for name, parts in properties(schema).items():
            known.setdefault(name, []).extend(parts)
    found = [f"{place}.{name}: unknown" for name in body if name not in known]
    for name, value in body.items():
        found += unknown(value, known.get(name, []), f"{place}.{name}")
    return found


def problems(folder: str, body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body: by the schema, and by what its descriptions say in prose."""
    schema = SCHEMAS[folder].get(body.get("message_type", ""))
    if schema is None:
        return [f"$.message_type: {body.get('message_type')} is none of the channel"]
    reference = {"$ref": f"#/components/schemas/{schema}"}
    validator = Draft4Validator({**reference, "components": SPEC["components"]})
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    found += unknown(body, [reference], "$")
    if len(body.get("text", "")) > LIMITS[folder]:
        found.append("$.text: too long")
    if len(body.get("client_ref", "")) > 100:
        found.append("$.client_ref: too long")
    if not str(body.get("to", "")).isdigit():
        found.append("$.to: digits alone are expected")
    image = body.get("image", {})
    if "action" in body.get("viber_service", {}) and "url" in image and not image.get("caption"):
        found.append("$.image.caption: required if there is an action")
    return found


def test_every_body_is_one_of_the_specification(requests: Requests) -> None:
    """Every body has known fields alone, each of its type and range, and goes over its own channel."""
    for (folder, case), request in requests.items():
        assert problems(folder, request["body"]) == [], (folder, case)
        assert request["body"]["channel"] == CHANNELS[folder], (folder, case)


def test_every_call_is_addressed(requests: Requests) -> None:
    """Path, method and media type are those of the operation."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/v1/messages", {}), case
        assert "post" in SPEC["paths"][request["path"]], case
        assert request["headers"]["content-type"] == "application/json", case


def test_tokens_are_those_of_the_application(requests: Requests) -> None:
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


@pytest.mark.parametrize(
    ("folder", "own"),
    [
        ("vonage", "text ttl"),
        ("vonage_whatsapp", "text image video file template whatsapp custom"),
        ("vonage_viber", "text image viber_service"),
    ],
)
def test_the_optional_fields_are_covered(folder: str, own: str, requests: Requests) -> None:
    """The cases cover every kind of message and every field that the adapter can send."""
    bodies = [request["body"] for (of, _), request in requests.items() if of == folder]
    common = "message_type channel to from client_ref webhook_url webhook_version"
    assert {name for body in bodies for name in body} == set(f"{common} {own}".split())
    assert {body["message_type"] for body in bodies} == set(SCHEMAS[folder])
    if folder == "vonage_viber":
        options = {name for body in bodies for name in body["viber_service"]}
        assert options == {"category", "type", "ttl", "action"}


@pytest.mark.parametrize(
    ("folder", "case", "change"),
    [
        ("vonage", "text", {"to": "+79990000001"}),
        ("vonage", "text", {"to": "123"}),
        ("vonage", "text", {"ttl": "60"}),
        ("vonage", "text", {"channel": "fax"}),
        ("vonage", "text", {"reference": "x"}),
        ("vonage", "text", {"webhook_version": "v9"}),
        ("vonage", "text", {"text": "я" * 1001}),
        ("vonage_whatsapp", "template", {"whatsapp": {"policy": "deterministic"}}),
        ("vonage_whatsapp", "template", {"template": {"parameters": []}}),
        ("vonage_whatsapp", "template", {"template": {"name": "a", "parameters": [1]}}),
        ("vonage_whatsapp", "image", {"image": {"caption": "x"}}),
        ("vonage_whatsapp", "file", {"file": {"url": "https://example.org", "filename": "x"}}),
        ("vonage_whatsapp", "text", {"message_type": "audio"}),
        ("vonage_viber", "all", {"viber_service": {"ttl": 5}}),
        ("vonage_viber", "all", {"viber_service": {"ttl": 259_201}}),
        ("vonage_viber", "all", {"viber_service": {"category": "advert"}}),
        ("vonage_viber", "all", {"viber_service": {"action": {"url": "https://example.org"}}}),
        ("vonage_viber", "all", {"viber_service": {"button": {}}}),
        ("vonage_viber", "all", {"image": {"url": "https://example.org/a.png"}}),
        ("vonage_viber", "text", {"from": "x" * 51}),
    ],
)
def test_the_check_finds_faults(folder: str, case: str, change: dict[str, Any], requests: Requests) -> None:
    """The check itself refuses what the specification does not allow."""
    assert problems(folder, requests[folder, case]["body"] | change)
