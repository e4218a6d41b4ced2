"""A page of the ledger in memory that outlives its process: what one process has posted, by account, until it is in Redis.

Words of 8 bytes. The head: version, number of the page, where the next entry begins, whether the sheets have it. Then the
entries, each of them: length of its name in bytes, the name, the parts of a `Cell`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress

from caching.ai.ledger.postings import PARTS, Cell, Key, Unnamed

PAGE_BYTES = 512 * 1024
"""Room for some 3,000 accounts."""

_VERSION = 1
_AT_VERSION, _AT_NUMBER, _AT_END, _AT_BOOKED, _HEAD = range(5)


class Unreadable(Exception):
    """This is no page of ours."""


class Page:
    """`words` holds the parts themselves: those of an entry from the place that `add` has given it."""

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self.words = memory.cast("Q")
        if self.words[_AT_VERSION] not in (0, _VERSION):
            raise Unreadable

    @property
    def number(self) -> int:
        """Pages of a process are numbered in the order in which they were begun; 0: it is free."""
        return self.words[_AT_NUMBER]

    @property
    def is_booked(self) -> bool:
        """The sheets have it. Whether the totals have it as well is not known."""
        return bool(self.words[_AT_BOOKED])

    def note_booked(self) -> None:
        self.words[_AT_BOOKED] = 1

    def begin(self, number: int) -> None:
        self.words[_AT_VERSION] = _VERSION
        self.words[_AT_END] = _HEAD
        self.words[_AT_NUMBER] = number

    def add(self, key: Key) -> int | None:
        """The place of a new entry, all of whose parts are 0; None: there is no room."""
        name = key.name()
        start = self.words[_AT_END]
        place = start + 1 + -(-len(name) // 8)
        if place + PARTS > len(self.words):
            return None
        self.words[start] = len(name)
        self.words[_AT_END] = place + PARTS
        # Now that it has its room: to slice may collect garbage, which may post, too.
        self._memory[(start + 1) * 8 : (start + 1) * 8 + len(name)] = name
        return place

    def postings(self) -> dict[Key, Cell]:
        """What is no entry of ours is passed over."""
        found: dict[Key, Cell] = {}
        for key, cell in self._entries():
            found[key] = found.get(key, Cell()).plus(cell)
        return found

    def _entries(self) -> Iterator[tuple[Key, Cell]]:
        start, end = _HEAD, min(self.words[_AT_END], len(self.words))
        while start < end:
            length = self.words[start]
            place = start + 1 + -(-length // 8)
            if place + PARTS > end:
                return
            # Its process may have been killed before it had a name.
            with suppress(Unnamed):
                key = Key.named(bytes(self._memory[(start + 1) * 8 : (start + 1) * 8 + length]))
                yield key, Cell(*self.words[place : place + PARTS])
            start = place + PARTS

    def clear(self) -> None:
        """It is free for other postings, and all zero."""
        # The number first: without it nobody takes the rest for something that is still to be brought.
        self.words[_AT_NUMBER] = 0
        used = min(max(self.words[_AT_END], _HEAD), len(self.words)) * 8
        self._memory[:used] = bytes(used)


def pages_in(memory: mmap.mmap) -> list[Page]:
    whole = memoryview(memory)
    return [Page(whole[start : start + PAGE_BYTES]) for start in range(0, len(whole), PAGE_BYTES)]
