"""What happened to cached values, by kind: hits, misses, computations, waits, bytes and durations.

Counting costs no round trip and no lock. Each process counts in cells of its own (`cells`, `files`); every second they are
brought to Redis (`delivery`, `sheets`), where the numbers of all processes are read over time (`series`) and as totals.
Nothing is lost when a process is killed.

    numbers    what was counted, and what follows from it      processes  who is connected, and what they keep near
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from caching import trace
from caching.stats import files
from caching.stats.cells import Counting
from caching.stats.files import CountFile
from caching.stats.numbers import (
    HITS,
    MISSES,
    READ,
    WRITTEN,
    Outcome,
    Timed,
    bucket_name,
    bucket_of,
    sum_name,
)

__all__ = [
    "HITS",
    "MISSES",
    "Counts",
    "Outcome",
    "Timed",
    "count",
    "counts",
    "moved",
    "record",
    "reset",
    "timed",
    "total",
]


@dataclass(frozen=True, slots=True)
class Counts:
    """`misses` includes the undecodable ones."""

    hits: int
    misses: int
    undecodable: int


class _Counter:
    """Begins with the first count: then the process has a file, and somebody to bring what is in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.file: CountFile | None = None

    def record(self, kind: str, what: str, amount: int = 1) -> None:
        """The first one. All others go straight to `Counting.record`."""
        self.begin().record(kind, what, amount)

    def begin(self) -> Counting:
        global _record  # noqa: PLW0603
        with self._lock:
            if self.file is None:
                self.file = files.create()
                self._counting = Counting(self.file.cells)
            _record = self._counting.record
        for begun in _begun:
            begun()
        return self._counting


# To take it from its class takes 40 ns.
_NEAR = Outcome.NEAR
_begun: list[Callable[[], None]] = []
_counter = _Counter()
_record: Callable[..., None] = _counter.record


def record(kind: str, outcome: Outcome, times: int = 1) -> None:
    """One reading of this kind ended so, or several."""
    _record(kind, outcome, times)
    if outcome is not _NEAR:  # those are counted by the scope, which is at hand there
        trace.count(outcome, times)


def timed(kind: str, what: Timed, seconds: float) -> None:
    """How long something took."""
    _record(kind, bucket_name(what, bucket_of(seconds)))
    _record(kind, sum_name(what), max(0, round(seconds * 1_000_000)))


def moved(kind: str, *, read: int = 0, written: int = 0) -> None:
    """So many bytes of values came from Redis, or went there."""
    if read:
        _record(kind, READ, read)
    if written:
        _record(kind, WRITTEN, written)


def total() -> Counter[tuple[str, str]]:
    """Everything that this process has counted so far."""
    if _counter.file is None:
        return Counter()
    split = ((name.rpartition(" "), count) for name, count in _counter.file.cells.counts().items())
    return Counter({(kind, what): count for (kind, _, what), count in split})


def count(kind: str, *outcomes: Outcome) -> int:
    tally = total()
    return sum(tally[kind, outcome] for outcome in outcomes)


def counts(kind: str) -> Counts:
    return Counts(count(kind, *HITS), count(kind, *MISSES), count(kind, Outcome.UNDECODABLE))


def own_file() -> CountFile | None:
    """Where this process counts; None: it has not counted anything."""
    return _counter.file


def call_when_counting(begun: Callable[[], None]) -> None:
    """`begun` is called when this process, or a child of it, begins to count."""
    _begun.append(begun)


def reset() -> None:
    """This process has counted nothing."""
    global _counter, _record  # noqa: PLW0603
    if _counter.file is not None:
        _counter.file.mapped.remove()
    _counter = _Counter()
    _record = _counter.record


def _begin_anew_after_fork() -> None:
    """What was counted is the parent's, and so is the file."""
    global _counter, _record  # noqa: PLW0603
    if _counter.file is not None:
        _counter.file.mapped.let_go()
    _counter = _Counter()
    _record = _counter.record


os.register_at_fork(after_in_child=_begin_anew_after_fork)
