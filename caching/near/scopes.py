"""Scopes of consistency: stretches of work that see everything committed before they began.

A scope makes one barrier, at its first read from the near cache, and one more after each write of its own. Until then
further reads cost no round trip, and may see what was true when the scope began. So a scope is as long as one piece of
work: a request, a job, a step of a loop. Whoever runs for long, a stream or a worker, opens a new one for each step.

Outside of any scope every read makes a barrier of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar, Token
from types import TracebackType

from caching import trace
from caching.near import copies, tracking
from caching.trace import Account

_NEVER = -1
_near = copies.cache


class Barrier:
    """The barrier that a scope still owes, or has made in this era of the near cache."""

    __slots__ = ("era",)

    def __init__(self) -> None:
        self.era = _NEVER


class Scope:
    """Shared by the copies of a context: the threads and tasks that one request starts. `account`: whose near hits these are."""

    __slots__ = ("account", "barrier")

    def __init__(self) -> None:
        self.barrier = Barrier()
        self.account = trace.current() or _NOBODY


_NOBODY = Account()
_OUTSIDE = Scope()
_current: ContextVar[Scope | None] = ContextVar("caching_scope", default=None)


def ready() -> Scope | None:
    """The scope, if the near cache may be read in it now. Makes the barrier if it owes one; None: the near cache is off."""
    scope = _current.get()
    if scope is None:
        return _outside() if _barrier() else None
    owed = scope.barrier
    era = _near.era
    if owed.era == era:
        return scope
    if not _barrier():
        return None
    # Noted on the barrier as it was owed at the start: a write that another thread has made since owes a new one.
    owed.era = era
    return scope


def ready_without_io() -> Scope | None:
    """The same for code that must not block. None: ask `ready` in a thread."""
    scope = _current.get()
    return scope if scope is not None and scope.barrier.era == _near.era else None


def _outside() -> Scope:
    return _OUTSIDE if trace.current() is None else Scope()


def _barrier() -> bool:
    if not trace.active:
        return tracking.barrier()
    with trace.spending(trace.CACHE):
        began = trace.clock()
        is_open = tracking.barrier()
        trace.note("near_cache", "barrier" if is_open else "off", since=began)
        return is_open


def after_own_write(names: Collection[str]) -> None:
    """These tags were changed from here: nothing copied before serves this scope again."""
    _near.forget(names)
    scope = _current.get()
    if scope is not None:
        scope.barrier = Barrier()


class Fresh:
    """One scope, `with` or `async with`, used once. Within another scope it begins anew; the other one then goes on."""

    __slots__ = ("_token",)
    _token: Token[Scope | None]

    def __enter__(self) -> None:
        self._token = _current.set(Scope())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.reset(self._token)

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


def fresh() -> Fresh:
    """`with fresh():` what is read in here sees every commit that returned before it."""
    return Fresh()
