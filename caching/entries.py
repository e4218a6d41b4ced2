"""Results and answers in Redis: an entry holds as long as every tag has the stamp that it had before the computation.

Reading is one round trip, for the entry and the stamps of its tags together; two where this process does not know yet
which tags the entry has. Everything raises CacheUnavailable.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import msgspec

from caching import codec, pending, policy, tags
from caching.connection import wire
from caching.connection.wire import Command
from caching.near import scopes as near_scopes
from caching.stats import Outcome
from caching.tags import Question, Stamps

KNOWN_ENTRIES = 10_000
# To expand 6 kB takes a fifth of the time of a whole hit.
COMPRESS_ABOVE_BYTES = 8192


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
        return tuple(map(current.get, self.tags)) == self.stamps


class Reading(NamedTuple):
    """What was found: an entry that holds, or why there is none; and the stamps that were seen on the way to a miss.

    `at_fault`: the tags that have changed, or that a writer is about to change. None of a transaction's own.
    """

    entry: Entry | None
    outcome: Outcome
    stamps: Stamps
    at_fault: tuple[str, ...] = ()

    def particulars(self) -> str:
        """For whoever asks why there was no entry."""
        if self.outcome is Outcome.BYPASS and not self.at_fault:
            return "this transaction has written it"
        return ", ".join(self.at_fault)


_CODEC = codec.Typed(Entry)


class _Questions(dict[str, Question]):
    """Which tags each entry had when this process last saw it: a guess, so losing them all costs round trips only."""

    def about(self, key: str, names: tuple[str, ...]) -> Question:
        question = self.get(key)
        if question is None or question.names != names:
            if len(self) >= KNOWN_ENTRIES:
                self.clear()
            question = self[key] = Question(key, names)
        return question


_questions = _Questions()


def read(key: str, scopes: tuple[str, ...]) -> Reading:
    """The entry, if it holds now. `scopes` are tags that it has in any case."""
    question = about(key, scopes)
    values, epoch = wire.gather(question.strings)
    return judged(key, question, values, epoch)


def is_known(key: str) -> bool:
    """Whether this process has seen the entry before."""
    return key in _questions


def known_tags(key: str) -> tuple[str, ...]:
    """The tags that the entry had when this process last saw it; none if it has not."""
    question = _questions.get(key)
    return question.names if question else ()


def about(key: str, scopes: tuple[str, ...]) -> Question:
    """What to ask for: the entry, and the tags that it had when this process last saw it."""
    return _questions.get(key) or _questions.about(key, scopes)


def judged(key: str, question: Question, values: Sequence[bytes | None], epoch: bytes | None) -> Reading:
    """What the answers to the question mean."""
    packed, *replies = values
    entry = None if packed is None else _unpacked(packed)
    # The way of almost every hit. What follows it is slower, and says why there is none.
    if entry is not None and entry.tags == question.names and tags.are(replies, entry.stamps, epoch):
        return _allowed(entry)
    return weighed(key, packed, tags.settled(question.names, replies))


def weighed(key: str, packed: bytes | None, stamps: Stamps) -> Reading:
    """Whether the entry holds under these stamps. More may have to be asked, about tags that were not known."""
    if packed is None:
        return Reading(None, Outcome.ABSENT, stamps)
    if (entry := _unpacked(packed)) is None:
        return Reading(None, Outcome.UNDECODABLE, stamps)
    if unknown := [name for name in entry.tags if name not in stamps]:
        stamps |= tags.stamps(unknown)
    _questions.about(key, entry.tags)
    if entry.holds(stamps):
        return _allowed(entry)
    if busy := tuple(name for name in entry.tags if tags.is_busy(stamps[name])):
        return Reading(None, Outcome.BYPASS, stamps, busy)
    changed = tuple(name for name, stamp in entry.rests_on().items() if stamps[name] != stamp)
    return Reading(None, Outcome.OUTDATED, stamps, changed)


def contradicts(packed: bytes, stamps: Stamps) -> bool:
    """Whether an entry rests on others than these stamps, as far as they say something of its tags."""
    entry = _unpacked(packed)
    return entry is not None and any(
        stamps.get(name, stamp) != stamp for name, stamp in entry.rests_on().items()
    )


def keeping(key: str, entry: Entry, *, now: float) -> Command:
    """The command that keeps the entry until it expires."""
    _questions.about(key, entry.tags)
    return storing(key, entry, now=now)


def storing(key: str, entry: Entry, *, now: float, linger_seconds: float = 0) -> Command:
    """The same for an entry whose tags every reader knows by himself.

    It may linger after it has expired, for readers who can use it for want of better; they look at `expires_at`.
    """
    life_ms = max(1, round((entry.expires_at + linger_seconds - now) * 1000))
    packed = codec.encode(_CODEC, entry, compress_above=COMPRESS_ABOVE_BYTES)
    return ("SET", key, packed, "PX", life_ms)


def made(stamps: Stamps, body: bytes, *, computed_seconds: float, ttl_seconds: float, now: float) -> Entry:
    return Entry(
        tuple(stamps), tuple(stamps.values()), computed_seconds, now + policy.with_jitter(ttl_seconds), body
    )


@dataclass(frozen=True, slots=True)
class Invalidated:
    """What was invalidated: its tags, such as `user:7`. Entries are not counted: the cost does not depend on them."""

    tags: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.tags)


def invalidate(names: Collection[str]) -> Invalidated:
    """Whatever rests on one of these tags no longer counts."""
    ordered = tuple(sorted(names))
    tags.renew(ordered)
    near_scopes.after_own_write(ordered)
    return Invalidated(ordered)


def holds_now(entry: Entry) -> bool:
    """Whether what was computed a moment ago holds for somebody who asks now. Raises CacheUnavailable."""
    return not is_written_here(entry.tags) and entry.holds(tags.stamps(entry.tags))


def is_written_here(names: tuple[str, ...]) -> bool:
    """Whether a transaction around the caller has written one of the tags: it must see its own rows."""
    if pending.thread.transactions and not pending.written().isdisjoint(names):
        return True
    around = pending.context_written()
    return bool(around) and not around.isdisjoint(names)


def _allowed(entry: Entry) -> Reading:
    if not pending.is_clean() and is_written_here(entry.tags):
        return Reading(None, Outcome.BYPASS, {})
    return Reading(entry, Outcome.HIT, {})


def _unpacked(packed: bytes) -> Entry | None:
    try:
        entry = codec.decode(_CODEC, packed)
    except codec.Undecodable:
        return None
    return entry if len(entry.tags) == len(entry.stamps) else None
