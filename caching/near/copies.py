"""Copies of entries in this process, bounded by bytes, and what the server's pushes say about them.

Pure memory: `tracking` feeds it what the server pushes, and opens it only while every push is sure to arrive.
Nothing here asks the server, so a copy holds for a reader that has passed `scopes.ready()`, and for no other. It is a
copy, never a fallback: closed, it answers nothing.

Hits take no lock. Fills, pushes and evictions take one. Evicted is by CLOCK: what was read since the hand came by last
is spared once.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable
from time import time
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from caching import conf
from caching.codec import MISS

# How many pushed tags are remembered. A fill during which more arrived is not kept.
REMEMBERED_PUSHES = 4096
# The objects around an entry, and those around each of its tags: measured with tracemalloc, rounded up.
ENTRY_OVERHEAD_BYTES = 700
TAG_OVERHEAD_BYTES = 300
# A decoded value takes about this many times its encoded body.
VALUE_PER_BODY = 3


class Position(NamedTuple):
    """A point in the history of pushes: what is read from Redis after it can be told from what was pushed since."""

    era: int
    changes: int


class Seal:
    """The current stamp of one tag, shared by all entries that rest on it. A push for the tag breaks it, for good."""

    __slots__ = ("__weakref__", "broken", "stamp")

    def __init__(self, stamp: bytes) -> None:
        self.stamp = stamp
        self.broken = False


class Entry:
    """A stored result with what readers need at a hit. Without an immutable `value` they decode the body.

    Times are those of `time.time()`.
    """

    __slots__ = (
        "body", "confirmed", "expires_at", "hot", "key", "seals", "size", "stamps", "tags", "value",
    )  # fmt: skip

    def __init__(
        self,
        key: Hashable,
        tags: tuple[str, ...],
        stamps: tuple[bytes, ...],
        body: bytes,
        *,
        expires_at: float,
        value: Any = MISS,
    ) -> None:
        self.key = key
        self.tags = tags
        self.stamps = stamps
        self.body = body
        self.expires_at = expires_at
        self.value = value
        self.seals: tuple[Seal, ...] = ()
        self.hot = False
        self.confirmed = -1
        self.size = _size(self)


def _size(entry: Entry) -> int:
    body = len(entry.body)
    return (
        ENTRY_OVERHEAD_BYTES
        + _key_size(entry.key)
        + (body if entry.value is MISS else body * (1 + VALUE_PER_BODY))
        + sum(TAG_OVERHEAD_BYTES + len(tag) for tag in entry.tags)
    )


def _key_size(key: object) -> int:
    if isinstance(key, type):
        return 0
    parts = sum(map(_key_size, key)) if isinstance(key, tuple | frozenset) else 0
    return sys.getsizeof(key) + parts


class NearCache:
    """The copies of one process. Closed until `open()`; every `close()` or `drop_all()` begins a new era.

    `changes` counts the pushes applied. An entry confirmed at the current count holds without looking at its tags.
    """

    def __init__(self) -> None:
        self.era = 0
        self.changes = 0
        self.start_empty()

    def start_empty(self) -> None:
        """Closed and empty, with a new lock: also for the child of a fork, where another thread may hold the old one."""
        self._lock = threading.Lock()
        self.is_open = False
        self._forget_everything()

    def _forget_everything(self) -> None:
        self.era += 1
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        # A tag leaves with the last entry that rests on it.
        self._seals: WeakValueDictionary[str, Seal] = WeakValueDictionary()
        self._pushed: OrderedDict[str, int] = OrderedDict()
        self._remembered_since = self.changes
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    # --- Reading --------------------------------------------------------------------------------------------------

    def get(self, key: Hashable) -> Entry | None:
        """The copy, if it holds as far as the pushes applied so far tell. The caller has passed `scopes.ready()`."""
        entry = self._entries.get(key)
        if entry is None or (entry.confirmed != self.changes and not self._confirm(entry)):
            return None
        if entry.expires_at <= time():
            return None
        entry.hot = True
        return entry

    def _confirm(self, entry: Entry) -> bool:
        # The count is read first: a push that breaks a seal meanwhile counts afterwards, and this will be looked at again.
        changes = self.changes
        for seal in entry.seals:
            if seal.broken:
                return False
        entry.confirmed = changes
        return True

    def stamps(self, names: Iterable[str]) -> dict[str, bytes]:
        """Of those tags on which copies rest: their stamps, as far as the pushes applied so far tell."""
        if not self.is_open:
            return {}
        find = self._seals.get
        return {name: seal.stamp for name in names if (seal := find(name)) is not None and not seal.broken}

    # --- Filling --------------------------------------------------------------------------------------------------

    def position(self) -> Position | None:
        """Where the pushes stand, taken before Redis is read. None: the near cache is off now."""
        with self._lock:
            return Position(self.era, self.changes) if self.is_open else None

    def keep(self, entry: Entry, since: Position) -> bool:
        """Keep what was read after `since`. Refused if its tags were pushed since then, or if that is not known."""
        limit = conf.current().near_cache_bytes
        with self._lock:
            if entry.size > limit or not self._is_current(entry, since):
                return False
            seals = self._seals_of(entry)
            if seals is None:
                return False
            entry.seals, entry.confirmed = seals, self.changes
            self._remove(entry.key)
            self._make_room(limit - entry.size)
            # Counted before it is there, and below discounted after it is gone: a signal in between (a job's time limit)
            # can then only leave the count too high.
            self.bytes += entry.size
            self._entries[entry.key] = entry
            return True

    def _is_current(self, entry: Entry, since: Position) -> bool:
        if not self.is_open or since.era != self.era or since.changes < self._remembered_since:
            return False
        return all(self._pushed.get(tag, 0) <= since.changes for tag in entry.tags)

    def _seals_of(self, entry: Entry) -> tuple[Seal, ...] | None:
        """The seals to share. None: another entry knows another stamp, so a push is on its way; neither may stay."""
        seals = []
        for tag, stamp in zip(entry.tags, entry.stamps, strict=True):
            seal = self._seals.get(tag)
            if seal is None:
                seal = self._seals[tag] = Seal(stamp)
            elif seal.stamp != stamp:
                self._apply((tag,))
                return None
            seals.append(seal)
        return tuple(seals)

    def _make_room(self, allowed_bytes: int) -> None:
        entries = self._entries
        while self.bytes > allowed_bytes and entries:
            key = next(iter(entries))
            entry = entries[key]
            if entry.hot and not any(seal.broken for seal in entry.seals):
                entry.hot = False
                entries.move_to_end(key)
            else:
                self._remove(key)

    def _remove(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.size

    # --- Invalidation ---------------------------------------------------------------------------------------------

    def forget(self, names: Collection[str]) -> None:
        """These tags have changed: what rests on them no longer holds, nor does what is just being read."""
        with self._lock:
            self._apply(names)

    def _apply(self, names: Collection[str]) -> None:
        now = self.changes + 1
        for name in names:
            self._pushed[name] = now
            self._pushed.move_to_end(name)
            seal = self._seals.pop(name, None)
            if seal is not None:
                seal.broken = True
        while len(self._pushed) > REMEMBERED_PUSHES:
            _, self._remembered_since = self._pushed.popitem(last=False)
        # Last: whoever sees the new count must find the seals broken.
        self.changes = now

    def discard(self, key: Hashable) -> None:
        """A newer entry has been stored under this key, though no tag has changed."""
        with self._lock:
            self._remove(key)

    def drop_all(self) -> None:
        with self._lock:
            self._forget_everything()

    def open(self, era: int) -> bool:
        """From now on every push arrives. False: it was closed after `era`, so this is no longer sure."""
        with self._lock:
            self.is_open = era == self.era
            return self.is_open

    def close(self) -> None:
        """Pushes may be lost from now on: nothing is answered or kept until it is opened again."""
        with self._lock:
            self.is_open = False
            self._forget_everything()


cache = NearCache()
get = cache.get
stamps = cache.stamps
position = cache.position
keep = cache.keep
discard = cache.discard
drop_all = cache.drop_all
