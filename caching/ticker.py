"""A thread that does something every few seconds for as long as the process lives. It begins when it is first needed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextvars import Context

logger = logging.getLogger(__name__)


class Ticker:
    """`seconds` is asked before each pause. What `work` raises is logged, once until it works again, and it goes on. The
    child of a fork has none: make a new one there."""

    def __init__(self, name: str, work: Callable[[], None], seconds: Callable[[], float]) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._lock = threading.Lock()
        self._is_running = False
        self._has_failed = False

    def begin(self) -> None:
        """Again and again is once."""
        with self._lock:
            if not self._is_running:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                # It works for all, and keeps nothing of the context in which it happens to begin.
                Context().run(thread.start)
                self._is_running = True

    def _run(self) -> None:
        while True:
            time.sleep(self._seconds())
            self.tick()

    def tick(self) -> None:
        try:
            self._work()
            self._has_failed = False
        except Exception:
            if not self._has_failed:
                logger.exception("The work of the thread %s has failed; it is tried again", self._name)
            self._has_failed = True
