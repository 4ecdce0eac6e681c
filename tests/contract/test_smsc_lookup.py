"""SMSC's look-ups (HLR): requests against the shape that https://smsc.ru/api/http/ describes.

SMSC publishes no schema. These were written from its pages on HLR requests and on statuses: orders go to send.php with
`hlr` instead of a text, questions to status.php with as many ids as numbers, in the same order.
"""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

PROVIDER = "smsc_lookup"
NUMBERS = "^[0-9]{7,15}(,[0-9]{7,15})*$"
ID = "[A-Za-z0-9._-]{1,40}"
COMMON: dict[str, dict[str, Any]] = {
    "login": {"minLength": 1},
    "psw": {"minLength": 1},
    "apikey": {"minLength": 1},
    # 3: answers in JSON.
    "fmt": {"const": "3"},
    "charset": {"const": "utf-8"},
}
ORDER = {"id": {"pattern": f"^{ID}$"}, "phones": {"pattern": NUMBERS}, "hlr": {"const": "1"}}
QUESTION = {"id": {"pattern": f"^{ID}(,{ID})*$"}, "phone": {"pattern": NUMBERS}}
PAGES = {"/sys/send.php": ORDER, "/sys/status.php": QUESTION}


def validator(own: dict[str, dict[str, Any]]) -> Draft202012Validator:
    """Give the check of a page's form: its own fields, each once, and one of the two ways of authorisation."""
    return Draft202012Validator(
        {
            "type": "object",
            "properties": {name: {"type": "string", **form} for name, form in (COMMON | own).items()},
            "required": [*own, "fmt"],
            "oneOf": [
                {"required": ["login", "psw"], "properties": {"apikey": False}},
                {"required": ["apikey"], "properties": {"login": False, "psw": False}},
            ],
            "additionalProperties": False,
        }
    )


def problems(path: str, form: dict[str, Any]) -> list[str]:
    """Give what is wrong with a form."""
    found = [f"{error.json_path}: {error.message}" for error in validator(PAGES[path]).iter_errors(form)]
    if PAGES[path] is QUESTION and not found and form["id"].count(",") != form["phone"].count(","):
        found.append("$.id: not as many ids as numbers")
    return found


def test_every_form_is_one_of_its_page(requests: dict[str, dict[str, Any]]) -> None:
    """Every form has known fields alone, and nothing stands in the address, where it would be logged on the way."""
    for case, request in requests.items():
        assert (request["method"], request["query"]) == ("POST", {}), case
        assert request["headers"]["content-type"].startswith("application/x-www-form-urlencoded"), case
        assert problems(request["path"], request["form"]) == [], case


def test_a_question_names_the_order(requests: dict[str, dict[str, Any]]) -> None:
    """Both pages are used, for one number and for several, and an order is asked about by its own id."""
    for count in ("one", "two"):
        order, question = requests[f"order_{count}"], requests[f"ask_{count}"]
        assert (order["path"], question["path"]) == tuple(PAGES), count
        assert set(question["form"]["id"].split(",")) == {order["form"]["id"]}, count
        assert question["form"]["phone"] == order["form"]["phones"], count


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("order_one", {"id": "a b"}),
        ("order_one", {"id": "x" * 41}),
        ("order_one", {"phones": "+79990000001"}),
        ("order_one", {"hlr": "2"}),
        ("order_one", {"mes": "text"}),
        ("order_one", {"apikey": "k"}),
        ("ask_two", {"id": "one"}),
        ("ask_two", {"phone": "79990000001,"}),
        ("ask_two", {"fmt": "1"}),
    ],
)
def test_the_check_finds_faults(case: str, change: dict[str, Any], requests: dict[str, dict[str, Any]]) -> None:
    """The check itself refuses what the pages do not allow."""
    request = requests[case]
    assert problems(request["path"], request["form"] | change)
