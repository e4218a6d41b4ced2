"""What one piece of work asked of the cache and of the AI, in figures: a request's, for its line in the log.

It stands in a context variable, so threads and tasks that the work starts add to the same one. What belongs to no work is
counted nowhere here; the counts of the process are `caching.stats`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

from caching.trace.answers import Answers, post
from caching.trace.decisions import Trace

P = ParamSpec("P")
R = TypeVar("R")


class Account:
    """`near`: hits in this process, which the scope of consistency counts here. `outcomes`: all others, by their names in
    `caching.stats`. `trace`: every decision, if somebody wants to see them."""

    __slots__ = ("_lock", "answers", "near", "outcomes", "trace")

    def __init__(self, trace: Trace | None = None) -> None:
        self.near = 0
        self.outcomes: Counter[str] = Counter()
        self.answers: Answers = {}
        self.trace = trace
        self._lock = threading.Lock()

    def count(self, outcome: str, times: int) -> None:
        with self._lock:
            self.outcomes[outcome] += times

    def post(self, model: str, outcome: str, amounts: Sequence[int]) -> None:
        """Adds what was asked of a model."""
        with self._lock:
            post(self.answers, model, outcome, amounts)
            if self.trace is not None:
                post(self.trace.answers, model, outcome, amounts)


_current: ContextVar[Account | None] = ContextVar("account", default=None)
current = _current.get


class accounting:  # noqa: N801  used as contextlib's
    """`with accounting(account):` what is done in here belongs to this account. May be entered many times, one by one."""

    __slots__ = ("_account", "_token")
    _token: Token[Account | None]

    def __init__(self, account: Account) -> None:
        self._account = account

    def __enter__(self) -> Account:
        self._token = _current.set(self._account)
        return self._account

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _current.reset(self._token)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for a thread that keeps nothing else of this context: what it does belongs to this account."""
    account = current()
    if account is None:
        return function

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        with accounting(account):
            return function(*args, **kwargs)

    return within


def count(outcome: str, times: int) -> None:
    if (account := current()) is not None:
        account.count(outcome, times)
