"""The counters of one process: each thread has cells of its own, which only grow, in memory that outlives the process.

The memory is a file that other processes may map (`files`), so that what a killed process has counted is not lost with it.
A cell also says how much of it has been brought to Redis: `taken` into the batch under way, and `delivered`, which Redis has
confirmed. The batch's number and minute stand in the first cell, so that whoever finds the file can send the same again.
"""

from __future__ import annotations

import mmap
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import ref

MOST_CELLS = 16_384
# The others are for names of which no more threads can have a cell of their own.
MOST_CELLS_OF_THREADS = 12_288
CELL_BYTES = 128
FILE_BYTES = MOST_CELLS * CELL_BYTES
# Names of queries kept by hand may be made of anything; the rest of them count as one kind.
MOST_KINDS = 400
OTHER = "other"
# Of a batch: so that Redis adds it up in about a millisecond.
MOST_NAMES_A_BATCH = 300
MOST_KINDS_A_BATCH = 8

_VERSION = 1
_NAME_BYTES = CELL_BYTES - 3 * 8 - 1
_WORDS = CELL_BYTES // 8
_COUNT, _TAKEN, _DELIVERED = range(3)
# Of the first cell, which counts nothing.
_HEAD_VERSION, _HEAD_NUMBER, _HEAD_PENDING, _HEAD_MINUTE = range(4)

Places = dict[tuple[str, str], int]
"""Kind and what happened, to where in `words` the thread counts it."""


class Unreadable(Exception):
    """These are no cells of ours."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is brought to Redis at once: `number` and `minute` (unix s) stay the same however often it is sent."""

    number: int
    minute: int
    amounts: Counter[str]


class Cells:
    """Cells in a piece of memory of `FILE_BYTES`, which is all zero when it is new. `words` holds the counts themselves."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self.words = memoryview(memory).cast("Q")
        if self.words[_HEAD_VERSION] not in (0, _VERSION):
            raise Unreadable
        self.words[_HEAD_VERSION] = _VERSION
        self._names = ["", *self._named()]

    def add(self, name: str) -> int:
        """A new cell of this name: where its count stands in `words`. With none left, one that is shared and is read by
        nobody. The caller holds a lock."""
        place = len(self._names)
        if place >= MOST_CELLS:
            return _COUNT + _WORDS * (MOST_CELLS - 1)
        packed = name.encode()[:_NAME_BYTES]
        start = place * CELL_BYTES + 3 * 8
        self._memory[start + 1 : start + 1 + len(packed)] = packed
        # Its length is written last: a cell without one is not there yet.
        self._memory[start] = len(packed)
        self._names.append(packed.decode(errors="replace"))
        return place * _WORDS

    def __len__(self) -> int:
        """How many there are, with the first one."""
        return len(self._names)

    def counts(self) -> Counter[str]:
        """By name, over all threads."""
        sums: Counter[str] = Counter()
        for place, name in self._places():
            sums[name] += self.words[place + _COUNT]
        return sums

    def pending(self) -> Batch | None:
        """The batch that was taken and not confirmed: perhaps Redis has it."""
        if not self.words[_HEAD_PENDING]:
            return None
        amounts: Counter[str] = Counter()
        for place, name in self._places():
            if amount := self.words[place + _TAKEN] - self.words[place + _DELIVERED]:
                amounts[name] += amount
        return Batch(self.words[_HEAD_NUMBER], self.words[_HEAD_MINUTE], amounts)

    def take(self, minute: int) -> Batch | None:
        """Makes what was counted since the last batch, or a part of it, the pending one. There must be none before."""
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for place, name in self._places():
            # What a process took that was killed before it had taken all was not sent.
            self.words[place + _TAKEN] = self.words[place + _DELIVERED]
            if self.words[place + _COUNT] != self.words[place + _DELIVERED]:
                by_name[name].append(place)
        if not by_name:
            return None
        for name in _first(sorted(by_name)):
            for place in by_name[name]:
                self.words[place + _TAKEN] = self.words[place + _COUNT]
        self.words[_HEAD_NUMBER] += 1
        self.words[_HEAD_MINUTE] = minute
        self.words[_HEAD_PENDING] = 1
        return self.pending()

    def confirm(self) -> None:
        """Redis has the pending batch. If this is not finished, the rest is sent again under its number, and is not counted."""
        for place, _ in self._places():
            self.words[place + _DELIVERED] = self.words[place + _TAKEN]
        self.words[_HEAD_PENDING] = 0

    def _places(self) -> Iterator[tuple[int, str]]:
        """Where each cell begins in `words`, and its name."""
        for place, name in enumerate(list(self._names)):
            if place:
                yield place * _WORDS, name

    def _named(self) -> Iterator[str]:
        """The names of the cells that another process has made."""
        for start in range(CELL_BYTES + 3 * 8, FILE_BYTES - CELL_BYTES, CELL_BYTES):
            length = self._memory[start]
            if not length:
                return
            yield self._memory[start + 1 : start + 1 + min(length, _NAME_BYTES)].decode(errors="replace")


class Counting:
    """The cells of this process, and which thread counts in which of them.

    `record` is what the hit path pays: two look-ups and an addition, without a lock. A thread's cells are handed on when
    it has ended.
    """

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self._words = cells.words
        self._lock = threading.Lock()
        self._kinds: set[str] = set()
        self._idle: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._shared: Places = {}
        self._threads: list[tuple[ref[threading.Thread], Places]] = []
        self._mine = _Mine(self._begin)

    def record(self, kind: str, what: str, amount: int = 1) -> None:
        try:
            self._words[self._mine.places[kind, what]] += amount
        except KeyError:
            self._record_slowly(kind, what, amount)

    def _record_slowly(self, kind: str, what: str, amount: int) -> None:
        """The first time in this thread, and for what has no cell of its own."""
        if kind not in self._kinds:
            with self._lock:
                kind = self._admitted(kind)
        places = self._mine.places
        if (place := places.get((kind, what))) is not None:
            self._words[place] += amount
            return
        with self._lock:
            idle = self._idle[kind, what]
            if idle or len(self.cells) < MOST_CELLS_OF_THREADS:
                place = places[kind, what] = idle.pop() if idle else self.cells.add(_name(kind, what))
                self._words[place] += amount
            else:
                self._record_in_shared(kind, what, amount)

    def _admitted(self, kind: str) -> str:
        if len(self._kinds) < MOST_KINDS:
            self._kinds.add(kind)
        return kind if kind in self._kinds else OTHER

    def _record_in_shared(self, kind: str, what: str, amount: int) -> None:
        """So many threads count so much that not each can have a cell of each name. The caller holds the lock."""
        place = self._shared.get((kind, what))
        if place is None:
            place = self._shared[kind, what] = self.cells.add(_name(kind, what))
        self._words[place] += amount

    def _begin(self) -> Places:
        places: Places = {}
        with self._lock:
            self._gather_idle()
            self._threads.append((ref(threading.current_thread()), places))
        return places

    def _gather_idle(self) -> None:
        running = []
        for thread, places in self._threads:
            if (owner := thread()) is not None and owner.is_alive():
                running.append((thread, places))
            else:
                for named, place in places.items():
                    self._idle[named].append(place)
        self._threads = running


def _name(kind: str, what: str) -> str:
    return f"{kind} {what}"


def _first(names: list[str]) -> Iterator[str]:
    """As many of these as make a batch."""
    kinds: set[str] = set()
    for name in names[:MOST_NAMES_A_BATCH]:
        kinds.add(name.rpartition(" ")[0])
        if len(kinds) > MOST_KINDS_A_BATCH:
            return
        yield name


class _Mine(threading.local):
    """Python calls `__init__` in every thread that comes by."""

    def __init__(self, begin: Callable[[], Places]) -> None:
        self.places = begin()
