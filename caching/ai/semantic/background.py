"""Work that no answer waits for: a bounded queue and one thread. What is too much is dropped; nothing of it is needed.

The thread is a daemon and does not hold up the end of its process: who wants the rest to be done calls `drain`.
"""

from __future__ import annotations

import contextvars
import logging
import os
import queue
import threading
from collections.abc import Callable

from django.db import close_old_connections

from caching.errors import CachingError

MOST_WAITING = 100
Job = Callable[[], None]
logger = logging.getLogger(__name__)


class _Worker:
    """One for each process. Its thread begins with the first job."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def post(self, job: Job) -> bool:
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ai-semantic", daemon=True)
                # In a context of its own: it outlives the request that happens to begin it.
                contextvars.Context().run(self._thread.start)
        return True

    def drain(self, seconds: float) -> bool:
        with self._jobs.all_tasks_done:
            return self._jobs.all_tasks_done.wait_for(lambda: not self._jobs.unfinished_tasks, seconds)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                _do(job)
            finally:
                self._jobs.task_done()


def _do(job: Job) -> None:
    close_old_connections()
    try:
        job()
    except CachingError as error:
        logger.warning("A question was not learned: %s", error)
    except Exception:  # the next job is not to blame
        logger.exception("A question was not learned")
    finally:
        close_old_connections()


_worker = _Worker()


def post(job: Job) -> bool:
    """Does it soon. False if too much is waiting already: then never."""
    return _worker.post(job)


def drain(seconds: float) -> bool:
    """Waits until everything posted has been done; False if it took longer."""
    return _worker.drain(seconds)


def _begin_anew_after_fork() -> None:
    """The parent's thread is not here, and its jobs are the parent's."""
    global _worker  # noqa: PLW0603
    _worker = _Worker()


os.register_at_fork(after_in_child=_begin_anew_after_fork)
