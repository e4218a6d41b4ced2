"""A thread that does something every few seconds for as long as the process lives. It begins when it is first needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import Context


class Ticker:
    """`seconds` is asked before each pause. `work` must not raise. The child of a fork has none: make a new one there."""

    def __init__(self, name: str, work: Callable[[], None], seconds: Callable[[], float]) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._lock = threading.Lock()
        self._is_running = False

    def begin(self) -> None:
        """Again and again is once."""
        with self._lock:
            if not self._is_running:
                self._is_running = True
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                # It works for all, and keeps nothing of the context in which it happens to begin.
                Context().run(thread.start)

    def _run(self) -> None:
        while True:
            time.sleep(self._seconds())
            self._work()
