"""A stand-in over HTTP/2 on a plain connection, which begins with HTTP/2 at once (RFC 9113, section 3.3)."""

import json
import socketserver
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

from standins.base import Hang, HttpStandIn, Reply, Taken

BYTES = 65_536


@dataclass
class Stream:
    """A request, as far as it has arrived."""

    headers: dict[str, str]
    body: bytearray = field(default_factory=bytearray)


class Http2StandIn(HttpStandIn):
    """A provider that is called over HTTP/2; everything else is as in HttpStandIn."""

    def answer(self, headers: dict[str, str], body: bytes) -> Reply | None:
        """Give the answer to a request, None when there is to be none."""
        if headers[":method"] != "POST":
            return self.refuse(f"the method {headers[':method']}", Reply(405, {"reason": "MethodNotAllowed"}))
        path = headers[":path"]
        read = self.read(path, headers, body)
        if isinstance(read, Reply):
            return read
        try:
            return self.take(Taken(time.monotonic(), read[0], read[1], headers, path))
        except Hang:
            return None

    def _handler(stand_in) -> type[socketserver.BaseRequestHandler]:
        class Connection(socketserver.BaseRequestHandler):
            """One connection; each request is answered by a thread of its own, as scripts may take their time."""

            def handle(self) -> None:
                self.lock = threading.Lock()
                self.http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
                streams: dict[int, Stream] = {}
                with self.lock:
                    self.http.initiate_connection()
                    self.flush()
                try:
                    while data := self.request.recv(BYTES):
                        with self.lock:
                            for event in self.http.receive_data(data):
                                self.event(event, streams)
                            self.flush()
                except (ProtocolError, OSError) as error:
                    if isinstance(error, ProtocolError):
                        stand_in.problems.append(f"not HTTP/2: {error}")

            def event(self, event: Any, streams: dict[int, Stream]) -> None:
                if isinstance(event, RequestReceived):
                    streams[event.stream_id] = Stream(dict(event.headers))
                elif isinstance(event, DataReceived):
                    streams[event.stream_id].body += event.data
                    self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded):
                    arguments = (event.stream_id, streams.pop(event.stream_id))
                    threading.Thread(target=self.reply, args=arguments, daemon=True).start()

            def reply(self, number: int, stream: Stream) -> None:
                reply = stand_in.answer(stream.headers, bytes(stream.body))
                if reply is None:
                    return
                text = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
                headers = {name.lower(): value for name, value in reply.headers.items()}
                try:
                    with self.lock:
                        self.http.send_headers(number, [(":status", str(reply.status)), *headers.items()])
                        self.http.send_data(number, text, end_stream=True)
                        self.flush()
                except (ProtocolError, OSError):
                    pass  # the caller has not waited

            def flush(self) -> None:
                self.request.sendall(self.http.data_to_send())

        return Connection
