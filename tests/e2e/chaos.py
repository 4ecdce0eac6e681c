"""Kills the processes of functions at random, as Lambda loses one: at once, in the middle of whatever it does."""

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from types import TracebackType


def functions(emulator: int, folder: Path) -> list[tuple[str, int]]:
    """Give name and process of every function that the emulator of this id runs from a folder of binaries.

    Only its own children count: other stacks of this machine run the same programs.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # The program's name, which may hold anything, ends with the last bracket; the parent is the second after.
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            program = (process / "exe").readlink() if parent == emulator else None
        except (OSError, ValueError):
            continue  # it has ended meanwhile
        if program and program.parent == folder:
            found.append((program.name.rpartition("-")[0], int(process.name)))
    return sorted(found)


def kill(process: int, emulator: int, folder: Path) -> bool:
    """Kill a function's process if it still is one; whether it was."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return False
    try:
        # Looked at again: the id may have become somebody else's before the handle held it.
        if process not in (number for _, number in functions(emulator, folder)):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


class Killer(threading.Thread):
    """Kills one function's process after another while it is entered, for at most `seconds`; the pauses have this mean.

    Each function has the same chance, however many processes it has; those in `spared` only in their first seconds.
    """

    def __init__(
        self, emulator: int, folder: Path, seed: int, mean: float, seconds: float, spared: dict[str, float]
    ) -> None:
        super().__init__(daemon=True)
        self.emulator = emulator
        self.folder = folder.resolve()
        self.random = random.Random(seed)
        self.mean = mean
        self.seconds = seconds
        self.spared = spared
        self.killed: Counter[str] = Counter()
        self.enough = threading.Event()

    def run(self) -> None:
        """Kill until it is enough. The pauses and the choices come from the seed."""
        begun = time.monotonic()
        while not self.enough.wait(self.random.expovariate(1 / self.mean)):
            passed = time.monotonic() - begun
            if passed > self.seconds:
                return
            running = functions(self.emulator, self.folder)
            running = [one for one in running if passed < self.spared.get(one[0], self.seconds)]
            # Drawn in any case, so that what follows does not depend on what runs just now.
            first, second = self.random.random(), self.random.random()
            names = sorted({name for name, _ in running})
            if names:
                name = names[int(first * len(names))]
                of_it = [process for other, process in running if other == name]
                self.killed[name] += kill(of_it[int(second * len(of_it))], self.emulator, self.folder)

    def __enter__(self) -> "Killer":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.enough.set()
        self.join()
