"""Brings what the processes of this machine have posted to Redis: every few seconds, and when a process ends.

Nothing is lost or doubled by a failure: what was posted stays on its page until Redis has said that it has it, and a page
that is sent again because its reply was lost is known by its number. What a killed process has left behind is brought by
another one.
"""

from __future__ import annotations

import atexit
import os
import secrets
import threading
from collections import defaultdict
from contextlib import suppress

from caching import conf, keys, mapped, policy, stats
from caching.ai.ledger import book, sheets, totals
from caching.ai.ledger.book import FILE_BYTES, SUFFIX
from caching.ai.ledger.pages import Page, Unreadable, pages_in
from caching.ai.ledger.postings import Cell, Key
from caching.connection import wire
from caching.connection.wire import Argument, Command, Script
from caching.errors import CacheUnavailable
from caching.mapped import Mapped
from caching.ticker import Ticker

FLUSH_SECONDS = 5.0

_POST = Script("post_to_sheet")


def flush() -> None:
    """Brings all to Redis that was posted before this call. Raises CacheUnavailable; then it is brought later."""
    _flusher.flush()


def end() -> None:
    """For the end of a process, whose exit handlers may not run. What cannot be brought now is left to other processes."""
    with suppress(CacheUnavailable):
        _flusher.end()


def adopt() -> int:
    """Brings what killed processes of this machine have left behind; of how many. Raises CacheUnavailable."""
    adopted = 0
    for file in mapped.left_behind(SUFFIX, FILE_BYTES):
        try:
            adopted += _bring_left(file)
        finally:
            file.let_go()
    return adopted


def _bring_left(file: Mapped) -> bool:
    """False: it is none of ours, and is left alone."""
    try:
        pages = pages_in(file.memory)
    except Unreadable:
        return False
    for page in sorted((page for page in pages if page.number), key=lambda page: page.number):
        _bring(file.name, page)
        page.clear()
    file.remove()
    return True


class _Flusher:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: list[Page] = []

    def flush(self) -> None:
        with self._lock:
            self._bring_all()

    def end(self) -> None:
        """In one go: else another thread might have pages of a file that goes."""
        with self._lock:
            self._bring_all()
            book.own().close()

    def _bring_all(self) -> None:
        # Perhaps Redis has these and only the answer was lost: nothing may be added to them.
        self._send()
        self._pages = book.own().take()
        self._send()

    def _send(self) -> None:
        while self._pages:
            _bring(book.own().process, self._pages[0])
            book.own().give_back(self._pages.pop(0))


def _bring(process: str, page: Page) -> None:
    postings = page.postings()
    if page.is_booked or not postings:
        return
    wire.checked(wire.run(_POST, _calls(process, page.number, postings), idempotent=True))
    page.note_booked()
    # The ledger has it. The totals may do without this page, but must not get it twice.
    with suppress(CacheUnavailable):
        totals.add(totals.amounts(postings.items()))


def _calls(process: str, number: int, postings: dict[Key, Cell]) -> list[Command]:
    by_day: defaultdict[int, list[tuple[Key, Cell]]] = defaultdict(list)
    for key, cell in postings.items():
        by_day[key.day].append((key, cell))
    prefix = conf.key_prefix()
    calls: list[Command] = []
    for day, posted in by_day.items():
        pairs: list[Argument] = [part for pair in sheets.amounts(posted).items() for part in pair]
        ttl_seconds = sheets.KEPT_SECONDS + policy.with_jitter(policy.DAY)
        head = (keys.ai_sheet(prefix, sheets.date_of(day)), secrets.token_hex(8), ttl_seconds)
        calls.append((*head, f"~{process}", number, *pairs))
    return calls


def _begin_ticker() -> None:
    _ticker.begin()


def _flush_if_possible() -> None:
    with suppress(CacheUnavailable):
        flush()
        adopt()


def _tick() -> None:
    _flush_if_possible()


def _new_ticker() -> Ticker:
    return Ticker("ai-ledger", _tick, lambda: FLUSH_SECONDS)


_flusher = _Flusher()
_ticker = _new_ticker()


def reset() -> None:
    """This process has posted nothing and owes nothing."""
    global _flusher  # noqa: PLW0603
    book.begin_anew()
    _flusher = _Flusher()


def _begin_anew_after_fork() -> None:
    """What was posted is the parent's, who will bring it, and so is the thread."""
    global _flusher, _ticker  # noqa: PLW0603
    _flusher = _Flusher()
    _ticker = _new_ticker()


book.call_at_new_entries(_begin_ticker)
# Also in processes that ask no AI: one of them may be the only one left.
stats.call_when_counting(_begin_ticker)
atexit.register(end)
os.register_at_fork(after_in_child=_begin_anew_after_fork)
