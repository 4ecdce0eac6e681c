"""What messages cost: write units and SQS requests as the functions log them, and the requests of event sources."""

import math
import time
from collections import Counter

from baton import PATIENCE, Stack, eventually

# Nothing that is measured has a callback: what its function writes are later tries of what other tests left.
LEFT_OUT = {"callbacks", "callbacks-slow"}


def consumed(stack: Stack, since: float) -> tuple[Counter, Counter, Counter]:
    """Give write units, queue requests and invocations by function, since a time."""
    writes, requests, invocations = Counter(), Counter(), Counter()
    for function in set(stack.functions()) - LEFT_OUT:
        for record in stack.log(function, since, '"consumed"'):
            if record.get("message") == "consumed":
                writes[function] += record["write_units"]
                requests[function] += record["queue_requests"]
                invocations[function] += 1
    return writes, requests, invocations


def start(stack: Stack) -> tuple[float, tuple[Counter, Counter, Counter]]:
    """Wait until nothing runs; give a time before now, and what has been consumed since then."""
    stack.quiet()
    stack.flush_logs(stack.functions())
    since = time.time() - 60
    return since, consumed(stack, since)


def settled(
    stack: Stack, since: float, before: tuple, functions: tuple[str, ...], timeout: float = PATIENCE
) -> list[dict]:
    """Wait until these functions have logged all that they consumed; give what was since, by function."""
    seen = [before]

    def look() -> bool:
        stack.flush_logs(functions)
        seen.append(consumed(stack, since))
        return seen[-1] == seen[-2]

    eventually(look, "logs that stay as they are", timeout, pause=1)
    return [dict(now - then) for now, then in zip(seen[-1], before, strict=True)]


def of_event_sources(*messages: int) -> int:
    """Count the requests of event sources for so many messages on each queue.

    They receive and delete, each for ten messages, as a busy queue hands them out.
    """
    return sum(2 * math.ceil(on_queue / 10) for on_queue in messages)
