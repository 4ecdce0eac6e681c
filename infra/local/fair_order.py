"""The order in which fair queues give out messages: fewest in flight, shortest backlog, oldest.

A receive takes message by message from the group with the fewest in flight, then with the shortest backlog, then with
the oldest message; every tenth is the oldest of all, so that no group waits for ever. A message without a group is a
group of its own. No operation looks at all messages, but for those that the emulator itself does as with a list.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

# A message as the emulator has it.
Message = dict[str, Any]

# One message in so many is the oldest of all.
OLDEST_EVERY = 10

# Where a message is: hidden by its delay, hidden as it was received, or to be had.
DELAYED, IN_FLIGHT, READY = range(3)


@dataclass(eq=False)
class Group:
    """The messages that share a MessageGroupId."""

    members: int = 0
    in_flight: int = 0
    ready: int = 0
    # The places of its ready messages, and of some that were; the smallest first.
    places: list[int] = field(default_factory=list)
    # What it is known by in the list of groups to take from; None when it is not in it.
    listed: tuple[int, int, int] | None = None


@dataclass(eq=False)
class Entry:
    """A message on a queue."""

    message: Message
    place: int
    name: object
    group: Group
    state: int = DELAYED
    # When it is to be looked at again; None when it is ready.
    due: float | None = None
    handle: str | None = None


class Messages:
    """The messages of a standard queue: to the emulator a list in the order of arrival."""

    def __init__(self, messages: Iterable[Message], complete: Callable[[Message], None]) -> None:
        """``complete`` adds the fields that the emulator's other services leave out."""
        self._complete = complete
        self._lock = threading.RLock()
        self._clear()
        for message in messages:
            self.append(message)

    def _clear(self) -> None:
        self._places = itertools.count()
        self._picks = itertools.count(1)
        self._entries: dict[int, Entry] = {}
        self._by_handle: dict[str, Entry] = {}
        self._groups: dict[object, Group] = {}
        # Heaps, of which what is not true any more is dropped when it comes to the top.
        self._hidden: list[tuple[float, int]] = []
        self._sent: list[tuple[float, int]] = []
        self._oldest: list[int] = []
        self._fairest: list[tuple[tuple[int, int, int], int, Group]] = []
        self._policy: object = None

    # What the emulator does with a list.

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Message]:
        with self._lock:
            return iter([entry.message for entry in self._entries.values()])

    def __getitem__(self, index: int) -> Message:
        return list(self)[index]

    def __reduce__(self) -> tuple:
        return list, (list(self),)

    def clear(self) -> None:
        """Forget all messages."""
        with self._lock:
            self._clear()

    def append(self, message: Message) -> None:
        """Add a message."""
        self._complete(message)
        with self._lock:
            place = next(self._places)
            name = message.get("group_id") or place
            group = self._groups.setdefault(name, Group())
            group.members += 1
            self._entries[place] = entry = Entry(message, place, name, group)
            heapq.heappush(self._sent, (message.get("enqueued_at", message["sent_at"]), place))
            self._file(entry)

    def remove(self, message: Message) -> None:
        """Remove a message, which is the very one that was received."""
        if not self.delete(message["receipt_handle"]):
            raise ValueError("not on the queue")

    # What its functions do to the few messages that they are about.

    def delete(self, handle: str) -> bool:
        """Remove the message of a receipt handle; whether there was one."""
        with self._lock:
            entry = self._by_handle.get(handle)
            if entry:
                self._drop(entry)
            return entry is not None

    def moved(self, handle: str) -> None:
        """Take note that the message of a receipt handle has another time."""
        with self._lock:
            if entry := self._by_handle.get(handle):
                self._file(entry)

    def expire(self, keep: Callable[[list[Message]], list[Message]]) -> None:
        """Drop messages from the one that was sent first, as long as it is not kept."""
        with self._lock:
            while self._sent:
                entry = self._entries.get(self._sent[0][1])
                if entry and keep([entry.message]):
                    return
                heapq.heappop(self._sent)
                if entry:
                    self._drop(entry)

    def sweep(self, policy: object, keep: Callable[[list[Message]], list[Message]]) -> None:
        """Make ready what is due and kept, and drop the rest; after a change of policy, see to all that is ready."""
        with self._lock:
            entries = []
            if policy != self._policy:
                self._policy = policy
                entries = [entry for entry in self._entries.values() if entry.state == READY]
            entries += self._due(time.time())
            if not entries:
                return
            kept = {id(message) for message in keep([entry.message for entry in entries])}
            for entry in entries:
                if id(entry.message) not in kept:
                    self._drop(entry)
                elif entry.state != READY:
                    self._enter(entry, READY)

    def collect(self, most: int, take: Callable[[list[Message]], list[Message]]) -> list[Message]:
        """Give what ``take`` takes of the messages whose turn it is, so many at most."""
        with self._lock:
            entries = []
            while len(entries) < most and (entry := self._next()):
                self._enter(entry, IN_FLIGHT)
                entries.append(entry)
            taken = take([entry.message for entry in entries])
            for entry in entries:
                self._file(entry)
            return taken

    # The order.

    def _next(self) -> Entry | None:
        if next(self._picks) % OLDEST_EVERY == 0:
            place = self._first_ready(self._oldest)
            return None if place is None else self._entries[place]
        while self._fairest:
            listed, _, group = self._fairest[0]
            rank = self._rank(group) if listed == group.listed else None
            if rank == listed:
                return self._entries[rank[2]]
            heapq.heappop(self._fairest)
            if listed == group.listed:
                group.listed = None
                self._list(group)
        return None

    def _rank(self, group: Group) -> tuple[int, int, int] | None:
        """Tell the groups apart: the smallest comes first. None when nothing is to be had."""
        place = self._first_ready(group.places)
        return None if place is None else (group.in_flight, group.ready, place)

    def _list(self, group: Group) -> None:
        """List a group by its rank, unless it is listed before that: then it is put right when it comes to the top."""
        rank = self._rank(group)
        if rank and (group.listed is None or rank < group.listed):
            group.listed = rank
            heapq.heappush(self._fairest, (rank, id(group), group))

    def _first_ready(self, places: list[int]) -> int | None:
        while places:
            entry = self._entries.get(places[0])
            if entry and entry.state == READY:
                return places[0]
            heapq.heappop(places)
        return None

    # Where each message is.

    def _due(self, now: float) -> list[Entry]:
        due = []
        while self._hidden and self._hidden[0][0] <= now:
            since, place = heapq.heappop(self._hidden)
            entry = self._entries.get(place)
            if entry and entry.due == since:
                entry.due = None
                due.append(entry)
        return due

    def _file(self, entry: Entry) -> None:
        """Take over what the emulator has written into the message; it is ready at the next sweep from its time on."""
        message = entry.message
        self._name(entry, message["receipt_handle"])
        self._enter(entry, IN_FLIGHT if message["receive_count"] else DELAYED)
        entry.due = message["visible_at"]
        heapq.heappush(self._hidden, (entry.due, entry.place))

    def _name(self, entry: Entry, handle: str | None) -> None:
        if entry.handle is not None:
            del self._by_handle[entry.handle]
        entry.handle = handle
        if handle is not None:
            self._by_handle[handle] = entry

    def _enter(self, entry: Entry, state: int | None) -> None:
        group = entry.group
        group.in_flight += (state == IN_FLIGHT) - (entry.state == IN_FLIGHT)
        group.ready += (state == READY) - (entry.state == READY)
        entry.state = state
        if state == READY:
            heapq.heappush(group.places, entry.place)
            heapq.heappush(self._oldest, entry.place)
        self._list(group)

    def _drop(self, entry: Entry) -> None:
        self._enter(entry, None)
        self._name(entry, None)
        del self._entries[entry.place]
        entry.group.members -= 1
        if not entry.group.members:
            del self._groups[entry.name]
