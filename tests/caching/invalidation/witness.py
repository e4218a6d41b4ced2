"""What a test compares: every row of the platform's tables, and the stamp of every tag that a reader of one rests on."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from caching import keys, tags

Row = dict[str, Any]
Rows = dict[type[Model], dict[Any, Row]]
_TO_COME = 5


class Witness:
    """The state before a write. `missed()` names what a reader would be told wrongly after it."""

    def __init__(self) -> None:
        self._before = _rows()
        self._stamps = tags.stamps(_every_tag(self._before))

    def renewed(self) -> set[str]:
        """The tags whose entries count no more."""
        now = tags.stamps(self._stamps.keys())
        return {name for name, stamp in self._stamps.items() if now[name] != stamp}

    def busy(self) -> set[str]:
        return {name for name, stamp in tags.stamps(self._stamps.keys()).items() if tags.is_busy(stamp)}

    def changed_rows(self) -> list[tuple[type[Model], Row]]:
        """Every version of a row, old or new, that is not both."""
        after = _rows()
        return [
            (model, version)
            for model in after
            for pk in self._before[model].keys() | after[model].keys()
            if self._before[model].get(pk) != after[model].get(pk)
            for version in (self._before[model].get(pk), after[model].get(pk))
            if version is not None
        ]

    def missed(self) -> list[str]:
        """Tags of changed rows that still stand: a reader by this column would be given the old rows."""
        renewed = self.renewed()
        missed = []
        for model, row in self.changed_rows():
            if any_of(model) not in renewed:
                missed.append(any_of(model))
            if bulk_of(model) not in renewed:
                missed += [name for name in self._pins(model, row) if name not in renewed]
        return missed

    def _pins(self, model: type[Model], row: Row) -> list[str]:
        """Who looked in vain for a key that is new now rests on `any` too."""
        pk = model._meta.pk
        is_new = row[pk.attname] not in self._before[model]
        columns = [column for column in _pinned_columns(model) if not (is_new and column == pk.column)]
        return [row_of(model, column, row[column]) for column in columns if row[column] is not None]


def any_of(model: type[Model]) -> str:
    return keys.table_tag(connection.catalog.name, model._meta.db_table)


def bulk_of(model: type[Model]) -> str:
    return keys.bulk_tag(connection.catalog.name, model._meta.db_table)


def row_of(model: type[Model], column: str, value: object) -> str:
    return keys.row_tag(connection.catalog.name, model._meta.db_table, column, str(value))


def _models() -> list[type[Model]]:
    return list(apps.get_app_config("platform_app").get_models(include_auto_created=True))


def _rows() -> Rows:
    return {
        model: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for model in _models()
    }


def _every_tag(rows: Rows) -> set[str]:
    """Also of rows that do not exist yet: somebody may have looked for them."""
    ids = {pk for table in rows.values() for pk in table}
    ids |= {max(table, default=0) + step for table in rows.values() for step in range(1, _TO_COME + 1)}
    names = set()
    for model in rows:
        names |= {any_of(model), bulk_of(model)}
        names |= {row_of(model, column, value) for column in _pinned_columns(model) for value in ids}
    return names


def _pinned_columns(model: type[Model]) -> list[str]:
    fields = model._meta.local_concrete_fields
    return [field.column for field in fields if field.primary_key or field.is_relation]
