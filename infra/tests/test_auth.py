"""The keys of session tokens and the first user, without an emulator."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from local import auth, checks
from local.settings import StackError

USER = {"companyId": 1, "email": "a@example.org", "name": "a", "role": "admin"}


class Ssm:
    """A parameter store."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.values: dict[str, str] = {}
        exists, missing = type("Exists", (Exception,), {}), type("Missing", (Exception,), {})
        self.exceptions = SimpleNamespace(ParameterAlreadyExists=exists, ParameterNotFound=missing)

    def put_parameter(self, Name: str, Value: str, Type: str, Overwrite: bool = False) -> None:
        """Write a parameter, which must be encrypted."""
        assert Type == "SecureString"
        if Name in self.values and not Overwrite:
            raise self.exceptions.ParameterAlreadyExists
        self.values[Name] = Value

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:
        """Read a parameter."""
        if Name not in self.values:
            raise self.exceptions.ParameterNotFound
        return {"Parameter": {"Value": self.values[Name]}}


def test_the_first_key_is_made_once() -> None:
    """A second time changes nothing."""
    ssm = Ssm()
    auth.ensure_key(ssm, "s")
    first = dict(ssm.values)
    auth.ensure_key(ssm, "s")
    assert ssm.values == first
    (key,) = json.loads(first["/baton/s/auth/keys"])
    assert len(base64.b64decode(key["key"])) == 32 and key["id"]


def test_a_new_key_signs_and_the_one_before_still_counts() -> None:
    """Two are live, the newest in front."""
    ssm = Ssm()
    ids = [auth.rotate(ssm, "s") for _ in range(3)]
    assert [len(live) for live in ids] == [1, 2, 2]
    assert ids[2][1] == ids[1][0] and len({live[0] for live in ids}) == 3


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[int, str]]) -> list[tuple[str, Any]]:
    """Let the API give these answers by method and path; give what it is asked."""
    asked = []

    def call(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> tuple[int, str]:
        assert (headers or {}).get("Content-Type") == "application/json" or body is None
        asked.append((f"{method} {url.split('?')[0]}", body))
        return answers[asked[-1][0]]

    monkeypatch.setattr(checks, "call", call)
    return asked


def test_a_password_that_is_good_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is made."""
    asked = answering(monkeypatch, {"POST x/auth/login": (200, "{}")})
    assert auth.ensure_user("x", "bt", USER, "known") == "known"
    assert len(asked) == 1


def test_a_user_whose_password_is_lost_gets_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not made twice."""
    items = json.dumps({"items": [{"id": "7", "email": "a@example.org"}]})
    answers = {"POST x/auth/login": (401, ""), "POST x/users": (409, ""), "GET x/users": (200, items)}
    asked = answering(monkeypatch, {**answers, "PUT x/users/7": (200, "{}")})
    password = auth.ensure_user("x", "bt", USER, "lost")
    assert asked[-1] == ("PUT x/users/7", {**USER, "password": password}) and len(password) >= 20


def test_somebody_elses_email_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names no address."""
    answering(monkeypatch, {"POST x/users": (409, ""), "GET x/users": (200, '{"items": []}')})
    with pytest.raises(StackError, match="another account"):
        auth.ensure_user("x", "bt", USER, None)
    answering(monkeypatch, {"POST x/users": (422, '{"error": "no"}')})
    with pytest.raises(StackError, match="422"):
        auth.ensure_user("x", "bt", USER, None)
