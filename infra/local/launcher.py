"""Run the emulator in this process with two of its delays taken away.

As shipped it looks for due schedules every ten seconds, and lets each invocation of a function wait 40 ms for a delayed
acknowledgement. Neither is a setting, so they are set here; a release that renames them stops the start.
"""

import importlib
import socketserver
import sys

TICKS = (
    ("ministack.services.scheduler", "_SCHEDULE_TICK_INTERVAL"),
    ("ministack.services.eventbridge", "_SCHEDULER_TICK_INTERVAL"),
)


def main() -> None:
    """Apply the settings and hand over."""
    for module_name, name in TICKS:
        module = importlib.import_module(module_name)
        if not hasattr(module, name):
            _changed(f"{module_name}.{name}")
        setattr(module, name, 1)
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
