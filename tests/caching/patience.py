"""Waiting, within bounds, for what other threads, processes and servers do in their own time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from caching.connection import wire


def wait_until(condition: Callable[[], object], *, seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.002)


def await_posted() -> None:
    """Until what this thread has posted to Redis lies there: a connection is answered in the order of its commands."""
    wire.mget(["nothing"])


PROMISED_SECONDS = 1.5
"""So long a request waits for a Redis that does not answer, and then it is an error."""
BEAT_SECONDS = 0.01
SUSPENDED_SECONDS = 0.02
"""Whoever wakes so much too late had no processor in between."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What happens in here takes less than the product promises. Time in which this process was suspended, as others had the
    processors, is not counted: it is seen by a thread that wakes in a regular beat, so on an idle machine there is none."""
    ended = threading.Event()
    lost_seconds = 0.0

    def beat() -> None:
        nonlocal lost_seconds
        slept_at = time.monotonic()
        while not ended.wait(BEAT_SECONDS):
            now = time.monotonic()
            late = now - slept_at - BEAT_SECONDS
            lost_seconds += late if late > SUSPENDED_SECONDS else 0
            slept_at = now

    watch = threading.Thread(target=beat, daemon=True)
    watch.start()
    started = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - started
        ended.set()
        watch.join()
    assert took - lost_seconds < seconds, f"it took {took:.2f} s, of which {lost_seconds:.2f} s suspended"
