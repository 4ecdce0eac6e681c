"""VK: requests against the schema of `messages.send`, and the rules that its documentation has in prose."""

import json
from typing import Any

import pytest
from conftest import SPECS
from vk_spec import VkApi

PROVIDER = "vk"
API = VkApi(SPECS / "vk")


def problems(form: dict[str, str]) -> list[str]:
    """Give what is wrong with a form, by the schema and by the prose."""
    found = API.problems("messages.send", form)
    if found:
        return found
    if not -(2**31) <= int(form.get("random_id", 0)) < 2**31 or form.get("random_id", "0") == "0":
        found.append("random_id: not a number of 32 bits other than 0")
    if not (form.get("message") or form.get("attachment")):
        found.append("message or attachment: missing")
    if len(form.get("message", "")) > 4096:
        found.append("message: longer than 4096")
    if "keyboard" in form:
        keyboard = json.loads(form["keyboard"])
        if keyboard.get("one_time") and keyboard.get("inline"):
            found.append("keyboard: one_time does not go with inline")
        for row in keyboard["buttons"]:
            for button in row:
                if len(button["action"].get("label", "")) > 40:
                    found.append("keyboard: a label longer than 40")
                if button["action"]["type"] == "open_link" and "color" in button:
                    found.append("keyboard: a link has no color")
    return found


def test_every_form_is_one_of_the_method(requests: dict[str, dict[str, Any]]) -> None:
    """Every form has known parameters alone, each of its type and length."""
    for case, request in requests.items():
        assert problems(request["form"]) == [], case


def test_every_call_is_addressed(requests: dict[str, dict[str, Any]]) -> None:
    """The path names the method; the token is in the form alone, never in the address."""
    for case, request in requests.items():
        assert (request["method"], request["path"], request["query"]) == ("POST", "/method/messages.send", {}), case
        assert request["headers"]["content-type"] == "application/x-www-form-urlencoded", case
        assert request["form"]["access_token"] == "vk1.a.s3cret", case
        assert request["form"]["peer_ids"].isdigit(), case


def test_the_parameters_are_covered(requests: dict[str, dict[str, Any]]) -> None:
    """The cases cover every parameter that the adapter can send."""
    covered = {name for request in requests.values() for name in request["form"]}
    expected = "access_token v peer_ids random_id message attachment keyboard dont_parse_links"
    assert covered == set(expected.split())


def keyboard(action: dict[str, Any], **of_button: Any) -> str:
    """Give a keyboard of one button."""
    buttons = [[{"action": action, **of_button}]]
    return json.dumps({"one_time": False, "inline": True, "buttons": buttons})


LINK = {"type": "open_link", "link": "https://example.org", "label": "x"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"v": "5.131"}, "v: not 5.199"),
        ({"access_token": None}, "access_token: missing"),
        ({"random_id": "x"}, "random_id: not integer"),
        ({"random_id": "0"}, "random_id: not a number of 32 bits other than 0"),
        ({"random_id": "2147483648"}, "random_id: not a number of 32 bits other than 0"),
        ({"peer_ids": "anna"}, "peer_ids: not integer"),
        ({"peer_ids": ",".join(["1"] * 101)}, "peer_ids: more than 100"),
        ({"user_ids": "1"}, "user_ids: unknown"),
        ({"message": "я" * 9001}, "message: longer than 9000"),
        ({"message": "я" * 4097}, "message: longer than 4096"),
        ({"message": ""}, "message or attachment: missing"),
        ({"dont_parse_links": "true"}, "dont_parse_links: not boolean"),
        ({"intent": "spam"}, "intent: not in "),
        ({"keyboard": "{}"}, "keyboard.buttons: missing"),
        ({"keyboard": keyboard({"type": "open"})}, "keyboard.buttons[0][0].action: none of "),
        ({"keyboard": keyboard({"type": "open_link"})}, "keyboard.buttons[0][0].action.label: missing"),
        ({"keyboard": keyboard(LINK | {"url": "x"})}, "keyboard.buttons[0][0].action.url: unknown"),
        ({"keyboard": keyboard(LINK | {"label": "x" * 41})}, "keyboard: a label longer than 40"),
        ({"keyboard": keyboard(LINK, color="primary")}, "keyboard: a link has no color"),
    ],
)
def test_the_check_finds_faults(
    change: dict[str, str | None], problem: str, requests: dict[str, dict[str, Any]]
) -> None:
    """The check itself refuses what the schema and the prose do not allow."""
    form = requests["text"]["form"] | change
    found = problems({name: value for name, value in form.items() if value is not None})
    assert any(one.startswith(problem) for one in found), found
