#!/usr/bin/env python3
"""Send a job of many rows through the local stack: nothing lost or doubled, at a price, and others overtake it.

A sheet of ROWS rows for the sandbox is uploaded and started, and its progress followed to COMPLETED. Every row must
have become one message, and every message one record of the outbox. Printed are the time from the upload to the end,
and the write units and SQS requests per message (at most 5.5 and 0.5), as the functions log them. While the job runs,
from its first message to its last, single messages are posted one after the other, of the same account and of another:
the median time until DELIVERED may be twice that on the idle stack. How far it is, is told on the error output.

Needs BATON_LOCAL, the state folder of a stack; ``make bench-job`` gives it one.
"""

import argparse
import csv
import io
import secrets
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "e2e"))

from baton import Client, Json, Stack, eventually, http, item, phone
from consumption import of_event_sources, settled, start

MOST_WRITES, MOST_REQUESTS, MOST_SLOWDOWN = 5.5, 0.5, 2.0
SINGLES = 20
# What goes through the API; more goes to S3 by a form.
MOST_THROUGH_API = 5_000_000
TEXT = "Hello! Your order {{order}} is ready, come and get it."
# Numbers whose last four digits are below make SANDBOX act.
ENDINGS = 10
# How many that are read between two words on how far it is.
STRIDE = 10_000
# The slowest that is waited for, and what is waited for in any case, in seconds.
ROWS_A_SECOND, PATIENCE = 20, 120.0
FUNCTIONS = ("api", "import", "dispatch", "send-sms", "receipts", "progress")


def tell(text: str) -> None:
    """Say how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def told(items: Iterable[Json], what: str) -> Iterator[Json]:
    """Give the items, and say how many there were."""
    count = 0
    for count, entry in enumerate(items, 1):
        yield entry
        if count % STRIDE == 0:
            tell(f"{count} {what} read")
    tell(f"all {count} {what} read")


def phones(rows: int) -> list[str]:
    """Give so many different numbers."""
    numbers = (n for n in range(10_000_000) if n % 10_000 >= ENDINGS)
    return [f"+7999{n:07d}" for n, _ in zip(numbers, range(rows), strict=False)]


def sheet(numbers: list[str]) -> bytes:
    """Write the sheet as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Phone", "Text", "var:order"])
    writer.writerows([number.removeprefix("+"), TEXT, n] for n, number in enumerate(numbers, 100_000))
    return text.getvalue().encode()


def upload(client: Client, task: str, content: bytes) -> str:
    """Give the task its sheet; give the way that it took."""
    file = ("job.csv", content, "text/csv")
    if len(content) <= MOST_THROUGH_API:
        body, kind = urllib3.encode_multipart_formdata({"messages": file})
        answer = client.call("POST", f"/tasks/{task}", body, {"Content-Type": kind})
        way = "the API"
    else:
        form = client.ok("POST", f"/tasks/{task}/upload")
        body, kind = urllib3.encode_multipart_formdata([*form["fields"].items(), ("file", file)])
        answer = http("POST", form["url"], {"Content-Type": kind}, body)
        way = "a form"
    if answer.status >= 300:
        raise SystemExit(f"error: the upload through {way} was refused: {answer.status} {answer.text[:500]}")
    return way


def single(client: Client) -> float:
    """Post one message; give the seconds until it is seen to be DELIVERED."""
    begun = time.monotonic()
    (message,) = client.send(item({"sms": {"text": "Hello"}}, {"phone": phone()}))
    client.until(message, "DELIVERED", timeout=PATIENCE)
    return time.monotonic() - begun


@dataclass
class Run:
    """One job from its upload to its end."""

    client: Client
    task: str
    rows: int
    begun: float
    deadline: float
    completed: list[int] = field(default_factory=list)

    def is_completed(self) -> bool:
        """Look at the task once."""
        seen = self.client.ok("GET", f"/tasks/{self.task}")
        self.completed.append(seen["completedMessageCount"])
        if seen["status"] == "FAILED" or time.monotonic() > self.deadline:
            raise SystemExit(f"error: the job did not come to its end: {seen}")
        return seen["status"] == "COMPLETED"

    def begins(self) -> None:
        """Wait until the first message is sent."""
        sent = lambda: self.client.ok("GET", "/outbox?limit=1")["items"]  # noqa: E731
        eventually(sent, "a first message of the job", timeout=self.deadline - time.monotonic())

    def reaches(self, count: int) -> bool:
        """Wait until so many messages are completed; whether the job still runs then."""
        ended: list[bool] = []

        def look() -> bool:
            ended.append(self.is_completed())
            return ended[-1] or self.completed[-1] >= count

        eventually(look, f"{count} completed messages", timeout=self.deadline - time.monotonic(), pause=0.5)
        return not ended[-1]

    def singles(self, clients: list[Client]) -> list[float]:
        """Post single messages of the clients in turn, all along the job; give how long each took."""
        times: list[float] = []
        while len(times) < SINGLES and self.reaches(len(times) * self.rows // SINGLES):
            times.append(single(clients[len(times) % len(clients)]))
            tell(f"{self.completed[-1]} of {self.rows} completed; a single message took {times[-1]:.2f} s")
        return times

    def ends(self) -> float:
        """Wait for the end; give the seconds since the upload."""
        left = self.deadline - time.monotonic()
        eventually(self.is_completed, "COMPLETED", timeout=left, pause=1)
        return time.monotonic() - self.begun


def lost_or_doubled(client: Client, task: str, numbers: list[str]) -> list[str]:
    """Compare the rows with the messages, and the messages with the outbox; give what is wrong."""
    faults = []
    messages = client.walk("/messages", taskId=task, fields="id,destination,status")
    listed = list(told(messages, "messages"))
    people = Counter(message["destination"]["phone"] for message in listed)
    if people != Counter(numbers):
        faults.append(f"{len(Counter(numbers) - people)} rows lost, {len(people - Counter(numbers))} doubled")
    statuses = Counter(message["status"] for message in listed)
    if set(statuses) != {"DELIVERED"}:
        faults.append(f"not all are DELIVERED: {dict(statuses)}")
    ids = {message["id"] for message in listed}
    records = told(client.walk("/outbox", withoutCount="true"), "records of the outbox")
    sent = Counter(record["messageId"] for record in records if record["messageId"] in ids)
    if sent != Counter(ids):
        faults.append(f"{len(ids - set(sent))} messages never sent, {sum(n > 1 for n in sent.values())} sent twice")
    return faults


def main() -> int:
    """Print the figures; give 1 when one is over its limit or a row is lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the sheet")
    rows = parser.parse_args().rows
    stack = Stack.read()
    clients = [account(stack), account(stack)]
    single(clients[0])  # The first one starts the functions.
    idle = statistics.median(single(clients[n % 2]) for n in range(SINGLES))

    numbers = phones(rows)
    content = sheet(numbers)
    since, before = start(stack)
    task = clients[0].ok("POST", "/tasks", {"name": "bench"})["id"]
    begun = time.monotonic()
    patience = PATIENCE + rows / ROWS_A_SECOND
    run = Run(clients[0], task, rows, begun, begun + patience)
    way = upload(clients[0], task, content)
    clients[0].call("POST", f"/startedTasks/{task}")
    run.begins()
    times = run.singles(clients)
    seconds = run.ends()
    tell(f"the job is at its end after {seconds:.1f} s; what it cost is read from the logs")
    stack.quiet()
    writes, requests, invocations = settled(stack, since, before, FUNCTIONS, timeout=patience)

    messages = rows + len(times)
    # Of the sender's queue, of the receipts queue (one for each request of the sender), and of those where a message
    # stands for many.
    of_others = 10 * (invocations.get("dispatch", 0) + invocations.get("import", 0))
    of_sources = of_event_sources(messages, requests.get("send-sms", 0), of_others)
    writes_each = sum(writes.values()) / messages
    requests_each = (sum(requests.values()) + of_sources) / messages
    busy = statistics.median(times) if times else 0.0
    faults = lost_or_doubled(clients[0], task, numbers)
    if run.completed != sorted(run.completed) or run.completed[-1] != rows:
        faults.append(f"the progress went back, or ended at {run.completed[-1]}")

    print(f"{rows} rows, {len(content) / 1e6:.1f} MB through {way}: all DELIVERED after {seconds:.1f} s, ", end="")
    print(f"{rows / seconds:.0f} rows/s")
    fine = [not faults, writes_each <= MOST_WRITES, requests_each <= MOST_REQUESTS]
    fine.append(0 < busy <= MOST_SLOWDOWN * idle)
    lines = (
        "; ".join(faults) or "every row is one message, sent once",
        f"{writes_each:.3f} write units per message (at most {MOST_WRITES}) {writes}",
        f"{requests_each:.3f} SQS requests per message (at most {MOST_REQUESTS}) {requests}, "
        f"event sources {of_sources}",
        f"a single message: {idle:.2f} s idle, {busy:.2f} s during the job, {busy / idle:.2f} times "
        f"(at most {MOST_SLOWDOWN:.0f}; medians of {SINGLES} and {len(times)})",
    )
    for good, line in zip(fine, lines, strict=True):
        print(f"  {line}  {'ok' if good else 'OVER THE LIMIT' if line not in faults else 'WRONG'}")
    return 0 if all(fine) else 1


def account(stack: Stack) -> Client:
    """Give a key of a new account."""
    operator = Client(stack.api, stack.content["operatorKey"], 1)
    number = 1_000_000 + secrets.randbelow(1_000_000_000)
    key = {"companyId": number, "name": "bench", "scopes": ["send", "read", "admin"]}
    return Client(stack.api, operator.ok("POST", "/keys", key)["key"], number)


if __name__ == "__main__":
    sys.exit(main())
