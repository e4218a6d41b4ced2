"""Invalidation of a model that another program has written to, and what to invalidate for a user, a scenario or a query.

What this program writes invalidates itself; nobody needs this for correctness. The tags of tables and rows are those that
a statement which did the same through one of our connections would announce. Everything that invalidates raises
CacheUnavailable, and has then done nothing or a part of it: it may be asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast, runtime_checkable

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.introspection import BaseDatabaseIntrospection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Field, Model, QuerySet

from caching import keys
from caching.entries import Invalidated, invalidate
from caching.queries.query import EVERY_QUERY
from caching.sql import Statement

Names = frozenset[str]


@runtime_checkable
class Observed(Protocol):
    """A connection of one of our backends, as far as it is needed here."""

    alias: str
    ops: BaseDatabaseOperations
    introspection: BaseDatabaseIntrospection

    def ensure_connection(self) -> None: ...

    def analyse(self, sql: Any) -> Statement: ...


def invalidate_model(model: type[Model], pk: object = None) -> Invalidated:
    """Whatever rests on a model's table, or on one of its rows.

    With `pk` the row is looked at as it is now: if another program has changed its foreign keys, the results that it has
    left are not known, and the whole model has to be invalidated.
    """
    return invalidate(tags_of_model(model) if pk is None else tags_of_row(model, pk))


def tags_of(kind: str, of: int | str) -> Names:
    """Of a user or a scenario: its results and its answers."""
    return frozenset({keys.scope_tag(kind, str(of)), keys.answer_tag(f"{kind}:{of}")})


def tags_of_operation(name: str) -> Names:
    """The results of one cached query, and the answers to one kind of question."""
    return frozenset({keys.scope_tag("query", name), keys.answer_tag(f"operation:{name}")})


def tags_of_everything() -> Names:
    return frozenset({EVERY_QUERY, keys.EVERY_ANSWER})


def tags_of_model(model: type[Model]) -> Names:
    """The tables of the model and of its parents, in every database that is observed."""
    found = [
        tags_of_table(connection, each._meta.db_table)
        for connection in observed_databases()
        for each in _with_parents(model)
    ]
    return frozenset().union(*found)


def tags_of_row(model: type[Model], pk: object) -> Names:
    """One row in every database, but the tables of its parents as a whole. ValidationError: this cannot be its key."""
    concrete, *parents = _with_parents(model)
    pk = _key_field(concrete).to_python(pk)
    found: list[Names] = []
    for connection in observed_databases():
        found.append(_tags_of_row(connection, concrete, pk))
        found += [tags_of_table(connection, parent._meta.db_table) for parent in parents]
    return frozenset().union(*found)


def tags_of_table(connection: Observed, table: str) -> Names:
    """As if all its rows were deleted. The names hold the identity of the database, hence the connection."""
    connection.ensure_connection()
    sql = f"DELETE FROM {connection.ops.quote_name(table)}"  # noqa: S608 (it is only read)
    return connection.analyse(sql).changes(()).tags


def observed_databases() -> list[Observed]:
    """Raises ImproperlyConfigured if there is none."""
    found: list[Observed] = [
        connection for connection in connections.all() if isinstance(connection, Observed)
    ]
    if not found:
        raise ImproperlyConfigured(
            "None of settings.DATABASES has an engine of caching.db, so nothing that is cached rests on a model."
        )
    return found


def _tags_of_row(connection: Observed, model: type[Model], pk: object) -> Names:
    """As if the row as it is now were inserted; of a row that is not there any more nothing is known but its table."""
    table = model._meta.db_table
    fields = _fields_in_tags(model)
    row = _row_now(connection, model, pk, fields)
    if row is None:
        return tags_of_table(connection, table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {connection.ops.quote_name(table)} ({columns}) VALUES ({values})"  # noqa: S608
    return connection.analyse(sql).changes(row).tags


def _row_now(
    connection: Observed, model: type[Model], pk: object, fields: Sequence[Field[Any, Any]]
) -> tuple[object, ...] | None:
    connection.ensure_connection()
    # Not every table is in every database.
    if model._meta.db_table not in connection.introspection.table_names(include_views=True):
        return None
    rows = QuerySet[Model](model=model, using=connection.alias).filter(pk=pk)
    return rows.values_list(*(field.attname for field in fields)).first()


def _fields_in_tags(model: type[Model]) -> list[Field[Any, Any]]:
    own = model._meta.local_concrete_fields
    return [_key_field(model), *(field for field in own if field.is_relation and not field.primary_key)]


def _key_field(model: type[Model]) -> Field[Any, Any]:
    return model._meta.pk


def _with_parents(model: type[Model]) -> list[type[Model]]:
    # Only abstract models have no concrete one, and those have no table.
    concrete = cast(type[Model], model._meta.concrete_model)
    return [concrete, *concrete._meta.all_parents]
