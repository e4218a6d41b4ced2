"""Plain values without an exact annotation, such as rows of `values()`, decoded in C all the same.

The shape (`shapes_found`) is written before the payload and turned into a decoder once. What is irregular stands in the
payload tagged (`tagged`). What is not plain is refused with Unfit. A planted shape is bounded in what it may cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from types import GenericAlias
from typing import Any, NotRequired, TypedDict
from uuid import UUID

import msgspec

from caching.results.shapes_found import (
    Leaf,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Shape,
    Tuple,
    TupleOf,
    shape_of,
)
from caching.results.tagged import Place, Tagger, Untagger, encode

MAX_SHAPE_BYTES = 6_000
KEPT_DECODERS = 128
_LENGTH_BYTES = 2

# What msgpack itself tells apart. In the bytes of a shape a doubtful one may also be a name of one letter.
_NATIVE = {Leaf.NOTHING, Leaf.NONE, Leaf.BOOL, Leaf.INT, Leaf.FLOAT, Leaf.STR, Leaf.BYTES}
_DOUBTFUL = re.compile(b"|".join(re.escape(encode(sign)) for sign in ({*Leaf} - _NATIVE) | {"M", "S"}))
_read_shape = msgspec.msgpack.Decoder(Shape).decode
_read_tag = Untagger().read
_tagger = Tagger()
# The types are only known while the program runs.
_typed_dict: Any = TypedDict

_TYPES: dict[Leaf, Any] = {
    Leaf.NOTHING: None,
    Leaf.NONE: None,
    Leaf.BOOL: bool,
    Leaf.INT: int,
    Leaf.FLOAT: float,
    Leaf.STR: str,
    Leaf.BYTES: bytes,
    Leaf.BYTEARRAY: bytearray,
    Leaf.UTC: datetime,
    Leaf.NAIVE: datetime,
    Leaf.DATE: date,
    Leaf.TIME: time,
    Leaf.TIMEDELTA: timedelta,
    Leaf.DECIMAL: Decimal,
    Leaf.UUID: UUID,
    Leaf.ANY: Any,
}


def dump(value: Any) -> bytes:
    """Raises Unfit for a value that is not plain, ValueError for text that is not UTF-8."""
    shape = shape_of(value)
    written = encode(shape)
    if len(written) > MAX_SHAPE_BYTES:
        shape, written = Leaf.ANY, encode(Leaf.ANY)
    is_regular = not _DOUBTFUL.search(written) or _is_regular(shape)
    payload = encode(value if is_regular else _lowered(value, shape, ()))
    return b"".join((len(written).to_bytes(_LENGTH_BYTES, "little"), written, payload))


def is_native(data: bytes) -> bool:
    """Whether what was dumped is lists, tuples, rows, and in them only what msgpack gives back by itself."""
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    return not _DOUBTFUL.search(data, _LENGTH_BYTES, end)


def load(data: bytes | memoryview) -> Any:
    """Raises ValueError, TypeError and their like for what `dump` cannot have written."""
    begin = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    return _decoder(bytes(data[_LENGTH_BYTES:begin]))(data[begin:])


@lru_cache(maxsize=KEPT_DECODERS)
def _decoder(written: bytes) -> Callable[[bytes | memoryview], Any]:
    if len(written) > MAX_SHAPE_BYTES:
        raise ValueError("no shape is that long")
    type_ = _type(_read_shape(written))
    decode: Callable[[bytes | memoryview], Any] = msgspec.msgpack.Decoder(type_, ext_hook=_read_tag).decode
    return decode


def _type(shape: Shape) -> Any:
    """The type that msgspec decodes by. It is made of the types above only."""
    match shape:
        case Leaf():
            return _TYPES[shape]
        case Optional(inner):
            return _type(inner) | None
        case ListOf(item):
            return GenericAlias(list, _type(item))
        case SetOf(item, is_frozen):
            return GenericAlias(frozenset if is_frozen else set, _type(item))
        case Tuple(items):
            return GenericAlias(tuple, tuple(map(_type, items)))
        case TupleOf(item):
            return GenericAlias(tuple, (_type(item), ...))
        case MapOf(key, value):
            return GenericAlias(dict, (_type(key), _type(value)))
        case Record(values, absent):
            types = {key: _type(value) for key, value in values.items()}
            return _typed_dict("Record", types | {key: NotRequired[types[key]] for key in absent})


def _is_regular(shape: Shape) -> bool:
    """Whether nothing in it is tagged, so that the value can be written as it is."""
    match shape:
        case Leaf():
            return shape is not Leaf.ANY
        case Tuple(items):
            return all(map(_is_regular, items))
        case Record(values):
            return all(map(_is_regular, values.values()))
        case Optional(item) | ListOf(item) | SetOf(item) | TupleOf(item) | MapOf(value=item):
            return _is_regular(item)


def _lowered(value: Any, shape: Shape, place: Place) -> Any:
    """The value with its irregular parts tagged."""
    match shape:
        case Leaf.ANY:
            return _tagger.lower(value, place)
        case Leaf():
            return value
        case Optional(inner):
            return None if value is None else _lowered(value, inner, place)
        case ListOf(item) | SetOf(item) | TupleOf(item):
            return [_lowered(each, item, (*place, index)) for index, each in enumerate(value)]
        case Tuple(items):
            pairs = zip(value, items, strict=True)
            return [_lowered(each, item, (*place, index)) for index, (each, item) in enumerate(pairs)]
        case MapOf(_, item):
            return {key: _lowered(each, item, (*place, key)) for key, each in value.items()}
        case Record(values):
            return {key: _lowered(each, values[key], (*place, key)) for key, each in value.items()}
