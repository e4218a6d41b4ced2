"""How many entries an invalidation would hit: for people who want to know before. It reads keys, and changes nothing.

Redis is asked for its keys in steps, which no request may do; invalidation itself never looks at entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from caching import codec, conf, keys, tags
from caching.ai import kept, vectors
from caching.connection import raising_cache_unavailable, redis_client, wire
from caching.entries import Entry
from caching.tags import Stamps

MOST_ENTRIES = 200_000
KEYS_A_STEP = 500
KEYS_A_SCAN = 1000
_CODEC = codec.Typed(Entry)


@dataclass(frozen=True, slots=True)
class Census:
    """`hit`: results that count now and would not afterwards, out of `seen`; not `complete`: there are more to see."""

    hit: int
    seen: int
    complete: bool


def count_entries(names: Set[str]) -> Census:
    """Raises CacheUnavailable."""
    hit = seen = 0
    with raising_cache_unavailable():
        found = _entry_keys()
        while step := list(islice(found, min(KEYS_A_STEP, MOST_ENTRIES - seen))):
            seen += len(step)
            hit += _hit(step, names)
        return Census(hit, seen, complete=next(found, None) is None)


def _entry_keys() -> Iterator[str]:
    """Of all primaries. SCAN may name a key twice."""
    known: set[bytes] = set()
    prefix = conf.key_prefix()
    for pattern in (keys.query_entries(prefix), keys.ai_entries(prefix)):
        for key in redis_client().scan_iter(match=pattern, count=KEYS_A_SCAN):
            if key.isascii() and key not in known:
                known.add(key)
                yield key.decode()


def _hit(entry_keys: list[str], names: Set[str]) -> int:
    concerned = [
        one
        for key, packed in zip(entry_keys, wire.mget(entry_keys), strict=True)
        if packed and (one := _unpacked(key, packed)) and not names.isdisjoint(one.tags)
    ]
    if not concerned:
        return 0
    needed = sorted({name for one in concerned for name in one.tags})
    stamps = tags.present(needed)
    return sum(one.holds(stamps) for one in concerned)


class _Kept(NamedTuple):
    tags: Sequence[str]
    holds: Callable[[Stamps], bool]


def _unpacked(key: str, packed: bytes) -> _Kept | None:
    """None: no entry of ours."""
    with suppress(codec.Undecodable):
        entry = codec.decode(_CODEC, packed)
        return _Kept(entry.tags, entry.holds)
    with suppress(codec.Undecodable, ValueError):
        vector = codec.decode(vectors.CODEC, packed)
        names = kept.tags_of(key.split(":")[-2], ())
        return _Kept(names, lambda stamps: vectors.seal(names, stamps) == vector.seal)
    return None
