"""Brings what the processes of this machine have counted to Redis: every second, and when a process ends.

Nothing is lost or doubled by a failure: what was counted stays in the cells until Redis has said that it has it, and a batch
that is sent again is known by its number. What a killed process has left behind is brought by another one.
"""

from __future__ import annotations

import atexit
import itertools
import os
import threading
import time
from contextlib import suppress

from caching import stats
from caching.errors import CacheUnavailable
from caching.policy import MINUTE
from caching.stats import files, processes, sheets
from caching.stats.files import CountFile
from caching.ticker import Ticker

FLUSH_SECONDS = 1.0
# How many flushes lie between two looks for what others have left behind.
FLUSHES_A_LOOK = 5

_lock = threading.Lock()
_flushes = itertools.count()


def flush() -> None:
    """Brings all to Redis that this process counted before this call. Raises CacheUnavailable; then it is brought later."""
    with _lock:
        if (own := stats.own_file()) is not None:
            _deliver(own)


def adopt() -> int:
    """Brings what killed processes of this machine have left behind; of how many. Raises CacheUnavailable."""
    adopted = 0
    for file in files.left_behind():
        try:
            _deliver(file)
            sheets.forget(file.process)
            file.mapped.remove()
        finally:
            file.mapped.let_go()
        adopted += 1
    return adopted


def _deliver(file: CountFile) -> None:
    # Perhaps Redis has it and only the answer was lost, so that it must stay as it is.
    batch = file.cells.pending()
    while batch is not None or (batch := file.cells.take(_this_minute())) is not None:
        sheets.post(file.process, batch)
        file.cells.confirm()
        batch = None


def _this_minute() -> int:
    return int(time.time()) // MINUTE * MINUTE


def _work() -> None:
    with suppress(CacheUnavailable):
        flush()
        if next(_flushes) % FLUSHES_A_LOOK == 0:
            adopt()
        processes.beat()


def end() -> None:
    """For the end of a process, whose exit handlers may not run. The file goes when all of it was brought; else somebody
    else will bring it.
    """
    with suppress(CacheUnavailable):
        flush()
        if (own := stats.own_file()) is not None:
            # At once: what is counted from here on by a thread that goes on is brought by the ticker, or lost.
            own.mapped.remove()
            sheets.forget(own.process)
        processes.leave()


def _new_ticker() -> Ticker:
    return Ticker("cache-counts", _work, lambda: FLUSH_SECONDS)


_ticker = _new_ticker()


def begin() -> None:
    """From now on this process brings its counts by itself, the last ones at its end."""
    _ticker.begin()


def _begin_anew_after_fork() -> None:
    global _ticker, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _ticker = _new_ticker()


atexit.register(end)
os.register_at_fork(after_in_child=_begin_anew_after_fork)
