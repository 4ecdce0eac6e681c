#!/usr/bin/env python3
"""Entry to the local stack: ``stack.py up|down|logs|invoke|key|admin|providers|run|check_template|venv …``.

Needs nothing but Python 3.11: it makes the virtual environments, then runs ``local.<command>`` inside the right one.
Environment: ``BATON_PORT`` (4566), ``BATON_LOCAL`` (the state folder, ``.local``), ``BATON_CACHE`` (~/.cache/baton),
``BATON_BOOTSTRAPS`` (a folder of ready bootstraps, named as the functions, to use instead of ``cargo build``).
"""

import os
import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parent
sys.path.insert(0, str(INFRA))

from local import venvs  # noqa: E402 - the path above comes first

COMMANDS = ("up", "down", "logs", "invoke", "key", "admin", "providers", "run", "check_template")


def main() -> int:
    """Run one command and give its exit code."""
    if len(sys.argv) < 2 or sys.argv[1] not in (*COMMANDS, "venv"):
        print(f"usage: stack.py {'|'.join(COMMANDS)}|venv [arguments]", file=sys.stderr)
        return 2
    command, *rest = sys.argv[1:]
    try:
        if command == "venv":  # print the folder of the virtual environment "stack", "tools", "tests" or "contract"
            print(venvs.ensure(rest[0] if rest else "stack"))
            return 0
        python = venvs.ensure("stack") / "bin" / "python"
    except venvs.VenvError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    environment = {**os.environ, "PYTHONPATH": str(INFRA), "PYTHONDONTWRITEBYTECODE": "1"}
    os.execve(python, [str(python), "-m", f"local.{command}", *rest], environment)


if __name__ == "__main__":
    sys.exit(main())
