"""From a question to its answer, the same for every kind and for both doors: what is kept, else a flight.

Redis is asked first and must answer: without it everything raises CacheUnavailable within 1.5 s, and no provider is asked.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from caching import keys, stats
from caching.ai import kept, live
from caching.ai.answers import Source
from caching.ai.kept import Found, Missing, Place
from caching.ai.live import RESTART, Ended, Plan, Restart, UpstreamError
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.requests import AIRequest
from caching.ai.surfaces import Surface
from caching.codec import MISS
from caching.connection.wire import Command
from caching.errors import AIError
from caching.near import scopes
from caching.stats import Outcome

T = TypeVar("T")

_NOT_LOOKED = Missing(Outcome.ABSENT, {})
_UNDECODABLE = Missing(Outcome.UNDECODABLE, {})
_SOURCES: dict[Outcome, Source] = {Outcome.NEAR: "near", Outcome.HIT: "cache"}


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """`ask` asks the provider. `open` makes an answer of a body: it raises AIError for one that ended badly, ValueError for
    one that it cannot read. `is_immutable`: what it makes may be shared by all callers of this process."""

    request: AIRequest
    surface: Surface
    ask: live.Source
    open: Callable[[bytes, Source], T]
    policy: AnswerPolicy = DEFAULT
    is_immutable: bool = False
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", kept.place_of(self.request, self.policy))


class Reply(NamedTuple, Generic[T]):
    body: bytes
    value: T
    source: Source


class Begun(NamedTuple):
    """There is no answer yet."""

    plan: Plan
    missing: Missing


def answer(question: Question[T]) -> Reply[T]:
    """Raises UpstreamError and what `ask` and `open` raise."""
    begun = begin(question)
    if isinstance(begun, Reply):
        return begun
    try:
        ended = live.result(begun.plan)
    except UpstreamError:
        if (stale := _stale(question, begun.missing)) is None:
            raise
        return stale
    return _opened(question, ended)


async def aanswer(question: Question[T]) -> Reply[T]:
    begun = await abegin(question)
    if isinstance(begun, Reply):
        return begun
    try:
        ended = await live.aresult(begun.plan)
    except UpstreamError:
        if (stale := _stale(question, begun.missing)) is None:
            raise
        return stale
    return _opened(question, ended)


def stream(question: Question[T], begun: Begun) -> Generator[bytes | Restart | Reply[T], None, None]:
    """The chunks as they come, and the whole last. `begin` has found nothing."""
    is_shown = False
    try:
        for piece in live.chunks(begun.plan):
            is_shown = True
            yield _opened(question, piece) if isinstance(piece, Ended) else piece
    except UpstreamError:
        if (stale := _stale(question, begun.missing)) is None:
            raise
        if is_shown:
            yield RESTART
        yield from question.surface.replay(stale.body)
        yield stale


async def astream(question: Question[T], begun: Begun) -> AsyncGenerator[bytes | Restart | Reply[T], None]:
    is_shown = False
    try:
        async for piece in live.achunks(begun.plan):
            is_shown = True
            yield _opened(question, piece) if isinstance(piece, Ended) else piece
    except UpstreamError:
        if (stale := _stale(question, begun.missing)) is None:
            raise
        if is_shown:
            yield RESTART
        for chunk in question.surface.replay(stale.body):
            yield chunk
        yield stale


def begin(question: Question[T]) -> Reply[T] | Begun:
    """What is kept, or how to get it."""
    place = question.place
    if question.policy.no_store:
        return Begun(_alone(question), _NOT_LOOKED)
    missing = _NOT_LOOKED
    if not question.policy.refresh:
        looked = _look(question)
        if isinstance(looked, Reply):
            return looked
        missing = looked
        stats.record(place.kind, missing.outcome)
    stamps = kept.stamps_for(place, missing.stamps)
    # Who asks after an invalidation must not get on what was asked before it.
    digest = keys.digest("\0".join([place.key, *sorted(map(repr, stamps.values()))]).encode())

    def look() -> bytes | None:
        if question.policy.refresh:
            return None
        looked = _look(question)
        return looked.body if isinstance(looked, Reply) else None

    def keep(body: bytes, seconds: float) -> Sequence[Command]:
        if question.surface.why_not_kept(body) or not kept.may_keep(place, stamps):
            stats.record(place.kind, Outcome.UNSTORED)
            return ()
        kept.forget_copy(place)
        return [kept.storing(place, body, stamps, seconds)]

    return Begun(Plan(digest, question.surface, question.ask, look, keep), missing)


async def abegin(question: Question[T]) -> Reply[T] | Begun:
    """As `begin`. A copy in this process is taken here; whatever needs Redis waits in a thread."""
    if scopes.ready_without_io() and not (question.policy.no_store or question.policy.refresh):
        found = kept.copy_of(question.place)
        if found is not None and (reply := _read(question, found)) is not None:
            return reply
    return await asyncio.to_thread(begin, question)


def _alone(question: Question[T]) -> Plan:
    """A flight that nobody shares and that leaves nothing behind."""
    return Plan(secrets.token_hex(20), question.surface, question.ask, lambda: None, lambda body, seconds: ())


def _look(question: Question[T]) -> Reply[T] | Missing:
    looked = kept.read(question.place)
    if isinstance(looked, Missing):
        return looked
    return _read(question, looked) or _UNDECODABLE


def _read(question: Question[T], found: Found) -> Reply[T] | None:
    """None for something that `open` does not understand: it is asked for again."""
    if found.value is not MISS and question.is_immutable:
        value = found.value
    else:
        try:
            value = question.open(found.body, _SOURCES[found.outcome])
        except (ValueError, AIError):
            return None
        if question.is_immutable and found.outcome is Outcome.NEAR:
            kept.remember(question.place, value)
    stats.record(question.place.kind, found.outcome)
    return Reply(found.body, value, _SOURCES[found.outcome])


def _opened(question: Question[T], ended: Ended) -> Reply[T]:
    stats.record(question.place.kind, Outcome.COMPUTED if ended.asked else Outcome.WAITED)
    source: Source = "provider" if ended.asked else "shared"
    return Reply(ended.body, question.open(ended.body, source), source)


def _stale(question: Question[T], missing: Missing) -> Reply[T] | None:
    """The answer that has expired, if this caller would rather have it than an error."""
    if not question.policy.stale_if_error or missing.expired is None:
        return None
    try:
        return Reply(missing.expired, question.open(missing.expired, "stale"), "stale")
    except (ValueError, AIError):
        return None
