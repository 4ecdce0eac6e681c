"""A receiver of callbacks on 127.0.0.1, and messages that call it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from baton import Client, Json, eventually, item

SMS = {"sms": {"text": "Hello"}}


@dataclass(frozen=True)
class Call:
    """One request that the receiver got."""

    path: str
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Json:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def id(self) -> str:
        """The id that stays the same over tries."""
        return self.headers["webhook-id"]

    @property
    def change(self) -> tuple[str, str]:
        """The status before and after."""
        return self.body["oldStatus"], self.body["newStatus"]


@dataclass
class Receiver:
    """A receiver on 127.0.0.1: a path answers with the statuses that it was given, then with 200.

    Status 0 stands for no answer at all.
    """

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=lambda: defaultdict(list))
    lock: Lock = field(default_factory=Lock)
    port: int = 0

    def url(self, path: str) -> str:
        """Give the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, *statuses: int, **headers: str) -> None:
        """Set what a path answers next."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] += [(status, named) for status in statuses]

    def on(self, path: str) -> list[Call]:
        """Give the calls of a path in order."""
        with self.lock:
            return [call for call in self.calls if call.path == path]

    def wait(self, path: str, count: int) -> list[Call]:
        """Wait for so many calls of a path."""
        return eventually(lambda: found if len(found := self.on(path)) >= count else None, f"{count} calls of {path}")


def handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """Make the handler of a receiver's server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            with receiver.lock:
                receiver.calls.append(Call(self.path, headers, text))
                left = receiver.answers[self.path]
                status, more = left.pop(0) if left else (200, {})
            if not status:
                self.rfile.read(1)  # until the caller gives up
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**more, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    started = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(started))
    server.daemon_threads = True
    started.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield started
    server.shutdown()


def send(shop: Client, url: str, *phones: str, **more: Any) -> list[str]:
    """Send a text to phones, with a callback."""
    destinations = [{"phone": number} for number in phones]
    body = {"messages": [item(SMS, *destinations, callbackUrl=url, **more)]}
    return [element["id"] for element in shop.ok("POST", "/messages", body)]
