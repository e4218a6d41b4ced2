"""Results that hold objects: enum members, dataclasses, Structs and named tuples that the annotation names, and model
instances.

An object is its fields; it comes back without `__init__` and `__post_init__` being run, but for Structs, which can only be
built. Classes are found among those of the annotation, by the names that stand in the bytes, and with the same fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec
from django.db.models import Model
from msgspec.msgpack import Ext

from caching.results import instances
from caching.results.annotations import fields_of, is_derived, is_namedtuple
from caching.results.instances import Collection, Table
from caching.results.refusals import Attribute, refused
from caching.results.tagged import FIRST_OTHER, Place, Tagger, Unfit, Untagger, encode

OBJECT, MEMBER, INSTANCE = range(FIRST_OTHER, FIRST_OTHER + 3)

Classes = Mapping[str, type]
Form = tuple[str, tuple[str, ...]]
"""A class by its full name, and its fields."""


class Written(msgspec.Struct, frozen=True, array_like=True):
    forms: list[Form]
    tables: list[Table]
    value: msgspec.Raw


_read = msgspec.msgpack.Decoder(Written).decode
_read_object = msgspec.msgpack.Decoder(tuple[int, list[msgspec.Raw]]).decode
_read_member = msgspec.msgpack.Decoder(tuple[int, str]).decode
_read_number = msgspec.msgpack.Decoder(int).decode


def dump(value: Any, classes: Classes) -> bytes:
    """Raises Unfit."""
    return _Writer(classes).dump(value)


def load(data: bytes | memoryview, classes: Classes) -> Any:
    """Raises ValueError, LookupError and their like for what `dump` cannot have written."""
    written = _read(data)
    kinds = [_class_of(form, classes) for form in written.forms]
    reading = instances.restored(written.tables, lambda found: _untagger(kinds, found))
    return reading.decode(written.value)


class _Writer:
    """One value on its way into bytes."""

    def __init__(self, classes: Classes) -> None:
        self._names = {cls: name for name, cls in classes.items()}
        self._forms: dict[type, int] = {}
        self._instances = Collection()
        self._tagger = Tagger(self._object)

    def dump(self, value: Any) -> bytes:
        lowered = encode(self._tagger.lower(value))
        tables = self._instances.tables(self._tagger)
        forms = [(self._names[cls], fields_of(cls)) for cls in self._forms]
        return encode(Written(forms, tables, msgspec.Raw(lowered)))

    def _object(self, value: Any, place: Place) -> Ext:
        cls = type(value)
        if issubclass(cls, Model):
            return Ext(INSTANCE, encode(self._instances.number(value, place)))
        if cls not in self._names:
            raise refused(value, place)
        form = self._forms.setdefault(cls, len(self._forms))
        if issubclass(cls, Enum):
            return Ext(MEMBER, encode((form, value.name)))
        _refuse_more_than_fields(value, place)
        return Ext(OBJECT, encode((form, [self._field(value, name, place) for name in fields_of(cls)])))

    def _field(self, value: Any, name: str, place: Place) -> Any:
        place = (*place, Attribute(name))
        try:
            return self._tagger.lower(getattr(value, name), place)
        except AttributeError as error:
            raise Unfit(place, "a field that was never set") from error


def _refuse_more_than_fields(value: Any, place: Place) -> None:
    names = getattr(value, "__dict__", {}).keys() - {*fields_of(type(value))}
    for name in sorted(names):
        if not is_derived(type(value), name):
            raise Unfit(
                (*place, Attribute(name)), "an attribute that is no field: make it one, or a cached_property"
            )


def _class_of(form: Form, classes: Classes) -> type:
    name, fields = form
    cls = classes[name]
    if fields_of(cls) != fields:
        raise ValueError("the class has changed")
    return cls


def _untagger(kinds: list[type], found: list[Model]) -> Untagger:
    def built(data: memoryview) -> Any:
        form, raws = _read_object(data)
        return _build(kinds[form], [untagger.decode(raw) for raw in raws])

    def member(data: memoryview) -> Any:
        form, name = _read_member(data)
        kind = kinds[form]
        if not issubclass(kind, Enum):
            raise TypeError("no enum")
        return kind[name]

    untagger = Untagger({OBJECT: built, MEMBER: member, INSTANCE: lambda data: found[_read_number(data)]})
    return untagger


def _build(cls: type, values: list[Any]) -> Any:
    by_name = zip(fields_of(cls), values, strict=True)
    if issubclass(cls, msgspec.Struct):
        return cls(**dict(by_name))
    if is_namedtuple(cls):
        return cls._make(values)  # type: ignore[attr-defined]
    if not dataclasses.is_dataclass(cls):
        raise TypeError("no class with fields")
    built = object.__new__(cls)
    for name, value in by_name:
        object.__setattr__(built, name, value)
    return built
