"""What the stand-ins share: a server on a free port, scripts per recipient, a record of everything that came in."""

import hashlib
import json
import select
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]

# A hanging stand-in gives up after this long; the adapters do so after 8 seconds.
HANG_SECONDS = 15.0


@dataclass(frozen=True)
class Taken:
    """One request for one recipient, as it came in."""

    at: float
    recipient: str
    fields: Json
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True)
class Reply:
    """What a stand-in answers: an HTTP status (a reply code in SMTP), a body and headers."""

    status: int
    body: Json | str
    headers: dict[str, str] = field(default_factory=dict)


class Hang(Exception):
    """The stand-in has taken the message and never answers."""


# One step answers one request; None is the provider's usual success.
Step = Callable[[Taken], "Reply | None"]


def accept(_: Taken) -> Reply | None:
    """Take the message."""
    return None


def hang(_: Taken) -> Reply | None:
    """Take the message, and let the caller wait in vain."""
    raise Hang


def answer(reply: Reply) -> Step:
    """Answer with this reply."""
    return lambda _: reply


def after(act: Callable[[Taken], Any]) -> Step:
    """Take the message, do something (send a receipt, say), and answer only then."""

    def step(taken: Taken) -> Reply | None:
        act(taken)
        return None

    return step


def plain(address: str) -> str:
    """Give an address as scripts are kept by: without the plus of a number."""
    return address.removeprefix("+")


def message_id(taken: Taken) -> str:
    """Give the id that the provider gives to a message, known from its request alone; 32 hexadecimal digits."""
    return hashlib.md5(f"{taken.at} {taken.recipient}".encode()).hexdigest()


class StandIn(ABC):
    """A provider's stand-in."""

    def __init__(self) -> None:
        self._scripts: dict[str, list[Step]] = {}
        self._requests: dict[str, list[Taken]] = defaultdict(list)
        self._lock = threading.Lock()
        self.problems: list[str] = []  # what the real provider would have refused, whatever the script

    def script(self, recipient: str, *steps: Step) -> None:
        """Say what happens to a recipient's requests, one by one; the last step goes for all that follow."""
        with self._lock:
            self._scripts[plain(recipient)] = list(steps)

    def requests(self, recipient: str) -> list[Taken]:
        """Give what came in for a recipient, in order."""
        with self._lock:
            return list(self._requests[plain(recipient)])

    def take(self, taken: Taken) -> Reply:
        """Record a request and answer as its script says."""
        with self._lock:
            requests = self._requests[plain(taken.recipient)]
            requests.append(taken)
            steps = self._scripts.get(plain(taken.recipient), [accept])
            step = steps[min(len(requests), len(steps)) - 1]
        return step(taken) or self.success(taken)

    @abstractmethod
    def success(self, taken: Taken) -> Reply:
        """Give the provider's usual answer."""

    @property
    @abstractmethod
    def settings(self) -> Json:
        """Its entry in the providers document."""

    @abstractmethod
    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""

    @abstractmethod
    def stop(self) -> None:
        """Stop listening."""


class HttpStandIn(StandIn):
    """A provider that is called over HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @abstractmethod
    def read(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Json] | Reply:
        """Give recipient and fields of a request, or the refusal of one that the real provider would not take."""

    def look(self, path: str, headers: dict[str, str]) -> Reply:
        """Answer a GET, which reaches nobody: the check of credentials, say. Most providers have none here."""
        return self.refuse(f"GET {path}", Reply(404, {}))

    def refuse(self, problem: str, reply: Reply) -> Reply:
        """Remember what was wrong with a request."""
        self.problems.append(problem)
        return reply

    def _handler(stand_in) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.reply(stand_in.look(self.path, headers))

            def do_POST(self) -> None:
                at = time.monotonic()
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                read = stand_in.read(self.path, headers, body)
                if isinstance(read, Reply):
                    return self.reply(read)
                try:
                    self.reply(stand_in.take(Taken(at, read[0], read[1], headers, self.path)))
                except Hang:
                    # Until the caller closes the connection.
                    select.select([self.connection], [], [], HANG_SECONDS)
                    self.close_connection = True

            def reply(self, reply: Reply) -> None:
                text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        return Handler
