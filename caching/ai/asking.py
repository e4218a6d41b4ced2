"""From a question to its answer, the same for every kind and for both doors: what is kept, else a flight.

Redis is asked first and must answer: without it everything raises CacheUnavailable within 1.5 s, and no provider is asked.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import msgspec

from caching import keys, trace
from caching.ai import booking, kept, live, semantic
from caching.ai.answers import Answer, Source
from caching.ai.embeddings import vector_of
from caching.ai.kept import Found, Missing, Place
from caching.ai.live import RESTART, Ended, Plan, Publish, Restart, UpstreamError
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.requests import AIRequest
from caching.ai.surfaces import Surface
from caching.ai.usage import Usage
from caching.codec import MISS, Absence
from caching.connection.wire import Command
from caching.errors import AIError
from caching.near import scopes
from caching.stats import Outcome

T = TypeVar("T")

_NOT_LOOKED = Missing(Outcome.ABSENT, {})
_UNDECODABLE = Missing(Outcome.UNDECODABLE, {})
_SOURCES: dict[Outcome, Source] = {Outcome.NEAR: "near", Outcome.HIT: "cache"}


Ask = Callable[[Mapping[str, Any], Publish], bytes]
"""A `live.Source` that is given the parameters of the request."""


class Question(msgspec.Struct, Generic[T], frozen=True):
    """`ask` asks the provider. `open` makes an answer of a body: it raises AIError for one that ended badly, ValueError for
    one that it cannot read. `is_immutable`: what it makes may be shared by all callers of this process."""

    request: AIRequest
    place: Place
    surface: Surface
    ask: Ask
    open: Callable[[bytes, Source], T]
    policy: AnswerPolicy = DEFAULT
    is_immutable: bool = False
    usage: Callable[[T], Usage] | None = None
    """of what was made of a body; None: ask the surface"""


def question(
    request: AIRequest,
    surface: Surface,
    ask: Ask,
    open_: Callable[[bytes, Source], T],
    policy: AnswerPolicy = DEFAULT,
    *,
    is_immutable: bool = False,
    usage: Callable[[T], Usage] | None = None,
) -> Question[T]:
    """Raises ValueError for an operation or a scope that cannot stand in a key."""
    return Question(request, kept.place_of(request), surface, ask, open_, policy, is_immutable, usage)


class Reply(NamedTuple, Generic[T]):
    body: bytes
    value: T
    source: Source


class Begun(NamedTuple):
    """There is no answer yet."""

    plan: Plan
    missing: Missing
    at: float
    """by `time.perf_counter()`"""


def answer(question: Question[T]) -> Reply[T]:
    """Raises UpstreamError and what `ask` and `open` raise."""
    begun = begin(question)
    if isinstance(begun, Reply):
        return begun
    try:
        with trace.spending(trace.AI):
            ended = live.result(begun.plan)
    except UpstreamError as error:
        if (stale := _stale(question, begun.missing)) is None:
            booking.failed(question.request, error, seconds=time.perf_counter() - begun.at)
            raise
        return stale
    return _opened(question, ended, begun)


def peek(question: Question[T]) -> T | None:
    """What is kept. It is no hit, for nobody was spared anything."""
    looked = kept.read(question.place)
    if isinstance(looked, Missing):
        return None
    try:
        return question.open(looked.body, _SOURCES[looked.outcome])
    except (ValueError, AIError):
        return None


async def aanswer(question: Question[T]) -> Reply[T]:
    begun = await abegin(question)
    if isinstance(begun, Reply):
        return begun
    try:
        with trace.spending(trace.AI):
            ended = await live.aresult(begun.plan)
    except UpstreamError as error:
        if (stale := await asyncio.to_thread(_stale, question, begun.missing)) is None:
            booking.failed(question.request, error, seconds=time.perf_counter() - begun.at)
            raise
        return stale
    return _opened(question, ended, begun)


def stream(question: Question[T], begun: Begun) -> Generator[bytes | Restart | Reply[T], None, None]:
    """The chunks as they come, and the whole last. `begin` has found nothing."""
    is_shown = False
    try:
        for piece in trace.waiting(trace.AI, live.chunks(begun.plan)):
            is_shown = True
            yield _opened(question, piece, begun) if isinstance(piece, Ended) else piece
    except UpstreamError as error:
        if (stale := _stale(question, begun.missing)) is None:
            booking.failed(question.request, error, seconds=time.perf_counter() - begun.at)
            raise
        if is_shown:
            yield RESTART
        yield from question.surface.replay(stale.body)
        yield stale


async def astream(question: Question[T], begun: Begun) -> AsyncGenerator[bytes | Restart | Reply[T], None]:
    is_shown = False
    try:
        async for piece in trace.waiting_async(trace.AI, live.achunks(begun.plan)):
            is_shown = True
            yield _opened(question, piece, begun) if isinstance(piece, Ended) else piece
    except UpstreamError as error:
        if (stale := await asyncio.to_thread(_stale, question, begun.missing)) is None:
            booking.failed(question.request, error, seconds=time.perf_counter() - begun.at)
            raise
        if is_shown:
            yield RESTART
        for chunk in question.surface.replay(stale.body):
            yield chunk
        yield stale


@trace.spent(trace.CACHE)
def begin(question: Question[T]) -> Reply[T] | Begun:
    """What is kept, or how to get it."""
    place, at = question.place, time.perf_counter()
    if question.policy.no_store:
        booking.passed_by(question.request)
        return Begun(_alone(question), _NOT_LOOKED, at)
    missing = _NOT_LOOKED
    if question.policy.refresh:
        booking.passed_by(question.request)
    else:
        looked = _look(question)
        if isinstance(looked, Reply):
            return _booked(question, looked, time.perf_counter() - at)
        missing = looked
        booking.missed(question.request, missing, seconds=time.perf_counter() - at)
        if (alike := _alike(question)) is not None:
            return alike
    stamps = kept.stamps_for(place, missing.stamps)
    # Who asks after an invalidation must not get on what was asked before it.
    digest = keys.digest("\0".join([place.key, *sorted(map(repr, stamps.values()))]).encode())

    def look() -> bytes | None:
        if question.policy.refresh:
            return None
        looked = _look(question)
        return looked.body if isinstance(looked, Reply) else None

    def keep(body: bytes, seconds: float) -> Sequence[Command]:
        why_not = question.surface.why_not_kept(body) or kept.why_not_keep(place, stamps)
        booking.asked(question.request, _usage(question, body), why_not, seconds=seconds, size=len(body))
        if why_not:
            return ()
        kept.forget_copy(place)
        semantic.learn(question.request, embed=vector_of, look_up=_kept_body)
        return [kept.storing(place, body, stamps, computed_seconds=seconds, policy=question.policy)]

    return Begun(Plan(digest, question.surface, _source(question), look, keep), missing, at)


async def abegin(question: Question[T]) -> Reply[T] | Begun:
    """As `begin`. A copy in this process is taken here; whatever needs Redis waits in a thread."""
    if scopes.ready_without_io() and not (question.policy.no_store or question.policy.refresh):
        found = kept.copy_of(question.place)
        if found is not None and (reply := _read(question, found)) is not None:
            return _booked(question, reply)
    return await asyncio.to_thread(begin, question)


def _alike(question: Question[T]) -> Reply[T] | None:
    """The answer to another question of the same meaning: only where an operator has allowed that."""
    found = semantic.find(question.request, embed=vector_of, look_up=_kept_body)
    if found is None:
        return None
    try:
        value = question.open(found.value, "semantic")
    except (ValueError, AIError):
        return None
    if isinstance(value, Answer):
        value = msgspec.structs.replace(value, cosine=found.cosine)
    return _booked(question, Reply(found.value, value, "semantic"))


def _kept_body(request: AIRequest) -> bytes | Literal[Absence.MISS]:
    found = kept.read(kept.place_of(request))
    return found.body if isinstance(found, Found) else MISS


def _alone(question: Question[T]) -> Plan:
    """A flight that nobody shares and that leaves nothing behind."""

    def keep(body: bytes, seconds: float) -> Sequence[Command]:
        why_not = "the caller did not want it kept"
        booking.asked(question.request, _usage(question, body), why_not, seconds=seconds)
        return ()

    return Plan(secrets.token_hex(20), question.surface, _source(question), lambda: None, keep)


def _source(question: Question[T]) -> live.Source:
    # A thread asks the provider: by then the caller may have changed what the key was made of.
    return partial(question.ask, deepcopy(question.request.parameters))


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
    return Reply(found.body, value, _SOURCES[found.outcome])


def _opened(question: Question[T], ended: Ended, begun: Begun) -> Reply[T]:
    source: Source = "provider" if ended.asked else "shared"
    reply = Reply(ended.body, question.open(ended.body, source), source)
    return _booked(question, reply, time.perf_counter() - begun.at)


def _stale(question: Question[T], missing: Missing) -> Reply[T] | None:
    """The answer that has expired, if this caller would rather have it than an error."""
    if not question.policy.stale_if_error or missing.expired is None:
        return None
    # Once more: somebody may have invalidated it while the provider was asked.
    now = kept.read(question.place)
    if not isinstance(now, Missing) or now.expired is None:
        return None
    try:
        stale = Reply(now.expired, question.open(now.expired, "stale"), "stale")
    except (ValueError, AIError):
        return None
    return _booked(question, stale)


def _booked(question: Question[T], reply: Reply[T], seconds: float = 0) -> Reply[T]:
    usage = question.usage(reply.value) if question.usage else _usage(question, reply.body)
    booking.spared(
        question.request, reply.source, usage, seconds=seconds, size=len(reply.body), body=reply.body
    )
    return reply


def _usage(question: Question[T], body: bytes) -> Usage:
    return question.surface.usage(body)[1]
