"""``up [--providers file.json]``: start the local stack, or bring the running one up to date."""

import argparse
import fcntl
import hashlib
import json
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import auth, build, checks, deploy, emulator, keys, providers, template
from local.settings import REGION, STACK, Settings, StackError, client, fail, load

CALLER_SCOPES = ["send", "read", "admin"]
ADMIN = {"companyId": 1, "email": "admin@example.org", "name": "make up", "role": "admin"}
MESSAGE = {
    "messages": [
        {
            "channels": {
                "whatsapp": {"text": "Ваш заказ {{order}} готов"},
                "telegram": {"text": "Ваш заказ {{order}} готов"},
            },
            "destinations": [{"phone": "+79990000001", "messengerUserId": "100500", "variables": {"order": "42"}}],
        }
    ]
}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="up", description=__doc__)
    parser.add_argument("--providers", metavar="FILE", default="", help="JSON: the providers of each channel")
    parser.add_argument("--quiet", action="store_true", help="print nothing when all is well")
    options = parser.parse_args()
    settings = load()
    settings.state.mkdir(parents=True, exist_ok=True)
    with open(settings.state / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(f"another command is at work on {settings.state}; wait for it")
        try:
            stack = up(settings, providers.read(options.providers))
        except StackError as problem:
            fail(problem)
    if not options.quiet:
        report(stack)


def up(settings: Settings, documents: providers.Documents) -> dict[str, Any]:
    """Build, start, deploy, check; give what stack.json then holds."""
    names = sorted(template.binaries(template.read()).values())
    built = build.binaries(names)
    if documents != providers.read(""):
        providers.check(built[build.CHECKER], documents)
    pid = emulator.running(settings)
    fresh = pid is None
    if pid is not None and not emulator.healthy(settings):
        where = _earlier(settings).get("awsEndpoint")
        if where not in (None, settings.endpoint):
            raise StackError(f"this folder's stack is up at {where}, not on port {settings.port}; first: make down")
        raise StackError(f"process {pid} does not answer on port {settings.port}; stop it first: make down")
    if pid is None:
        pid = emulator.start(settings)
    try:
        return _bring_up(settings, documents, build.keep(settings, built, names), pid)
    except (StackError, ClientError, BotoCoreError) as problem:
        if fresh:
            emulator.stop(settings)
        raise StackError(str(problem)) from None
    except BaseException:
        if fresh:
            emulator.stop(settings)
        raise


def _bring_up(settings: Settings, documents: providers.Documents, kept: dict[str, Any], pid: int) -> dict[str, Any]:
    earlier = _earlier(settings)
    providers.write(settings, documents)
    # A function reads its document when it starts, so another document is another package.
    revision = hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()[:16]
    deploy.deploy(settings, kept, f"providers {revision}")
    resources = deploy.resources(settings)
    checks.routes(settings)
    checks.functions(settings)
    dynamodb, table = client("dynamodb", settings), resources["ControlTable"]
    keys.ensure_account(dynamodb, table, 1, "local")

    def key(field: str, scopes: list[str]) -> str:
        token = earlier.get(field)
        return token if keys.valid(dynamodb, table, token) else keys.make_key(dynamodb, table, 1, scopes, "make up")

    api, operator = f"{settings.public_url}/api/v1", key("operatorKey", [*CALLER_SCOPES, "operator"])
    auth.ensure_key(client("ssm", settings), STACK)
    stack = {
        "apiUrl": api,
        "apiKey": key("apiKey", CALLER_SCOPES),
        "operatorKey": operator,
        "adminEmail": ADMIN["email"],
        "adminPassword": auth.ensure_user(api, operator, ADMIN, earlier.get("adminPassword")),
        "webhooksUrl": f"{settings.public_url}/webhooks",
        "shortUrl": f"{settings.public_url}/s",
        "pid": pid,
        "awsEndpoint": settings.endpoint,
        "region": REGION,
        "startedAt": earlier.get("startedAt", int(time.time())),
        "resources": dict(sorted(resources.items())),
    }
    partial = settings.stack_file.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(stack, indent=2) + "\n")
    partial.rename(settings.stack_file)
    build.sweep(settings, kept)
    return stack


def _earlier(settings: Settings) -> dict[str, Any]:
    try:
        return json.loads(settings.stack_file.read_text())
    except (OSError, ValueError):
        return {}


def report(stack: dict[str, Any]) -> None:
    """Print where the stack is and a first request."""
    body = json.dumps(MESSAGE, ensure_ascii=False)
    print(f"""
Baton is up.
  API       {stack["apiUrl"]}
  key       {stack["apiKey"]}
  login     {stack["adminEmail"]}, password {stack["adminPassword"]}
  webhooks  {stack["webhooksUrl"]}

A first message: WhatsApp refuses this number, so it goes on to Telegram.

  curl -s '{stack["apiUrl"]}/messages' \\
    -H 'Authorization: Bearer {stack["apiKey"]}' \\
    -H 'Content-Type: application/json' \\
    -d '{body}'

Then, with the id of the answer:

  curl -s '{stack["apiUrl"]}/messages/<id>' -H 'Authorization: Bearer {stack["apiKey"]}'

make logs follows the functions, make down stops everything.""")


if __name__ == "__main__":
    main()
