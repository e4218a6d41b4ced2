"""SQLite, observed: `"ENGINE": "caching.db.sqlite3"`.

Its snapshots need care. A transaction that was not begun IMMEDIATE reads an older state than the stamps taken in it, and
so does every statement beside a SELECT that was not read to its end. And what RETURNING returns is committed only when
the last row was fetched: rows of writing statements are therefore fetched at once.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorDebugWrapper

from caching.db.cursors import ObservedCursor, Row
from caching.db.observed import ObservedDatabase
from caching.queries.recorder import Recorder
from caching.sql import Dependencies, Statement

_PRIMARY_CODE = 0xFF
_BEGINS_FRESH = ("IMMEDIATE", "EXCLUSIVE")
_PROCESS = secrets.token_hex(8)


class SQLiteCursor(ObservedCursor):
    db: ObservedSQLite
    _fetched: deque[Row] | None = None
    """The rows of a statement that wrote."""
    _is_open = False
    """Whether a SELECT may have more rows, and holds its snapshot for them."""

    def executescript(self, script: str) -> Any:
        """Commits first what is uncommitted, as the driver does."""
        statement = self.db.analyse(script)
        with self.announcing(statement) as take:
            take(statement.changes(None).tags)
            return self.cursor.executescript(script)

    def fetchone(self) -> Row | None:
        if self._fetched is not None:
            return self._fetched.popleft() if self._fetched else None
        row = super().fetchone()
        if row is None:
            self._set_open(False)
        return row

    def fetchmany(self, *size: int) -> list[Row]:
        wanted = size[0] if size else self.cursor.arraysize
        if self._fetched is not None:
            return [self._fetched.popleft() for _ in range(min(wanted, len(self._fetched)))]
        rows = super().fetchmany(wanted)
        if len(rows) < wanted:
            self._set_open(False)
        return rows

    def fetchall(self) -> list[Row]:
        if self._fetched is not None:
            rows, self._fetched = list(self._fetched), deque()
            return rows
        self._set_open(False)
        return super().fetchall()

    def close(self) -> None:
        self._set_open(False)
        self.cursor.close()

    def __del__(self) -> None:
        self._set_open(False)

    def will_read(self, recorder: Recorder, statement: Statement, params: Any) -> Dependencies:
        self._set_open(False)  # the next statement ends the one before
        return super().will_read(recorder, statement, params)

    def _send(self, sql: Any, params: Any) -> Any:
        self._fetched = None
        result = super()._send(sql, params)
        self._set_open(self.cursor.description is not None)
        return result

    def _send_other(self, sql: Any, params: Any) -> Any:
        """Outside of a transaction a SAVEPOINT begins one, which its RELEASE commits."""
        if not self.db.is_in_transaction():
            result = self._send(sql, params)
            self.db.is_begun_by_savepoint = self.db.is_in_transaction()
            return result
        if not self.db.is_begun_by_savepoint:
            return self._send(sql, params)
        with self.announcing(self.db.analyse(sql)):
            return self._send(sql, params)

    def _send_write(self, sql: Any, params: Any) -> Any:
        result = super()._send_write(sql, params)
        if self._is_open:
            self._fetched = deque(self.fetchall())
        return result

    def _set_open(self, is_open: bool) -> None:
        if is_open is not self._is_open:
            self._is_open = is_open
            if is_open:
                self.db.open_cursors.add(id(self))
            else:
                self.db.open_cursors.discard(id(self))


class SQLiteDebugCursor(SQLiteCursor, CursorDebugWrapper):
    pass


class ObservedSQLite(ObservedDatabase):
    cursor_class = SQLiteCursor
    debug_cursor_class = SQLiteDebugCursor
    begin_sql = "BEGIN IMMEDIATE"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open_cursors: set[int] = set()
        self._begun_fresh = False
        self.is_begun_by_savepoint = False

    def identity(self) -> tuple[object, ...]:
        path = self.connection.execute("PRAGMA database_list").fetchone()[2]
        if not path:  # in memory: of this process alone
            return self.vendor, _PROCESS, os.getpid(), str(self.settings_dict["NAME"])
        return self.vendor, str(Path(path).resolve())

    def is_in_transaction(self) -> bool:
        return self.connection is not None and self.connection.in_transaction

    def is_settled(self, error: BaseException) -> bool:
        code: int = getattr(error.__cause__, "sqlite_errorcode", 0)
        return code & _PRIMARY_CODE != sqlite3.SQLITE_IOERR

    def why_outdated(self) -> str:
        if self.connection.in_transaction:
            return "" if self._begun_fresh else "a deferred transaction may be older than the stamps"
        return "beside an unfinished SELECT the state is as old as it" if self.open_cursors else ""

    def has_begun(self, sql: str) -> None:
        self._begun_fresh = any(mode in sql.upper() for mode in _BEGINS_FRESH)

    def transaction_is_over(self) -> None:
        self._begun_fresh = False
        self.is_begun_by_savepoint = False
        super().transaction_is_over()

    def _set_autocommit(self, autocommit: bool) -> None:
        # The driver commits when its autocommit is turned on.
        if not (autocommit and self.is_in_transaction()):
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # private, so not in the stubs
            return
        with self.writes.committing():
            super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.transaction_is_over()

    def _close(self) -> None:
        super()._close()
        self.open_cursors.clear()


class DatabaseWrapper(ObservedSQLite, base.DatabaseWrapper):
    pass
