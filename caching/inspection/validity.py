"""Whether an entry counts, and why: the stamps that it rests on beside the current ones. It asks, and changes nothing.

Reading through `entries` would give a stamp to a tag that has none; an operator who only looks must not do that.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from caching import tags
from caching.ai import kept, vectors
from caching.ai.vectors import Sealed
from caching.connection import wire
from caching.entries import Entry
from caching.inspection.names import shown
from caching.inspection.wording import lasting
from caching.tags import Stamps

MOST_TAGS = 2000
TAGS_A_STEP = 250
NAMED_IN_VERDICT = 5

_WRITER = re.compile(rb"(\w{1,64})=(\d{1,16})(?: |$)")


class Standing(StrEnum):
    """How a tag stands to the entry."""

    SAME = "same"
    CHANGED = "changed"
    BUSY = "busy"
    MISSING = "missing"
    CURRENT = "current"
    """what it rests on is not written in the entry, but sealed"""


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody about to commit; his mark runs out by itself."""

    name: str
    seconds_left: float

    def __str__(self) -> str:
        return f"writer {self.name} is about to commit, and believed for {lasting(self.seconds_left)} more"


@dataclass(frozen=True, slots=True)
class Mark:
    """What lies under a tag. `why_not` says in words why it is no stamp that counts."""

    text: str
    stamp: bytes | None
    writers: tuple[Writer, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """One tag that an entry rests on."""

    tag: str
    rests_on: str
    mark: Mark
    standing: Standing


@dataclass(frozen=True, slots=True)
class Validity:
    """`grounds`: the tags, those first that speak against it. `unasked`: how many more there are."""

    counts: bool
    verdict: str
    grounds: tuple[Ground, ...]
    unasked: int = 0


def of_entry(entry: Entry, *, now: float) -> Validity:
    """Raises CacheUnavailable."""
    names = entry.tags[:MOST_TAGS]
    marks = marks_of(names)
    grounds = [
        Ground(name, shown(stamp), mark, _standing(mark, stamp))
        for name, stamp, mark in zip(names, entry.stamps, marks, strict=False)
    ]
    against = [ground for ground in grounds if ground.standing is not Standing.SAME]
    in_favour = [ground for ground in grounds if ground.standing is Standing.SAME]
    counts = not against and entry.expires_at > now
    verdict = _verdict(against, entry.expires_at - now)
    return Validity(counts, verdict, (*against, *in_favour), len(entry.tags) - len(names))


def of_vector(vector: Sealed, operation: str, *, now: float) -> Validity:
    """A vector has one seal of all its stamps: which of them has changed cannot be told. Raises CacheUnavailable."""
    names = kept.tags_of(operation, ())
    marks = marks_of(names)
    stamps: Stamps = {
        name: mark.stamp for name, mark in zip(names, marks, strict=True) if mark.stamp is not None
    }
    grounds = tuple(
        Ground(name, "sealed", mark, Standing.CURRENT if mark.stamp else _standing(mark, b""))
        for name, mark in zip(names, marks, strict=True)
    )
    if vectors.seal(names, stamps) != vector.seal:
        return Validity(False, "Does not count: its seal is not that of the current stamps.", grounds)
    if vector.expires_at <= now:
        return Validity(False, _verdict([], vector.expires_at - now), grounds)
    return Validity(True, "Counts: its seal is that of the current stamps.", grounds)


def marks_of(names: Sequence[str]) -> list[Mark]:
    """What lies under these tags now. Raises CacheUnavailable."""
    marks = []
    for begin in range(0, len(names), TAGS_A_STEP):
        tag_keys = tags.keys_of(names[begin : begin + TAGS_A_STEP])
        found = wire.mget(tag_keys)
        now = time.time()
        marks += [
            mark_in(reply, epoch, now) for reply, epoch in zip(found, wire.epochs_of(tag_keys), strict=True)
        ]
    return marks


def mark_in(found: bytes | None, epoch: bytes, now: float) -> Mark:
    if found is None:
        return Mark("none", None, why_not="it has no stamp now")
    text = shown(found[:200])
    if tags.is_busy(found):
        writers = [
            Writer(name.decode(errors="replace"), int(until) / 1000 - now)
            for name, until in _WRITER.findall(found[1:])
        ]
        alive = tuple(writer for writer in writers if writer.seconds_left > 0)
        if alive:
            return Mark(text, None, alive, "; ".join(map(str, alive)))
        return Mark(text, None, (), "its writers have let their marks run out")
    if not found.startswith(epoch):
        return Mark(text, None, why_not="its stamp is of a Redis that was restarted or replaced")
    return Mark(text, found)


def _standing(mark: Mark, rests_on: bytes) -> Standing:
    if mark.writers:
        return Standing.BUSY
    if mark.stamp is None and mark.text == "none":
        return Standing.MISSING
    return Standing.SAME if mark.stamp == rests_on else Standing.CHANGED


_SAID = {
    Standing.CHANGED: "{} was invalidated since",
    Standing.BUSY: "a writer of {} is about to commit",
    Standing.MISSING: "{} was invalidated since, or its stamp was evicted: it has none now",
}


def _verdict(against: Sequence[Ground], seconds_left: float) -> str:
    reasons = [
        _SAID[ground.standing].format(shown(ground.tag)[:200]) for ground in against[:NAMED_IN_VERDICT]
    ]
    if len(against) > NAMED_IN_VERDICT:
        reasons.append(f"{len(against) - NAMED_IN_VERDICT} more tags speak against it")
    if seconds_left <= 0:
        reasons.append(f"it expired {lasting(-seconds_left)} ago")
    if reasons:
        return f"Does not count: {'; '.join(reasons)}."
    return "Counts: every tag has the stamp it was computed under."
