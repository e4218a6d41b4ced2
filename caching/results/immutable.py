"""Which values nobody can change, so that all who ask may share one."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.utils.safestring import SafeString

from caching.results.annotations import fields_of

_SCALARS = frozenset(
    {type(None), bool, int, float, str, bytes, SafeString} | {datetime, date, time, timedelta, Decimal, UUID}
)


def is_immutable(value: Any) -> bool:
    """Deeply: a tuple is, if all that it holds is."""
    kind: type = type(value)
    if kind in _SCALARS:
        return True
    if kind is frozenset or isinstance(value, tuple):
        return all(map(is_immutable, value))
    if isinstance(value, Enum):
        return True
    frozen = _frozen_fields(kind)
    return frozen is not None and all(is_immutable(getattr(value, name, None)) for name in frozen)


@lru_cache(maxsize=512)
def _frozen_fields(kind: type) -> tuple[str, ...] | None:
    """The fields of a frozen dataclass or Struct; None for every other type."""
    if dataclasses.is_dataclass(kind):
        # Frozen, it takes over `__setattr__`; the flag is not public before Python 3.14.
        frozen = bool(kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]
    else:
        frozen = issubclass(kind, msgspec.Struct) and kind.__struct_config__.frozen
    return fields_of(kind) if frozen else None
