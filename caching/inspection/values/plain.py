"""Any decoded value as bounded text in the manner of JSON. It calls nothing that belongs to the value but its fields.

A model instance, for instance, shows what it was loaded with, and never asks the database for more.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from caching.inspection.names import shown
from caching.inspection.values.opened import MOST_SHOWN

MOST_NODES = 20_000
MOST_DEPTH = 30
MOST_BITS = 2000
_SHOWN_BYTES = 32
_AS_TEXT = (date, time, datetime, timedelta, Decimal, UUID)
_OMITTED = "…"


def as_text(value: Any) -> str:
    """It may be longer than a page should show; what is much longer is cut off here."""
    return json.dumps(_Lowering().lower(value, 0), indent=2, ensure_ascii=False)


def bytes_in_words(data: bytes) -> str:
    begin = data[:_SHOWN_BYTES].hex(" ")
    return f"<{len(data):,} bytes: {begin}{_OMITTED if len(data) > _SHOWN_BYTES else ''}>"


class _Lowering:
    def __init__(self) -> None:
        self._left = MOST_NODES

    def lower(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > MOST_DEPTH:
            return _OMITTED
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, str):
            return str.__str__(value)[: MOST_SHOWN + 1]
        if isinstance(value, int):
            bits = value.bit_length()
            return value if bits <= MOST_BITS else f"<a number of {bits:,} bits>"
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes_in_words(bytes(value))
        if isinstance(value, _AS_TEXT):
            return str(value)
        return self._lower_many(value, depth + 1)

    def _lower_many(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return self._fields(value.items(), depth)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self._fields(zip(value._fields, value, strict=True), depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._items(value, depth)
        if isinstance(value, Model):
            own = ((name, each) for name, each in vars(value).items() if not name.startswith("_"))
            return {"model": value._meta.label, **self._fields(own, depth)}
        if isinstance(value, msgspec.Struct):
            return self._fields(((name, getattr(value, name)) for name in value.__struct_fields__), depth)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            own = ((field.name, getattr(value, field.name, _OMITTED)) for field in dataclasses.fields(value))
            return self._fields(own, depth)
        if isinstance(value, msgspec.msgpack.Ext):
            return f"<extension {value.code}: {bytes_in_words(bytes(value.data))}>"
        return f"<{type(value).__name__}>"

    def _items(self, values: Any, depth: int) -> list[Any]:
        lowered = []
        for value in values:
            if self._left <= 0:
                lowered.append(_OMITTED)
                break
            lowered.append(self.lower(value, depth))
        return lowered

    def _fields(self, items: Any, depth: int) -> dict[str, Any]:
        lowered: dict[str, Any] = {}
        for name, value in items:
            if self._left <= 0:
                lowered[_OMITTED] = _OMITTED
                break
            label = name if isinstance(name, str) else json.dumps(self.lower(name, depth), ensure_ascii=False)
            lowered[shown(label[:200])] = self.lower(value, depth)
        return lowered
