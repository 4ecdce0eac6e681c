"""The OpenAPI document of the API: an independent reader of its schemas agrees with its examples."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "shared/api/tests/openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = {operation["operationId"]: operation for item in DOCUMENT["paths"].values() for operation in item.values()}


# What is no JSON: forms, lists and workbooks, of which there is no example.
FILES = {
    "multipart/form-data",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def check(contents: dict[str, dict[str, Any]], of_file: bool = False) -> None:
    """Hold the example of a body against its schema. A file has none, and the answer to one need not have any."""
    if "application/json" not in contents:
        assert set(contents) <= FILES
        return
    content = contents["application/json"]
    if of_file and "example" not in content:
        return
    # References lead into the whole document, so it stands around the schema.
    schema = {**DOCUMENT, **content["schema"]}
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(content["example"])] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_are_what_the_schemas_say(name: str) -> None:
    """Both the body, where there is one, and the answer."""
    operation = OPERATIONS[name]
    body = operation.get("requestBody", {}).get("content", {"application/json": None})
    if "requestBody" in operation:
        check(body)
    check(operation["responses"]["200"]["content"], of_file="application/json" not in body)


def test_every_schema_is_one() -> None:
    """The schemas are valid by JSON Schema 2020-12, which OpenAPI 3.1 takes over."""
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
