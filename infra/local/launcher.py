"""Run the emulator in this process with three of its delays taken away, fair queues, and quicker queries.

As shipped it looks for due schedules every ten seconds, and every second for messages whose delay has passed, where
Lambda waits at its queues; and each invocation of a function waits 40 ms for a delayed acknowledgement. None of it is a
setting, so they are set here; a release that renames them stops the start. So does one that renames what is
replaced for fair queues (see ``local.fair``).

A query reads its expression anew for every item of the partition, which takes seconds where a job has a hundred
thousand: what was read is remembered.
"""

import functools
import importlib
import socketserver
import sys
import threading

from local import fair

TICKS = (
    ("ministack.services.scheduler", "_SCHEDULE_TICK_INTERVAL"),
    ("ministack.services.eventbridge", "_SCHEDULER_TICK_INTERVAL"),
)


# Of its DynamoDB: they look at nothing but the text of an expression, and nobody changes what they give.
READERS = ("_tokenize", "_condition_syntax_error")


class Impatient:
    """An event that is not waited for as long as one would like to."""

    LONGEST = 0.1

    def __init__(self, event: threading.Event) -> None:
        self.event = event
        self.set, self.clear = event.set, event.clear

    def wait(self, seconds: float) -> bool:
        """Wait, but not for long; whether it has come."""
        return self.event.wait(min(seconds, self.LONGEST))


def main() -> None:
    """Apply the settings and hand over."""
    for module_name, name in TICKS:
        module = importlib.import_module(module_name)
        if not hasattr(module, name):
            _changed(f"{module_name}.{name}")
        setattr(module, name, 1)
    functions = importlib.import_module("ministack.services.lambda_svc")
    if not isinstance(getattr(functions, "_esm_wake", None), threading.Event):
        _changed("ministack.services.lambda_svc._esm_wake")
    functions._esm_wake = Impatient(functions._esm_wake)
    queues = importlib.import_module("ministack.services.sqs")
    for name in fair.missing(queues):
        _changed(f"ministack.services.sqs.{name}")
    fair.install(queues)
    tables = importlib.import_module("ministack.services.dynamodb")
    for name in READERS:
        if not hasattr(tables, name):
            _changed(f"ministack.services.dynamodb.{name}")
        setattr(tables, name, functools.lru_cache(maxsize=1024)(getattr(tables, name)))
    handler = socketserver.StreamRequestHandler
    if not hasattr(handler, "disable_nagle_algorithm"):
        _changed("socketserver.StreamRequestHandler.disable_nagle_algorithm")
    handler.disable_nagle_algorithm = True
    app = importlib.import_module("ministack.app")
    sys.argv = ["ministack"]
    app.main()


def _changed(what: str) -> None:
    sys.exit(f"the emulator has no {what} any more; adapt infra/local/launcher.py")


if __name__ == "__main__":
    main()
