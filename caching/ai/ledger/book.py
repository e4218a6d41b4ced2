"""What this process has posted and not yet brought to Redis. Posting costs no round trip, and is not lost when the process
is killed: the pages lie in memory that outlives it.

There are two of them: while one is brought to Redis, the other is written on. An entry belongs to a day, so that what is
brought late is still booked on the day when it happened.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from time import time

from caching import mapped, trace
from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.pages import PAGE_BYTES, Page, pages_in
from caching.ai.ledger.postings import Key
from caching.ai.usage import Usage
from caching.policy import DAY

SUFFIX = ".ledger"
FILE_BYTES = 2 * PAGE_BYTES

_SCOPE = "scenario:"
_NOTHING = Usage()

# A Key with the scope of the scenario and a number of days that is no int: to make a proper one would take half as long again.
_RawKey = tuple[float, str, str, str, str, Outcome]


class Book:
    """Pages are taken under `lock`, and written on by who holds it.

    A thread may come by once more in the midst of it: garbage that is collected then may post, too. So no step may rely on
    what it has seen before it made an object or called a function.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.places: dict[_RawKey, tuple[memoryview, int]] = {}
        """Where each key stands: the words of a page, and the first of them."""
        self._file: mapped.Mapped | None = None
        self._pages: list[Page] = []
        self._free: list[Page] = []
        self._written: list[Page] = []
        """In order; the last one is open."""
        self._number = 0

    @property
    def process(self) -> str:
        return "" if self._file is None else self._file.name

    def place(self, raw: _RawKey) -> tuple[memoryview, int]:
        """That of a new entry. The caller holds the lock."""
        day, operation, kind, model, scope, outcome = raw
        key = Key(int(day), operation, kind, model, scope.removeprefix(_SCOPE), outcome)
        page = self._written[-1] if self._written else self._turned()
        while (place := page.add(key)) is None:
            page = self._turned()
        self.places[raw] = page.words, place
        return page.words, place

    def _turned(self) -> Page:
        """A new page. Only when Redis has been away for long are there none left in the file; the others are lost with the
        process."""
        if self._file is None:
            self._open()
        page = self._free.pop() if self._free else Page(memoryview(bytearray(PAGE_BYTES)))
        self._number += 1
        page.begin(self._number)
        self._written.append(page)
        return page

    def _open(self) -> None:
        made = mapped.create(SUFFIX, FILE_BYTES)
        if self._file is None:
            self._file, self._pages = made, pages_in(made.memory)
            self._free = [*self._pages]
        else:
            made.remove()

    def take(self) -> list[Page]:
        """All that was posted so far, in order. Nobody writes on these pages any more; give each back."""
        with self.lock:
            taken, self._written = self._written, []
            self.places.clear()
        return sorted(taken, key=lambda page: page.number)

    def give_back(self, page: Page) -> None:
        """Redis has it."""
        page.clear()
        with self.lock:
            if page in self._pages:
                self._free.append(page)

    def close(self) -> None:
        """The file goes if all of it is in Redis, and has been given back. What is posted later has another one."""
        with self.lock:
            if self._file is not None and not self._written:
                self._file.remove()
                self._file, self._pages, self._free = None, [], []

    def leave_to_parent(self) -> None:
        """In the child of a fork: its lock must end with the parent."""
        if self._file is not None:
            self._file.let_go()


_book = Book()
_begin: list[Callable[[], None]] = []


def record(
    operation: str,
    kind: str,
    model: str,
    scopes: Sequence[str],
    outcome: Outcome,
    usage: Usage = _NOTHING,
    pictures: int = 0,
    requests: int = 1,
    seconds: float = 0,
) -> None:
    """Posts one request, or several of one kind that took `usage` together; with a hit, what it took when it was fresh.

    `kind` is that of `AIRequest`: chat, embedding, image, response. `seconds` is how long the provider took.
    """
    for scope in scopes:
        if scope[:9] == _SCOPE:
            break
    else:
        scope = ""
    raw = (time() // DAY, operation, kind, model, scope, outcome)
    book = _book
    with book.lock:
        words, place = book.places.get(raw) or _new_place(book, raw)
        words[place] += requests
        words[place + 1] += usage.input_tokens
        words[place + 2] += usage.cached_input_tokens
        words[place + 3] += usage.output_tokens
        if pictures:
            words[place + 4] += pictures
        if seconds:
            words[place + 5] += round(1000 * seconds)
    if (account := trace.current()) is not None:
        tokens = usage.input_tokens, usage.cached_input_tokens, usage.output_tokens
        account.post(model, outcome, (requests, *tokens, pictures))


def _new_place(book: Book, raw: _RawKey) -> tuple[memoryview, int]:
    for begin in _begin:
        begin()
    return book.place(raw)


def call_at_new_entries(begin: Callable[[], None]) -> None:
    """`begin` is called when there is something to bring: rarely, but always after a fork."""
    _begin.append(begin)


def own() -> Book:
    """That of this process."""
    return _book


def begin_anew() -> None:
    """This process has posted nothing."""
    global _book  # noqa: PLW0603
    _book.take()
    _book.close()
    _book = Book()


def _begin_anew_after_fork() -> None:
    """What was posted is the parent's, who will bring it."""
    global _book  # noqa: PLW0603
    _book.leave_to_parent()
    _book = Book()


os.register_at_fork(after_in_child=_begin_anew_after_fork)
