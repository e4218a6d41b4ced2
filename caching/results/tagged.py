"""Plain values that msgpack does not know, or would not give back exactly, as tagged bytes.

A tag is a number of the tables below, and each reads one type. What is not plain (an object, a model instance) goes to the
`other` of the caller, who refuses it or has tags of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from msgspec.msgpack import Ext

Place = tuple[object, ...]
"""Where in a value we are: (3, "owner") is `result[3]['owner']`."""
Other = Callable[[Any, Place], Any]
Zone = str | tuple[int, str | None] | None
"""The key of a ZoneInfo; or seconds east of UTC and perhaps a name; or none at all."""

encode = msgspec.msgpack.Encoder().encode

INT, DATETIME, DATE, TIME, TIMEDELTA, DECIMAL, UUID_, BYTEARRAY, SAFE = range(1, 10)
TUPLE, SET, FROZENSET, DICT = range(20, 24)
FIRST_OTHER = 40

_AS_IT_IS = frozenset({type(None), bool, float, str, bytes})


class Unfit(Exception):
    """A value that cannot come back exactly; `why` ends a sentence that begins with the place."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


def not_plain(value: Any, place: Place) -> NoReturn:
    raise Unfit(place, f"a {type(value).__name__}, which is no plain value")


class Tagger:
    """Lowers a value to what msgpack can write and `Untagger` reads back exactly."""

    def __init__(self, other: Other = not_plain) -> None:
        self._other = other

    def lower(self, value: Any, place: Place = ()) -> Any:
        """Raises Unfit, or whatever `other` raises; RecursionError for a value that holds itself."""
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**64 else Ext(INT, _int_bytes(value))
        if kind is list:
            return self.lower_all(value, place)
        if kind is dict:
            return self._dict(value, place)
        return self._tagged(kind, value, place)

    def lower_all(self, values: Iterable[Any], place: Place) -> list[Any]:
        return [self.lower(value, (*place, index)) for index, value in enumerate(values)]

    def _dict(self, value: dict[Any, Any], place: Place) -> Any:
        keys = [self.lower(key, (*place, key)) for key in value]
        items = [self.lower(item, (*place, key)) for key, item in value.items()]
        if any(type(key) is Ext for key in keys):
            return Ext(DICT, encode(list(zip(keys, items, strict=True))))
        return dict(zip(keys, items, strict=True))

    def _tagged(self, kind: type, value: Any, place: Place) -> Any:
        if kind is datetime and is_utc(value):
            return value
        if scalar := _WRITERS.get(kind):
            tag, write = scalar
            return Ext(tag, write(value, place))
        if kind is tuple:
            return Ext(TUPLE, encode(self.lower_all(value, place)))
        if kind in _SET_TAGS:
            # In the order of their bytes, so that equal sets are equal bytes.
            items = sorted(encode(item) for item in self.lower_all(value, place))
            return Ext(_SET_TAGS[kind], encode([msgspec.Raw(item) for item in items]))
        if issubclass(kind, Promise) and value == (text := str(value)):
            return self.lower(text, place)
        return self._other(value, place)


class Untagger:
    """Reads what `Tagger` wrote. `others` are readers of further tags; they raise ValueError and the like."""

    def __init__(self, others: Mapping[int, Callable[[memoryview], Any]] | None = None) -> None:
        self._others = others or {}
        self.decode = msgspec.msgpack.Decoder(ext_hook=self.read).decode

    def read(self, tag: int, data: memoryview) -> Any:
        if scalar := _READERS.get(tag):
            return scalar(bytes(data))
        if (container := _CONTAINERS.get(tag)) is not None:
            items = self.decode(data)
            if type(items) is not list:
                raise ValueError("not a sequence")
            return container(items)
        return self._others[tag](data)


def is_utc(value: datetime) -> bool:
    """Whether msgpack's own timestamp gives this very value back."""
    return value.tzinfo is UTC and not value.fold


def _int_bytes(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)


def _zone(zone: tzinfo | None, place: Place) -> Zone:
    if zone is None:
        return None
    if type(zone) is timezone:
        # What pickle would use; `tzname` makes a name up where there is none.
        offset, *name = zone.__getinitargs__()  # type: ignore[attr-defined]
        if not offset.microseconds:
            return int(offset.total_seconds()), (name[0] if name else None)
    if type(zone) is ZoneInfo and zone.key in _zone_names():
        return zone.key
    raise Unfit(place, f"a time in the zone {zone!r}; return it in UTC")


def _zone_of(form: Zone) -> tzinfo | None:
    if form is None:
        return None
    if isinstance(form, str):
        # Only names of the time zone database: ZoneInfo looks for files, and for modules, by the name that it is given.
        if form not in _zone_names():
            raise ValueError("no time zone")
        return ZoneInfo(form)
    seconds, name = form
    return (
        timezone(timedelta(seconds=seconds)) if name is None else timezone(timedelta(seconds=seconds), name)
    )


@cache
def _zone_names() -> set[str]:
    return available_timezones()


_Moment = tuple[str, int, Zone]
_read_moment = msgspec.msgpack.Decoder(_Moment).decode
_read_timedelta = msgspec.msgpack.Decoder(tuple[int, int, int]).decode


def _moment(value: datetime | time, place: Place) -> bytes:
    return encode((value.replace(tzinfo=None).isoformat(), value.fold, _zone(value.tzinfo, place)))


def _datetime(data: bytes) -> datetime:
    text, fold, zone = _read_moment(data)
    return datetime.fromisoformat(text).replace(tzinfo=_zone_of(zone), fold=fold)


def _time(data: bytes) -> time:
    text, fold, zone = _read_moment(data)
    return time.fromisoformat(text).replace(tzinfo=_zone_of(zone), fold=fold)


_WRITERS: Mapping[type, tuple[int, Callable[[Any, Place], bytes]]] = {
    datetime: (DATETIME, _moment),
    date: (DATE, lambda value, _: value.isoformat().encode()),
    time: (TIME, _moment),
    timedelta: (TIMEDELTA, lambda value, _: encode((value.days, value.seconds, value.microseconds))),
    Decimal: (DECIMAL, lambda value, _: str(value).encode()),
    UUID: (UUID_, lambda value, _: value.bytes),
    bytearray: (BYTEARRAY, lambda value, _: bytes(value)),
    SafeString: (SAFE, lambda value, _: value.encode()),
}
_READERS: Mapping[int, Callable[[bytes], Any]] = {
    INT: lambda data: int.from_bytes(data, "little", signed=True),
    DATETIME: _datetime,
    DATE: lambda data: date.fromisoformat(data.decode()),
    TIME: _time,
    TIMEDELTA: lambda data: timedelta(*_read_timedelta(data)),
    DECIMAL: lambda data: Decimal(data.decode()),
    UUID_: lambda data: UUID(bytes=data),
    BYTEARRAY: bytearray,
    SAFE: lambda data: SafeString(data.decode()),
}
_SET_TAGS: Mapping[type, int] = {set: SET, frozenset: FROZENSET}
_CONTAINERS: Mapping[int, Callable[[list[Any]], Any]] = {
    TUPLE: tuple,
    SET: set,
    FROZENSET: frozenset,
    DICT: dict,
}
