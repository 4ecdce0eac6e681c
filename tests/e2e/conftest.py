"""The stack under test, the stand-ins of the providers, and an account of its own for each test."""

import itertools
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from baton import CHANNELS, Client, Stack, state_folder
from standins.aws import Eum, Ses
from standins.base import StandIn
from standins.smtp import Smtp
from standins.telegram import Telegram
from standins.twilio import Twilio
from standins.vonage import Vonage

ROOT = Path(__file__).resolve().parents[2]
SCOPES = ["send", "read", "admin"]
ACCOUNTS = itertools.count(1_000_000 + secrets.randbelow(1_000_000_000))

NewAccount = Callable[..., Client]


@dataclass(frozen=True)
class StandIns:
    """The stand-ins of all real providers."""

    twilio: Twilio
    vonage: Vonage
    eum: Eum
    ses: Ses
    smtp: Smtp
    telegram: Telegram

    def all(self) -> list[StandIn]:
        """Give each of them."""
        return list(vars(self).values())

    def documents(self) -> dict[str, list[dict]]:
        """Give the providers file: SANDBOX is the first of each channel, so a test names any other one."""
        documents: dict[str, list[dict]] = {channel: [{"name": "SANDBOX"}] for channel in CHANNELS}
        documents["sms"] += [self.twilio.settings, self.vonage.settings, self.eum.settings]
        documents["email"] += [self.ses.settings, self.smtp.settings]
        documents["telegram"] += [self.telegram.settings]
        return documents


@pytest.fixture(scope="session")
def standins() -> Iterator[StandIns]:
    """Start the stand-ins; at the end none of them may have had a request that its provider would refuse as wrong."""
    started = StandIns(Twilio(), Vonage(), Eum(), Ses(), Smtp(), Telegram())
    for stand_in in started.all():
        stand_in.start()
    yield started
    for stand_in in started.all():
        stand_in.stop()
    problems = {type(s).__name__: s.problems for s in started.all() if s.problems}
    assert not problems, problems


@pytest.fixture(scope="session")
def stack(standins: StandIns) -> Stack:
    """Give the stack, with the stand-ins as its providers."""
    read = Stack.read()
    file = state_folder() / "providers.json"
    file.write_text(json.dumps(standins.documents(), indent=2))
    port = str(urlsplit(read.content["awsEndpoint"]).port)
    command = [sys.executable, str(ROOT / "infra" / "stack.py"), "up", "--quiet", "--providers", str(file)]
    subprocess.run(command, env={**os.environ, "BATON_PORT": port}, check=True)
    return Stack.read()


@pytest.fixture(scope="session")
def operator(stack: Stack) -> Client:
    """Give the key that may act for every account."""
    return Client(stack.api, stack.content["operatorKey"], 1)


@pytest.fixture(scope="session")
def new_account(operator: Client) -> NewAccount:
    """Give a function that makes a new account and a key of it, with all scopes where none are said."""

    def make(scopes: list[str] | None = None, account: int = 0) -> Client:
        number = account or next(ACCOUNTS)
        key = {"companyId": number, "name": "e2e", "scopes": scopes or SCOPES}
        return Client(operator.base, operator.ok("POST", "/keys", key)["key"], number)

    return make


@pytest.fixture
def account(new_account: NewAccount) -> Client:
    """Give a new account's key with all scopes."""
    return new_account()


@pytest.fixture(scope="module")
def shop(new_account: NewAccount) -> Client:
    """Give a new account's key with all scopes, one for all tests of a file."""
    return new_account()
