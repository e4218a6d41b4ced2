"""Threads that a cached function starts read for it, so their statements must reach its recorder.

Python copies the context into tasks and into `asyncio.to_thread`, but not into `threading.Thread` and executors. While a
recorder listens, both get a copy here; at any other time they are what they always were. Processes that a cached function
starts, and threads that were running before, cannot be seen: a function must not read through them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from functools import partial, wraps
from typing import Any

from caching.queries import recorder


def carry_recorders() -> None:
    """Once for each process, at its start; a second call changes nothing."""
    if not hasattr(threading.Thread.start, "__wrapped__"):
        threading.Thread.start = _starting(threading.Thread.start)  # type: ignore[assignment, method-assign]
        ThreadPoolExecutor.submit = _submitting(ThreadPoolExecutor.submit)  # type: ignore[method-assign]


def _starting(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @wraps(start)
    def start_with_recorder(thread: threading.Thread) -> None:
        if recorder.current() is not None:
            thread.run = partial(copy_context().run, thread.run)  # type: ignore[method-assign]
        start(thread)

    return start_with_recorder


def _submitting(submit: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @wraps(submit)
    def submit_with_recorder(
        pool: ThreadPoolExecutor, task: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        if recorder.current() is None:
            return submit(pool, task, *args, **kwargs)
        # A worker that begins with this task serves others after it, and must not begin in its context.
        return Context().run(submit, pool, partial(copy_context().run, task), *args, **kwargs)

    return submit_with_recorder
