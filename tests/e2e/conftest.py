"""The stack under test, the stand-ins of the providers, and an account of its own for each test."""

import itertools
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from baton import CHANNELS, Client, Stack, state_folder
from standins.apns import Apns
from standins.aws import Eum, Ses
from standins.base import StandIn
from standins.devino import Devino
from standins.fcm import Fcm
from standins.max import Max
from standins.messenger import Messenger
from standins.meta import Meta
from standins.ok import Ok
from standins.rapporto import Rapporto
from standins.rustore import RuStore
from standins.smsc import Smsc
from standins.smtp import Smtp
from standins.telegram import Telegram
from standins.telegram_gateway import TelegramGateway
from standins.twilio import Twilio
from standins.viber_bot import ViberBot
from standins.vk import Vk
from standins.vonage import Vonage
from standins.webpush import WebPush

ROOT = Path(__file__).resolve().parents[2]
SCOPES = ["send", "read", "admin"]
ACCOUNTS = itertools.count(1_000_000 + secrets.randbelow(1_000_000_000))

NewAccount = Callable[..., Client]


@dataclass(frozen=True)
class StandIns:
    """The stand-ins of all real providers."""

    twilio: Twilio = field(default_factory=Twilio)
    vonage: Vonage = field(default_factory=Vonage)
    eum: Eum = field(default_factory=Eum)
    rapporto: Rapporto = field(default_factory=Rapporto)
    smsc: Smsc = field(default_factory=Smsc)
    ses: Ses = field(default_factory=Ses)
    smtp: Smtp = field(default_factory=Smtp)
    fcm: Fcm = field(default_factory=Fcm)
    apns: Apns = field(default_factory=Apns)
    webpush: WebPush = field(default_factory=WebPush)
    rustore: RuStore = field(default_factory=RuStore)
    meta: Meta = field(default_factory=Meta)
    telegram: Telegram = field(default_factory=Telegram)
    telegram_gateway: TelegramGateway = field(default_factory=TelegramGateway)
    vk: Vk = field(default_factory=Vk)
    devino: Devino = field(default_factory=Devino)
    ok: Ok = field(default_factory=Ok)
    max: Max = field(default_factory=Max)
    messenger: Messenger = field(default_factory=Messenger)
    viber_bot: ViberBot = field(default_factory=ViberBot)

    def all(self) -> list[StandIn]:
        """Give each of them."""
        return list(vars(self).values())

    def documents(self) -> dict[str, list[dict]]:
        """Give the providers file: SANDBOX is the first of each channel, so a test names any other one."""
        vonage, bots = self.vonage.settings_of, [self.viber_bot, self.telegram, self.vk, self.ok]
        real = {
            "sms": [s.settings for s in (self.twilio, self.vonage, self.eum, self.rapporto, self.smsc)],
            "email": [self.ses.settings, self.smtp.settings],
            "push": [s.settings for s in (self.fcm, self.apns, self.webpush, self.rustore)],
            "whatsapp": [self.meta.settings, vonage("whatsapp")],
            "viber": [vonage("viber"), self.rapporto.settings],
            "telegram": [self.telegram.settings, self.telegram_gateway.settings],
            "vk": [self.vk.settings, self.rapporto.settings, self.devino.settings],
            "ok": [self.ok.settings, self.devino.settings],
            "max": [self.max.settings],
            "chat": [
                self.messenger.settings,
                *(bot.settings for bot in bots),
                {
                    **self.max.settings,
                    "bandwidth": 5,
                },  # no provider of the cases with time-outs, which take long enough
            ],
        }
        return {channel: [{"name": "SANDBOX"}, *real[channel]] for channel in CHANNELS}


@pytest.fixture(scope="session")
def standins() -> Iterator[StandIns]:
    """Start the stand-ins; at the end none of them may have had a request that its provider would refuse as wrong."""
    started = StandIns()
    for stand_in in started.all():
        stand_in.start()
    yield started
    for stand_in in started.all():
        stand_in.stop()
    problems = {type(s).__name__: s.problems for s in started.all() if s.problems}
    assert not problems, problems


def bring_up(documents: dict[str, list[dict]]) -> Stack:
    """Give the running stack these providers, as an operator does; its functions start anew."""
    file = state_folder() / "providers.json"
    file.write_text(json.dumps(documents, indent=2))
    port = str(urlsplit(Stack.read().content["awsEndpoint"]).port)
    command = [sys.executable, str(ROOT / "infra" / "stack.py"), "up", "--quiet", "--providers", str(file)]
    ran = subprocess.run(command, env={**os.environ, "BATON_PORT": port}, stderr=subprocess.PIPE, text=True)
    sys.stderr.write(ran.stderr)
    ran.check_returncode()
    return Stack.read()


@pytest.fixture(scope="session")
def stack(standins: StandIns) -> Stack:
    """Give the stack, with the stand-ins as its providers."""
    return bring_up(standins.documents())


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
