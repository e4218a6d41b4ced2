"""Work outside of a request, or that outlives it: it has a line of its own, and bears the id of the request that caused it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from caching import trace
from caching.trace import Account, accounting
from platform_app.logs.figures import figures

P = ParamSpec("P")
R = TypeVar("R")

REQUEST_ID = "request_id"

logger: structlog.stdlib.BoundLogger = structlog.get_logger("platform_app.work")


@contextmanager
def logged(name: str, **bound: Any) -> Iterator[None]:
    """`with logged("turn", simulation=7):` a line `turn_finished` at the end, with how it went, what it took, and the bound
    fields, which every line meanwhile has as well. It counts for itself, but is a part of what is traced around it."""
    around = trace.current()
    account = Account(around.trace if around else None)
    began = perf_counter()
    ended = "failed"
    with accounting(account), bound_contextvars(**bound):
        try:
            yield
            ended = "done"
        finally:
            took = round((perf_counter() - began) * 1000, 1)
            logger.info(f"{name}_finished", outcome=ended, duration_ms=took, **figures(account))


def of_this_request(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for a thread that goes on without the request: its lines bear the request's id, and nothing else of the
    context goes along."""
    identity = request_identity()

    @wraps(function)
    def identified(*args: P.args, **kwargs: P.kwargs) -> R:
        with bound_contextvars(**identity):
            return function(*args, **kwargs)

    return trace.carried(identified)


def request_identity() -> dict[str, str]:
    """The id of the request under way, as a field; empty outside of requests."""
    bound = get_contextvars()
    return {REQUEST_ID: bound[REQUEST_ID]} if REQUEST_ID in bound else {}
