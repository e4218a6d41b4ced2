"""The tables of Django's models, with the columns whose values name rows. It asks no database.

Only tables that Django manages count as rows: behind an unmanaged model there may be a view, or keys that are none.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Model

from caching.sql.schema import Table
from caching.sql.values import Column, ValueType

_INTEGER = re.compile(r"(?:(?:big|small)?int|integer|(?:big|small)?serial)(?: unsigned)?")
_UUID = frozenset({"uuid", "char(32)"})


def model_tables(connection: BaseDatabaseWrapper) -> Iterator[Table]:
    """Proxies share their model's table; tables of many-to-many relations are models of their own here."""
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not meta.proxy:
            # Django lets a table be written as schema"."table.
            name = meta.db_table.split('"."')[-1].strip('"')
            yield _table(name, model, connection) if meta.managed else Table(name)


def _table(name: str, model: type[Model], connection: BaseDatabaseWrapper) -> Table:
    key: Column | None = None
    foreign_keys: list[Column] = []
    for field in model._meta.local_concrete_fields:
        column = _column(field, connection)
        if column is not None and field.primary_key:
            key = column
        if column is not None and field.remote_field is not None:
            foreign_keys.append(column)
    return Table(name, key, tuple(foreign_keys), uncached=getattr(model, "is_uncached", False))


def _column(field: "Field[object, object]", connection: BaseDatabaseWrapper) -> Column | None:
    """None: values of this type do not name rows."""
    type_ = field.db_type(connection) or ""
    target = field
    while isinstance(target, ForeignKey):
        target = target.target_field
    if field.column is None:
        return None
    if _INTEGER.fullmatch(type_):
        return Column(field.column, ValueType.INTEGER)
    if target.get_internal_type() == "UUIDField" and type_ in _UUID:
        return Column(field.column, ValueType.UUID)
    return None
