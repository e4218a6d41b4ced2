"""A sign of life of a running analysis while it waits for the AI, so that the death of its worker shows within 90 s."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0


@contextmanager
def heartbeat(beat: Callable[[], None], *, every_seconds: float = BEAT_SECONDS) -> Iterator[None]:
    """Calls `beat` from a thread until the block ends. The thread has a database connection of its own."""
    ended = threading.Event()
    thread = threading.Thread(target=_keep_beating, args=(beat, every_seconds, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep_beating(beat: Callable[[], None], every_seconds: float, ended: threading.Event) -> None:
    try:
        while not ended.wait(every_seconds):
            _beat_once(beat)
    finally:
        connection.close()


def _beat_once(beat: Callable[[], None]) -> None:
    try:
        beat()
    except DatabaseError:
        # A database that is busy for a moment is no reason to look dead from now on.
        log.exception("A sign of life could not be written")
