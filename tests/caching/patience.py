"""Waiting, within bounds, for what other threads, processes and servers do in their own time."""

import time
from collections.abc import Callable

from caching.connection import wire


def wait_until(condition: Callable[[], object], *, seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.002)


def await_posted() -> None:
    """Until what this thread has posted to Redis lies there: a connection is answered in the order of its commands."""
    wire.mget(["nothing"])
