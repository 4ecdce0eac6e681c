"""SMSC: requests against the shape that https://smsc.ru/api/http/ describes.

SMSC publishes no schema. This one was written from its table of parameters: the fields that the adapter may send, all
of them texts of a form, and their forms.
"""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "smsc"
FIELDS = {
    "login": {"minLength": 1},
    "psw": {"minLength": 1},
    "apikey": {"minLength": 1},
    # 3: answers in JSON.
    "fmt": {"enum": ["0", "1", "2", "3"]},
    "charset": {"enum": ["utf-8", "koi8-r", "windows-1251"]},
    # A number of 31 bits, or up to 40 letters, digits, `.`, `-` and `_`.
    "id": {"pattern": "^[A-Za-z0-9._-]{1,40}$"},
    "phones": {"pattern": "^[+]?[0-9]{7,15}([,;][+]?[0-9]{7,15})*$"},
    "mes": {"minLength": 1, "maxLength": 1000},
    "sender": {"minLength": 1, "maxLength": 15},
    # Hours and minutes, 1 to 24 hours.
    "valid": {"pattern": "^((0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]|24:00)$"},
}
VALIDATOR = Draft202012Validator(
    {
        "type": "object",
        "properties": {name: {"type": "string", **form} for name, form in FIELDS.items()},
        "required": ["phones", "mes"],
        # One of the two ways of authorisation, and not both.
        "oneOf": [
            {"required": ["login", "psw"], "properties": {"apikey": False}},
            {"required": ["apikey"], "properties": {"login": False, "psw": False}},
        ],
        "additionalProperties": False,
    }
)


def problems(form: dict[str, Any]) -> list[str]:
    """Give what is wrong with a form."""
    found = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(form)]
    number = form.get("id", "")
    if isinstance(number, str) and number.isdigit() and not 1 <= int(number) <= 2**31 - 1:
        found.append("$.id: a number that does not fit")
    return found


def test_every_form_is_one_of_the_page(requests: dict[str, dict[str, Any]]) -> None:
    """Every form has known fields alone, each once and of its form."""
    for case, request in requests.items():
        assert problems(request["form"]) == [], case
        assert (request["form"]["fmt"], request["form"]["charset"]) == ("3", "utf-8"), case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """Nothing stands in the address, where it would be logged on the way."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/sys/send.php", {}), case
        assert request["headers"]["content-type"].startswith("application/x-www-form-urlencoded"), case


def test_the_fields_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every field that the adapter can send."""
    assert {name for request in requests.values() for name in request["form"]} == set(FIELDS)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "7-01a0c4b6e07b7001a261746f6e2d3031-1-and-more"},
        {"id": "2147483648"},
        {"id": "a b"},
        {"phones": "+7 999 000"},
        {"mes": ""},
        {"mes": "я" * 1001},
        {"mes": ["x", "y"]},
        {"valid": "00:59"},
        {"valid": "24:01"},
        {"valid": "1:00"},
        {"apikey": "k"},
        {"fmt": "json"},
        {"charset": "cp1251"},
        {"text": "x"},
    ],
)
def test_the_check_finds_faults(change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the page does not allow."""
    assert problems(requests["all"]["form"] | change)
    without = {name: value for name, value in requests["all"]["form"].items() if name != "psw"}
    assert problems(without)
