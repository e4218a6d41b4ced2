"""Arguments as a canonical form: equal bytes only for arguments that a function cannot tell apart.

Types count (1, True and 1.0 are three things), names and order too. A model instance stands for its row: the function gets
one that has nothing but its key and loads the rest, seen by the recorder, when it is asked for. Whatever has no such form
(requests, sessions, connections, files, querysets) is refused.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from caching.errors import Uncacheable

OWNERS = ("user", "scenario")
"""The parameters `user` or `user_id`, and so on, say whose entry it is: for people, and for invalidation by hand."""

_ATOMS = (type(None), bool, int, float, str, bytes, Decimal, UUID, date, datetime, time, timedelta)
_WITH_A_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_encode = msgspec.msgpack.Encoder().encode


class Arguments:
    """How a function is called: its signature, read once."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._signature = inspect.signature(function)
        parameters = self._signature.parameters
        self._names = tuple(parameters)
        self._all_have_places = all(one.kind in _WITH_A_PLACE for one in parameters.values())
        self._name = function.__qualname__
        self._owners = {
            owner: name for owner in OWNERS for name in (f"{owner}_id", owner) if name in parameters
        }

    def has_owner(self, owner: str) -> bool:
        return owner in self._owners

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Raises TypeError as the call itself would, and Uncacheable for what cannot be part of a key."""
        if self._all_have_places and not kwargs and len(args) == len(self._names):
            # As most calls are written. `inspect` would take longer than all the rest of a key.
            bare = tuple(map(_bare, args))
            return self._bound(dict(zip(self._names, bare, strict=True)), bare, {})
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            bound.arguments[name] = _bare(value)
        return self._bound(bound.arguments, bound.args, bound.kwargs)

    def _bound(self, arguments: Mapping[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bound:
        forms = [self._form(name, value) for name, value in arguments.items()]
        owners = {
            owner: _identity(arguments[name])
            for owner, name in self._owners.items()
            if arguments[name] is not None
        }
        return Bound(args, kwargs, _encode(forms), owners)

    def _form(self, name: str, value: Any) -> bytes:
        try:
            return _encode((name, _form(value)))
        except (Uncacheable, RecursionError, UnicodeEncodeError) as error:
            raise Uncacheable(
                f"{self._name}(): the argument `{name}` cannot be part of a key: {error}"
            ) from None


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """One call: what the function gets, the canonical form, and the ids of the entry's owners."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    canonical: bytes
    owners: dict[str, str]


def canonical(value: Any) -> bytes:
    """The form of one plain value. Raises Uncacheable."""
    return _encode(_form(value))


def _bare(value: Any) -> Any:
    """An instance that has its key only: what the caller loaded may be older than what the database holds."""
    if not isinstance(value, Model):
        return value
    if value.pk is None:
        raise Uncacheable("An unsaved object has no key: pass what the function needs of it.")
    model: type[Model] = type(value) if not hasattr(value, "_wrapped") else value.__class__
    return model.from_db(value._state.db, [model._meta.pk.attname], [value.pk])


def _identity(value: Any) -> str:
    return str(value.pk if isinstance(value, Model) else value)


def _form(value: Any) -> Any:
    """Nested tuples of plain data, each after the name of its type."""
    kind = type(value)
    if kind in _ATOMS:
        return kind.__name__, _atom(value)
    if isinstance(value, Model):
        return "model", value._meta.label, _form(value.pk)
    if isinstance(value, Enum):
        return "enum", kind.__module__, kind.__qualname__, value.name
    if kind in (tuple, list):
        return kind.__name__, [_form(item) for item in value]
    if kind is dict:
        # In its order: a function may depend on it.
        return "dict", [(_form(key), _form(item)) for key, item in value.items()]
    if kind in (set, frozenset):
        return kind.__name__, sorted(_encode(_form(item)) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
    elif isinstance(value, msgspec.Struct):
        names = list(value.__struct_fields__)
    else:
        raise Uncacheable(f"it is of type {kind.__qualname__}. Pass plain values.")
    return "object", kind.__module__, kind.__qualname__, [_form(getattr(value, name)) for name in names]


def _atom(value: Any) -> Any:
    """As text where msgpack would blur it: nan, 1.0 and 1.00, the zone and the fold of a time."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, datetime | time):
        return [value.isoformat(), repr(value.tzinfo), value.fold]
    if isinstance(value, float | Decimal | date | timedelta | UUID):
        return repr(value)
    return value
