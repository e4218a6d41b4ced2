"""The process at this end of the bridge: it hears which tables were written outside, and lets their results count no more.

Nothing that it should have heard is lost: after each connecting all tables with a trigger count as written, and what Redis
could not be told is told when it is back. Silence is tested by a notification to itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import django.db
import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from caching.entries import invalidate
from caching.errors import CacheUnavailable
from caching.invalidation import by_hand
from caching.invalidation.bridge import CHANNEL, BridgeUnavailable, bridged_tables, require_postgres
from caching.invalidation.by_hand import Names, Observed

RETRY_SECONDS = 1.0
PULSE_SECONDS = 5.0
PATIENCE_SECONDS = 5.0
_PULSE = ""
"""In place of the name of a table."""

Line = psycopg.Connection[Any]


class Listener:
    """`say` is told in one line what happens. Raises BridgeUnavailable for a database that cannot be listened to."""

    def __init__(self, connection: BaseDatabaseWrapper, say: Callable[[str], None]) -> None:
        require_postgres(connection)
        self._connection = connection
        self._observed = _observed(connection)
        self._say = say
        self._tags_by_table: dict[str, Names] = {}
        self._owed: Names = frozenset()
        self._redis_is_away = False
        self._is_told_to_stop = False

    def stop(self) -> NoReturn:
        """For the handler of a signal. Who happens to be at work may swallow the interruption, a destructor for instance: it
        is then raised once more at the next turn."""
        self._is_told_to_stop = True
        raise KeyboardInterrupt

    def run(self) -> NoReturn:
        """Ends with an exception only, KeyboardInterrupt for one."""
        while True:
            self._stop_if_told()
            try:
                with self._line() as line:
                    self._follow(line)
            except (psycopg.Error, django.db.Error) as error:
                self._say(f"Not listening: {' '.join(str(error).split())}. Trying again.")
            self._renew()
            time.sleep(RETRY_SECONDS)

    def _stop_if_told(self) -> None:
        if self._is_told_to_stop:
            raise KeyboardInterrupt

    def _follow(self, line: Line) -> NoReturn:
        self._hear(line)
        self._owe_all()
        self._renew()
        self._say(f"Listening for writes to {len(self._tags_by_table)} tables.")
        while True:
            for table in self._hear(line):
                self._owe(table)
            self._renew()

    @contextmanager
    def _line(self) -> Iterator[Line]:
        bounds = {
            "connect_timeout": round(PATIENCE_SECONDS),
            "tcp_user_timeout": round(PATIENCE_SECONDS * 1000),
        }
        parameters = {**bounds, **self._connection.get_connection_params()}
        with psycopg.connect(**parameters, autocommit=True) as line:
            line.execute(f"LISTEN {CHANNEL}")
            line.execute("SELECT pg_catalog.pg_notify(%s, %s)", [CHANNEL, _PULSE])
            yield line

    def _hear(self, line: Line) -> set[str]:
        """The tables that were written; waits for them a while, and a little more for the answer to its own pulse."""
        self._stop_if_told()
        heard = _heard(line, RETRY_SECONDS if self._owed else PULSE_SECONDS)
        if not heard:
            line.execute("SELECT pg_catalog.pg_notify(%s, %s)", [CHANNEL, _PULSE])
            heard = _heard(line, PATIENCE_SECONDS)
        if not heard:
            raise psycopg.OperationalError(
                "notifications do not arrive, as behind a pooler that gives each transaction another connection:"
                " name a database that leads to the server itself with --database"
            )
        return heard - {_PULSE}

    def _owe(self, table: str) -> None:
        if table not in self._tags_by_table:  # it has its trigger since, or somebody else uses the channel
            self._owe_all()
        self._owed |= self._tags_by_table.get(table, frozenset())

    def _owe_all(self) -> None:
        self._tags_by_table = {
            table: by_hand.tags_of_table(self._observed, table) for table in bridged_tables(self._connection)
        }
        self._owed = self._owed.union(*self._tags_by_table.values())
        self._connection.close()  # it is needed so rarely that it would only break unnoticed

    def _renew(self) -> None:
        if not self._owed:
            return
        try:
            invalidate(self._owed)
        except CacheUnavailable as error:
            if not self._redis_is_away:
                self._say(f"Redis is away, what was written is kept until it is back: {error}")
            self._redis_is_away = True
            return
        if self._redis_is_away:
            self._say("Redis is back, and has been told.")
        self._redis_is_away = False
        self._owed = frozenset()


def _observed(connection: BaseDatabaseWrapper) -> Observed:
    if not isinstance(connection, Observed):
        raise BridgeUnavailable(f"The database {connection.alias!r} needs the engine caching.db.postgresql.")
    return connection


def _heard(line: Line, seconds: float) -> set[str]:
    return {each.payload for each in line.notifies(timeout=seconds, stop_after=1)}
