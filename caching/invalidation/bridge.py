"""A bridge for writers outside of this program, on PostgreSQL: triggers that say which table was written.

A trigger for each statement, not for each row, sends NOTIFY with the name of its table; `listener` is the process that
hears it. PostgreSQL delivers when the writer has committed. So such a write is seen within milliseconds after its commit,
not before it: until then a reader may get what was true a moment ago. Only what goes through our own backends is seen
before its commit returns.

Our own connections announce their writes by themselves. They say so in their application_name, a parameter of the start of
a connection: it costs no round trip, and PgBouncer hands it on for each of its clients, in every mode of pooling. What
is SET in a session would stay there for the next client, whose writes nobody would hear of. A connection that does not
say it is only heard twice.

What switches triggers off is not seen: session_replication_role = replica, ALTER TABLE … DISABLE TRIGGER. Of a table with
partitions, one that is written under its own name needs a trigger of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from caching import conf

CHANNEL = "caching_bridge"
TRIGGER = "caching_bridge"
FUNCTION = "caching_bridge_notify"
ANNOUNCED = " [announced]"
LONGEST_APPLICATION_NAME = 63
"""PostgreSQL cuts off the rest."""

_FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_catalog.right(pg_catalog.current_setting('application_name'), {len(ANNOUNCED)}) <> '{ANNOUNCED}' THEN
        PERFORM pg_catalog.pg_notify('{CHANNEL}', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$
"""
_TRIGGER_SQL = f"""
CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {{table}}
FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()
"""
_BRIDGED_SQL = """
SELECT relname FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid
WHERE tgname = %s AND NOT tgisinternal ORDER BY relname
"""


class BridgeUnavailable(Exception):
    """There can be no bridge to this database, and the message says why."""


def announced(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a connection that is going to announce its writes itself."""
    if not conf.current().bridge:
        return parameters
    # Not cut off by the server, nor rewritten, as what is not ASCII would be: the mark stands at the end.
    name = str(parameters.get("application_name", "django")).encode("ascii", "replace").decode()
    return {**parameters, "application_name": name[: LONGEST_APPLICATION_NAME - len(ANNOUNCED)] + ANNOUNCED}


def install(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Tables that have the trigger get it anew. A listener that runs already is told that they may have changed."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_FUNCTION_SQL)
        for table in tables:
            cursor.execute(_TRIGGER_SQL.format(table=connection.ops.quote_name(table)))
            cursor.execute("SELECT pg_catalog.pg_notify(%s, %s)", [CHANNEL, table])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drops the function, and with it every trigger that calls it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP FUNCTION IF EXISTS {FUNCTION}() CASCADE")


def bridged_tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BRIDGED_SQL, [TRIGGER])
        return [name for (name,) in cursor.fetchall()]


def require_postgres(connection: BaseDatabaseWrapper) -> None:
    """Raises BridgeUnavailable."""
    if connection.vendor != "postgresql":
        raise BridgeUnavailable(
            f"The bridge needs PostgreSQL, and the database {connection.alias!r} is {connection.display_name}:"
            " nobody else can tell what was written outside. Use `manage.py cache_invalidate --model` after such writes."
        )
