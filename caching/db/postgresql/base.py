"""PostgreSQL, observed: `"ENGINE": "caching.db.postgresql"`.

Over another backend for PostgreSQL, PostGIS for instance:

    class DatabaseWrapper(ObservedPostgres, postgis.DatabaseWrapper):
        pass
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import sql
from psycopg.pq import TransactionStatus

from caching.db.cursors import ObservedCursor
from caching.db.observed import ObservedDatabase
from caching.invalidation import bridge
from caching.queries import recorder as recording
from caching.sql import Kind

_OF_EACH_STATEMENT = frozenset({"read committed", "read uncommitted"})
"""The isolation levels at which every statement sees all that was committed before it."""
_ANSWERED = frozenset({TransactionStatus.IDLE, TransactionStatus.INTRANS, TransactionStatus.INERROR})

_servers: dict[tuple[str, str], object] = {}


class PostgresCursor(ObservedCursor):
    @contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with self._passing(statement, None), self.cursor.copy(statement, *args, **kwargs) as copy:
            yield copy

    def stream(self, query: Any, params: Any = None, **kwargs: Any) -> Iterator[Any]:
        with self._passing(query, params):
            yield from self.cursor.stream(query, params, **kwargs)

    @contextmanager
    def _passing(self, sql: Any, params: Any) -> Iterator[None]:
        """Around what the driver does in its own way."""
        statement = self.db.analyse(sql)
        if statement.kind is Kind.WRITE:
            with self.writing(statement) as take:
                take(statement.changes(params).tags)
                yield
            return
        if statement.kind is Kind.READ and (recorder := recording.current()) is not None:
            self.will_read(recorder, statement, params)
        yield


class PostgresDebugCursor(PostgresCursor, base.CursorDebugWrapper):
    @contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with self.debug_sql(statement), super().copy(statement, *args, **kwargs) as copy:
            yield copy


class ObservedPostgres(ObservedDatabase):
    cursor_class = PostgresCursor
    debug_cursor_class = PostgresDebugCursor
    begin_sql = "BEGIN"

    _isolation: str | None = None
    """That of the open transaction, once it was asked for."""

    def get_connection_params(self) -> dict[str, Any]:
        return bridge.announced(super().get_connection_params())

    def connect(self) -> None:
        super().connect()
        address = (str(self.settings_dict["HOST"]), str(self.settings_dict["PORT"]))
        if address not in _servers:
            _servers[address] = self._system_identifier() or address

    def _system_identifier(self) -> object:
        """Of the cluster: the same by whatever host name, socket or pooler it is reached. None if it is not told."""
        try:
            row = self.connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
        except psycopg.Error:
            row = [None]
        if not self.autocommit:
            self.connection.rollback()
        return row[0]

    def identity(self) -> tuple[object, ...]:
        settings = self.settings_dict
        address = (str(settings["HOST"]), str(settings["PORT"]))
        return self.vendor, _servers[address], self.connection.info.dbname

    def text(self, statement: Any) -> str:
        if isinstance(statement, sql.Composable):
            return statement.as_string(self.connection)
        return statement.decode() if isinstance(statement, bytes) else str(statement)

    def is_in_transaction(self) -> bool:
        connection = self.connection
        if connection is None:
            return False
        # Not `connection.info`, which is made anew at each look: every recorded statement comes by here.
        return not connection.autocommit or connection.pgconn.transaction_status != TransactionStatus.IDLE

    def is_settled(self, error: BaseException) -> bool:
        return self.connection is not None and self.connection.info.transaction_status in _ANSWERED

    def why_outdated(self) -> str:
        if self.connection.pgconn.parameter_status(b"in_hot_standby") == b"on":
            return "a replica may lag behind"
        if not self.is_in_transaction():
            return ""
        if self._isolation is None:
            with self.wrap_database_errors:
                self._isolation = self.connection.execute("SHOW transaction_isolation").fetchone()[0]
        if self._isolation in _OF_EACH_STATEMENT:
            return ""
        return f"in a {self._isolation} transaction the snapshot may be older than the stamps"

    def transaction_is_over(self) -> None:
        self._isolation = None
        super().transaction_is_over()


class DatabaseWrapper(ObservedPostgres, base.DatabaseWrapper):
    pass
