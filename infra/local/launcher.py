"""Run the emulator in this process, with its two scheduler ticks at a second and without Nagle's delay.

As shipped it looks for due schedules every ten seconds, and each invocation of a function waits 40 ms for a delayed
acknowledgement. Neither is a setting, so both are set here; a release that renames them stops the start.
"""

import importlib
import socketserver
import sys

TICKS = (
    ("ministack.services.scheduler", "_SCHEDULE_TICK_INTERVAL"),
    ("ministack.services.eventbridge", "_SCHEDULER_TICK_INTERVAL"),
)


def main() -> None:
    """Apply the three settings and hand over."""
    for module_name, name in TICKS:
        module = importlib.import_module(module_name)
        if not hasattr(module, name):
            sys.exit(f"the emulator has no {module_name}.{name} any more; adapt infra/local/launcher.py")
        setattr(module, name, 1)
    handler = socketserver.StreamRequestHandler
    if not hasattr(handler, "disable_nagle_algorithm"):
        sys.exit("socketserver has no disable_nagle_algorithm any more; adapt infra/local/launcher.py")
    handler.disable_nagle_algorithm = True
    app = importlib.import_module("ministack.app")
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
