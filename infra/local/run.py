"""``run [--providers FILE] -- command …``: run a command against a local stack of its own, and stop that afterwards.

The stack has a free port and a state folder of its own, which the command finds in BATON_PORT and BATON_LOCAL (with
stack.json in it). So it touches no stack that a person has up. The folder stays when the command fails, for its logs.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from local import emulator, providers, up
from local.settings import ROOT, Settings, StackError, fail


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="run", description=__doc__)
    parser.add_argument("--providers", metavar="FILE", default="", help="JSON: the providers of each channel")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    options = parser.parse_args()
    (ROOT / ".local").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="run-", dir=ROOT / ".local"))
    settings = Settings(_free_port(), state)
    signal.signal(signal.SIGTERM, _interrupt)
    code = 1
    try:
        up.up(settings, providers.read(options.providers))
        environment = {**os.environ, "BATON_PORT": str(settings.port), "BATON_LOCAL": str(state)}
        environment.pop("PYTHONPATH", None)
        code = subprocess.run(options.command, cwd=ROOT, env=environment).returncode
    except StackError as problem:
        fail(problem)
    finally:
        emulator.stop(settings)
        if code == 0:
            shutil.rmtree(state, ignore_errors=True)
        else:
            print(f"the logs of the stack are in {state.relative_to(ROOT)}", file=sys.stderr)
    sys.exit(code)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
