"""Virtual environments outside the tree, one per set of pins, made once. Standard library only."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parents[1]
PINS = {
    "stack": ["requirements.txt"],
    "tools": ["requirements-tools.txt"],
    "tests": ["requirements.txt", "requirements-tests.txt"],
    "contract": ["../tests/requirements.txt"],
}


class VenvError(Exception):
    """An environment could not be made; the text says what to do."""


def cache() -> Path:
    """The folder of everything that is kept between runs and belongs to no working tree."""
    return Path(os.environ.get("BATON_CACHE") or Path.home() / ".cache" / "baton")


def ensure(name: str) -> Path:
    """Give the folder of the named environment, making it first when its pins changed or it is missing."""
    if name not in PINS:
        raise VenvError(f"no such environment: {name}; there are {', '.join(PINS)}")
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs on whatever python3 is
        raise VenvError(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}")
    pins = [(INFRA / file).resolve() for file in PINS[name]]
    digest = hashlib.sha256(sys.version.encode() + b"".join(p.read_bytes() for p in pins)).hexdigest()
    folder = cache() / f"venv-{name}-{digest[:12]}"
    if (folder / ".complete").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").exists():
            _make(folder, pins)
    return folder


def _names(pins: list[Path]) -> str:
    return ", ".join(str(pin.relative_to(INFRA.parent)) for pin in pins)


def _make(folder: Path, pins: list[Path]) -> None:
    print(f"installing {_names(pins)} into {folder} …", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise VenvError("python3 -m venv failed; on Debian: apt-get install python3-venv")
    arguments = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for file in pins:
        arguments += ["-r", str(file)]
    installed = subprocess.run(arguments, capture_output=True, text=True)
    if installed.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        reason = (installed.stderr.strip() or installed.stdout.strip()).splitlines()[-1:]
        raise VenvError(f"pip could not install {_names(pins)}: {''.join(reason)}")
    (folder / ".complete").touch()
