"""Whether what comes back is what was put in: equal, and of the same types, all the way down."""

from __future__ import annotations

import dataclasses
from datetime import datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
from django.utils.functional import Promise

_BY_EQUALITY = frozenset({type(None), bool, int, str, bytes, bytearray, UUID})


def alike(one: Any, other: Any) -> bool:
    """Sets may differ in their order, dicts may not. A lazy text is like its text."""
    kind = type(one)
    if kind is not type(other):
        return isinstance(one, Promise) and alike(str(one), other)
    if kind in _BY_EQUALITY:
        return bool(one == other)
    if kind is list or isinstance(one, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if kind is dict:
        return (
            len(one) == len(other)
            and all(map(alike, one, other))
            and all(map(alike, one.values(), other.values()))
        )
    if isinstance(one, set | frozenset):
        return {*map(_typed, one)} == {*map(_typed, other)}
    return _alike_scalars(one, other) if not _has_fields(one) else alike(_state(one), _state(other))


def _alike_scalars(one: Any, other: Any) -> bool:
    if isinstance(one, Enum):
        return one is other
    if isinstance(one, datetime | time):
        return one == other and one.fold == other.fold and repr(one.tzinfo) == repr(other.tzinfo)
    if isinstance(one, float | Decimal):
        # -0.0 and 0.0 are equal, and 1.0 and 1.00; nan equals nothing.
        return repr(one) == repr(other)
    return bool(one == other)


def _has_fields(value: Any) -> bool:
    return isinstance(value, msgspec.Struct) or dataclasses.is_dataclass(value)


def _state(value: Any) -> tuple[Any, ...]:
    """All that a dataclass or Struct holds: what it has beyond its fields counts too."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.astuple(value)
    names = [field.name for field in dataclasses.fields(value)]
    return *(getattr(value, name, None) for name in names), getattr(value, "__dict__", None)


def _typed(member: Any) -> tuple[object, ...]:
    """A member of a set with its type, as 1, 1.0 and True are equal."""
    if isinstance(member, frozenset):
        return type(member), frozenset(map(_typed, member))
    if isinstance(member, tuple):
        return type(member), tuple(map(_typed, member))
    if isinstance(member, float | Decimal | datetime | time):
        return type(member), repr(member)
    return type(member), repr(member), member
