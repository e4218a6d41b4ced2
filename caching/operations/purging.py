"""Deleting cached values by a pattern: to free memory, in namespaces where a missing key is but a miss, and nowhere else.

A pattern says how a key goes on behind our prefix and the beginning of one namespace, and both are taken to the letter, so
none leads out of it. Nothing is deleted that does not look like ours in every detail (`shapes`).

To delete is not to invalidate: a process that has a copy of a value goes on answering with it, rightly, until the copy
expires or something that it rests on changes. Tags are shared by values, so those of the deleted ones are not renewed: that
would hit others. Who wants values to count no more invalidates them (`actions`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

from caching import conf, keys
from caching.connection import wire
from caching.connection.walking import BEGINNING, Place, walk
from caching.inspection import namespaces
from caching.inspection.namespaces import Namespace
from caching.operations import shapes

PATTERN_CHARACTERS = 200
SAMPLE = 20
MOST_LOOKED_AT = 200_000
BROAD_ABOVE = 1_000
"""A pattern that matches more than so many keys is confirmed by hand."""

# Nothing else is in a key of these kinds. A pattern stands in the audit log, where no address or text of a user belongs.
_PATTERN = re.compile(r"[A-Za-z0-9_:*?\[\]^\\-]+")


class NotPurgeable(ValueError):
    """The message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Keys of one namespace. `pattern`, as Redis has them, is for what follows its beginning. Made by `select`."""

    namespace: Namespace
    pattern: str

    def __str__(self) -> str:
        return f"{self.namespace.start}{self.pattern}"

    @property
    def is_everything(self) -> bool:
        """Of its namespace."""
        return set(self.pattern) <= {"*", "?"}

    @property
    def beginning(self) -> str:
        return conf.key_prefix() + self.namespace.start

    def has(self, key: str) -> bool:
        """A key that matches the pattern belongs to the selection only if it is one of ours."""
        return key.startswith(self.beginning) and shapes.of_key(key) is not None


@dataclass(frozen=True, slots=True)
class Preview:
    """`matched`: how many keys, at least so many if it is not `complete`; `sample`: some of their names."""

    matched: int
    sample: tuple[str, ...]
    complete: bool

    def is_broad(self, selection: Selection) -> bool:
        return selection.is_everything or not self.complete or self.matched > BROAD_ABOVE


class Purged(NamedTuple):
    """What one step has deleted. `then`: where the next one begins; None: that was all."""

    deleted: int
    then: Place | None


def select(start: str, pattern: str) -> Selection:
    """`start` is that of a namespace: `db_query:`. Raises NotPurgeable."""
    namespace = next((each for each in namespaces.known() if each.start == start), None)
    if namespace is None or not namespace.is_purgeable:
        raise NotPurgeable("Only cached results and answers are deleted by pattern.")
    if not pattern.strip():
        raise NotPurgeable("Write how the keys go on. * stands for anything, ? for one character.")
    if len(pattern) > PATTERN_CHARACTERS:
        raise NotPurgeable(f"A pattern has at most {PATTERN_CHARACTERS} characters.")
    if not _PATTERN.fullmatch(pattern):
        raise NotPurgeable(
            "A pattern is made of letters from a to z, digits, _ - and :, as our keys are, and of * ? [ ] ^ and \\."
        )
    return Selection(namespace, pattern)


def preview(selection: Selection, *, seconds: float) -> Preview:
    """Counts for at most so long. Changes nothing. Raises CacheUnavailable."""
    give_up_at = time.monotonic() + seconds
    found: set[str] = set()
    for keys_found, then in _matching(selection, BEGINNING, 0):
        found.update(keys_found)
        if then is not None and (len(found) >= MOST_LOOKED_AT or time.monotonic() > give_up_at):
            return Preview(len(found), _sample(found), complete=False)
    return Preview(len(found), _sample(found), complete=True)


def purge(
    selection: Selection, place: Place = BEGINNING, *, pause_seconds: float = 0.002
) -> Iterator[Purged]:
    """Step by step, each at most some hundred keys. Raises CacheUnavailable; what is done is done, and the rest is done by
    asking again."""
    for found, then in _matching(selection, place, pause_seconds):
        yield Purged(unlink(found), then)


def unlink(names: list[str]) -> int:
    """How many of them there were. Raises CacheUnavailable."""
    if not names:
        return 0
    replies = wire.call([("UNLINK", name) for name in names], idempotent=True)
    wire.checked(replies)
    return sum(cast(list[int], replies))


def _matching(
    selection: Selection, place: Place, pause_seconds: float
) -> Iterator[tuple[list[str], Place | None]]:
    pattern = keys.matching(selection.beginning, selection.pattern)
    (kind,) = shapes.kinds(selection.namespace.start)
    for step in walk(pattern, place, kind=kind, pause_seconds=pause_seconds):
        yield [key for key in step.keys if selection.has(key)], step.then


def _sample(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(found)[:SAMPLE])
