"""Where things are and what they are called, for every command of the local stack."""

import functools
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
STACK = "baton"
API_ID = "baton"  # the emulator's "ms-custom-id" tag keeps it over restarts
CODE_BUCKET = "baton-code"
PROVIDERS_PATH = f"/baton/{STACK}/providers"
CHANNELS = ("sms", "email", "push", "whatsapp", "viber", "telegram", "vk", "ok", "max", "chat")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


class StackError(Exception):
    """What stops a command: one line for the person at the terminal."""


def fail(text: object) -> NoReturn:
    """End the command with one clear line."""
    print(f"error: {text}", file=sys.stderr)
    sys.exit(1)


@dataclass(frozen=True)
class Settings:
    """The port and the state folder of one local stack; two stacks differ in both."""

    port: int
    state: Path

    @property
    def endpoint(self) -> str:
        """Address of the emulator."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """Base address of the HTTP API, known before the stack exists."""
        return f"{self.endpoint}/_aws/execute-api/{API_ID}"

    @property
    def stack_file(self) -> Path:
        """What tests and people read to find the stack."""
        return self.state / "stack.json"

    @property
    def pid_file(self) -> Path:
        """Process of the emulator, written as soon as it starts."""
        return self.state / "emulator.pid"

    @property
    def log_file(self) -> Path:
        """Output of the emulator."""
        return self.state / "emulator.log"


def load() -> Settings:
    """Read BATON_PORT and BATON_LOCAL."""
    text = os.environ.get("BATON_PORT") or "4566"
    if not text.isdigit() or not 0 < int(text) < 65536:
        fail(f"BATON_PORT is {text!r}, which is no port number")
    state = Path(os.environ.get("BATON_LOCAL") or ROOT / ".local").resolve()
    return Settings(int(text), state)


def read_stack(settings: Settings) -> dict[str, Any]:
    """Give the content of stack.json, or end the command when no stack is up."""
    try:
        return json.loads(settings.stack_file.read_text())
    except (OSError, ValueError):
        fail("no local stack is up here; start one with: make up")


def architecture() -> str:
    """Lambda's name for this machine's processor."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


@functools.cache
def client(service: str, settings: Settings) -> Any:
    """Give a boto3 client of the emulator."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=settings.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 2}, read_timeout=60, inject_host_prefix=False),
    )
