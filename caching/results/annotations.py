"""What the return annotation of a function says: which classes its results may hold, and whether it is exact.

Only the classes that an annotation names, and those that their fields name, are ever built from bytes; a class is never
looked up or imported because bytes name it. An exact annotation says all there is to know about the types of a result,
so that msgspec decodes by it.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Literal, NewType, NotRequired, Required, TypeVar, Union
from uuid import UUID

import msgspec
from django.db.models import Manager, Model, QuerySet
from django.db.models.query import RawQuerySet
from django.utils.functional import cached_property as django_cached_property

from caching.errors import Uncacheable

_LAZY = (QuerySet, RawQuerySet, Manager, Iterator, Generator, AsyncIterator, AsyncGenerator)
_EXACT = frozenset(
    {type(None), bool, int, float, str, bytes, bytearray} | {datetime, date, time, timedelta, Decimal, UUID}
)
_CONTAINERS = frozenset({list, set, frozenset, dict, tuple})
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_TRANSPARENT = frozenset({Union, types.UnionType, Annotated, Required, NotRequired})


@dataclass(frozen=True, slots=True)
class Promise:
    """`classes` by their full names. `exact` is what msgspec decodes by, or None. `description` changes with any of it."""

    classes: Mapping[str, type]
    exact: Any
    description: str


NO_PROMISE = Promise({}, None, "")


def promise_of(function: Callable[..., Any]) -> Promise | None:
    """What the annotation says; None if it has names that are not (yet) known. Raises Uncacheable for lazy results."""
    function = inspect.unwrap(function)
    if "return" not in getattr(function, "__annotations__", {}):
        return NO_PROMISE
    try:
        annotation = _hints(function)["return"]
    except (NameError, AttributeError):
        return None
    survey = _Survey()
    is_exact = survey.visit(annotation, frozenset())
    # Without addresses, which differ from process to process.
    description = _ADDRESS.sub("", f"{annotation!r} {sorted(survey.described)}")
    return Promise(survey.classes, annotation if is_exact and _decodable(annotation) else None, description)


class _Survey:
    """A walk through an annotation and the fields of its classes. `visit` tells whether what it saw is exact."""

    def __init__(self) -> None:
        self.classes: dict[str, type] = {}
        self.described: list[str] = []
        self._exact: dict[Any, bool] = {}

    def visit(self, annotation: Any, known: frozenset[TypeVar]) -> bool:
        """`known` are the type variables that have a value here."""
        origin = typing.get_origin(annotation)
        parts = typing.get_args(annotation)
        if isinstance(annotation, NewType):
            return self.visit(annotation.__supertype__, known)
        if isinstance(annotation, TypeVar):
            return annotation in known
        if origin is Literal:
            return all(type(part) in (str, int, type(None)) for part in parts)
        if origin is Annotated:
            return self.visit(parts[0], known)
        _refuse_if_lazy(origin or annotation)
        exact = {self.visit(part, known) for part in parts if part is not ...} <= {True}
        if origin in _TRANSPARENT or (origin in _CONTAINERS and parts):
            return exact
        return self._visit_class(origin or annotation, bool(parts)) and exact

    def _visit_class(self, cls: Any, has_arguments: bool) -> bool:
        if not isinstance(cls, type) or not is_known_kind(cls):
            return cls is None or (isinstance(cls, type) and cls in _EXACT)
        if cls not in self._exact:
            self._exact[cls] = True  # while we look: a class may name itself
            self._exact[cls] = self._survey(cls)
        return self._exact[cls] and (has_arguments or not getattr(cls, "__parameters__", ()))

    def _survey(self, cls: type) -> bool:
        if self.classes.setdefault(full_name(cls), cls) is not cls:
            raise Uncacheable(
                f"Two classes of the result are called {full_name(cls)}. Give them different names."
            )
        if issubclass(cls, Enum):
            self.described.append(f"{full_name(cls)} {[(member.name, member.value) for member in cls]}")
            kinds = {type(member.value) for member in cls}
            return kinds in ({str}, {int}) and not _defines(cls, "_missing_", Enum)
        try:
            hints = _hints(cls)
        except (NameError, AttributeError):
            self.described.append(f"{full_name(cls)} {fields_of(cls)}")
            return False
        # A Struct may leave out of the bytes what has its default.
        self.described.append(f"{full_name(cls)} {hints} {getattr(cls, '__struct_defaults__', ())}")
        known = frozenset(getattr(cls, "__parameters__", ()))
        # Without class variables, which are no part of an instance.
        own = [hints[name] for name in fields_of(cls) or hints]
        exact = {self.visit(hint, known) for hint in own} <= {True}
        # What a class does after it was built is done once; what comes back has its outcome already.
        return exact and not hasattr(cls, "__post_init__")


def is_known_kind(cls: type) -> bool:
    return (
        issubclass(cls, Enum | msgspec.Struct)
        or dataclasses.is_dataclass(cls)
        or is_namedtuple(cls)
        or typing.is_typeddict(cls)
    )


def is_namedtuple(cls: type) -> bool:
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def fields_of(cls: type) -> tuple[str, ...]:
    """The names of the fields of a dataclass, Struct or named tuple, in their order."""
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    names: tuple[str, ...] = getattr(
        cls, "__struct_fields__" if issubclass(cls, msgspec.Struct) else "_fields", ()
    )
    return names


def is_derived(cls: type, name: str) -> bool:
    """Whether the attribute is the memory of a cached property, which works itself out again."""
    return isinstance(inspect.getattr_static(cls, name, None), cached_property | django_cached_property)


def full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _hints(of: Any) -> dict[str, Any]:
    if isinstance(of, type):
        return typing.get_type_hints(of, include_extras=True)
    # Only what it returns: a parameter's annotation may name what is imported for the type checker alone.
    only_return = types.SimpleNamespace(__annotations__={"return": of.__annotations__["return"]})
    return typing.get_type_hints(only_return, getattr(of, "__globals__", None), include_extras=True)


def _refuse_if_lazy(annotation: Any) -> None:
    if isinstance(annotation, type) and issubclass(annotation, _LAZY) and not issubclass(annotation, Model):
        raise Uncacheable(
            f"it returns a {annotation.__name__}, whose rows come only when they are asked for. "
            "Return a list: `return list(...)`."
        )


def _defines(cls: type, name: str, base: type) -> bool:
    return getattr(getattr(cls, name), "__func__", None) is not getattr(getattr(base, name), "__func__", None)


def _decodable(annotation: Any) -> bool:
    """msgspec refuses unions that it could not tell apart, of two texts for instance."""
    try:
        msgspec.msgpack.Decoder(annotation)
    except (TypeError, ValueError):
        return False
    return True
