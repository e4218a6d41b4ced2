"""How many entries an invalidation would hit: for people who want to know before. It reads keys, and changes nothing.

Redis is asked for its keys in steps, which no request may do; invalidation itself never looks at entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice

from caching import codec, conf, keys, tags
from caching.connection import raising_cache_unavailable, redis_client, wire
from caching.entries import Entry

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
        entry
        for packed in wire.mget(entry_keys)
        if (entry := _unpacked(packed)) and not names.isdisjoint(entry.tags)
    ]
    if not concerned:
        return 0
    needed = sorted({name for entry in concerned for name in entry.tags})
    stamps = tags.present(needed)
    return sum(entry.holds(stamps) for entry in concerned)


def _unpacked(packed: bytes | None) -> Entry | None:
    """None: expired meanwhile, or no entry of ours."""
    try:
        return None if packed is None else codec.decode(_CODEC, packed)
    except codec.Undecodable:
        return None
