"""A database backend that knows what is written through it: a mixin over any of Django's.

It alone sees every COMMIT, ROLLBACK and lost connection. What cannot be seen: statements on the driver's own connection
(`connection.connection`), and programs other than this one.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper

from caching.db.catalog import Catalog, catalog_of
from caching.invalidation.loaded import LoadedKeys
from caching.invalidation.writer import Writer
from caching.sql import Kind, Statement

_ABOUT_TABLES = frozenset({Kind.READ, Kind.WRITE})


class ObservedDatabase(BaseDatabaseWrapper):
    """To be put before the backend's own DatabaseWrapper; a subclass for each vendor answers the questions below."""

    cursor_class: ClassVar[type[CursorWrapper]]
    debug_cursor_class: ClassVar[type[CursorDebugWrapper]]
    begin_sql: ClassVar[str]
    Database: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.writes = Writer(self.is_settled)
        self.loaded_keys = LoadedKeys()
        self._catalog: Catalog | None = None
        self._is_reading_catalog = False
        self._has_changed_schema = False

    # --- Questions to the vendor ---------------------------------------------------------------------------------

    def identity(self) -> tuple[object, ...]:
        """What tells this database from all others, whatever it is called here."""
        raise NotImplementedError

    def is_in_transaction(self) -> bool:
        """By the driver's word, since statements can begin and end transactions too."""
        raise NotImplementedError

    def is_settled(self, error: BaseException) -> bool:
        """Whether the database has finished with the statement that failed."""
        raise NotImplementedError

    def why_outdated(self) -> str:
        """Why the next statement may see an older state than the stamps taken just now; "" if it cannot."""
        raise NotImplementedError

    def text(self, sql: Any) -> str:
        return str(sql)

    # --- What is known of the database ---------------------------------------------------------------------------

    @property
    def catalog(self) -> Catalog:
        """Connects, if need be: only the database itself tells who it is."""
        if self._catalog is None:
            self.ensure_connection()
            self._catalog = catalog_of(self, self.identity())
        return self._catalog

    def analyse(self, sql: Any) -> Statement:
        """What the text says. Raises django.db.Error if the schema has to be read for that and cannot be."""
        text = sql if sql.__class__ is str else self.text(sql)
        catalog = self._catalog or self.catalog
        statement = catalog.statements.analyse(text)
        # Not for BEGIN or SET TRANSACTION: they must come before the transaction's first query.
        if catalog.read_at != catalog.changes and statement.kind in _ABOUT_TABLES:
            self._read_catalog(catalog)
            statement = catalog.statements.analyse(text)
        return statement

    def _read_catalog(self, catalog: Catalog) -> None:
        self._is_reading_catalog = True
        try:
            catalog.read(self)
        finally:
            self._is_reading_catalog = False

    def schema_changed(self) -> None:
        """Now for this connection, and at the end of its transaction for all others."""
        self._has_changed_schema = True
        self.catalog.outdated()

    # --- Cursors -------------------------------------------------------------------------------------------------

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        return super().make_cursor(cursor) if self._is_reading_catalog else self.cursor_class(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorDebugWrapper:
        if self._is_reading_catalog:
            return super().make_debug_cursor(cursor)
        return self.debug_cursor_class(cursor, self)

    # --- Transactions --------------------------------------------------------------------------------------------

    def control(self, kind: Kind, sql: Any, send: Callable[[], Any]) -> Any:
        """BEGIN, COMMIT or ROLLBACK as a statement through a cursor."""
        if kind is Kind.COMMIT:
            with self.writes.committing():
                result = send()
        else:
            result = send()
        if kind is Kind.BEGIN:
            self.has_begun(self.text(sql))
        else:
            self.transaction_is_over()
        return result

    def has_begun(self, sql: str) -> None:
        """A transaction was begun by this statement."""

    def transaction_is_over(self) -> None:
        self.writes.forget()
        if self._has_changed_schema:
            self._has_changed_schema = False
            self.catalog.outdated()

    def reconcile(self, names: Set[str]) -> None:
        """After a statement that may have begun or ended a transaction."""
        if self.is_in_transaction():
            self.writes.remember(names)
        else:
            self.transaction_is_over()

    def connect(self) -> None:
        self.transaction_is_over()
        self._catalog = None  # a test database has another name than the one before
        super().connect()

    def _commit(self) -> None:
        with self.writes.committing():
            super()._commit()  # type: ignore[misc]  # private, so not in the stubs
        self.transaction_is_over()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self.transaction_is_over()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self.transaction_is_over()

    def begin_own_transaction(self) -> None:
        """For one statement in autocommit. Not logged: nobody asked for it."""
        with self.wrap_database_errors:
            self.connection.execute(self.begin_sql)

    def commit_own_transaction(self) -> None:
        with self.writes.committing(), self.wrap_database_errors:
            self.connection.commit()
        self.transaction_is_over()

    def abandon_own_transaction(self) -> None:
        """After a failure. A connection that cannot even roll back is dropped, and the server rolls back by itself."""
        try:
            self.connection.rollback()
        except self.Database.Error:
            self.close()
        self.transaction_is_over()
