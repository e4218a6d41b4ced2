"""Debugging one request: what the cache decided in it, why, and how long that took. Knows neither Redis nor models.

    account    the figures of one piece of work, always kept: for its line in the log
    decisions  every decision and where the time went, kept when somebody asks: for `?cache=trace`

The cache reports here. Nobody listens almost always, and that must cost nothing: whoever reports on a hit looks at `active`
first, which is one look at a number.

    began = perf_counter() if trace.active else 0.0
    …
    if began:
        trace.note(kind, Outcome.NEAR, key, since=began)
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import perf_counter
from typing import Final, ParamSpec, TypeVar

from caching.trace.account import Account, accounting, carried, count, current
from caching.trace.answers import Answers
from caching.trace.decisions import MOST_DECISIONS, SESSION, Decision, Trace

__all__ = [
    "AI",
    "CACHE",
    "DATABASE",
    "MOST_DECISIONS",
    "PROGRAM",
    "SESSION",
    "Account",
    "Answers",
    "Decision",
    "Trace",
    "accounting",
    "active",
    "begin",
    "carried",
    "clock",
    "count",
    "current",
    "end",
    "inside",
    "near_hit",
    "note",
    "round_trip",
    "spending",
    "spent",
    "statement",
    "waiting",
    "waiting_async",
]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

CACHE: Final = "cache"
DATABASE: Final = "database"
AI: Final = "ai"
PROGRAM: Final = "program"

active = 0
"""How many requests of this process are being traced."""

_lock = threading.Lock()
_depth: ContextVar[int] = ContextVar("trace_depth", default=0)


class _Spell:
    """A stretch of time that is spent on one thing, and how much of it on others within."""

    __slots__ = ("elsewhere",)

    def __init__(self) -> None:
        self.elsewhere = 0.0


_spell: ContextVar[_Spell | None] = ContextVar("trace_spell", default=None)


def begin(account: Account, *, most: int = MOST_DECISIONS) -> Trace:
    """From now on what belongs to this account is traced; if it is already, more decisions may be kept. Each must `end`."""
    global active  # noqa: PLW0603
    with _lock:
        if account.trace is None:
            account.trace = Trace(most)
            active += 1
        account.trace.most = max(account.trace.most, most)
        account.trace.listeners += 1
        return account.trace


def end(account: Account) -> None:
    """One listener less. What he has been given stays his."""
    global active  # noqa: PLW0603
    with _lock:
        if account.trace is None:
            return
        account.trace.listeners -= 1
        if not account.trace.listeners:
            account.trace = None
            active -= 1


def clock() -> float:
    """Where hooks take their beginning: 0.0 when nobody traces."""
    return perf_counter() if active else 0.0


def note(
    kind: str,
    outcome: str,
    key: str = "",
    why: str = "",
    *,
    since: float = 0.0,
    seconds: float | None = None,
    times: int = 1,
) -> None:
    """A decision, which began then or took so long, or both; about several values, if so. Nothing happens where it belongs to
    no traced request."""
    if (trace := _trace()) is None:
        return
    now = perf_counter()
    took = seconds if seconds is not None else now - (since or now)
    trace.add(
        kind, outcome, key, why, began=since or now - took, seconds=took, depth=_depth.get(), times=times
    )


def near_hit(kind: str, key: str, began: float) -> None:
    if (trace := _trace()) is not None:
        seconds = perf_counter() - began
        trace.add(kind, "near", key, "", began=began, seconds=seconds, depth=_depth.get())
        trace.spend(CACHE, seconds)
        if (outer := _spell.get()) is not None:
            outer.elsewhere += seconds


@contextmanager
def round_trip() -> Iterator[None]:
    """Around a question to Redis and its answer."""
    if (trace := _trace()) is not None:
        trace.round_trips += 1
    with spending(CACHE):
        yield


@contextmanager
def spending(on: str) -> Iterator[None]:
    """What is done in here takes time of this kind, but for what is spent within it on another."""
    if not active or (trace := _trace()) is None:
        yield
        return
    spell, outer = _Spell(), _spell.get()
    token = _spell.set(spell)
    began = perf_counter()
    try:
        yield
    finally:
        took = perf_counter() - began
        _spell.reset(token)
        trace.spend(on, took - spell.elsewhere)
        if outer is not None:
            outer.elsewhere += took


def spent(on: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function whose time is spent on that."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def watched(*args: P.args, **kwargs: P.kwargs) -> R:
            if not active:
                return function(*args, **kwargs)
            with spending(on):
                return function(*args, **kwargs)

        return watched

    return decorate


@contextmanager
def inside() -> Iterator[None]:
    """A computation: what is decided in here was asked for by it, and its time is the program's own."""
    if not active:
        yield
        return
    token = _depth.set(_depth.get() + 1)
    try:
        with spending(PROGRAM):
            yield
    finally:
        _depth.reset(token)


@contextmanager
def statement() -> Iterator[None]:
    """Around a statement that is sent to the database."""
    if (trace := _trace()) is not None:
        trace.statements += 1
    with spending(DATABASE):
        yield


def waiting(on: str, pieces: Iterator[T]) -> Iterator[T]:
    """The pieces as they come; the time until each of them is spent on that."""
    while True:
        with spending(on):
            try:
                piece = next(pieces)
            except StopIteration:
                return
        yield piece


async def waiting_async(on: str, pieces: AsyncIterator[T]) -> AsyncIterator[T]:
    while True:
        with spending(on):
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                return
        yield piece


def _forget_lock_after_fork() -> None:
    """Another thread may have held it when this process was copied."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock_after_fork)


def _trace() -> Trace | None:
    account = current()
    return None if account is None else account.trace
