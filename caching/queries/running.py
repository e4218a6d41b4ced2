"""The way of one call that this process's own copy could not answer: Redis, else a computation that many share.

Sync and async callers take the same steps; an async one takes those that wait for Redis in a thread.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeVar, cast

from caching import entries, flight, near, pending, trace
from caching.codec import MISS
from caching.entries import Reading
from caching.errors import CacheUnavailable
from caching.near import scopes
from caching.near.scopes import Scope
from caching.queries.computation import Computation, Unshareable
from caching.queries.query import Call, Query
from caching.stats import Outcome

R = TypeVar("R")


def answer(query: Query[R], call: Call, scope: Scope | None, began: float) -> R:
    """Raises CacheUnavailable, and whatever the function raises. `scope`: None where there is no near cache now.

    `began`: when the call began, if somebody traces.
    """
    if not began:
        return _answer(query, call, scope, began)
    with trace.spending(trace.CACHE):
        return _answer(query, call, scope, began)


async def answer_async(query: Query[R], call: Call) -> R:
    """As `answer`, for a coroutine function."""
    with trace.spending(trace.CACHE):
        return await _answer_async(query, call)


def _answer(query: Query[R], call: Call, scope: Scope | None, began: float) -> R:
    if scope is not None and (copy := _near(call)) is not None:
        scope.account.near += 1
        return query.near_hit(copy, began)
    if entries.is_known(call.key) or not pending.is_clean():
        value, reading = _looked(query, call, is_ready=scope is not None)
        if value is not MISS and not query.is_due(reading):
            return cast("R", value)
        computation = Computation(query, call, value, reading)
        if value is not MISS:
            return computation.early()
        if _must_be_alone(reading):
            return computation.alone()
    else:
        # It is probably not there: look with the same round trip that takes the lease.
        computation = Computation(query, call, MISS, None)
    try:
        shared = flight.share(call.digest, compute=computation.run, **computation.terms())
        computation.store()
        return computation.taken(shared)
    except Unshareable:
        computation.count_reading()
        return computation.alone()
    except CacheUnavailable:  # nobody has looked
        raise
    except BaseException:
        computation.count_reading()
        raise


async def _answer_async(query: Query[R], call: Call) -> R:
    value, reading = await asyncio.to_thread(_looked, query, call)
    if value is not MISS and not query.is_due(reading):
        return cast("R", value)
    computation = Computation(query, call, value, reading)
    if value is not MISS:
        return await computation.early_async()
    if _must_be_alone(reading):
        return await computation.alone_async()
    try:
        shared = await flight.share_async(call.digest, compute=computation.run_async, **computation.terms())
        if computation.is_unstored:
            await asyncio.to_thread(computation.store)
        return computation.taken(shared)
    except Unshareable:
        return await computation.alone_async()


def _near(call: Call) -> near.Entry | None:
    """A copy under the canonical key: for arguments that cannot be compared as they are."""
    if call.near_key is not call.key or pending.thread.transactions:
        return None
    return near.get(call.key)


def _looked(query: Query[R], call: Call, *, is_ready: bool | None = None) -> tuple[Any, Reading]:
    """What Redis has, counted as the reading of this caller."""
    began = time.perf_counter()
    if is_ready is None:
        is_ready = scopes.ready() is not None
    value, reading = query.look(call, near.position() if is_ready else None)
    query.count(call, reading, time.perf_counter() - began)
    return value, reading


def _must_be_alone(reading: Reading) -> bool:
    """In a transaction that has written, nobody may wait: who computes may need the rows that it has locked."""
    return reading.outcome is Outcome.BYPASS or not pending.is_clean()
