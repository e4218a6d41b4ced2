"""Model instances as rows, with what was loaded beside them: related objects, prefetched ones, annotations.

Instances of one model with the same things loaded make a table of plain values; they point to one another by number, so
that an object in many places is written once, comes back as one object, and may point back. What comes back sends no
query that the original would not have sent. Refused: what is not in the database, or would come back as something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connections
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.files import FieldFile

from caching.results import shapes
from caching.results.annotations import is_derived
from caching.results.model_parts import columns, is_installed, relations, version
from caching.results.prefetched import PREFETCHED, Prefetched, are_all, managers, objects, outline
from caching.results.refusals import Attribute, refused
from caching.results.tagged import Place, Tagger, Unfit, Untagger, encode

_NOT_VALUES = frozenset({"_state", PREFETCHED})
_SCALARS = frozenset(
    {type(None), bool, int, float, str, bytes} | {datetime, date, time, timedelta, Decimal, UUID}
)

Outlines = tuple[tuple[object, ...], ...]
Number = Annotated[int, msgspec.Meta(ge=0)]
"""Which instance, in the order in which they were met."""


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What the instances of one table have in common. `loose` attributes hold more than a scalar."""

    label: str
    version: bytes
    database: str
    columns: tuple[str, ...]
    scalars: tuple[str, ...]
    loose: tuple[str, ...]
    related: tuple[str, ...]
    prefetched: tuple[str, ...]


class Table(msgspec.Struct, array_like=True):
    """`rows` are plain values in a shape: columns, then scalars. The rest stands in the order of the head."""

    head: Head
    numbers: list[Number]
    rows: bytes
    related: list[list[Number | None]]
    prefetched: list[list[list[Number]]]
    loose: list[list[msgspec.Raw]]


@dataclass(slots=True)
class _Draft:
    """A table that is being filled; the places are for refusals."""

    numbers: list[int] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    related: list[list[int | None]] = field(default_factory=list)
    prefetched: list[list[list[int]]] = field(default_factory=list)
    loose: list[list[msgspec.Raw]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


class Collection:
    """The instances of one value, numbered as they are met."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._waiting: list[tuple[Model, Place]] = []
        self._drafts: dict[Head, _Draft] = {}
        self._checked: set[tuple[Head, Outlines]] = set()

    def number(self, instance: Model, place: Place) -> int:
        """Raises Unfit for an instance that is not a row of the database."""
        known = self._numbers.get(id(instance))
        if known is not None:
            return known
        if instance._state.adding or instance.pk is None:
            raise refused(instance, place)
        number = self._numbers[id(instance)] = len(self._numbers)
        self._waiting.append((instance, place))
        return number

    def tables(self, tagger: Tagger) -> list[Table]:
        """All instances, with those that are met on the way. `tagger` calls `number` for what it finds."""
        # Not a recursion: a chain of objects may be long. The list grows while it is read.
        for number, (instance, place) in enumerate(self._waiting):
            self._add(number, instance, place, tagger)
        return [
            Table(head, draft.numbers, _rows(head, draft), draft.related, draft.prefetched, draft.loose)
            for head, draft in self._drafts.items()
        ]

    def _add(self, number: int, instance: Model, place: Place, tagger: Tagger) -> None:
        head = _head(instance)
        kind = head, tuple([outline(instance, name) for name in head.prefetched])
        if kind not in self._checked:
            _check_model(instance, head, place)
            self._checked.add(kind)
        if (draft := self._drafts.get(head)) is None:
            draft = self._drafts[head] = _Draft()
        values = instance.__dict__
        draft.numbers.append(number)
        draft.places.append(place)
        draft.rows.append(
            tuple([_plain(values[name], place, name) for name in (*head.columns, *head.scalars)])
        )
        draft.loose.append(
            [
                msgspec.Raw(encode(tagger.lower(values[name], (*place, Attribute(name)))))
                for name in head.loose
            ]
        )
        cache = instance._state.fields_cache
        draft.related.append([self._related(cache[name], (*place, Attribute(name))) for name in head.related])
        draft.prefetched.append([self._all(instance, name, place) for name in head.prefetched])

    def _related(self, instance: Model | None, place: Place) -> int | None:
        return None if instance is None else self.number(instance, place)

    def _all(self, instance: Model, name: str, place: Place) -> list[int]:
        found = objects(instance, name)
        return [self.number(each, (*place, Attribute(name), index)) for index, each in enumerate(found)]


def restored(tables: Sequence[Table], untagger: Callable[[list[Model]], Untagger]) -> Untagger:
    """An untagger that knows the instances. Raises ValueError, LookupError and their like for bytes that are not ours."""
    found: dict[int, Model] = {}
    for table in tables:
        found.update(zip(table.numbers, _built(table), strict=True))
    instances = [found[number] for number in range(len(found))]
    reading = untagger(instances)
    for table in tables:
        _link(table, instances, reading)
    return reading


def _built(table: Table) -> list[Model]:
    head = table.head
    model: type[Model] = apps.get_model(head.label)
    if head.version != version(model) or head.database not in connections:
        raise ValueError("the model has changed")
    if tuple([name for name in columns(model) if name in head.columns]) != head.columns:
        raise ValueError("not the columns of the model")
    names = (*head.columns, *head.scalars)
    return [_instance(model, head.database, zip(names, row, strict=True)) for row in shapes.load(table.rows)]


def _instance(model: type[Model], database: str, values: Iterable[tuple[str, Any]]) -> Model:
    """As unpickling makes one: `__init__`, and who listens to it, had their turn when it was read from the database."""
    instance = model.__new__(model)
    instance._state = ModelState()
    instance._state.adding, instance._state.db = False, database
    instance.__dict__.update(values)
    return instance


def _link(table: Table, instances: list[Model], reading: Untagger) -> None:
    head = table.head
    model: type[Model] = apps.get_model(head.label)
    if not (relations(model).issuperset(head.related) and managers(model).keys() >= {*head.prefetched}):
        raise ValueError("not the relations of the model")
    if not _NOT_VALUES.isdisjoint((*head.scalars, *head.loose)):
        raise ValueError("not the attributes of the model")
    for place, number in enumerate(table.numbers):
        instance = instances[number]
        for name, to in zip(head.related, table.related[place], strict=True):
            instance._state.fields_cache[name] = None if to is None else instances[to]
        for name, raw in zip(head.loose, table.loose[place], strict=True):
            instance.__dict__[name] = reading.decode(raw)
        if head.prefetched:
            found = [[instances[to] for to in numbers] for numbers in table.prefetched[place]]
            named = dict(zip(head.prefetched, found, strict=True))
            instance.__dict__[PREFETCHED] = Prefetched(instance, named)


def _head(instance: Model) -> Head:
    model, values = type(instance), instance.__dict__
    loaded = tuple(name for name in columns(model) if name in values)
    others = [name for name in values.keys() - {*loaded} - _NOT_VALUES if not is_derived(model, name)]
    return Head(
        label=model._meta.label,
        version=version(model),
        database=str(instance._state.db),
        columns=loaded,
        scalars=tuple(sorted(name for name in others if type(values[name]) in _SCALARS)),
        loose=tuple(sorted(name for name in others if type(values[name]) not in _SCALARS)),
        related=tuple(sorted(instance._state.fields_cache)),
        prefetched=tuple(sorted(values.get(PREFETCHED, ()))),
    )


def _check_model(instance: Model, head: Head, place: Place) -> None:
    """For the first instance of a kind; the others were loaded in the same way."""
    model = type(instance)
    if not is_installed(model):
        raise refused(instance, place)
    for name in {*head.related} - relations(model) | {*head.prefetched} - managers(model).keys():
        raise Unfit((*place, Attribute(name)), "held by a relation that is no relation of Django's own")
    for name in head.prefetched:
        if not are_all(instance, name):
            raise Unfit(
                (*place, Attribute(name)),
                "a choice of related objects, or in an order of their own: give its Prefetch a `to_attr`",
            )


def _plain(value: Any, place: Place, name: str) -> Any:
    if type(value) in _SCALARS or not isinstance(value, FieldFile):
        return value
    if value and not value._committed:  # type: ignore[attr-defined]
        raise refused(value, (*place, Attribute(name)))
    return value.name


def _rows(head: Head, draft: _Draft) -> bytes:
    try:
        return shapes.dump(draft.rows)
    except Unfit as unfit:
        row, column, *inside = cast("tuple[int, int, *Place]", unfit.place)
        name = (*head.columns, *head.scalars)[column]
        why = f"{unfit.why}: return the row as the database gives it"
        raise Unfit((*draft.places[row], Attribute(name), *inside), why) from unfit
