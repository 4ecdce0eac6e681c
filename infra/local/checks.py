"""What must answer before a stack is called up: every route and every function."""

import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local import template
from local.settings import STACK, Settings, StackError, client

HEALTH = "/api/v1/health"


def routes(settings: Settings) -> None:
    """Call each route of template.yaml; a function must answer, not the gateway in its place."""
    for _, key in template.routes(template.read()):
        method, path = key.split(" ", 1) if " " in key else ("GET", HEALTH)
        path = re.sub(r"\{[^}]*\}", "check", path)
        status, text = call(method if method != "ANY" else "GET", settings.public_url + path)
        if status >= 500 or (status == 404 and text.strip() == '{"message":"Not Found"}'):
            raise StackError(f"the route {key} does not answer: {method} {path} gave {status} {text[:200]}")


def functions(settings: Settings) -> None:
    """Run each function that reads a queue with an empty batch: it must start and answer."""
    client_ = client("lambda", settings)

    def run(name: str) -> str | None:
        answer = client_.invoke(FunctionName=f"{STACK}-{name}", Payload=b'{"Records": []}')
        text = answer["Payload"].read().decode(errors="replace")
        return f"{name}: {_message(text)}" if answer.get("FunctionError") else None

    with ThreadPoolExecutor(4) as pool:
        names = [name for name in template.binaries(template.read()).values() if name != "api"]
        broken = [problem for problem in pool.map(run, names) if problem]
    if broken:
        raise StackError(f"{len(broken)} function(s) do not start: {broken[0]}")


def call(method: str, url: str, headers: dict[str, str] | None = None, body: Any = None) -> tuple[int, str]:
    """Make one HTTP request; give the status and the text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(errors="replace")
    except OSError as problem:
        return 599, str(problem)


def _message(text: str) -> str:
    try:
        return str(json.loads(text).get("errorMessage", text))[:300]
    except (ValueError, AttributeError):
        return text[:300]
