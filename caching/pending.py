"""What open transactions have written and not yet committed: their own reads of it must not meet the cache.

`thread` is for code that runs on the thread of its connections; `context_written` for coroutines, which run on another
thread than the transaction around them. Both may say too much for a moment, never too little.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Set
from contextvars import ContextVar


class Transaction:
    """The tags that one open transaction has written. An ended one has none."""

    __slots__ = ("tags",)

    def __init__(self, tags: Set[str]) -> None:
        self.tags: Set[str] = tags


class _Thread(threading.local):
    """`transactions`: how many transactions of this thread have written. Zero is certain, and the fast test."""

    def __init__(self) -> None:
        self.transactions = 0
        self.open: list[Transaction] = []


thread = _Thread()
_context: ContextVar[tuple[Transaction, ...]] = ContextVar("written_transactions", default=())


def begin(tags: Set[str]) -> Transaction:
    """A transaction has written for the first time: what it is, on its own thread and in its own context."""
    transaction = Transaction(tags)
    _set_open([*_unended(thread.open), transaction])
    _context.set((*_unended(_context.get()), transaction))
    return transaction


def end(transaction: Transaction) -> None:
    """Committed, rolled back or lost. Another thread than the one it began on clears its own count later."""
    transaction.tags = frozenset()
    _set_open(_unended(thread.open))
    if transaction in _context.get():
        _context.set(tuple(_unended(_context.get())))


def is_clean() -> bool:
    """Whether nothing at all is open that has written, on this thread or around it. Fast; False may say too much."""
    return not (thread.transactions or _context.get())


def written() -> Set[str]:
    """The tags that transactions of this thread have written."""
    _set_open(_unended(thread.open))
    return _union(thread.open)


def context_written() -> Set[str]:
    """The tags that transactions have written out of whose context the caller runs."""
    around = _context.get()
    return _union(around) if around else frozenset()


def _set_open(transactions: list[Transaction]) -> None:
    thread.open = transactions
    thread.transactions = len(transactions)


def _unended(transactions: Iterable[Transaction]) -> list[Transaction]:
    return [transaction for transaction in transactions if transaction.tags]


def _union(transactions: Iterable[Transaction]) -> Set[str]:
    return frozenset().union(*(transaction.tags for transaction in transactions))
