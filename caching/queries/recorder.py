"""What a computation read: the tags of its result, with the stamps they had before the reading.

A recorder stands in a context variable while a cached function runs; the database cursor reports each statement to it
before sending it. What a result rests on is thus found by itself, and nothing has to be declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from caching import pending, tags
from caching.tags import Stamps


class Dependencies(Protocol):
    """What one statement depends on. The `absent` tags fall away once all of its `rows` were fetched."""

    @property
    def tags(self) -> frozenset[str]: ...

    @property
    def absent(self) -> frozenset[str]: ...

    @property
    def rows(self) -> int: ...


class Recorder:
    """The readings of one computation, from all its threads. `ahead` are stamps that were taken before it began."""

    def __init__(self, scopes: Collection[str], ahead: Stamps) -> None:
        self._scopes = frozenset(scopes)
        self._ahead = ahead
        self._taken: Stamps = {}
        self._required: set[str] = set()
        self._unproven: dict[int, Dependencies] = {}
        self._spoiled: list[str] = []
        self._read_something = False

    def before(self, needed: Dependencies) -> None:
        """A statement is about to be sent: from here on its tags must not change. Raises CacheUnavailable."""
        names = needed.tags | needed.absent if needed.absent else needed.tags
        self._take(names if self._read_something else names | self._scopes)
        self._read_something = True
        # Here, on the thread of the statement: whose transaction it is, is known to its thread.
        if pending.thread.transactions and not names.isdisjoint(pending.written()):
            self.spoil("this transaction has written what it reads")
        self._required |= needed.tags
        if needed.absent:
            self._unproven[id(needed)] = needed

    def fetched_all(self, needed: Dependencies) -> None:
        """Every row that the statement asked for by its key was there: a new row cannot change the result."""
        self._unproven.pop(id(needed), None)

    def rest_on(self, stamps: Stamps) -> None:
        """The computation used a value that was valid under these stamps."""
        self._read_something = True
        for name, stamp in stamps.items():
            # The value may be a copy from the beginning of this scope, older than what was read since.
            if self._taken.setdefault(name, stamp) != stamp:
                self.spoil("something that it reads has changed meanwhile")
        self._take(self._scopes)
        self._required |= stamps.keys()

    def spoil(self, reason: str) -> None:
        """The result may be returned, but never stored."""
        self._spoiled.append(reason)

    @property
    def why_not_stored(self) -> str:
        """The first reason against storing the result; "" if there is none."""
        if self._spoiled:
            return self._spoiled[0]
        return "" if self._read_something else "it read nothing from the database"

    def stamps(self) -> Stamps:
        """What the result rests on, as it was before the first reading of each."""
        names = self._required.union(*(needed.absent for needed in self._unproven.values()))
        if self._read_something:
            names |= self._scopes
        return {name: self._taken[name] for name in sorted(names)}

    def asked(self) -> tuple[str, ...]:
        """Every tag whose stamp was needed on the way, also those on which the result does not rest in the end."""
        return tuple(self._taken)

    def _take(self, names: frozenset[str]) -> None:
        unknown = [name for name in names if name not in self._taken]
        missing = [name for name in unknown if name not in self._ahead]
        fresh = self._ahead | tags.stamps(missing) if missing else self._ahead
        for name in unknown:
            stamp = fresh[name]
            # Of two threads that ask at once, the earlier stamp counts.
            self._taken.setdefault(name, stamp)
            if tags.is_busy(stamp):
                self.spoil("a writer is about to commit")


_current: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
current = _current.get


@contextmanager
def recording(recorder: Recorder) -> Iterator[Recorder]:
    """Reports of statements in this context, and in contexts copied from it, go to this recorder."""
    token = _current.set(recorder)
    try:
        yield recorder
    finally:
        _current.reset(token)
