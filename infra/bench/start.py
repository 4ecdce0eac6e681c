#!/usr/bin/env python3
"""Start each function of the release profile against a bare runtime API and measure two things.

The time from the start of the process to its first poll (at most 12 ms, the median of several starts), and its memory
at rest, which is the resident set once it waits for work (at most 16 MB). Needs the binaries of size.py.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from size import target_directory

STARTS = 11
FIRST_POLL_MS = 12.0
AT_REST_MB = 16.0
# What template.yaml gives to any function, with names that nothing stands behind.
QUEUES = (
    "SELF",
    "SMS",
    "EMAIL",
    "PUSH",
    "WHATSAPP",
    "VIBER",
    "TELEGRAM",
    "VK",
    "OK",
    "MAX",
    "CHAT",
    "FALLBACK",
    "WAKE",
    "INBOUND",
    "CALLBACKS",
    "CALLBACKS_SLOW",
)
VARIABLES = {
    "AWS_REGION": "eu-central-1",
    # Lambda's system has its root certificates in one bundle; Debian has them a second time, as a folder of 280 links
    # that would be read as well.
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "RUST_LOG": "info",
    "SANDBOX": "on",
    "FUNCTION_TIMEOUT": "30",
    "MESSAGE_RETENTION_DAYS": "90",
    "MESSAGES_TABLE": "messages",
    "CONTROL_TABLE": "control",
    "OUTBOX_TABLE": "outbox",
    "STATE_TABLE": "state",
    "CALLBACK_LANE": "fast",
    "SHORT_LINKS_TABLE": "links",
    "SHORT_URL": "https://baton.example/s",
    "AUTH_KEYS": "/baton/bench/auth/keys",
    "PROVIDERS_PATH": "/baton/bench/providers",
    "PUBLIC_URL": "https://baton.example",
    "SCHEDULE_GROUP": "bench",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::000000000000:role/bench",
    "WAKE_QUEUE_ARN": "arn:aws:sqs:eu-central-1:000000000000:wake",
    "QUEUE_RECEIPTS": "https://sqs.example/receipts",
    **{f"QUEUE_{name}": f"https://sqs.example/{name.lower()}" for name in QUEUES},
}


def start(binary: Path) -> tuple[float, float]:
    """Start the binary once; give the milliseconds to its first poll and its resident megabytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        api = f"127.0.0.1:{server.getsockname()[1]}"
        environment = {"PATH": os.environ["PATH"], **VARIABLES, "AWS_LAMBDA_RUNTIME_API": api}
        began = time.perf_counter()
        process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(5)
                request = b""
                while b"\r\n\r\n" not in request:
                    received = connection.recv(4096)
                    if not received:
                        raise OSError("the connection was closed")
                    request += received
                taken = (time.perf_counter() - began) * 1000
                if b"/runtime/invocation/next" not in request.split(b"\r\n", 1)[0]:
                    raise OSError(f"no poll, but {request[:60]!r}")
                time.sleep(0.1)
                status = Path(f"/proc/{process.pid}/status").read_text()
                resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
                return taken, int(resident.split()[1]) / 1000
        finally:
            process.kill()
            process.wait()


def main() -> int:
    """Print a line per function; give 1 when one is too slow or too large."""
    code = 0
    binaries = sorted((target_directory() / "lambda").glob("*/bootstrap"))
    if not binaries:
        print("error: there are no release binaries; run make bench-size first", file=sys.stderr)
        return 1
    for binary in binaries:
        name = binary.parent.name
        try:
            runs = [start(binary) for _ in range(STARTS)]
        except OSError as problem:
            print(f"{name:<14} does not start: {problem}")
            code = 1
            continue
        median, resident = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        fine = median <= FIRST_POLL_MS and resident <= AT_REST_MB
        code |= not fine
        print(
            f"{name:<14} first poll after {median:4.1f} ms (at most {FIRST_POLL_MS:.0f}), "
            f"{resident:4.1f} MB at rest (at most {AT_REST_MB:.0f})  {'ok' if fine else 'OVER THE LIMIT'}"
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
