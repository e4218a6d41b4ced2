"""What a plain value looks like: its shape, found by looking at it.

A shape is data, never a class of the program: it lies beside the payload in Redis and says how to read it. Two shapes
that differ merge into one that fits both, so that rows with a None here and there still have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import reduce
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec

from caching.results.tagged import is_utc

MAX_KEYS = 64
"""A dict with more keys, or a longer tuple, is no record: all its values get one shape."""
_WIDTHS = frozenset(range(MAX_KEYS + 1))
MAX_DEPTH = 12


class Leaf(Enum):
    """What needs no further description. `ANY` is read as tagged; `NOTHING` is the item of an empty list."""

    NOTHING = "-"
    NONE = "0"
    BOOL = "b"
    INT = "i"
    FLOAT = "f"
    STR = "s"
    BYTES = "y"
    BYTEARRAY = "a"
    UTC = "z"
    NAIVE = "n"
    DATE = "d"
    TIME = "t"
    TIMEDELTA = "l"
    DECIMAL = "m"
    UUID = "u"
    ANY = "?"


class Optional(msgspec.Struct, frozen=True, array_like=True, tag="O"):
    inner: Shape


class ListOf(msgspec.Struct, frozen=True, array_like=True, tag="L"):
    item: Shape


class SetOf(msgspec.Struct, frozen=True, array_like=True, tag="S"):
    item: Leaf
    is_frozen: bool


class Tuple(msgspec.Struct, frozen=True, array_like=True, tag="T"):
    items: tuple[Shape, ...]


class TupleOf(msgspec.Struct, frozen=True, array_like=True, tag="U"):
    item: Shape


class MapOf(msgspec.Struct, frozen=True, array_like=True, tag="M"):
    key: Leaf
    value: Shape


class Record(msgspec.Struct, frozen=True, array_like=True, tag="R"):
    """A dict whose keys are known; those in `absent` may be missing."""

    values: dict[str, Shape]
    absent: frozenset[str] = frozenset()


Shape = Leaf | Optional | ListOf | SetOf | Tuple | TupleOf | MapOf | Record

_LEAVES: Mapping[type, Leaf] = {
    type(None): Leaf.NONE,
    bool: Leaf.BOOL,
    float: Leaf.FLOAT,
    str: Leaf.STR,
    bytes: Leaf.BYTES,
    bytearray: Leaf.BYTEARRAY,
    date: Leaf.DATE,
    timedelta: Leaf.TIMEDELTA,
    Decimal: Leaf.DECIMAL,
    UUID: Leaf.UUID,
}
_KEYS = frozenset({Leaf.STR, Leaf.INT, Leaf.UUID, Leaf.DATE})
# Of any sign: msgpack would have one bit more for positive numbers.
_INTEGER_BITS = 63


def shape_of(value: Any, depth: int = MAX_DEPTH) -> Shape:
    """The shape by which `value` is read back exactly; `Leaf.ANY` where there is none."""
    kind = type(value)
    if leaf := _LEAVES.get(kind):
        return leaf
    if depth and (compound := _COMPOUNDS.get(kind)):
        return compound(value, depth - 1)
    return Leaf.ANY


def merged(one: Shape, other: Shape) -> Shape:
    """A shape for whatever fits one of the two."""
    if one == other or other is Leaf.NOTHING:
        return one
    match one, other:
        case Leaf.NOTHING, _:
            return other
        case (Leaf.NONE, shape) | (shape, Leaf.NONE):
            return _optional(shape)
        case (Optional(a), Optional(b)) | (Optional(a), b) | (a, Optional(b)):
            return _optional(merged(a, b))
        case ListOf(a), ListOf(b):
            return ListOf(merged(a, b))
        case Record(), Record():
            return _merged_records(one, other)
        case Tuple(a), Tuple(b) if len(a) == len(b):
            return Tuple(tuple(map(merged, a, b)))
        case (Tuple() | TupleOf(), Tuple() | TupleOf()):
            return TupleOf(merged(_item(one), _item(other)))
        case (Record() | MapOf(), Record() | MapOf()) if _key(one) == _key(other):
            return MapOf(_key(one), merged(_item(one), _item(other)))
    return Leaf.ANY


def _optional(shape: Shape) -> Shape:
    return shape if shape in (Leaf.ANY, Leaf.NONE) or isinstance(shape, Optional) else Optional(shape)


def _merged_records(one: Record, other: Record) -> Shape:
    values = dict(one.values)
    for key, shape in other.values.items():
        values[key] = merged(values[key], shape) if key in values else shape
    if len(values) > MAX_KEYS:
        return MapOf(Leaf.STR, _union(values.values()))
    return Record(values, one.absent | other.absent | (one.values.keys() ^ other.values.keys()))


def _union(shapes: Iterable[Shape]) -> Shape:
    nothing: Shape = Leaf.NOTHING
    return reduce(merged, shapes, nothing)


def _shape_of_all(values: Sequence[Any], depth: int) -> Shape:
    """One shape for all. Many of one type are looked at together, as far as C can do it."""
    kinds = {*map(type, values)}
    shape: Shape | None = None
    if len(kinds) == 1:
        (kind,) = kinds
        shape = _LEAVES.get(kind)
        if shape is None and depth and kind in _TOGETHER:
            shape = _TOGETHER[kind](values, depth - 1)
    elif type(None) in kinds:
        shape = _optional(_shape_of_all([value for value in values if value is not None], depth))
    elif kinds <= _LEAVES.keys():
        shape = _union(map(_LEAVES.__getitem__, kinds))
    return shape or _union(shape_of(value, depth) for value in values)


def _ints(values: Sequence[int], _: int) -> Shape:
    return Leaf.INT if max(map(int.bit_length, values)) <= _INTEGER_BITS else Leaf.ANY


def _lists(values: Sequence[list[Any]], depth: int) -> Shape:
    return ListOf(_shape_of_all(tuple(chain.from_iterable(values)), depth))


def _tuples(values: Sequence[tuple[Any, ...]], depth: int) -> Shape | None:
    widths = {*map(len, values)}
    if len(widths) > 1 or not widths <= _WIDTHS:
        return None
    return Tuple(tuple(_shape_of_all(column, depth) for column in zip(*values, strict=True)))


def _rows(values: Sequence[dict[Any, Any]], depth: int) -> Shape | None:
    """Looked at by column; None where they have not the same keys."""
    names, *others = {*map(tuple, values)}
    if others or not _are_names(names):
        return None
    columns = zip(*map(dict.values, values), strict=True)
    return Record({name: _shape_of_all(column, depth) for name, column in zip(names, columns, strict=True)})


_TOGETHER: Mapping[type, Callable[[Any, int], Shape | None]] = {
    int: _ints,
    list: _lists,
    tuple: _tuples,
    dict: _rows,
}


def _item(shape: Shape) -> Shape:
    match shape:
        case Tuple(items):
            return _union(items)
        case Record(values):
            return _union(values.values())
        case TupleOf(item) | MapOf(value=item):
            return item
    raise TypeError(shape)


def _key(shape: Record | MapOf) -> Leaf:
    return shape.key if isinstance(shape, MapOf) else Leaf.STR


def _int(value: int, _: int) -> Shape:
    return Leaf.INT if value.bit_length() <= _INTEGER_BITS else Leaf.ANY


def _datetime(value: datetime, _: int) -> Shape:
    if is_utc(value):
        return Leaf.UTC
    return Leaf.ANY if value.tzinfo is not None or value.fold else Leaf.NAIVE


def _time(value: time, _: int) -> Shape:
    return Leaf.ANY if value.tzinfo is not None or value.fold else Leaf.TIME


def _list(value: list[Any], depth: int) -> Shape:
    return ListOf(_shape_of_all(value, depth))


def _tuple(value: tuple[Any, ...], depth: int) -> Shape:
    if len(value) in _WIDTHS:
        return Tuple(tuple([shape_of(item, depth) for item in value]))
    return TupleOf(_shape_of_all(value, depth))


def _set(value: set[Any] | frozenset[Any], _: int) -> Shape:
    item = _shape_of_all(tuple(value), 1)
    return SetOf(item, type(value) is frozenset) if isinstance(item, Leaf) else Leaf.ANY


def _dict(value: dict[Any, Any], depth: int) -> Shape:
    if _are_names(tuple(value)):
        return Record({key: _LEAVES.get(type(item)) or shape_of(item, depth) for key, item in value.items()})
    key = _shape_of_all(tuple(value), 1)
    if key in _KEYS and isinstance(key, Leaf):
        return MapOf(key, _shape_of_all(tuple(value.values()), depth))
    return Leaf.ANY


def _are_names(keys: tuple[Any, ...]) -> bool:
    # msgspec finds the keys of a record only if they are ASCII.
    return len(keys) in _WIDTHS and {*map(type, keys)} <= {str} and all(map(str.isascii, keys))


_COMPOUNDS: Mapping[type, Callable[[Any, int], Shape]] = {
    int: _int,
    datetime: _datetime,
    time: _time,
    list: _list,
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    dict: _dict,
}
