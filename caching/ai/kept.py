"""Answers in Redis, each as the provider sent it, under the tags of its scopes; and the copies of this process.

An answer holds until it expires or until one of its scopes is invalidated by hand. One that has expired may linger for
those who would rather have it than an error; one that was invalidated serves nobody.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from caching import conf, entries, keys, near, policy, tags
from caching.ai.policies import AnswerPolicy
from caching.ai.requests import AIRequest, Kind
from caching.codec import MISS
from caching.connection import wire
from caching.connection.wire import Command
from caching.near import scopes
from caching.stats import Outcome
from caching.tags import Question, Stamps

# A refreshed answer changes no tag: so long may another process not know of it.
COPY_SECONDS = 60.0


class Place(msgspec.Struct, frozen=True):
    """Where one answer is kept."""

    key: str
    tags: tuple[str, ...]
    operation: str
    kind: Kind

    @property
    def counted_as(self) -> str:
        return f"ai_{self.kind}"

    def ttl_seconds(self, given: int | None = None) -> int:
        overrides = conf.current().ai_ttl_seconds
        return given or policy.ai_ttl_seconds(self.operation, self.kind, overrides)


def place_of(request: AIRequest) -> Place:
    """Raises ValueError for an operation or a scope that cannot stand in a key."""
    operation = request.operation
    return Place(
        keys.ai_entry(conf.key_prefix(), operation, request.digest()),
        tags_of(operation, request.scopes),
        operation,
        request.kind,
    )


@lru_cache(maxsize=10_000)
def tags_of(operation: str, scopes_: tuple[str, ...]) -> tuple[str, ...]:
    return (
        keys.EVERY_ANSWER,
        keys.answer_tag(f"operation:{operation}"),
        *map(keys.answer_tag, sorted(set(scopes_))),
    )


class Found(NamedTuple):
    """`value` is what a reader of this process made of the body, or MISS."""

    body: bytes
    value: Any
    outcome: Outcome


class Missing(NamedTuple):
    """`stamps`: what was seen of the tags. `expired`: an answer that is too old, but was not invalidated. `at_fault`: the
    tags that were."""

    outcome: Outcome
    stamps: Stamps
    expired: bytes | None = None
    at_fault: tuple[str, ...] = ()


def read(place: Place) -> Found | Missing:
    """A copy of this process, else what Redis has. Raises CacheUnavailable."""
    is_ready = scopes.ready()
    if is_ready and (found := copy_of(place)) is not None:
        return found
    since = near.position() if is_ready else None
    question = Question(place.key, place.tags)
    values, epoch = wire.gather(question.strings)
    return _judged(place, entries.judged(place.key, question, values, epoch), since)


def copy_of(place: Place) -> Found | None:
    """The copy in this process. The caller's scope has made its barrier."""
    copy = near.get(place.key)
    return None if copy is None else Found(copy.body, copy.value, Outcome.NEAR)


def _judged(place: Place, reading: entries.Reading, since: near.Position | None) -> Found | Missing:
    entry = reading.entry
    if entry is None:
        return Missing(reading.outcome, reading.stamps, at_fault=reading.at_fault)
    if entry.expires_at <= time.time():
        return Missing(Outcome.ABSENT, entry.rests_on(), expired=entry.body)
    keep_copy(place.key, entry.rests_on(), entry.body, entry.expires_at, since)
    return Found(entry.body, MISS, Outcome.HIT)


def keep_copy(key: str, stamps: Stamps, body: bytes, expires_at: float, since: near.Position | None) -> None:
    """Of what was read after `since`; None: the near cache is off."""
    if since is not None:
        soon = min(expires_at, time.time() + COPY_SECONDS)
        near.keep(near.Entry(key, tuple(stamps), tuple(stamps.values()), body, expires_at=soon), since)


def remember(place: Place, value: Any) -> None:
    """What the body of the copy in this process means, for the next reader. It must be immutable."""
    if (copy := near.get(place.key)) is not None:
        copy.value = value


def stamps_for(place: Place, seen: Stamps) -> Stamps:
    """Of all tags of the place, before the provider is asked: an answer that was asked for earlier must not survive an
    invalidation that came later."""
    unseen = [name for name in place.tags if name not in seen]
    return seen | tags.stamps(unseen) if unseen else seen


def why_not_keep(place: Place, stamps: Stamps) -> str:
    """What speaks against keeping what was asked for under these stamps; "" if nothing does. If a scope was invalidated
    meanwhile, it would take the place of a newer answer."""
    if tags.stamps(place.tags) != stamps or any(map(tags.is_busy, stamps.values())):
        return "it was invalidated while the provider was asked"
    return "" if tags.may_store(stamps) else "Redis has just failed over"


def storing(
    place: Place, body: bytes, stamps: Stamps, *, computed_seconds: float, policy: AnswerPolicy
) -> Command:
    """What keeps the answer. `why_not_keep` has been asked."""
    now = time.time()
    life = place.ttl_seconds(policy.ttl_seconds)
    entry = entries.made(stamps, body, computed_seconds=computed_seconds, ttl_seconds=life, now=now)
    linger_seconds = conf.current().ai_stale_seconds if policy.stale_if_error else 0
    return entries.storing(place.key, entry, now=now, linger_seconds=linger_seconds)


def forget_copy(place: Place) -> None:
    """After this process has kept a newer answer: the next reader shall see that one."""
    near.discard(place.key)
