"""Start and stop the emulator's process, and tell who holds its port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from local.settings import CREDENTIALS, Settings, StackError

# The functions inherit the emulator's environment, so it gets what a program needs to run and nothing else of ours.
PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUST_BACKTRACE")
START_SECONDS = 60.0


def running(settings: Settings) -> int | None:
    """Give the process id of this state folder's emulator when it is alive."""
    try:
        pid = int(settings.pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if b"local.launcher" in command else None


def healthy(settings: Settings) -> bool:
    """Whether the emulator answers."""
    try:
        with urllib.request.urlopen(f"{settings.endpoint}/_ministack/health", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def port_open(port: int) -> bool:
    """Whether something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def holder(port: int) -> str:
    """Say which process listens on the port, as far as the system tells us."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            columns = row.split()
            if columns[3] == "0A" and int(columns[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in inodes for link in (process / "fd").iterdir()):
                name = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"process {process.name} ({name[:60]})"
        except OSError:
            continue
    return "another process"


def start(settings: Settings) -> int:
    """Start the emulator and wait until it answers; give its process id."""
    if port_open(settings.port):
        raise StackError(
            f"port {settings.port} is taken by {holder(settings.port)}; stop it, or choose another port: "
            f"BATON_PORT={settings.port + 1} make up"
        )
    temporary = settings.state / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment.update(
        CREDENTIALS,
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(settings.port),
        MINISTACK_HOST="localhost",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        AWS_ENDPOINT_URL=settings.endpoint,
        TMPDIR=str(temporary),
        PYTHONPATH=str(Path(__file__).resolve().parents[1]),
    )
    with open(settings.log_file, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.launcher"],
            cwd=settings.state,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    settings.pid_file.write_text(str(process.pid))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            settings.pid_file.unlink(missing_ok=True)
            tail = settings.log_file.read_text(errors="replace").strip().splitlines()[-1:]
            raise StackError(f"the emulator ended at once: {''.join(tail)} (all of it in {settings.log_file})")
        if healthy(settings):
            return process.pid
        time.sleep(0.1)
    stop(settings)
    raise StackError(f"the emulator did not answer within {START_SECONDS:.0f} s; see {settings.log_file}")


def stop(settings: Settings) -> bool:
    """Stop the emulator and every function that it runs; whether there was one."""
    pid = running(settings)
    if pid is not None:
        _signal_group(pid, signal.SIGTERM)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and _group_alive(pid):
            time.sleep(0.05)
        _signal_group(pid, signal.SIGKILL)
    settings.pid_file.unlink(missing_ok=True)
    settings.stack_file.unlink(missing_ok=True)
    return pid is not None


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _group_alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}").exists()
