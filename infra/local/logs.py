"""``logs [--since SECONDS] [--once]``: follow the logs of all functions."""

import argparse
import json
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import template
from local.settings import STACK, Settings, client, fail, load, read_stack

PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="logs", description=__doc__)
    parser.add_argument("--since", type=int, default=60, help="also the last seconds before now (default 60)")
    parser.add_argument("--once", action="store_true", help="print what there is and end")
    options = parser.parse_args()
    settings = load()
    read_stack(settings)
    try:
        follow(settings, options.since, options.once)
    except KeyboardInterrupt:
        pass
    except (BotoCoreError, ClientError) as problem:
        fail(f"the local stack is gone: {problem}")


def follow(settings: Settings, since: int, once: bool) -> None:
    """Print the lines of every function, an invocation at a time."""
    logs = client("logs", settings)
    names = sorted(template.binaries(template.read()).values())
    start = time.time() - since
    seen: set[str] = set()
    while True:
        now = time.time()
        lines = [line for name in names for line in lines_of(logs, name, start, seen)]
        for at, name, text in sorted(lines, key=lambda line: line[0]):
            stamp = time.strftime("%H:%M:%S", time.localtime(at / 1000))
            print(f"{stamp} {name:<14} {text}", flush=True)
        if once:
            return
        start = now - 10  # an invocation's lines come all at once, at its end
        time.sleep(1)


def lines_of(logs: Any, name: str, start: float, seen: set[str]) -> list[tuple[int, str, str]]:
    """Give one function's lines since the start, but for the streams seen; the emulator has a stream per invocation."""
    answer = logs.filter_log_events(logGroupName=f"/aws/lambda/{STACK}-{name}", startTime=int(start * 1000))
    new = [event for event in answer["events"] if event["logStreamName"] not in seen]
    seen.update(event["logStreamName"] for event in new)
    return [
        (event["timestamp"], name, _short(event["message"].rstrip()))
        for event in new
        if not event["message"].startswith(PLATFORM)
    ]


def _short(text: str) -> str:
    """Write a JSON record's level and message first, to be read at a glance."""
    try:
        record = json.loads(text)
        level, message = record.pop("level"), record.pop("message")
    except (ValueError, KeyError, AttributeError, TypeError):
        return text
    record.pop("timestamp", None)
    return f"{level:<5} {message} {json.dumps(record, ensure_ascii=False) if record else ''}".rstrip()


if __name__ == "__main__":
    main()
