"""Results of queries in Redis: an entry holds as long as every tag has the stamp that it had before the computation.

Reading is one round trip, for the entry and the stamps of its tags together; two where this process does not know yet
which tags the entry has. Everything raises CacheUnavailable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from caching import codec, pending, policy, tags
from caching.connection import wire
from caching.stats import Outcome
from caching.tags import Stamps

KNOWN_TAGS = 20_000


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What lies in Redis. `stamps` belong to `tags` in their order; times are seconds, `expires_at` since 1970."""

    tags: tuple[str, ...]
    stamps: tuple[bytes, ...]
    computed_seconds: Annotated[float, msgspec.Meta(ge=0)]
    expires_at: float
    body: bytes

    def rests_on(self) -> Stamps:
        return dict(zip(self.tags, self.stamps, strict=True))

    def holds(self, current: Stamps) -> bool:
        return all(current.get(name) == stamp for name, stamp in zip(self.tags, self.stamps, strict=True))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: an entry that holds, or why there is none; and the stamps that were seen on the way."""

    entry: Entry | None
    outcome: Outcome
    stamps: Stamps


_CODEC = codec.Typed(Entry)


class _KnownTags(dict[str, tuple[str, ...]]):
    """Which tags an entry had when this process last saw it; a guess, so losing all of it costs round trips only."""

    def remember(self, key: str, names: tuple[str, ...]) -> None:
        if len(self) >= KNOWN_TAGS:
            self.clear()
        self[key] = names


_known_tags = _KnownTags()


def read(key: str, scopes: tuple[str, ...]) -> Reading:
    """The entry, if it holds now. `scopes` are tags that it has in any case."""
    packed, stamps = tags.read_with(key, _known_tags.get(key, scopes))
    if packed is None:
        return Reading(None, Outcome.ABSENT, stamps)
    try:
        entry = codec.decode(_CODEC, packed)
    except codec.Undecodable:
        return Reading(None, Outcome.UNDECODABLE, stamps)
    if unknown := [name for name in entry.tags if name not in stamps]:
        stamps |= tags.stamps(unknown)
        _known_tags.remember(key, entry.tags)
    return _judged(entry, stamps)


def write(key: str, entry: Entry, *, now: float) -> None:
    """Keeps the entry until it expires."""
    _known_tags.remember(key, entry.tags)
    life_ms = max(1, round((entry.expires_at - now) * 1000))
    tags.done(wire.call([("SET", key, codec.encode(_CODEC, entry), "PX", life_ms)]))


def made(stamps: Stamps, body: bytes, *, computed_seconds: float, ttl_seconds: float, now: float) -> Entry:
    return Entry(
        tuple(stamps), tuple(stamps.values()), computed_seconds, now + policy.with_jitter(ttl_seconds), body
    )


def holds_now(entry: Entry) -> bool:
    """Whether what was computed a moment ago holds for somebody who asks now. Raises CacheUnavailable."""
    return not is_written_here(entry.tags) and entry.holds(tags.stamps(entry.tags))


def is_written_here(names: tuple[str, ...]) -> bool:
    """Whether a transaction around the caller has written one of the tags: it must see its own rows."""
    on_thread = pending.thread.transactions and not pending.written().isdisjoint(names)
    return bool(on_thread) or not pending.context_written().isdisjoint(names)


def _judged(entry: Entry, stamps: Stamps) -> Reading:
    if len(entry.tags) != len(entry.stamps):
        return Reading(None, Outcome.UNDECODABLE, stamps)
    if any(tags.is_busy(stamps.get(name, b"")) for name in entry.tags) or is_written_here(entry.tags):
        return Reading(None, Outcome.BYPASS, stamps)
    if not entry.holds(stamps):
        return Reading(None, Outcome.OUTDATED, stamps)
    return Reading(entry, Outcome.HIT, stamps)
