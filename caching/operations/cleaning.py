"""Taking away what should not be there. Who has something to clean registers a cleaner; each may be run at any time, beside
traffic, and again: a second run finds nothing.

Some clean what they know of, at once: expired rows. The others are shown all our keys, step by step, in one walk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from caching import conf, keys
from caching.connection.walking import BEGINNING, Place, walk
from caching.operations import shapes
from caching.operations.auditing import Deed
from caching.operations.shapes import Shape

PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Cleaner:
    """`title` names what it takes away. `clean` gives how many that were; it raises CacheUnavailable or a DatabaseError."""

    name: str
    title: str
    clean: Callable[[], int]


Keys = Sequence[tuple[str, Shape]]
"""Names with prefix, and what they should be."""


@dataclass(frozen=True, slots=True)
class KeyCleaner:
    """The same for keys that look like ours: `clean` is given some of them, not all of which are its own."""

    name: str
    title: str
    clean: Callable[[Keys], int]


class Cleaned(NamedTuple):
    """What one step has done. `looked_at`: keys, other programs' too. `then`: where the next one begins; None: that was all."""

    looked_at: int
    found: Counter[str]
    then: Place | None


class Total:
    """All steps so far, after those that an earlier request has made. `then` as in the last one."""

    def __init__(self, deed: Deed, found: Mapping[str, int] | None = None, looked_at: int = 0) -> None:
        self.found: Counter[str] = Counter({cleaner.name: 0 for cleaner in known()})
        self.found.update(found or {})
        self.looked_at = looked_at
        self.then: Place | None = BEGINNING
        self._deed = deed

    def add(self, step: Cleaned) -> None:
        """The audit log will know of it too."""
        self.found.update(step.found)
        self.looked_at += step.looked_at
        self.then = step.then
        self._deed.affected = self.found.total()
        self._deed.detail = {"cleaned": dict(self.found), "looked_at": self.looked_at}

    def facts(self) -> dict[str, Any]:
        """For programs. `cursor`: what to go on with."""
        return {
            "complete": self.then is None,
            "looked_at": self.looked_at,
            "cleaned": dict(self.found),
            "cursor": None if self.then is None else str(self.then),
        }

    def lines(self) -> list[tuple[str, int]]:
        """For people: what, and how many."""
        return [(cleaner.title, self.found[cleaner.name]) for cleaner in known()]


_cleaners: dict[str, Cleaner | KeyCleaner] = {}


def register(*cleaners: Cleaner | KeyCleaner) -> None:
    """For the start of the program."""
    _cleaners.update({cleaner.name: cleaner for cleaner in cleaners})


def known() -> tuple[Cleaner | KeyCleaner, ...]:
    return tuple(_cleaners.values())


def clean(place: Place = BEGINNING, *, pause_seconds: float = PAUSE_SECONDS) -> Iterator[Cleaned]:
    """Step by step; rows are cleaned with the first one. Raises CacheUnavailable or a DatabaseError; what is done is done."""
    found: Counter[str] = Counter()
    if place == BEGINNING:
        found.update({each.name: each.clean() for each in known() if isinstance(each, Cleaner)})
    cleaners = [each for each in known() if isinstance(each, KeyCleaner)]
    for step in walk(keys.matching(conf.key_prefix()), place, pause_seconds=pause_seconds):
        shaped = [(key, shape) for key in step.keys if (shape := shapes.of_key(key))]
        if shaped:
            found.update({cleaner.name: cleaner.clean(shaped) for cleaner in cleaners})
        yield Cleaned(len(step.keys), found, step.then)
        found = Counter()
