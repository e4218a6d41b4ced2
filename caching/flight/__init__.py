"""Single flight: any number of callers, threads, processes and hosts that miss one value cause one computation.

Callers first join a flight in their own process. Its leader takes a lease in Redis and computes, or waits (blocked, not
polling) for the process that has the lease. Values do not travel here: `compute` stores them where `look` finds them.

    boarding   the flights of this process           journey   the way of one caller, the same for sync and async
    lease      who computes, and who is told          outcomes  how a flight can end, in other processes too

Refuses to hand on what is too old: who came after the computation began gets it only if `accept` says it still counts.
One answer of `accept` serves all who were waiting in this process.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Literal, TypeVar

from caching import conf, keys
from caching.codec import Absence
from caching.flight import lease
from caching.flight.baggage import Baggage
from caching.flight.journey import Ask, AwaitLanding, Caller, Compute, Join, Landed, Step, Steps, deadline
from caching.flight.outcomes import LATE

R = TypeVar("R")
Miss = Literal[Absence.MISS]

STEP_THREADS = 16


def share(
    digest: str,
    *,
    look: Callable[[], R | Miss],
    compute: Callable[[], R],
    accept: Callable[[R], bool],
    evidence: Callable[[], bytes] = bytes,
    accept_error: Callable[[bytes], bool] = lambda evidence: True,
    baggage: Baggage | None = None,
) -> R:
    """The value of `digest`: what `look` finds, or the result of one `compute` in all processes, which stores it itself.

    An error of `compute` reaches each of those who wait, once. `evidence` is then asked what the error rests on, and
    `accept_error` is shown that by who came after the computation had begun; else he goes round again.

    A computation that asks for its own digest computes at once. One that waits for another flight does so for 2 s at
    most, for that one may wait for it. `baggage` are commands of the caller's that save round trips here. Raises
    CacheUnavailable when Redis does not work; nobody is left waiting.
    """
    # A thread with an event loop must not block for others: they may need that very loop.
    until = deadline(may_wait=not _is_in_event_loop())
    caller = Caller(
        digest, _key(digest), look, accept, evidence, accept_error, until, baggage or Baggage(), _call
    )
    return _drive(caller.journey(), compute).result()


async def share_async(
    digest: str,
    *,
    look: Callable[[], R | Miss],
    compute: Callable[[], Awaitable[R]],
    accept: Callable[[R], bool],
    evidence: Callable[[], bytes] = bytes,
    accept_error: Callable[[bytes], bool] = lambda evidence: True,
    baggage: Baggage | None = None,
) -> R:
    """As `share`, for a `compute` that is awaited. The other functions may block; they are called in a thread.

    A leader that is cancelled takes nobody along: somebody else leads.
    """
    until = deadline(may_wait=True)
    caller = Caller(
        digest,
        _key(digest),
        look,
        accept,
        evidence,
        accept_error,
        until,
        baggage or Baggage(),
        _threads.submit,
    )
    outcome = await _drive_async(caller.journey(), compute)
    return outcome.result()


def _key(digest: str) -> str:
    return keys.flight(conf.key_prefix(), digest)


def _drive(journey: Steps[Landed[R]], compute: Callable[[], R]) -> Landed[R]:
    resume: Callable[[], Step] = partial(next, journey)
    while True:
        try:
            step = resume()
        except StopIteration as end:
            landed: Landed[R] = end.value
            return landed
        try:
            resume = partial(journey.send, _take(step, compute))
        except BaseException as error:  # noqa: BLE001  the journey decides, and raises what is not for it
            resume = partial(journey.throw, error)


async def _drive_async(journey: Steps[Landed[R]], compute: Callable[[], Awaitable[R]]) -> Landed[R]:
    resume: Callable[[], Step] = partial(next, journey)
    while True:
        try:
            step = resume()
        except StopIteration as end:
            landed: Landed[R] = end.value
            return landed
        try:
            resume = partial(journey.send, await _take_async(step, compute))
        except BaseException as error:  # noqa: BLE001  CancelledError too
            resume = partial(journey.throw, error)


def _take(step: Step, compute: Callable[[], R]) -> object:
    match step:
        case Ask(function):
            return function()
        case AwaitLanding(holder, limit_seconds):
            return lease.wait(holder, limit_seconds)
        case Join(outcome, limit_seconds):
            try:
                return outcome.result(limit_seconds)
            except TimeoutError:
                return LATE
        case Compute():
            return compute()


async def _take_async(step: Step, compute: Callable[[], Awaitable[R]]) -> object:
    match step:
        case Ask(function):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(_threads, copy_context().run, function)
        case AwaitLanding(holder, limit_seconds):
            return await lease.wait_async(holder, limit_seconds)
        case Join(outcome, limit_seconds):
            try:
                async with asyncio.timeout(limit_seconds):
                    return await asyncio.wrap_future(outcome)
            except TimeoutError:
                return LATE
        case Compute():
            return await compute()


def _call(function: Callable[[], None]) -> None:
    function()


def _is_in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _new_threads() -> ThreadPoolExecutor:
    """For the round trips of async callers; nobody waits for another flight in here. Threads start as they are needed."""
    return ThreadPoolExecutor(STEP_THREADS, thread_name_prefix="flight")


_threads = _new_threads()


def _forget_after_fork() -> None:
    global _threads  # noqa: PLW0603
    _threads = _new_threads()


os.register_at_fork(after_in_child=_forget_after_fork)
