"""The foreign keys that instances were loaded with: what an UPDATE of one row must know to say whom the row left.

The signals only suggest: what they bring is put as a condition into the UPDATE itself, so that a row which somebody else
has moved meanwhile does not match. Nothing listens to the deletion of objects, because that would forbid Django its
fast deletes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections
from django.db.models import Field, Model
from django.db.models.signals import post_init, post_save, pre_save

ForeignKeys = Mapping[str, object]
"""Column to value."""

_MOST = 100
_KEPT = "loaded_foreign_keys"


class LoadedKeys:
    """On a connection: the rows that are being saved, by table and primary key."""

    def __init__(self) -> None:
        self._by_row: dict[tuple[str, str], ForeignKeys] = {}

    def of(self, table: str, key: str) -> ForeignKeys | None:
        return self._by_row.get((table, key))

    def suggest(self, table: str, key: str, old: ForeignKeys) -> None:
        if len(self._by_row) >= _MOST:  # of saves that failed before their end
            self._by_row.clear()
        self._by_row[table, key] = old

    def withdraw(self, table: str, key: str) -> None:
        self._by_row.pop((table, key), None)


class _Follower:
    """Keeps the foreign keys of one model's instances in their `_state`, and suggests them while one is saved."""

    def __init__(self, model: type[Model]) -> None:
        self._foreign_keys = _foreign_keys(model)
        self._names = [field.attname for field in self._foreign_keys]
        self._columns = [str(field.column) for field in self._foreign_keys]
        self._table = model._meta.db_table

    def loaded(self, instance: Model, **_: object) -> None:
        values = instance.__dict__
        try:
            vars(instance._state)[_KEPT] = [values[name] for name in self._names]
        except KeyError:  # deferred
            vars(instance._state)[_KEPT] = None

    def will_save(self, instance: Model, raw: bool, using: str, **_: object) -> None:
        key = _as_in_tags(instance.pk)
        if key is None or raw or instance._state.adding:
            return
        if _KEPT not in vars(instance._state):
            # Out of the cache, or unpickled: that it points where it did is as good a guess as any, if it is to be proven.
            self.loaded(instance)
        kept = vars(instance._state)[_KEPT]
        if kept is None:
            return
        rows = _rows_of(using)
        if rows is not None:
            rows.suggest(self._table, key, dict(zip(self._columns, kept, strict=True)))

    def saved(self, instance: Model, raw: bool, using: str, **more: Any) -> None:
        key = _as_in_tags(instance.pk)
        rows = _rows_of(using)
        if key is not None and rows is not None:
            rows.withdraw(self._table, key)
        only = more["update_fields"]
        if only is None:
            self.loaded(instance)
        elif (kept := vars(instance._state).get(_KEPT)) is not None:
            vars(instance._state)[_KEPT] = [
                getattr(instance, field.attname) if field.name in only or field.attname in only else before
                for field, before in zip(self._foreign_keys, kept, strict=True)
            ]


def follow_models() -> None:
    """For the start of the program: every model with a foreign key. Others need no help."""
    for model in apps.get_models():
        if _foreign_keys(model):
            follower = _Follower(model)
            for signal, receiver in (
                (post_init, follower.loaded),
                (pre_save, follower.will_save),
                (post_save, follower.saved),
            ):
                signal.connect(receiver, sender=model, weak=False, dispatch_uid=(__name__, model._meta.label))


def _foreign_keys(model: type[Model]) -> list[Field[Any, Any]]:
    """Of the table in which instances are saved; a proxy has the one of its model, and no fields of its own."""
    concrete = model._meta.concrete_model or model
    return [field for field in concrete._meta.local_concrete_fields if field.is_relation]


def _rows_of(using: str) -> LoadedKeys | None:
    """None: the database of this alias has another backend than ours."""
    return getattr(connections[using], "loaded_keys", None)


def _as_in_tags(key: object) -> str | None:
    match key:
        case bool():
            return None
        case int():
            return int.__repr__(key)
        case UUID():
            return key.hex
    return None
