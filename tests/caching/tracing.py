"""A trace as the tests of the cache look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connections

from caching import trace
from caching.trace import Account, Decision, Trace, accounting

P = ParamSpec("P")
R = TypeVar("R")


def closing(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for a thread of its own: it leaves no connection to the database behind."""

    @wraps(function)
    def closed(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return closed


@contextmanager
def traced(most: int = trace.MOST_DECISIONS) -> Iterator[Trace]:
    """What is asked of the cache in here."""
    account = Account()
    noted = trace.begin(account, most=most)
    try:
        with accounting(account):
            yield noted
    finally:
        trace.end(account)


def decided(noted: Trace, kind: str) -> list[tuple[str, str]]:
    """Outcomes and particulars of one kind of value."""
    return [(each.outcome, each.why) for each in noted.in_order() if each.kind == kind]


def only(noted: Trace, outcome: str) -> Decision:
    (decision,) = (each for each in noted.in_order() if each.outcome == outcome)
    return decision
