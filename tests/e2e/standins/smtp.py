"""A mail server that takes submissions, with a login."""

import asyncio
import email
import email.policy
import socket
import time
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from standins.base import HANG_SECONDS, Hang, Json, Reply, StandIn, Taken

USER, PASSWORD = "baton", "smtp-secret"


class Smtp(StandIn):
    """The stand-in. Scripts are asked once the e-mail is complete, so that a time-out is one after taking it."""

    def __init__(self) -> None:
        super().__init__()
        with socket.socket() as probe:  # the controller takes no port 0
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._controller = Controller(
            _Handler(self),
            hostname="127.0.0.1",
            port=port,
            auth_require_tls=False,
            authenticator=self._login,
            enable_SMTPUTF8=True,
        )

    def _login(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        if not good:
            self.problems.append("the login")
        return AuthResult(success=good)

    def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    @property
    def settings(self) -> Json:
        """Its entry in the providers document."""
        keys = {"user": USER, "password": PASSWORD, "fromEmail": "shop@example.org", "fromName": "Shop"}
        return {"name": "SMTP", "host": "127.0.0.1", "port": self._controller.port, "tls": "none", **keys}

    def success(self, taken: Taken) -> Reply:
        """Take the e-mail."""
        return Reply(250, "2.0.0 Ok: queued")


class _Handler:
    def __init__(self, stand_in: Smtp) -> None:
        self._stand_in = stand_in

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Answer as the script says."""
        if not session.authenticated:
            self._stand_in.problems.append("an e-mail without a login")
            return "530 5.7.0 Authentication required"
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content() for part in parsed.walk() if not part.is_multipart()}
        fields = {"headers": dict(parsed.items()), "bodies": bodies, "from": envelope.mail_from}
        taken = Taken(time.monotonic(), envelope.rcpt_tos[0], fields)
        try:
            reply = await asyncio.get_running_loop().run_in_executor(None, self._stand_in.take, taken)
        except Hang:
            await asyncio.sleep(HANG_SECONDS)
            return "451 4.4.2 too late"
        return f"{reply.status} {reply.body}"
