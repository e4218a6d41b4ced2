"""Cursors that see what is read and written through them.

A statement that reads is reported to the recorder before it is sent. A statement that writes is announced before it is
sent when it commits by itself; in a transaction its tags are remembered for the COMMIT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

from django.db.backends.utils import CursorWrapper

from caching import trace
from caching.db.observed import ObservedDatabase
from caching.queries import recorder as recording
from caching.queries.recorder import Recorder
from caching.sql import Dependencies, Kind, Returning, Statement

Row = Sequence[Any]
Take = Callable[[Set[str]], None]
"""Announces tags, or remembers them; WriteRefused forbids to send what changes them."""

_CONTROL = frozenset({Kind.BEGIN, Kind.COMMIT, Kind.ROLLBACK})


class _Awaited:
    """The rows by whose number a recorder learns that every key it asked for was there."""

    def __init__(self, recorder: Recorder, needed: Dependencies) -> None:
        self._recorder = recorder
        self._needed = needed
        self._missing = needed.rows

    def have_come(self, rows: int) -> None:
        self._missing -= rows
        if self._missing <= 0:
            self._recorder.fetched_all(self._needed)


class ObservedCursor(CursorWrapper):
    """In the place of Django's wrapper over a driver's cursor. A SELECT that nobody records costs one look-up more."""

    db: ObservedDatabase
    _awaited: _Awaited | None = None

    # --- Statements ----------------------------------------------------------------------------------------------

    def _execute(self, sql: Any, params: Any, *ignored: object) -> Any:
        statement = self.db.analyse(sql)
        kind = statement.kind
        if kind is Kind.READ:
            if (recorder := recording.current()) is not None:
                return self._read(recorder, statement, sql, params)
            return self._send(sql, params)
        if kind is Kind.WRITE:
            return self._write(statement, sql, params)
        if kind is Kind.OTHER:
            return self._send_other(sql, params)
        return self.db.control(kind, sql, lambda: self._send(sql, params))

    def _executemany(self, sql: Any, param_list: Iterable[Any], *ignored: object) -> Any:
        statement = self.db.analyse(sql)
        if statement.kind is not Kind.WRITE:
            _refuse_to_store("it reads by executemany")
            return super()._executemany(sql, param_list)  # type: ignore[misc]  # private, so not in the stubs
        param_list = list(param_list)
        with self.writing(statement) as take:
            take(statement.changes_of_many(param_list).tags)
            with trace.statement():
                return super()._executemany(sql, param_list)  # type: ignore[misc]

    def callproc(self, procname: Any, params: Any = None, kparams: Any = None) -> Any:
        statement = self.db.analyse(f"CALL {self.db.text(procname)}()")
        with self.writing(statement) as take:
            take(statement.changes(()).tags)
            return super().callproc(procname, params, kparams)

    def _send(self, sql: Any, params: Any) -> Any:
        self._awaited = None
        if not trace.active:
            return super()._execute(sql, params)  # type: ignore[misc]
        with trace.statement():
            return super()._execute(sql, params)  # type: ignore[misc]

    def _send_other(self, sql: Any, params: Any) -> Any:
        return self._send(sql, params)

    def _send_write(self, sql: Any, params: Any) -> Any:
        return self._send(sql, params)

    # --- Reading -------------------------------------------------------------------------------------------------

    def _read(self, recorder: Recorder, statement: Statement, sql: Any, params: Any) -> Any:
        needed = self.will_read(recorder, statement, params)
        result = self._send(sql, params)
        if needed.rows:
            self._await(_Awaited(recorder, needed))
        return result

    def will_read(self, recorder: Recorder, statement: Statement, params: Any) -> Dependencies:
        """Before it is sent, whatever way. Returns what its result depends on."""
        if statement.reads_uncached:
            recorder.spoil("nobody announces the writes to what it reads")
        needed = statement.dependencies(params)
        recorder.before(needed)
        if needed.tags:
            self._spoil_if_outdated(recorder, needed)
        return needed

    def _spoil_if_outdated(self, recorder: Recorder, needed: Dependencies) -> None:
        # A connection may be shared by threads; `before` knows of the transactions of this one only.
        uncommitted = self.db.writes.uncommitted
        if uncommitted and not uncommitted.isdisjoint(needed.tags | needed.absent):
            recorder.spoil("the connection has written what is read")
        elif reason := self.db.why_outdated():
            recorder.spoil(reason)

    def _await(self, rows: _Awaited) -> None:
        if self.cursor.rowcount >= 0:
            rows.have_come(self.cursor.rowcount)
        else:  # SQLite and server-side cursors do not say
            self._awaited = rows

    def fetchone(self) -> Row | None:
        with self.db.wrap_database_errors:
            row: Row | None = self.cursor.fetchone()
        if self._awaited is not None and row is not None:
            self._awaited.have_come(1)
        return row

    def fetchmany(self, *size: int) -> list[Row]:
        with self.db.wrap_database_errors:
            rows: list[Row] = self.cursor.fetchmany(*size)
        if self._awaited is not None:
            self._awaited.have_come(len(rows))
        return rows

    def fetchall(self) -> list[Row]:
        with self.db.wrap_database_errors:
            rows: list[Row] = self.cursor.fetchall()
        if self._awaited is not None:
            self._awaited.have_come(len(rows))
        return rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchone, None)

    # --- Writing -------------------------------------------------------------------------------------------------

    def _write(self, statement: Statement, sql: Any, params: Any) -> Any:
        if statement.writes_only_uncached:
            _refuse_to_store()
            return self._send_write(sql, params)
        guarded = self._guarded(statement, params)
        if guarded is None and (returning := statement.returning) is not None:
            if self.db.is_in_transaction():
                return self._write_returning(statement, returning, params)
            if _is_delete(sql):
                return self._write_alone(statement, returning, params)

        with self.writing(statement) as take:
            if guarded is not None:
                guarded_sql, guarded_params, tags = guarded
                take(tags)
                result = self._send_write(guarded_sql, guarded_params)
                if self.cursor.rowcount:
                    return result
            take(statement.changes(params).tags)
            return self._send_write(sql, params)

    @contextmanager
    def writing(self, statement: Statement) -> Iterator[Take]:
        """Around a statement that writes. Tags are taken before it is sent."""
        if not self.db.is_in_transaction() or not statement.kinds.isdisjoint(_CONTROL):
            with self.announcing(statement) as take:
                yield take
            return
        _refuse_to_store()
        try:
            yield self.db.writes.remember
        finally:
            self._note_schema(statement)

    @contextmanager
    def announcing(self, statement: Statement) -> Iterator[Take]:
        """For what commits by itself, and for several statements, one of which may commit what was written before."""
        _refuse_to_store()
        try:
            with self.db.writes.announcing() as announcement:
                announcement.add(self.db.writes.uncommitted)
                try:
                    yield announcement.add
                finally:
                    self.db.reconcile(announcement.names)
        finally:
            self._note_schema(statement)

    def _note_schema(self, statement: Statement) -> None:
        if statement.schema_changed:
            self.db.schema_changed()

    def _write_returning(self, statement: Statement, returning: Returning, params: Any) -> Any:
        """In a transaction: the changed rows themselves say what they are and belong to."""
        _refuse_to_store()
        names = statement.changes(params).tags
        try:
            result = self._send_write(returning.sql(), params)
            names = returning.tags(params, self.fetchall()).tags
        finally:
            self.db.writes.remember(names)
        return result

    def _write_alone(self, statement: Statement, returning: Returning, params: Any) -> Any:
        """In autocommit: a transaction for this one statement, since its rows must be known before its COMMIT."""
        self.db.begin_own_transaction()
        try:
            result = self._write_returning(statement, returning, params)
            self.db.commit_own_transaction()
        except BaseException:
            self.db.abandon_own_transaction()
            raise
        return result

    def _guarded(self, statement: Statement, params: Any) -> tuple[str, Sequence[object], Set[str]] | None:
        """An UPDATE of one row that matches only while the row has the foreign keys that an instance was loaded with."""
        by_key = statement.by_key
        if by_key is None or (key := by_key.key_value(params)) is None:
            return None
        old = self.db.loaded_keys.of(by_key.table, key)
        if old is None or not old.keys() >= set(by_key.foreign_keys):
            return None
        changes = by_key.tags(params, old)
        if not changes.explained:
            return None
        return *by_key.guarded(params, old), changes.tags


def _is_delete(sql: Any) -> bool:
    return str(sql).lstrip()[:6].upper() == "DELETE"


def _refuse_to_store(reason: str = "it writes to the database") -> None:
    if (recorder := recording.current()) is not None:
        recorder.spoil(reason)
