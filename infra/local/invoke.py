"""``invoke <function> <event.json>``: run an event against a function of the running local stack."""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local import logs, template
from local.settings import STACK, client, fail, load, read_stack


def main() -> None:
    """Run the command: the answer goes to the output, the log to the error output."""
    names = sorted(template.binaries(template.read()).values())
    parser = argparse.ArgumentParser(prog="invoke", description=__doc__)
    parser.add_argument("function", choices=names, metavar="function", help=", ".join(names))
    parser.add_argument("event", help="a JSON file, as in events/")
    options = parser.parse_args()
    settings = load()
    read_stack(settings)
    try:
        event = Path(options.event).read_bytes()
        json.loads(event)
    except (OSError, ValueError) as problem:
        fail(f"the event {options.event} cannot be read: {problem}")
    start = time.time()
    try:
        answer = client("lambda", settings).invoke(FunctionName=f"{STACK}-{options.function}", Payload=event)
        lines = logs.lines_of(client("logs", settings), options.function, start, set())
    except (BotoCoreError, ClientError) as problem:
        fail(problem)
    for _, _, line in lines:
        print(line, file=sys.stderr)
    text = answer["Payload"].read().decode(errors="replace")
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    print(text)
    sys.exit(1 if answer.get("FunctionError") else 0)


if __name__ == "__main__":
    main()
