"""Waiting, within bounds, for what other threads, processes and servers do in their own time."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], *, seconds: float) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.002)
