"""Brings what this process has counted to Redis: every few seconds from a thread of its own, and when the process ends.

Nothing is lost or doubled by a failure: what was counted stays here until Redis has said that it has it, and a batch that
is sent again because its reply was lost is known by its number. What a killed process had not yet brought is lost: that
of `FLUSH_SECONDS`.
"""

import atexit
import os
import secrets
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from caching import conf, keys, policy
from caching.ai.ledger import book, sheets, totals
from caching.ai.ledger.book import CLOSED, Cell, Key
from caching.connection import wire
from caching.connection.wire import Argument, Command, Script
from caching.errors import CacheUnavailable
from caching.ticker import Ticker

FLUSH_SECONDS = 5.0

_POST = Script("post_to_sheet")


def flush() -> None:
    """Brings all to Redis that was counted before this call. Raises CacheUnavailable; then it is brought later."""
    _flusher.flush()


@dataclass(frozen=True, slots=True)
class _Batch:
    number: int
    amounts: dict[int, dict[str, int]]
    """By day."""
    totals: dict[str, int]


class _Flusher:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = "~" + secrets.token_hex(8)
        self._number = 0
        self._taken: dict[Key, Cell] = {}
        self._unanswered: _Batch | None = None

    def flush(self) -> None:
        with self._lock:
            # Perhaps Redis has it and only the answer was lost, so that it must stay as it is.
            self._send()
            self._take()
            self._send()

    def _take(self) -> None:
        """Makes a batch of what was counted since the last one."""
        postings = book.postings()
        by_day: defaultdict[int, list[tuple[Key, Cell]]] = defaultdict(list)
        for key, cell in postings.items():
            if key.day != CLOSED and cell != (before := self._taken.get(key, Cell())):
                by_day[key.day].append((key, cell.minus(before)))
        if not by_day:
            return
        self._taken = postings
        self._number += 1
        amounts = {day: sheets.amounts(posted) for day, posted in by_day.items()}
        posted = [each for some in by_day.values() for each in some]
        self._unanswered = _Batch(self._number, amounts, totals.amounts(posted))

    def _send(self) -> None:
        if self._unanswered is None:
            return
        batch = self._unanswered
        wire.checked(wire.run(_POST, self._calls(batch), idempotent=True))
        self._unanswered = None
        # Who was interrupted at midnight may still post to the day before.
        book.close_days_before(max(batch.amounts) - 1)
        # The ledger has it. The totals may do without this batch, but must not get it twice.
        with suppress(CacheUnavailable):
            totals.add(batch.totals)

    def _calls(self, batch: _Batch) -> list[Command]:
        prefix = conf.key_prefix()
        calls: list[Command] = []
        for day, amounts in batch.amounts.items():
            pairs: list[Argument] = [part for pair in amounts.items() for part in pair]
            ttl_seconds = sheets.KEPT_SECONDS + policy.with_jitter(policy.DAY)
            head = (keys.ai_sheet(prefix, sheets.date_of(day)), secrets.token_hex(8), ttl_seconds)
            calls.append((*head, self._process, batch.number, *pairs))
        return calls


def _begin_ticker() -> None:
    _ticker.begin()


def _flush_if_possible() -> None:
    with suppress(CacheUnavailable):
        flush()


def _tick() -> None:
    _flush_if_possible()


def _new_ticker() -> Ticker:
    return Ticker("ai-ledger", _tick, lambda: FLUSH_SECONDS)


_flusher = _Flusher()
_ticker = _new_ticker()


def reset() -> None:
    """This process has counted nothing and owes nothing."""
    global _flusher  # noqa: PLW0603
    book.begin_anew()
    _flusher = _Flusher()


def _begin_anew_after_fork() -> None:
    """What was counted is the parent's, who will bring it, and so is the thread."""
    global _ticker  # noqa: PLW0603
    reset()
    _ticker = _new_ticker()


book.call_at_new_cells(_begin_ticker)
atexit.register(_flush_if_possible)
os.register_at_fork(after_in_child=_begin_anew_after_fork)
