"""Counting in many threads without a lock: each counts in a tally of its own, which nobody else writes to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar
from weakref import ref

T = TypeVar("T")


class Tallies(Generic[T]):
    """`mine.tally` is that of the calling thread. Those of threads that have ended are put together with `merge`, which adds
    the second to the first, when a new thread begins to count. A child of a fork has to call `begin_anew`.
    """

    def __init__(self, new: Callable[[], T], merge: Callable[[T, T], None]) -> None:
        self._new = new
        self._merge = merge
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing has been counted. The lock is new as well: another thread may have held it when a child was copied."""
        self._lock = threading.Lock()
        self._finished = self._new()
        self._running: list[tuple[ref[threading.Thread], T]] = []
        self.mine = _Mine(self._begin)

    @contextmanager
    def all(self) -> Iterator[list[T]]:
        """The one of all threads that have ended, and those of the others, which may go on counting meanwhile."""
        with self._lock:
            yield [self._finished, *(tally for _, tally in self._running)]

    def _begin(self) -> T:
        tally = self._new()
        with self._lock:
            self._gather_finished()
            self._running.append((ref(threading.current_thread()), tally))
        return tally

    def _gather_finished(self) -> None:
        alive = []
        for thread, tally in self._running:
            if (owner := thread()) is not None and owner.is_alive():
                alive.append((thread, tally))
            else:
                self._merge(self._finished, tally)
        self._running = alive


class _Mine(threading.local, Generic[T]):
    """Python calls `__init__` in every thread that comes by."""

    def __init__(self, begin: Callable[[], T]) -> None:
        self.tally = begin()
