"""Build the functions once and make the small packages that the emulator runs.

A package is a script of one line that becomes the binary. So nothing of tens of megabytes is zipped, uploaded and
kept in the emulator's memory, and a changed binary is a changed package.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from local.settings import ROOT, Settings, StackError

# No function: it is never packaged.
CHECKER = "check-providers"


def binaries(names: list[str]) -> dict[str, Path]:
    """Build the functions, and the checker of the providers' documents with them; give the path of each."""
    found = _found([*names, CHECKER], "baton-functions", "baton-check-providers")
    missing = [name for name in names if name not in found or not found[name].is_file()]
    if missing:
        raise StackError(f"template.yaml names functions that were not built: {', '.join(missing)}")
    return found


def checker() -> Path:
    """Build the checker of the providers' documents alone."""
    return _found([CHECKER], "baton-check-providers")[CHECKER]


def _found(names: list[str], *packages: str) -> dict[str, Path]:
    ready = os.environ.get("BATON_BOOTSTRAPS")
    return {name: Path(ready, name).resolve() for name in names} if ready else _cargo(*packages)


def _cargo(*packages: str) -> dict[str, Path]:
    command = ["cargo", "build", *(f"--package={package}" for package in packages), "--bins"]
    try:
        built = subprocess.run(
            [*command, "--message-format=json-render-diagnostics"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
    except FileNotFoundError:
        raise StackError("cargo is missing; install Rust from https://rustup.rs") from None
    if built.returncode:
        raise StackError(f"the functions do not build (above); try: {' '.join(command)}")
    found = {}
    for line in built.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") == "compiler-artifact" and message.get("executable"):
            found[message["target"]["name"]] = Path(message["executable"])
    return found


def keep(settings: Settings, built: dict[str, Path], names: list[str]) -> dict[str, Path]:
    """Put the binaries aside under names of their own, so that the next build changes nothing under a running stack."""
    folder = settings.state / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name in names:
        status = built[name].stat()
        mark = hashlib.sha256(f"{built[name]} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:16]
        kept[name] = folder / f"{name}-{mark}"
        if not kept[name].exists():
            partial = folder / f"{name}-{mark}.part"
            partial.unlink(missing_ok=True)
            try:
                os.link(built[name], partial)
            except OSError:
                shutil.copy2(built[name], partial)
            partial.rename(kept[name])
    return kept


def sweep(settings: Settings, kept: dict[str, Path]) -> None:
    """Remove the binaries of earlier builds."""
    for old in set((settings.state / "bin").iterdir()) - set(kept.values()):
        old.unlink(missing_ok=True)


def package(binary: Path, revision: str) -> bytes:
    """Give the zip of one function; the same input gives the same bytes."""
    quoted = str(binary).replace("'", "'\\''")
    script = f"#!/bin/sh\n# {revision}\nexec '{quoted}'\n"
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o755 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, script)
    return buffer.getvalue()
