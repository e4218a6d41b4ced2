"""The flights of this process. Who wants what is already on its way gets on; nobody's leaving ends a flight."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from contextvars import Context
from functools import partial

from caching import trace
from caching.ai.live.driver import Driver, Plan
from caching.ai.live.readers import Flight
from caching.ai.live.records import BrokenOff, Ended, Failed, Restart

FLIGHTS_AT_ONCE = 256

Piece = bytes | Restart | Ended


def chunks(plan: Plan) -> Generator[Piece, None, None]:
    """The chunks as they come, and the end. Closing it leaves the flight; it goes on for others, and is kept.

    Raises UpstreamError, BrokenOff, CacheUnavailable, and what the caller's own source raises.
    """
    return _pieces(plan, are_shown=True)


def achunks(plan: Plan) -> AsyncGenerator[Piece, None]:
    """As `chunks`, for coroutines."""
    return _apieces(plan, are_shown=True)


def result(plan: Plan) -> Ended:
    """The whole answer. Raises as `chunks`."""
    *_, end = _pieces(plan, are_shown=False)
    return _ended(end)


async def aresult(plan: Plan) -> Ended:
    *_, end = [piece async for piece in _apieces(plan, are_shown=False)]
    return _ended(end)


def _pieces(plan: Plan, *, are_shown: bool) -> Generator[Piece, None, None]:
    """Who has shown nothing yet asks himself if the one who asked before him fails by his own fault."""
    boarded, has_shown = _board(plan), False
    while True:
        for news in boarded.flight.read():
            if isinstance(news, Failed):
                if not boarded.may_try_again(news, has_shown=has_shown):
                    raise _shared(news.error)
                boarded = _board(plan)
                break
            has_shown = are_shown
            if isinstance(news, Ended):
                yield boarded.ended(news)
                return
            yield news


async def _apieces(plan: Plan, *, are_shown: bool) -> AsyncGenerator[Piece, None]:
    boarded, has_shown = _board(plan), False
    while True:
        async with aclosing(boarded.flight.aread()) as arriving:
            async for news in arriving:
                if isinstance(news, Failed):
                    if not boarded.may_try_again(news, has_shown=has_shown):
                        raise _shared(news.error)
                    boarded = _board(plan)
                    break
                has_shown = are_shown
                if isinstance(news, Ended):
                    yield boarded.ended(news)
                    return
                yield news


def drain() -> None:
    """Waits until all flights of this process have ended, for a process that was told to stop."""
    _threads.shutdown(wait=True)
    _begin()


class _Boarded:
    """`is_own`: this caller's source is the one that asks."""

    def __init__(self, flight: Flight, *, is_own: bool) -> None:
        self.flight = flight
        self._is_own = is_own

    def ended(self, end: Ended) -> Ended:
        """As it is for this caller."""
        return end if self._is_own else Ended(end.body, asked=False)

    def may_try_again(self, failed: Failed, *, has_shown: bool) -> bool:
        """Whether the fault was another caller's, so that this one asks himself."""
        if self._is_own or not failed.own:
            return False
        if has_shown:
            raise BrokenOff from failed.error
        return True


def _board(plan: Plan) -> _Boarded:
    with _lock:
        flight = _flights.get(plan.digest)
        if flight is not None:
            return _Boarded(flight, is_own=False)
        flight = _flights[plan.digest] = Flight(plan.digest)
        driver = Driver(plan, flight, partial(_take_off_the_board, flight))
        # It works for all, and keeps nothing of the context of the one who came first; but what it does is counted as his.
        _threads.submit(Context().run, trace.carried(driver.fly))
        return _Boarded(flight, is_own=True)


def _take_off_the_board(flight: Flight) -> None:
    with _lock:
        if _flights.get(flight.key) is flight:
            del _flights[flight.key]


def _ended(piece: Piece) -> Ended:
    assert isinstance(piece, Ended)  # noqa: S101  a flight ends or raises
    return piece


def _shared(error: BaseException) -> BaseException:
    """One error that many raise: each from here, not from another's frames."""
    return error.with_traceback(None)


def _begin() -> None:
    """Also for the child of a fork: the flights are its parent's, and the threads."""
    global _lock, _flights, _threads  # noqa: PLW0603
    _lock = threading.Lock()
    _flights = {}
    # Not daemons: an interpreter that ends waits for them.
    _threads = ThreadPoolExecutor(FLIGHTS_AT_ONCE, thread_name_prefix="ai-flight")


_lock: threading.Lock
_flights: dict[str, Flight]
_threads: ThreadPoolExecutor
_begin()
os.register_at_fork(after_in_child=_begin)
