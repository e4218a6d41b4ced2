"""The steps of a writer: announce what will change, commit, leave.

Nothing may be committed that was not announced; hence WriteRefused while Redis is away. What follows a COMMIT never
fails: a mark that cannot be taken away runs out with its lease, and until then readers go to the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager

from django.db import DatabaseError

from caching import pending, tags
from caching.errors import CacheUnavailable
from caching.near import scopes

logger = logging.getLogger(__name__)

MOST_TAGS_OF_A_TABLE = 500
"""A transaction that has more of them invalidates the whole table."""


class WriteRefused(DatabaseError, CacheUnavailable):
    """Redis does not work, so nothing was written: the cache would have become stale.

    Only for a DatabaseError does Django's `atomic` roll back; with any other exception SQLite would commit.
    """


class Announcement:
    """One writer on its way through a COMMIT, and the tags that bear its mark."""

    def __init__(self) -> None:
        self._writer = tags.new_writer()
        self.names: Set[str] = frozenset()

    def add(self, names: Set[str]) -> None:
        """Raises WriteRefused; the statement that changes these tags must then not be sent."""
        missing = names - self.names
        if not missing:
            return
        try:
            tags.announce(self._writer, missing)
        except CacheUnavailable as error:
            raise WriteRefused(
                f"Nothing was written, because Redis cannot be told what changes: {error}",
                retry_after_seconds=error.retry_after_seconds,
            ) from error
        self.names = self.names | missing

    def leave(self) -> None:
        """The database has answered: whatever it did is done."""
        if not self.names:
            return
        try:
            tags.leave(self._writer, self.names)
        except CacheUnavailable as error:
            logger.warning("A write is announced until its lease runs out, since Redis is away: %s", error)

    def seen_by_its_own_scope(self) -> None:
        if self.names:
            scopes.after_own_write(self.names)


class Writer:
    """What one database connection writes.

    `is_settled(error)`: whether the database is known to have finished with the statement that failed. If it is not, as
    when the connection broke in the midst of COMMIT, the marks stay: they are right whatever comes of it.
    """

    def __init__(self, is_settled: Callable[[BaseException], bool]) -> None:
        self._is_settled = is_settled
        self._transaction: pending.Transaction | None = None
        self._condense_at = MOST_TAGS_OF_A_TABLE

    @property
    def uncommitted(self) -> Set[str]:
        return self._transaction.tags if self._transaction else frozenset()

    def remember(self, names: Set[str]) -> None:
        """A statement inside a transaction changes these tags, if the transaction is committed."""
        if not names:
            return
        if self._transaction is None:
            self._transaction = pending.begin(names)
        elif not names <= self._transaction.tags:
            self._transaction.tags = self._transaction.tags | names
        if len(self._transaction.tags) > self._condense_at:
            self._transaction.tags = condensed(self._transaction.tags)
            self._condense_at = max(MOST_TAGS_OF_A_TABLE, 2 * len(self._transaction.tags))

    def forget(self) -> None:
        """The transaction is over: committed, rolled back or lost with its connection."""
        if self._transaction is not None:
            pending.end(self._transaction)
            self._transaction = None
            self._condense_at = MOST_TAGS_OF_A_TABLE

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Around COMMIT. After a COMMIT that failed the tags are still remembered: a second one may follow."""
        if self._transaction is None:
            yield
            return
        with self.announcing() as announcement:
            announcement.add(self._transaction.tags)
            yield
        self.forget()

    @contextmanager
    def announcing(self) -> Iterator[Announcement]:
        """Around what commits. Inside, everything is added to the announcement before it is changed."""
        announcement = Announcement()
        try:
            yield announcement
        except BaseException as error:
            if self._is_settled(error):
                announcement.leave()
            raise
        else:
            announcement.leave()
        finally:
            announcement.seen_by_its_own_scope()


def condensed(names: Set[str]) -> Set[str]:
    """The same or more, but of no table more than so many: `any` and `bulk` then stand for its rows."""
    by_table: dict[str, set[str]] = {}
    for name in names:
        by_table.setdefault(name.rpartition(":")[0], set()).add(name)
    return frozenset().union(
        *(
            some if len(some) <= MOST_TAGS_OF_A_TABLE else {f"{table}:any", f"{table}:bulk"}
            for table, some in by_table.items()
        )
    )
