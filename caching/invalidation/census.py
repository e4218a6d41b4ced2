"""How many entries an invalidation would hit: for people who want to know before. It reads keys, and changes nothing.

Redis is asked for its keys in steps, and a request says for how long; invalidation itself never looks at entries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from caching import codec, conf, keys, tags
from caching.ai import kept, vectors
from caching.connection import wire
from caching.connection.walking import walk
from caching.entries import Entry
from caching.tags import Stamps

MOST_ENTRIES = 200_000
# Entries may be large, and one command must not keep the server busy.
ENTRIES_A_READING = 100
_CODEC = codec.Typed(Entry)


@dataclass(frozen=True, slots=True)
class Census:
    """`hit`: results that count now and would not afterwards, out of `seen`; not `complete`: there are more to see."""

    hit: int
    seen: int
    complete: bool


def count_entries(
    names: Set[str], *, seconds: float | None = None, tell: Callable[[int], None] | None = None
) -> Census:
    """`seconds`: after so many it counts no further. `tell` is told how many it has seen. Raises CacheUnavailable."""
    give_up_at = None if seconds is None else time.monotonic() + seconds
    known: set[str] = set()  # a walk may meet a key twice
    hit = 0
    for found in _entry_keys():
        fresh = [key for key in found if key.isascii() and key not in known]
        step = fresh[: MOST_ENTRIES - len(known)]
        known.update(step)
        for first in range(0, len(step), ENTRIES_A_READING):
            hit += _hit(step[first : first + ENTRIES_A_READING], names)
        if tell:
            tell(len(known))
        if len(step) < len(fresh) or (give_up_at is not None and time.monotonic() > give_up_at):
            return Census(hit, len(known), complete=False)
    return Census(hit, len(known), complete=True)


def _entry_keys() -> Iterator[list[str]]:
    prefix = conf.key_prefix()
    for pattern in (keys.query_entries(prefix), keys.ai_entries(prefix)):
        for step in walk(pattern):
            yield step.keys


def _hit(entry_keys: list[str], names: Set[str]) -> int:
    concerned = [
        one
        for key, packed in zip(entry_keys, wire.mget(entry_keys), strict=True)
        if packed and (one := kept_in(key, packed)) and not names.isdisjoint(one.tags)
    ]
    if not concerned:
        return 0
    needed = sorted({name for one in concerned for name in one.tags})
    stamps = tags.present(needed)
    return sum(one.holds(stamps) for one in concerned)


class Kept(NamedTuple):
    """Of a result, an answer or a vector: its tags, and whether it counts under some stamps."""

    tags: Sequence[str]
    holds: Callable[[Stamps], bool]


def kept_in(key: str, packed: bytes) -> Kept | None:
    """What lies under the key of an entry. None: nothing that a reader could decode."""
    with suppress(codec.Undecodable):
        entry = codec.decode(_CODEC, packed)
        return Kept(entry.tags, entry.holds) if len(entry.tags) == len(entry.stamps) else None
    with suppress(codec.Undecodable, ValueError):
        vector = codec.decode(vectors.CODEC, packed)
        names = kept.tags_of(key.split(":")[-2], ())
        return Kept(names, lambda stamps: vectors.seal(names, stamps) == vector.seal)
    return None
