"""Meta's WhatsApp Cloud API: requests against the schema of a message, derived from Meta's own OpenAPI document."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import SPECS
from jsonschema import Draft202012Validator

PROVIDER = "meta"
SCHEMA = json.loads((SPECS / "meta" / "whatsapp-message.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
TEMPLATE_PARTS = {"header", "body", "button"}


def parts(name: str, body: Any) -> list[str]:
    """Give what is wrong with a part by its own schema: the discriminators, which say the same, bind nobody."""
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": SCHEMA["components"]})
    return [f"{name}{error.json_path[1:]}: {error.message}" for error in validator.iter_errors(body)]


def strange(part: str, value: dict[str, Any], known: set[str]) -> list[str]:
    """Give the fields that are not known: most objects of the schema are open."""
    return [f"{part}.{name}: unknown" for name in value.keys() - known]


def medium(part: str, value: dict[str, Any], named: bool) -> list[str]:
    """Give what is wrong with a medium of a header or a message."""
    found = strange(part, value, {"link", "caption"} | ({"filename"} if named else set())) + parts("MediaObject", value)
    return found + ([f"{part}.caption: too long"] if len(value.get("caption", "")) > 1024 else [])


def parameter(value: dict[str, Any]) -> list[str]:
    """Give what is wrong with a parameter of a header or a body. A location is documented, but not in the schema."""
    kind = value.get("type", "")
    if kind == "location":
        place = value.get("location", {})
        found = strange("location", place, {"latitude", "longitude", "name", "address"})
        return found + [f"location.{name}: missing" for name in ("latitude", "longitude") if name not in place]
    found = parts("ParameterObject", value)
    if kind == "text":
        found += parts("TextParameter", value) + strange("text", value, {"type", "text", "parameter_name"})
        if any(bad in str(value.get("text")) for bad in ("\n", "\t", "    ")):
            found.append("text: a line break, a tab or four spaces")
    elif kind in ("image", "video", "document"):
        found += parts(f"{kind.title()}Parameter", value) + strange(kind, value, {"type", kind})
        found += medium(kind, value.get(kind, {}), kind == "document")
        found += [f"{kind}.caption: not in a header"] if "caption" in value.get(kind, {}) else []
    return found


def button(value: dict[str, Any]) -> list[str]:
    """Give what is wrong with a button of a template. The schema's pattern of `index` contradicts its description."""
    found = strange("button", value, {"type", "sub_type", "index", "parameters"})
    wanted = {"url": "text", "quick_reply": "payload"}.get(value.get("sub_type", ""))
    if str(value.get("index")) not in "0123456789":
        found.append("button.index: not 0 to 9")
    for item in value.get("parameters", []):
        found += parts("ButtonParameterObject", item)
        if item.get("type") != wanted or item.keys() != {"type", wanted}:
            found.append(f"button: {value.get('sub_type')} with {sorted(item)}")
    return found if value.get("parameters") else [*found, "button.parameters: missing"]


def template(value: dict[str, Any]) -> list[str]:
    """Give what is wrong with a template beyond its schema."""
    found = strange("template", value, {"name", "language", "components"})
    found += strange("language", value["language"], {"policy", "code"})
    for part in value.get("components", []):
        found += strange("component", part, {"type", "sub_type", "index", "parameters"})
        if part.get("type") == "button":
            found += button(part)
            continue
        named = {"parameter_name" in item for item in part["parameters"]}
        found += ["parameters: some with names, some without"] if len(named) > 1 else []
        found += [problem for item in part["parameters"] for problem in parameter(item)]
        if part["type"] == "header" and len(part["parameters"]) != 1:
            found.append("header: one parameter is expected")
    return found


def interactive(value: dict[str, Any]) -> list[str]:
    """Give what is wrong with a message with a button beyond its schema (which has no `cta_url`)."""
    found = strange("interactive", value, {"type", "header", "body", "action"})
    if value.get("type") != "cta_url" or value["action"].get("name") != "cta_url":
        found.append("interactive: not cta_url")
    if not value.get("body", {}).get("text"):
        found.append("interactive.body: missing")
    header = value.get("header")
    if header:
        found += strange("header", header, {"type", header["type"]})
        found += medium("header", header.get(header["type"], {}), header["type"] == "document")
    parameters = value["action"].get("parameters", {})
    return found + strange("parameters", parameters, {"display_text", "url"})


def problems(body: dict[str, Any]) -> list[str]:
    """Give what is wrong with a body: by the schema, and by what its documentation says."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(body)]
    if found:
        return found
    kind = body["type"]
    if not body["to"].isdigit():
        found.append("$.to: digits alone are expected")
    if kind == "text" and not 1 <= len(body["text"]["body"]) <= 4096:
        found.append("$.text.body: not 1 to 4096 characters")
    if kind in ("image", "video", "document"):
        found += medium(kind, body[kind], kind == "document")
    return found + {"template": template, "interactive": interactive}.get(kind, lambda _: [])(body[kind])


def test_every_body_is_one_of_the_specification(requests: dict[str, dict[str, Any]]) -> None:
    """Every body has known fields alone, each of its type and range."""
    for case, request in requests.items():
        assert problems(request["body"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """The call goes to the number's messages, with the token in its header and nothing in the query."""
    for case, request in requests.items():
        assert (request["method"], request["path"]) == ("POST", "/v25.0/106540352242922/messages"), case
        assert request["headers"]["content-type"] == "application/json", case
        assert request["headers"]["authorization"] == "Bearer EAA-access-token", case
        assert request["query"] == {}, case


def test_the_kinds_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every kind of message, and of a template every part and every kind of header and button."""
    bodies = [request["body"] for request in requests.values()]
    assert {body["type"] for body in bodies} == {"text", "image", "document", "video", "interactive", "template"}
    assert all("biz_opaque_callback_data" in body for body in bodies)
    components = [part for body in bodies for part in body.get("template", {}).get("components", [])]
    assert {part["type"] for part in components} == TEMPLATE_PARTS
    headers = {part["parameters"][0]["type"] for part in components if part["type"] == "header"}
    assert headers == {"text", "image", "document", "video", "location"}
    assert {part["sub_type"] for part in components if part["type"] == "button"} == {"url", "quick_reply"}


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("text", lambda body: body.pop("messaging_product")),
        ("text", lambda body: body.update(to="+79990000001")),
        ("text", lambda body: body.update(ttl=60)),
        ("text", lambda body: body["text"].update(caption="x")),
        ("text", lambda body: body["text"].update(body="я" * 4097)),
        ("text", lambda body: body.update(biz_opaque_callback_data="x" * 513)),
        ("image", lambda body: body["image"].pop("link")),
        ("image", lambda body: body["image"].update(filename="x")),
        ("image", lambda body: body["image"].update(caption="я" * 1025)),
        ("button", lambda body: body["interactive"]["action"]["parameters"].update(display_text="я" * 21)),
        ("button", lambda body: body["interactive"]["action"]["parameters"].pop("url")),
        ("button", lambda body: body["interactive"].pop("body")),
        ("template_bare", lambda body: body["template"].pop("language")),
        ("template_bare", lambda body: body["template"].update(namespace="x")),
        ("template_positional", lambda body: body["template"]["components"][0].update(type="footer")),
        ("template_positional", lambda body: body["template"]["components"][0]["parameters"][0].update(text=1)),
        ("template_positional", lambda body: body["template"]["components"][0]["parameters"][0].update(text="a\nb")),
        (
            "template_positional",
            lambda body: body["template"]["components"][0]["parameters"][0].update(parameter_name="x"),
        ),
        ("template_buttons", lambda body: body["template"]["components"][0].update(index="10")),
        ("template_buttons", lambda body: body["template"]["components"][1]["parameters"][0].update(type="text")),
        ("template_image", lambda body: body["template"]["components"][0]["parameters"][0].update(type="sound")),
        (
            "template_image",
            lambda body: body["template"]["components"][0]["parameters"][0]["image"].update(caption="x"),
        ),
        (
            "template_location",
            lambda body: body["template"]["components"][0]["parameters"][0]["location"].pop("latitude"),
        ),
    ],
)
def test_the_check_finds_faults(case: str, change: Change, requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the specification does not allow."""
    body = copy.deepcopy(requests[case]["body"])
    change(body)
    assert problems(body)
