"""What the tests say to the local stack: its API and webhooks over HTTP, its queues, topic and logs through boto3."""

import functools
import itertools
import json
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import boto3
import urllib3
from botocore.config import Config

Json = dict[str, Any]
T = TypeVar("T")

# Everything a message goes through takes a second or two here; the rest is room for a machine that is busy.
PATIENCE = 45.0
CHANNELS = ("sms", "email", "push", "whatsapp", "viber", "telegram", "vk", "ok", "max", "chat")
# What one look into a log gives at most.
MOST_EVENTS = 10_000
FINAL = frozenset({"CANCELED", "EXPIRED", "DELIVERED", "UNDELIVERED", "ERROR", "READ"})

_phones = itertools.count(secrets.randbelow(100_000))


def state_folder() -> Path:
    """Give the state folder of the stack under test, which only BATON_LOCAL names: never somebody's own stack."""
    folder = os.environ.get("BATON_LOCAL")
    if not folder:
        raise RuntimeError("BATON_LOCAL names no stack; run these tests through: make test-e2e")
    return Path(folder)


def eventually(look: Callable[[], T], what: str, timeout: float = PATIENCE, pause: float = 0.1) -> T:
    """Call until the result is true, and give it; fail at the deadline with what was seen last."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:.0f} s: {what}")
        time.sleep(pause)


def phone(ending: str = "1234") -> str:
    """Give a Russian mobile number that no other test of this run has; its last four digits make SANDBOX act."""
    return f"+79{next(_phones) % 100_000:05d}{ending}"


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """The path and the code of each fault in a refusal."""
        return [(detail["path"], detail["code"]) for detail in self.json["details"]]


@functools.cache
def pool() -> urllib3.PoolManager:
    """Give the connections that all requests share."""
    return urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(60))


def http(method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    """Make one request, without any retry."""
    answer = pool().request(method, url, headers=headers or {}, body=body, redirect=False)
    lowered = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, lowered, answer.data.decode(errors="replace"))


@dataclass(frozen=True)
class Client:
    """The API as one key sees it."""

    base: str
    token: str
    account: int = 0

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Make a request; `body` is JSON, or bytes that go out as they are."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        return http(method, f"{self.base}{path}", sent, body)

    def ok(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Make a request that must succeed; give its JSON."""
        answer = self.call(method, path, body, headers)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.text[:2000]}"
        return answer.json

    def send(self, *items: Json) -> list[str]:
        """Send items; every recipient must be accepted. Gives the messages' ids."""
        accepted = self.ok("POST", "/messages", {"messages": list(items)})
        assert all(element["error"] is None and element["status"] == "CREATED" for element in accepted), accepted
        return [element["id"] for element in accepted]

    def message(self, message: str) -> Json:
        """Give a message."""
        return self.ok("GET", f"/messages/{message}")

    def outbox(self, **filters: str) -> list[Json]:
        """Give what SANDBOX "sent" of one message or of everything, in the order of the calls."""
        return sorted(self.walk("/outbox", **filters), key=lambda record: (record["at"], record["id"]))

    def walk(self, path: str, **filters: str) -> Iterator[Json]:
        """Give every item of a list by its cursors."""
        cursor: str | None = None
        while True:
            query = {"limit": "1000", **filters, **({"cursor": cursor} if cursor else {})}
            part = self.ok("GET", f"{path}?{urlencode(query)}")
            yield from part["items"]
            cursor = part["nextCursor"]
            if cursor is None:
                return

    def until(self, message: str, *statuses: str, timeout: float = PATIENCE) -> Json:
        """Wait until a message has one of the statuses."""
        return self.when(message, lambda seen: seen["status"] in statuses, f"status {statuses}", timeout)

    def when(self, message: str, fits: Callable[[Json], bool], what: str, timeout: float = PATIENCE) -> Json:
        """Wait until a message fits."""
        seen: Json = {}

        def look() -> bool:
            seen.update(self.message(message))
            return fits(seen)

        try:
            eventually(look, f"{what} of {message}", timeout)
        except AssertionError as late:
            raise AssertionError(f"{late}; it is {shown(seen)}") from None
        return seen


def item(channels: Json, *destinations: Json, **more: Any) -> Json:
    """Give an item of a request."""
    return {"channels": channels, "destinations": list(destinations), **more}


def events(message: Json) -> list[tuple[str, str | None]]:
    """Give a message's timeline as event and channel."""
    return [(entry["event"], entry["channel"]) for entry in message["timeline"]]


def shown(message: Json) -> str:
    """Give what matters of a message, for a failure's text."""
    attempts = [(a["channel"], a["provider"], a["status"], a["error"]) for a in message.get("attempts", [])]
    return f"{message.get('status')} {attempts} {[entry['event'] for entry in message.get('timeline') or []]}"


@dataclass(frozen=True)
class Stack:
    """The stack under test."""

    content: Json
    clients: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Stack":
        """Read the stack's own description."""
        return cls(json.loads((state_folder() / "stack.json").read_text()))

    @property
    def api(self) -> str:
        """Base address of the API."""
        return self.content["apiUrl"]

    @property
    def webhooks(self) -> str:
        """Base address of the webhooks."""
        return self.content["webhooksUrl"]

    @property
    def short_url(self) -> str:
        """Base address of short links."""
        return self.content["shortUrl"]

    @property
    def resources(self) -> dict[str, str]:
        """Physical names by logical id."""
        return self.content["resources"]

    def aws(self, service: str) -> Any:
        """Give a boto3 client of the emulator."""
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=self.content["awsEndpoint"],
                region_name=self.content["region"],
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"max_attempts": 2}, inject_host_prefix=False),
            )
        return self.clients[service]

    def log(self, function: str, since: float, pattern: str = "") -> list[Json]:
        """Give a function's own log records since a time, those that the pattern fits."""
        found: list[Json] = []
        start = int(since * 1000)
        while True:
            part = self.aws("logs").filter_log_events(
                logGroupName=f"/aws/lambda/baton-{function}", startTime=start, limit=MOST_EVENTS, filterPattern=pattern
            )["events"]
            # The emulator gives no token for the rest: it is asked for by time, the last millisecond once more.
            last = part[-1]["timestamp"] if len(part) == MOST_EVENTS else None
            assert last is None or last > start, "too much was logged in one millisecond"
            texts = (event["message"].strip() for event in part if event["timestamp"] != last)
            found.extend(json.loads(text) for text in texts if text.startswith("{"))
            if last is None:
                return found
            start = last

    def flush_logs(self, functions: Iterable[str]) -> None:
        """Run functions on nothing: the emulator hands out a late line of one run with the lines of the next."""
        for function in functions:
            for _ in range(3):  # a function has two processes here
                if function == "api":
                    http("GET", f"{self.api}/health")
                else:
                    self.aws("lambda").invoke(FunctionName=f"baton-{function}", Payload=b'{"Records": []}')

    def functions(self) -> list[str]:
        """Give the names of all functions, without the stack's."""
        prefix = "/aws/lambda/baton-"
        return sorted(name.removeprefix(prefix) for name in self.resources.values() if name.startswith(prefix))

    def queue_sizes(self) -> dict[str, int]:
        """Give how many messages each queue holds, hidden and delayed ones too.

        Dead-letter queues are left out, and those on which something waits by its nature: inbound events, which nothing
        reads yet, and callbacks, whose next try may be hours away.
        """
        waiting = ("InboundQueue", "CallbacksQueue")
        return {name: size for name, size in self.sizes("Queue").items() if name not in waiting}

    def schedules(self, account: int) -> list[str]:
        """Give the names of the schedules that an account's bulks have."""
        pages = self.aws("scheduler").get_paginator("list_schedules").paginate()
        names = [schedule["Name"] for page in pages for schedule in page["Schedules"]]
        return sorted(name for name in names if name.startswith(f"{account}-"))

    def dead_letters(self) -> dict[str, int]:
        """Give how many messages each dead-letter queue holds."""
        return self.sizes("DeadLetters")

    def sizes(self, kind: str) -> dict[str, int]:
        """Give how many messages each queue holds whose logical id ends like this."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        names += ("ApproximateNumberOfMessagesDelayed",)
        sizes = {}
        for logical_id, url in self.resources.items():
            if logical_id.endswith(kind) and url.startswith("http"):
                answer = self.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
                sizes[logical_id] = sum(int(answer["Attributes"][name]) for name in names)
        return sizes

    def quiet(self, timeout: float = 60.0, but: Collection[str] = ()) -> None:
        """Wait until nothing is on any queue, but for some."""
        busy = lambda: [name for name, size in self.queue_sizes().items() if size and name not in but]  # noqa: E731
        eventually(lambda: not busy(), "empty queues", timeout, pause=0.3)


def by_id(items: Iterable[Json]) -> dict[str, Json]:
    """Give messages by their id."""
    return {entry["id"]: entry for entry in items}
